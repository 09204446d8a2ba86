#include "tinyhtr/train/adapt.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/small_training.hpp"
#include "support/temporary_folder.hpp"

using namespace tinyhtr;
using test::tensors_of;
using test::Words;
using Run = test::SmallTraining;

namespace {

AdaptOptions quick() {
  AdaptOptions options;
  options.passes = 3;
  options.batch_size = 4;
  return options;
}

std::vector<float> all_numbers(WordNet<float>& network, const std::string& prefix) {
  std::vector<float> numbers;
  const Members<float> members = members_of<float>(network);
  const auto add = [&](const std::string& name, const Tensor<float>& tensor) {
    if (name.starts_with(prefix)) numbers.insert(numbers.end(), tensor.begin(), tensor.end());
  };
  for (const auto& [name, variable] : members.parameters) add(name, variable->value());
  for (const auto& [name, tensor] : members.buffers) add(name, *tensor);
  return numbers;
}

}  // namespace

TEST_CASE("few words are seen often, many a few times") {
  CHECK(adapt_passes(1, 8) == 60);
  CHECK(adapt_passes(50, 8) == 35);
  CHECK(adapt_passes(10000, 8) == 4);
  int before = 1000;
  for (Index words = 1; words < 400; ++words) {
    CHECK(adapt_passes(words, 8) <= before);
    before = adapt_passes(words, 8);
  }
}

TEST_CASE("an adaptation lowers the loss of its words, and says what it did") {
  Words words;
  WordNet<float> network(words.vocabulary.classes(), 3, test::tiny_word_net());
  AdaptOptions options = quick();
  options.passes = 40;
  options.learning_rate = 1e-2;
  options.augment = false;
  const Adaptation result = adapt(network, words.vocabulary, words.samples, options);
  CHECK(result.words == 10);
  CHECK(result.passes == 40);
  CHECK(result.steps == 120);
  CHECK(result.trained_parameters == count_parameters<float>(network));
  CHECK(result.last_loss < 0.8 * result.first_loss);
}

TEST_CASE("equal seeds give equal networks on any number of threads; what is frozen stays, with the average too") {
  Words words;
  const auto adapted = [&](const AdaptOptions& options) {
    WordNet<float> network(words.vocabulary.classes(), 3, test::tiny_word_net());
    adapt(network, words.vocabulary, words.samples, options);
    return network;
  };
  WordNet<float> untouched(words.vocabulary.classes(), 3, test::tiny_word_net());
  WordNet<float> first = adapted(quick()), second = adapted(quick());
  CHECK(all_numbers(first, "") == all_numbers(second, ""));
  AdaptOptions options = quick();
  options.seed = 2;
  WordNet<float> other = adapted(options);
  CHECK(all_numbers(first, "") != all_numbers(other, ""));
  options.freeze = "blocks.*,classes.weight";
  WordNet<float> frozen = adapted(options);
  CHECK(all_numbers(frozen, "blocks.") == all_numbers(untouched, "blocks."));
  CHECK(all_numbers(frozen, "classes.weight") == all_numbers(untouched, "classes.weight"));
  CHECK(all_numbers(frozen, "classes.bias") != all_numbers(untouched, "classes.bias"));
  CHECK(all_numbers(frozen, "lstm.") != all_numbers(untouched, "lstm."));
  options.freeze = "*";
  CHECK_THROWS_WITH_AS(adapted(options), doctest::Contains("leaves nothing to train"), ArgumentError);
}

TEST_CASE("statistics stay unless they are asked to follow; a word of unknown characters is refused") {
  Words words;
  const auto statistics = [](WordNet<float>& network) {
    return std::vector<float>(network.blocks[0].bn1.running_mean.begin(), network.blocks[0].bn1.running_mean.end());
  };
  WordNet<float> network(words.vocabulary.classes(), 3, test::tiny_word_net());
  const auto before = statistics(network);
  AdaptOptions options = quick();
  adapt(network, words.vocabulary, words.samples, options);
  CHECK(statistics(network) == before);
  options.keep_statistics = false;
  adapt(network, words.vocabulary, words.samples, options);
  CHECK(statistics(network) != before);
  WordNet<float> smaller(4, 3, test::tiny_word_net());
  CHECK_THROWS_WITH_AS(adapt(smaller, Vocabulary("abc"), words.samples, options),
                       doctest::Contains("not in the vocabulary"), ArgumentError);
}

TEST_CASE("fine-tuning with frozen parameters that is stopped goes on as if it had not been") {
  Words words;
  const auto prepare = [](Run& run) {
    freeze<float>(run.network, "blocks.0.*,lstm.*");
    run.optimiser = Adam<float>(trainable_parameters_of<float>(run.network), {.learning_rate = 5e-3});
    run.trainer.options.keep_statistics = true;
    run.trainer.add<WeightAverage<float>>(run.network, 0.9);
  };
  const test::TemporaryFolder whole, parts;
  Run straight(words, whole.path(), 2, 5e-3, prepare);
  CHECK(straight.run() == TrainingEnd::all_epochs);
  Run first(words, parts.path(), 2, 5e-3, prepare);
  first.steps_left = 5;
  CHECK(first.run() == TrainingEnd::interrupted);
  Run second(words, parts.path(), 2, 5e-3, prepare);
  second.trainer.load(read_safetensors(parts.path() / "last.safetensors"));
  CHECK(second.run() == TrainingEnd::all_epochs);
  const auto expected = tensors_of(whole.path() / "last.safetensors");
  CHECK(tensors_of(parts.path() / "last.safetensors") == expected);
  CHECK(expected.contains("adam.mean.classes.weight"));
  CHECK_FALSE(expected.contains("adam.mean.lstm.weight_hh_l0"));  // nothing is kept of what is not trained
  CHECK(expected.at("average.lstm.weight_hh_l0") == expected.at("lstm.weight_hh_l0"));
  CHECK(expected.at("average.classes.weight") != expected.at("classes.weight"));
}

TEST_CASE("a run without validation words has no best epoch, and nobody may ask for its loader") {
  Words words;
  struct Ask : Callback<float> {
    void epoch_done(Trainer<float>& trainer, const EpochReport& report) override {
      CHECK_FALSE(report.is_best);
      CHECK(report.validation.errors.words == 0);
      CHECK_THROWS_AS(trainer.validation(), ArgumentError);
    }
  };
  Run run(words, "", 2, 5e-3, [](Run& training) { training.trainer.add<Ask>(); });
  CHECK(run.trainer.run(run.training) == TrainingEnd::all_epochs);
  CHECK(run.reports.size() == 2);
  CHECK(run.trainer.state.best_epoch == 0);
  CHECK(run.trainer.state.epochs_done == 2);
}
