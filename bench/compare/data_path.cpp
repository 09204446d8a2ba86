// data_path: how long training waits for its images: data_path [--data FOLDER] [--steps N]

#include <algorithm>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/blas_core.hpp"
#include "support/program.hpp"
#include "tinyhtr/tinyhtr.hpp"

using namespace tinyhtr;

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// What a stretch of training took.
struct Stretch {
  double images_per_second = 0;
  double share_waited = 0;  ///< of the time, inside the loader
};

/// The reference network in training, with a loader for each number of workers.
class DataPath {
 public:
  DataPath(std::vector<Sample> samples, const Vocabulary& vocabulary)
      : samples_(std::move(samples)), vocabulary_(vocabulary), network_(vocabulary.classes(), 1) {}

  LoaderOptions options(int workers) const {
    LoaderOptions options;
    options.shuffle = true;
    options.seed = 1;
    options.augment = AugmentOptions{};
    options.workers = workers;
    return options;
  }

  /// `steps` training steps on what the loader gives, its first batch and the start of its threads counted.
  Stretch train(int workers, Index steps) {
    Loader<float> loader(samples_, options(workers));
    const double start = now();
    Index done = 0, images = 0;
    while (done < steps) {
      for (const Batch<float>& batch : loader.epoch(epoch_++)) {
        step(batch);
        images += static_cast<Index>(batch.texts.size());
        if (++done == steps) break;
      }
    }
    const double seconds = now() - start;
    return {static_cast<double>(images) / seconds, loader.seconds_waited() / seconds};
  }

  /// `steps` training steps on one batch that is there already: what no loader can beat.
  Stretch train_on_one_batch(Index steps) {
    Loader<float> loader(samples_, options(0));
    Epoch<float> epoch = loader.epoch(epoch_++);
    const Batch<float>& batch = *epoch.begin();
    const double start = now();
    for (Index i = 0; i < steps; ++i) step(batch);
    return {static_cast<double>(steps * batch.images.dim(0)) / (now() - start), 0};
  }

  /// Images/s of decoding, augmenting, resizing and batching alone, on the calling thread.
  double load(Index words) {
    std::vector<Sample> some(samples_.begin(), samples_.begin() + std::min<Index>(words, std::ssize(samples_)));
    Loader<float> loader(some, options(0));
    const double start = now();
    Index images = 0;
    for (const Batch<float>& batch : loader.epoch(epoch_++)) images += batch.images.dim(0);
    return static_cast<double>(images) / (now() - start);
  }

 private:
  void step(const Batch<float>& batch) {
    const Variable<float> logits = network_.forward(batch.images, Mode::training(1, step_++));
    const Variable<float> loss = ctc_loss(logits, vocabulary_.encode(batch.texts));
    adam_.zero_grad();
    backward(loss, Keep::leaves);
    adam_.step();
    if (!(loss.item() < 1e6f)) throw Error("the loss is not finite");
  }

  std::vector<Sample> samples_;
  const Vocabulary& vocabulary_;
  WordNet<float> network_;
  Adam<float> adam_{parameters_of<float>(network_)};
  std::uint32_t step_ = 0, epoch_ = 0;
};

nlohmann::json measure(DataPath& path, Index steps, int rounds) {
  const std::vector<int> workers{0, 1, 2};
  std::vector<double> bare, loading;
  std::vector<std::vector<double>> speeds(workers.size()), shares(workers.size());
  path.train(0, 3);                               // warms caches, and the memory pool
  for (int round = 0; round < rounds; ++round) {  // alternating, so that a change of the machine's speed meets all
    loading.push_back(path.load(16 * steps));
    bare.push_back(path.train_on_one_batch(steps).images_per_second);
    for (std::size_t i = 0; i < workers.size(); ++i) {
      const Stretch stretch = path.train(workers[i], steps);
      speeds[i].push_back(stretch.images_per_second);
      shares[i].push_back(stretch.share_waited);
    }
  }
  nlohmann::json result{{"threads", thread_count()},
                        {"steps", steps},
                        {"loading_images_per_second", median(loading)},
                        {"training_without_loading_images_per_second", median(bare)}};
  for (std::size_t i = 0; i < workers.size(); ++i) {
    result["workers"].push_back(
        {{"workers", workers[i]}, {"images_per_second", median(speeds[i])}, {"share_waited", median(shares[i])}});
  }
  return result;
}

void print(const nlohmann::json& result) {
  std::cout << "decode, augment, resize, batch: " << result["loading_images_per_second"].get<double>()
            << " images/s on one core\n"
            << "training on a batch that is there: "
            << result["training_without_loading_images_per_second"].get<double>() << " images/s on "
            << result["threads"] << " threads\n";
  for (const nlohmann::json& row : result["workers"]) {
    std::cout << "training with " << row["workers"] << " workers: " << row["images_per_second"].get<double>()
              << " images/s, " << 100 * row["share_waited"].get<double>() << "% of the time waiting for images\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  examples::choose_blas_core(argv);
  CLI::App app("Trains the reference network at batch 16, and measures how long it waits for its images.");
  std::string folder = "data";
  Index steps = 40;
  int rounds = 3;
  bool as_json = false;
  app.add_option("--data", folder, "folder with words, in IAM's layout")->capture_default_str();
  app.add_option("--steps", steps, "training steps in each stretch")
      ->check(examples::whole_number(1, 1000000))
      ->capture_default_str();
  app.add_option("--rounds", rounds, "stretches of each kind; the medians are printed")
      ->check(examples::whole_number(1, 1000))
      ->capture_default_str();
  app.add_flag("--json", as_json, "print JSON");
  return examples::run_program(app, argc, argv, [&] {
    const std::vector<Sample> samples = load_iam(folder, {.time_steps = 64}).samples;
    std::vector<std::string> texts;
    for (const Sample& sample : samples) texts.push_back(sample.text);
    const Vocabulary vocabulary = Vocabulary::from_texts(texts);
    DataPath path(samples, vocabulary);
    const nlohmann::json result = measure(path, steps, rounds);
    if (as_json) {
      std::cout << result.dump() << '\n';
    } else {
      print(result);
    }
  });
}
