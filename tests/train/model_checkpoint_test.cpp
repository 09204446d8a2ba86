#include "tinyhtr/train/model_checkpoint.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <string>

#include "support/small_training.hpp"
#include "support/temporary_folder.hpp"

using namespace tinyhtr;

namespace {

std::set<std::string> files_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

/// Ends a run as a crash does: by an exception after so many steps.
struct Crash : Callback<float> {
  explicit Crash(std::int64_t step_) : step(step_) {}
  void step_done(Trainer<float>&, const StepReport& report, const Batch<float>&) override {
    if (report.step == step) throw Error("crash");
  }
  std::int64_t step;
};

}  // namespace

TEST_CASE("the networks of the last epochs stay, older ones go") {
  test::Words words;
  const test::TemporaryFolder folder;
  test::SmallTraining run(words, "", 4, 5e-3, [&](test::SmallTraining& training) {
    training.trainer.add<ModelCheckpoint<float>>(folder.path(), ModelCheckpointOptions{.keep = 2});
  });
  CHECK(run.run() == TrainingEnd::all_epochs);
  CHECK(files_in(folder.path()) == std::set<std::string>{"best.safetensors", "last.safetensors",
                                                         "epoch_0003.safetensors", "epoch_0004.safetensors"});
  CHECK(TrainingState::from_json(load_model<float>(folder.path() / "epoch_0003.safetensors").file.text("training"))
            .epochs_done == 3);
  CHECK_THROWS_AS(ModelCheckpoint<float>("", ModelCheckpointOptions{.keep = -1}), ArgumentError);
}

TEST_CASE("after a crash within an epoch, the run goes on from the last step that was saved, to the same bits") {
  test::Words words;
  const test::TemporaryFolder whole, parts;
  test::SmallTraining straight(words, whole.path(), 3);
  CHECK(straight.run() == TrainingEnd::all_epochs);
  for (const std::int64_t step : {3, 5, 10}) {  // of 12; saved after every second step within an epoch
    test::SmallTraining crashing(words, "", 3, 5e-3, [&](test::SmallTraining& training) {
      training.trainer.add<ModelCheckpoint<float>>(parts.path(), ModelCheckpointOptions{.every_steps = 2});
      training.trainer.add<Crash>(step);
    });
    CHECK_THROWS_AS(crashing.run(), Error);
    test::SmallTraining resumed(words, parts.path(), 3);
    resumed.trainer.load(read_safetensors(parts.path() / "last.safetensors"));
    CHECK(resumed.trainer.state.steps == (step == 3 ? 2 : step == 5 ? 4 : 10));
    CHECK(resumed.run() == TrainingEnd::all_epochs);
    CHECK(test::tensors_of(whole.path() / "last.safetensors") == test::tensors_of(parts.path() / "last.safetensors"));
    CHECK(test::tensors_of(whole.path() / "best.safetensors") == test::tensors_of(parts.path() / "best.safetensors"));
  }
}

TEST_CASE("a run can be resumed before its first step is done") {
  test::Words words;
  const test::TemporaryFolder whole, parts;
  test::SmallTraining straight(words, whole.path(), 1);
  CHECK(straight.run() == TrainingEnd::all_epochs);
  test::SmallTraining crashing(words, parts.path(), 1, 5e-3,
                               [](test::SmallTraining& training) { training.trainer.add<Crash>(1); });
  CHECK_THROWS_AS(crashing.run(), Error);
  test::SmallTraining resumed(words, parts.path(), 1);
  resumed.trainer.load(read_safetensors(parts.path() / "last.safetensors"));
  CHECK(resumed.trainer.state.steps == 0);
  CHECK(resumed.run() == TrainingEnd::all_epochs);
  CHECK(test::tensors_of(whole.path() / "last.safetensors") == test::tensors_of(parts.path() / "last.safetensors"));
}

TEST_CASE("a checkpoint that cannot be written ends the run with the path, and leaves the old one") {
  test::Words words;
  const test::TemporaryFolder folder;
  test::SmallTraining run(words, folder.path() / "gone", 1);
  CHECK_THROWS_WITH_AS(run.run(), doctest::Contains("last.safetensors"), FileError);  // before the first step
}
