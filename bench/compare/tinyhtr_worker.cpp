// tinyhtr_worker: our side of the comparison; answers requests for measurements, one a line, until its input ends.

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "numbers.hpp"
#include "support/blas_core.hpp"
#include "support/memory.hpp"
#include "support/program.hpp"
#include "tinyhtr/tinyhtr.hpp"

using namespace tinyhtr;

namespace {

constexpr Index classes = 79, steps = 64;

/// One repetition of a measurement, and the images that it works through.
struct Work {
  std::function<void()> run;
  Index images = 0;  ///< 0: not counted in images
};

/// The reference network, its optimiser and one batch.
struct Training {
  WordNet<float> network{classes, 1};
  Adam<float> adam{parameters_of<float>(network)};
  Tensor<float> images;
  std::vector<std::vector<int>> labels;
  std::uint32_t step = 0;

  explicit Training(Index batch)
      : images(compare::numbers({batch, 3, 32, 128}, 0, 1)), labels(compare::labels(batch)) {}

  void run() {
    const Variable<float> logits = network.forward(images, Mode::training(1, step++));
    const Variable<float> loss = ctc_loss(logits, labels);
    adam.zero_grad();
    backward(loss, Keep::leaves);
    adam.step();
    if (!(loss.item() < 1e6f)) throw Error("the loss is not finite");
  }
};

Work training(Index batch) {
  const auto state = std::make_shared<Training>(batch);
  return {[state] { state->run(); }, batch};
}

/// Images to logits, as read_words and evaluate do it.
Work inference(Index batch) {
  const auto network = std::make_shared<FoldedWordNet<float>>(WordNet<float>(classes, 1));
  const auto images = std::make_shared<Tensor<float>>(compare::numbers({batch, 3, 32, 128}, 0, 1));
  return {[network, images] { network->forward(*images); }, batch};
}

/// Logits to loss to the gradient by the logits: batch 16, T = 64, K = 79.
Work ctc() {
  const auto logits = std::make_shared<Variable<float>>(compare::numbers({steps, 16, classes}, -2, 1.0f / 64), true);
  return {[logits, labels = compare::labels(16)] {
            logits->zero_grad();
            backward(ctc_loss(*logits, labels), Keep::leaves);
          },
          16};
}

/// The LSTM of the reference network, 64 to 128 (each way), T = 64, batch 16: forward, and backward to its input and
/// weights.
Work recurrent(bool both_directions) {
  Random random(1);
  const auto layer = std::make_shared<BiLstm<float>>(64, 128, random);
  const auto x = std::make_shared<Variable<float>>(compare::numbers({steps, 16, 64}, -1, 1.0f / 128), true);
  const Tensor<float> dy = compare::numbers({steps, 16, both_directions ? 256 : 128}, -1, 1.0f / 128);
  return {[layer, x, dy, both_directions] {
            x->zero_grad();
            for (Variable<float>& parameter : parameters_of<float>(*layer)) parameter.zero_grad();
            backward(both_directions
                         ? layer->forward(*x)
                         : lstm(*x, layer->weight_ih_l0, layer->weight_hh_l0, layer->bias_ih_l0, Direction::forward),
                     dy);
          },
          16};
}

/// PNG files to augmented batches of 16, all on the calling thread; every repetition draws other changes.
Work augmentation(const std::string& folder, std::size_t words) {
  std::vector<Sample> samples = read_iam_rows(folder).samples;
  if (samples.size() > words) samples.resize(words);
  const auto count = static_cast<Index>(samples.size());
  LoaderOptions options;
  options.augment = AugmentOptions{};
  options.workers = 0;
  const auto loader = std::make_shared<Loader<float>>(std::move(samples), options);
  const auto epoch = std::make_shared<std::uint32_t>(0);
  return {[loader, epoch] {
            for (const Batch<float>& batch : loader->epoch((*epoch)++)) {
              if (!(batch.images[0] >= 0)) throw Error("a batch without images");
            }
          },
          count};
}

/// The measurements by name; each is set up when it is asked for first.
std::map<std::string, std::function<Work()>> measurements(const std::string& folder, std::size_t words) {
  std::map<std::string, std::function<Work()>> result;
  for (const Index batch : {8, 16, 32, 64, 128}) {
    result["train_" + std::to_string(batch)] = [batch] { return training(batch); };
  }
  for (const Index batch : {1, 16, 64}) {
    result["infer_" + std::to_string(batch)] = [batch] { return inference(batch); };
  }
  result["ctc"] = [] { return ctc(); };
  result["lstm"] = [] { return recurrent(false); };
  result["bilstm"] = [] { return recurrent(true); };
  result["augment"] = [folder, words] { return augmentation(folder, words); };
  return result;
}

double seconds_of(const std::function<void()>& run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

nlohmann::json description(const std::map<std::string, std::function<Work()>>& all) {
  nlohmann::json answer;
  for (const auto& [name, make] : all) answer["measurements"][name] = {"plain"};
  answer["threads"] = thread_count();
  std::string compiler = __VERSION__;
#ifdef __clang__
  compiler = "clang " + std::to_string(__clang_major__) + "." + std::to_string(__clang_minor__);
#elif defined(__GNUC__)
  compiler = "g++ " + compiler;
#endif
  answer["versions"]["compiler"] = compiler;
  if (openblas_get_corename != nullptr) answer["versions"]["OpenBLAS kernels"] = openblas_get_corename();
  return answer;
}

/// Answers "describe" and "NAME/VARIANT REPEATS" with one line of JSON each; what goes wrong is {"error": ...}.
void serve(const std::string& folder, std::size_t words) {
  const auto all = measurements(folder, words);
  std::map<std::string, Work> ready;
  std::string line;
  while (std::getline(std::cin, line)) {
    nlohmann::json answer;
    try {
      std::istringstream fields(line);
      std::string name;
      int repeats = 0;
      fields >> name >> repeats;
      name = name.substr(0, name.find('/'));
      if (name == "describe") {
        answer = description(all);
      } else if (!all.contains(name) || repeats < 1) {
        throw ArgumentError("expected NAME/VARIANT REPEATS with a name from describe, found '" + line + "'");
      } else {
        if (!ready.contains(name)) {
          ready[name] = all.at(name)();
          ready[name].run();  // warms caches, and the memory pool
        }
        answer["images"] = ready[name].images;
        for (int i = 0; i < repeats; ++i) answer["seconds"].push_back(seconds_of(ready[name].run));
      }
    } catch (const std::exception& error) {
      answer = {{"error", error.what()}};
    }
    std::cout << answer.dump() << std::endl;
  }
}

/// The most memory of this process so far, in MiB. Linux counts ru_maxrss on from the program that started this one,
/// VmHWM from here on.
double peak_mib() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("VmHWM:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  }
  return examples::peak_memory_mib();
}

/// Memory of `repeats` training steps at batch 16, before the first and after the last.
void measure_memory(int repeats) {
  Training state(16);
  const double before = peak_mib();
  for (int i = 0; i < repeats; ++i) state.run();
  std::cout << nlohmann::json{{"before_mib", before}, {"peak_mib", peak_mib()}}.dump() << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  examples::choose_blas_core(argv);
  CLI::App app("Measures tinyhtr for bench/compare.sh: reads lines NAME/VARIANT REPEATS, answers in JSON.");
  std::string folder = "data";
  std::size_t words = 512;
  int memory_steps = 0;
  bool print_core = false;
  app.add_option("--data", folder, "folder with words to augment, in IAM's layout")->capture_default_str();
  app.add_option("--words", words, "so many of them")->capture_default_str();
  app.add_option("--memory", memory_steps, "only the peak memory of so many training steps");
  app.add_flag("--blas-core", print_core, "only the value of OPENBLAS_CORETYPE that suits the processor");
  return examples::run_program(app, argc, argv, [&] {
    if (print_core) {
      const char* const core = std::getenv("OPENBLAS_CORETYPE");
      std::cout << (core == nullptr ? "" : core) << '\n';
    } else if (memory_steps > 0) {
      measure_memory(memory_steps);
    } else {
      serve(folder, words);
    }
  });
}
