// Tests of the TensorBoard callback on a small training; what TensorBoard makes of it: consumers/check_tensorboard.py.
#include "tinyhtr/report/tensorboard_callback.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/event_records.hpp"
#include "support/small_iam.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_word_net.hpp"
#include "tinyhtr/data/iam.hpp"
#include "tinyhtr/train/model_checkpoint.hpp"

using namespace tinyhtr;
using test::EventValue;
using test::TemporaryFolder;

namespace {

/// Ten words with an image each.
struct Words {
  test::SmallIam folder;
  std::vector<Sample> samples;
  Vocabulary vocabulary{"abcde"};

  Words() {
    const std::vector<std::string> texts = {"ab", "c", "ade", "bb", "e", "a", "dca", "b", "cde", "aa"};
    for (std::size_t i = 0; i < texts.size(); ++i) folder.add_word("x01-001-00-0" + std::to_string(i), texts[i]);
    folder.finish();
    samples = load_iam(folder.path()).samples;
  }
};

/// Notes what the trainer reports.
struct Notes : Callback<float> {
  std::map<std::int64_t, double> batch_loss;
  std::map<int, EpochReport> epochs;
  void step_done(Trainer<float>&, const StepReport& report, const Batch<float>&) override {
    batch_loss[report.step] = report.batch_loss;
  }
  void epoch_done(Trainer<float>&, const EpochReport& report) override { epochs[report.epoch] = report; }
};

/// A training of four steps per epoch.
struct Run {
  WordNet<float> network;
  Adam<float> optimiser;
  Loader<float> training, validation;
  Trainer<float> trainer;
  Index steps_left = 1'000'000;  ///< after so many steps somebody asks to stop
  Notes* notes = nullptr;

  Run(const Words& words, const std::filesystem::path& folder, int epochs, const TensorBoardOptions& options)
      : network(words.vocabulary.classes(), 3, test::tiny_word_net()),
        optimiser(parameters_of<float>(network), {.learning_rate = 5e-3}),
        training(words.samples, test::tiny_loading(3, true, 3)),
        validation(words.samples, test::tiny_loading(4, false, 3)),
        trainer(network, optimiser, words.vocabulary, 3, TrainerOptions()) {
    trainer.options.epochs = epochs;
    trainer.options.should_stop = [this] { return --steps_left <= 0; };
    notes = &trainer.add<Notes>();
    trainer.add<TensorBoard<float>>(folder / "logs", options);
    trainer.add<ModelCheckpoint<float>>(folder);
  }

  void run() { trainer.run(training, validation); }
  void resume(const std::filesystem::path& folder) {
    trainer.load(read_safetensors(folder / "last.safetensors"));
    run();
  }
};

/// The points of a curve: step and value.
std::vector<std::pair<std::int64_t, float>> curve(const std::filesystem::path& folder, const std::string& tag) {
  std::vector<std::pair<std::int64_t, float>> points;
  for (const EventValue& value : test::event_values(folder)) {
    if (value.tag == tag && value.kind == 2) points.emplace_back(value.step, value.scalar);
  }
  return points;
}

std::map<std::string, int> count_tags(const std::filesystem::path& folder) {
  std::map<std::string, int> counts;
  for (const EventValue& value : test::event_values(folder)) ++counts[value.tag];
  return counts;
}

}  // namespace

TEST_CASE("TensorBoard: curves of steps and epochs hold what the trainer reports") {
  const Words words;
  const TemporaryFolder folder;
  Run run(words, folder.path(), 2, {});
  run.run();
  const auto steps = curve(folder.path() / "logs/train", "batch_loss");
  REQUIRE(steps.size() == 8);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    CHECK(steps[i].first == static_cast<std::int64_t>(i + 1));
    CHECK(steps[i].second == static_cast<float>(run.notes->batch_loss.at(steps[i].first)));
  }
  const auto loss = curve(folder.path() / "logs/train", "epoch_loss");
  const auto rate = curve(folder.path() / "logs/train", "epoch_lr");
  const auto cer = curve(folder.path() / "logs/validation", "epoch_CER");
  const auto wer = curve(folder.path() / "logs/validation", "epoch_WER");
  const auto read_loss = curve(folder.path() / "logs/validation", "epoch_loss");
  for (const auto* points : {&loss, &rate, &cer, &wer, &read_loss}) REQUIRE(points->size() == 2);
  for (int epoch = 1; epoch <= 2; ++epoch) {
    const auto i = static_cast<std::size_t>(epoch - 1);
    const EpochReport& report = run.notes->epochs.at(epoch);
    CHECK(loss[i] == std::pair<std::int64_t, float>(epoch, static_cast<float>(report.training_loss)));
    CHECK(rate[i].second == static_cast<float>(report.learning_rate));
    CHECK(cer[i] == std::pair<std::int64_t, float>(epoch, static_cast<float>(report.validation.errors.cer_macro())));
    CHECK(wer[i].second == static_cast<float>(report.validation.errors.wer()));
    CHECK(read_loss[i].second == static_cast<float>(report.validation.loss));
  }
}

TEST_CASE("TensorBoard: pictures, tables, histograms on request") {
  const Words words;
  const TemporaryFolder folder;
  Run run(words, folder.path(), 2,
          {.steps_per_point = 3, .inputs = 2, .alignments = 3, .worst_readings = 2, .epochs_per_histogram = 2});
  run.run();
  auto train = count_tags(folder.path() / "logs/train");
  auto validation = count_tags(folder.path() / "logs/validation");
  CHECK(train["batch_loss"] == 2);  // steps 3 and 6 of 8
  CHECK(train["inputs"] == 2);
  for (const char* tag : {"alignments/1", "alignments/2", "alignments/3", "worst_readings", "worst_readings_table"}) {
    CHECK(validation[tag] == 2);
  }
  CHECK(validation.count("alignments/4") == 0);
  for (const auto& [name, parameter] : members_of<float>(run.network).parameters) {
    CHECK(train["weights/" + name] == 1);
    CHECK(train["gradients/" + name] == 1);
  }
}

TEST_CASE("TensorBoard: what is not asked for is not written") {
  const Words words;
  const TemporaryFolder folder;
  Run run(words, folder.path(), 1, {.steps_per_point = 0, .inputs = 0, .alignments = 0, .worst_readings = 0});
  run.run();
  CHECK(count_tags(folder.path() / "logs/train").size() == 3);
  CHECK(count_tags(folder.path() / "logs/validation").size() == 4);
  CHECK_THROWS_AS(TensorBoard<float>(folder.path(), {.inputs = -1}), ArgumentError);
}

TEST_CASE("TensorBoard: a resumed run leaves every point once, as if it had not been stopped") {
  const Words words;
  const TemporaryFolder whole;
  Run straight(words, whole.path(), 3, {});
  straight.run();
  const TemporaryFolder parts;
  {
    Run first(words, parts.path(), 1, {});
    first.run();
  }
  const std::string checkpoint = test::content_of(parts.path() / "last.safetensors");
  {
    Run second(words, parts.path(), 3, {});  // goes on to step 10, and through epoch 2
    second.steps_left = 6;
    second.resume(parts.path());
  }
  CHECK(curve(parts.path() / "logs/train", "batch_loss").size() == 10);
  CHECK(curve(parts.path() / "logs/validation", "epoch_CER").size() == 2);
  parts.write("last.safetensors", checkpoint);  // as if it had been killed before it saved again
  Run third(words, parts.path(), 3, {});
  third.resume(parts.path());
  for (const char* tag : {"batch_loss", "batch_lr", "epoch_loss", "epoch_lr"}) {
    CAPTURE(tag);
    CHECK(curve(parts.path() / "logs/train", tag) == curve(whole.path() / "logs/train", tag));
  }
  for (const char* tag : {"epoch_loss", "epoch_CER", "epoch_WER"}) {
    CHECK(curve(parts.path() / "logs/validation", tag) == curve(whole.path() / "logs/validation", tag));
  }
  CHECK(count_tags(parts.path() / "logs/validation") == count_tags(whole.path() / "logs/validation"));
  CHECK(count_tags(parts.path() / "logs/train") == count_tags(whole.path() / "logs/train"));
}
