// step_profile: where the time of a training step goes: step_profile [--batch N] [--threads N] [--steps N]

#include <algorithm>
#include <array>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include "support/blas_core.hpp"
#include "support/program.hpp"
#include "tinyhtr/tinyhtr.hpp"
#include "training_steps.hpp"

using namespace tinyhtr;
using namespace tinyhtr::compare;

namespace {

/// The layers as a library without kernels of its own has them: convolution as a matrix product, every operation a node
/// that passes over memory by itself. (Its CTC loss is LogDomain.)
struct LayerByLayer : Textbook {
  using Convolution = Im2col;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// One set of implementations, undivided steps and divided ones in turn.
template <class Algorithms>
class Profile {
 public:
  Profile(const WordNetOptions& options, Index batch) : whole_(options, batch), divided_(options, batch) {}

  /// One step of each, the undivided one first or last: who goes second finds its memory in cache. Throws where they do
  /// not compute the same, to the last bit.
  void run(bool undivided_first, bool counts) {
    double seconds = 0;
    const auto undivided = [&] {
      Clock clock;
      loss_ = whole_.step();
      seconds = clock.lap();
    };
    if (undivided_first) undivided();
    Parts parts;
    const float loss = divided_.step(parts);
    if (!undivided_first) undivided();
    if (loss != loss_) {
      throw Error("the step in parts has loss " + std::to_string(loss) + ", the undivided step " +
                  std::to_string(loss_));
    }
    if (!counts) return;
    whole_seconds_.push_back(seconds);
    parts_.push_back(parts);
  }

  double step_seconds() const { return median(whole_seconds_); }
  float loss() const { return loss_; }
  const TrainingSteps<Algorithms>& training() const { return divided_; }

  /// Medians over the steps, for each part by itself.
  Parts seconds() const {
    Parts result;
    for (std::size_t k = 0; k < kinds; ++k) {
      std::vector<double> forward, backward;
      for (const Parts& parts : parts_) {
        forward.push_back(parts.forward[k]);
        backward.push_back(parts.backward[k]);
      }
      result.forward[k] = median(forward);
      result.backward[k] = median(backward);
    }
    return result;
  }

 private:
  TrainingSteps<Algorithms> whole_, divided_;
  std::vector<double> whole_seconds_;
  std::vector<Parts> parts_;
  float loss_ = 0;
};

/// sgemm on all threads at once, a 768 x 768 product of its own on each; returns operations per second.
double sgemm_rate() {
  constexpr Index size = 768;
  static const Tensor<float> a = numbers({size, size}, -1, 1 / 128.0f);
  static Tensor<float> c(Shape{thread_count(), size, size});
  Clock clock;
  parallel_for(thread_count(), [](Index k) {
    gemm<float>({c.data() + k * size * size, size, size}, Op::none, {a.data(), size, size}, Op::none,
                {a.data(), size, size});
  });
  return 2.0 * size * size * size * thread_count() / clock.lap();
}

/// "12.34", or nothing for a part that has no such pass.
std::string number(double value, int digits) {
  if (value == 0) return "";
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << value;
  return text.str();
}

std::string milliseconds(double seconds) { return number(1e3 * seconds, 2); }

double total(const std::array<double, kinds>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }
double total(const Parts& parts) { return total(parts.forward) + total(parts.backward); }

void print_times(const Parts& before, const Parts& after) {
  std::cout << "| ms | before: forward | backward | sum | share | after: forward | backward | sum | share | before / "
               "after |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
  const auto print = [](const Parts& all, double forward, double backward, const char* mark) {
    const double sum = forward + backward;
    std::cout << ' ' << milliseconds(forward) << " | " << milliseconds(backward) << " | " << mark << milliseconds(sum)
              << mark << " | " << number(100 * sum / total(all), 1) << "% |";
    return sum;
  };
  for (std::size_t k = 0; k < kinds; ++k) {
    std::cout << "| " << names[k] << " |";
    const double old = print(before, before.forward[k], before.backward[k], "");
    const double now = print(after, after.forward[k], after.backward[k], "");
    std::cout << ' ' << number(old / now, 1) << " |\n";
  }
  std::cout << "| **step** |";
  const double old = print(before, total(before.forward), total(before.backward), "**");
  const double now = print(after, total(after.forward), total(after.backward), "**");
  std::cout << " **" << number(old / now, 1) << "** |\n";
}

void print_rates(const Parts& before, const Parts& after, const Parts& operations) {
  std::cout << "| GFLOP/s | before: forward | backward | after: forward | backward |\n"
            << "| --- | ---: | ---: | ---: | ---: |\n";
  for (std::size_t k = 0; k < kinds; ++k) {
    if (operations.forward[k] == 0 || k > static_cast<std::size_t>(Kind::pointwise)) continue;
    std::cout << "| " << names[k] << " |";
    for (const Parts* parts : {&before, &after}) {
      std::cout << ' ' << number(1e-9 * operations.forward[k] / parts->forward[k], 1) << " | "
                << number(1e-9 * operations.backward[k] / parts->backward[k], 1) << " |";
    }
    std::cout << '\n';
  }
}

/// What a column of the table rests on: an undivided step, beside the sum of the parts.
template <class Profile>
void print_step(const char* name, const Profile& profile, Index batch, double sgemm) {
  const double seconds = profile.step_seconds(), sum = total(profile.seconds()), apart = sum / seconds - 1;
  const double rate = profile.training().operations_counted() / seconds;
  std::cout << "| " << name << " | " << milliseconds(seconds) << " ms | " << milliseconds(sum) << " ms ("
            << (apart > 0 ? "+" : "") << number(100 * apart, 1) << "%"
            << (std::abs(apart) > 0.15 ? ", **too far apart: the machine was busy**" : "") << ") | "
            << number(static_cast<double>(batch) / seconds, 0) << " | " << number(1e-9 * rate, 1) << " | "
            << number(100 * rate / sgemm, 0) << "% | " << std::hexfloat << profile.loss() << std::defaultfloat
            << " |\n";
}

void run(const WordNetOptions& options, Index batch, int steps) {
  constexpr int warming = 2;  // fills caches, and the memory pool
  Profile<LayerByLayer> before(options, batch);
  Profile<Fast> after(options, batch);
  std::vector<double> rates;
  for (int step = 0; step < warming + steps; ++step) {  // in turn, so that a change of the machine's speed meets all
    before.run(step % 2 == 0, step >= warming);
    after.run(step % 2 == 0, step >= warming);
    sgemm_rate();
    rates.push_back(sgemm_rate());
  }
  const double sgemm = median(rates), per_image = after.training().operations_counted() / static_cast<double>(batch);
  print_times(before.seconds(), after.seconds());
  std::cout << '\n';
  print_rates(before.seconds(), after.seconds(), after.training().operations_done());
  std::cout << "\nBatch " << batch << ", float, " << thread_count() << (thread_count() == 1 ? " thread" : " threads")
            << ", medians of " << steps << " steps; sgemm on as many threads: " << number(1e-9 * sgemm, 1)
            << " GFLOP/s.\nA step counts as " << number(1e-6 * per_image, 0) << " MFLOP per image.\n\n"
            << "| step | undivided | sum of its parts | images/s | GFLOP/s | of sgemm | last loss |\n"
            << "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n";
  print_step("before", before, batch, sgemm);
  print_step("after", after, batch, sgemm);
}

}  // namespace

int main(int argc, char** argv) {
  examples::choose_blas_core(argv);
  CLI::App app("Trains the reference network on made-up images, and tells what each kind of layer takes of a step.");
  Index batch = 16;
  int threads = 0, steps = 20;
  bool quick = false;
  app.add_option("--batch", batch, "images in a batch")->check(examples::whole_number(1, 1024))->capture_default_str();
  app.add_option("--threads", threads, "threads (default: all processors)")->check(examples::whole_number(1, 1024));
  app.add_option("--steps", steps, "steps of each kind; the medians are printed")
      ->check(examples::whole_number(1, 100000))
      ->capture_default_str();
  app.add_flag("--quick", quick, "images a quarter as wide, to see that everything works; its figures mean nothing");
  return examples::run_program(app, argc, argv, [&] {
    if (threads > 0) set_thread_count(threads);
    WordNetOptions options;
    if (quick) options.width /= 4;
    run(options, batch, steps);
  });
}
