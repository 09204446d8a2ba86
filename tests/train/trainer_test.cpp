#include "tinyhtr/train/trainer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "support/check_mode.hpp"
#include "support/small_training.hpp"
#include "support/temporary_folder.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/optim/one_cycle.hpp"
#include "tinyhtr/train/early_stopping.hpp"
#include "tinyhtr/train/learning_rate_schedule.hpp"
#include "tinyhtr/train/reduce_lr_on_plateau.hpp"
#include "tinyhtr/train/warm_up.hpp"
#include "tinyhtr/train/weight_average.hpp"

using namespace tinyhtr;
using test::set_batch_norm_momentum;
using test::tensors_of;
using test::Words;
using Run = test::SmallTraining;

TEST_CASE("one batch is overfitted to CER 0") {
  Words words;
  WordNetOptions options = test::tiny_word_net();
  options.dropout = 0;
  options.hidden = 32;
  WordNet<float> network(words.vocabulary.classes(), 1, options);
  set_batch_norm_momentum(network, 0.9f);  // the running statistics have 800 steps to arrive, not 100,000
  Adam<float> adam(parameters_of<float>(network), {.learning_rate = 1e-2});
  Loader<float> loader(words.samples, test::tiny_loading(10, false, 1));
  REQUIRE(loader.batches() == 1);
  auto epoch = loader.epoch(0);
  const Batch<float> batch = *epoch.begin();
  double first = 0, last = 0;
  for (std::uint32_t step = 0; step < 800; ++step) {
    const Variable<float> loss =
        ctc_loss(network.forward(batch.images, Mode::training(1, step)), words.vocabulary.encode(batch.texts));
    adam.zero_grad();
    backward(loss);
    adam.step();
    (step == 0 ? first : last) = static_cast<double>(loss.item());
  }
  CHECK(first > 10);
  CHECK(last < 0.1);
  const Evaluation evaluation = evaluate(network, loader, words.vocabulary);
  CHECK(evaluation.errors.words == 10);
  CHECK(evaluation.errors.cer_micro() == 0);
  CHECK(evaluation.errors.wer() == 0);
  CHECK(evaluation.predictions[5].reading == "éa");
  CHECK(evaluation.predictions[5].confidence > 0.1);
}

TEST_CASE("two epochs equal one, a resume, and one more, bit for bit") {
  Words words;
  const test::TemporaryFolder whole, parts;
  Run straight(words, whole.path(), 2);
  CHECK(straight.run() == TrainingEnd::all_epochs);

  Run first(words, parts.path(), 1);
  CHECK(first.run() == TrainingEnd::all_epochs);
  Run second(words, parts.path(), 2);
  second.trainer.load(read_safetensors(parts.path() / "last.safetensors"));
  CHECK(second.run() == TrainingEnd::all_epochs);

  CHECK(tensors_of(whole.path() / "last.safetensors") == tensors_of(parts.path() / "last.safetensors"));
  REQUIRE(straight.reports.size() == 2);
  REQUIRE(second.reports.size() == 1);
  CHECK(second.reports[0].training_loss == straight.reports[1].training_loss);
  CHECK(second.reports[0].validation.loss == straight.reports[1].validation.loss);
}

TEST_CASE("a run that is stopped after any step goes on as if it had not been") {
  Words words;
  const test::TemporaryFolder whole;
  Run straight(words, whole.path(), 2);
  CHECK(straight.run() == TrainingEnd::all_epochs);
  const auto expected = tensors_of(whole.path() / "last.safetensors");
  for (const Index stop : {1, 3, 4, 5, 8}) {  // 4 is the last step of the first epoch, 8 of the second
    CAPTURE(stop);
    const test::TemporaryFolder parts;
    Run first(words, parts.path(), 2);
    first.steps_left = stop;
    CHECK(first.run() == TrainingEnd::interrupted);
    Run second(words, parts.path(), 2);
    second.trainer.load(read_safetensors(parts.path() / "last.safetensors"));
    CHECK(second.trainer.state.steps == stop);
    CHECK(second.run() == TrainingEnd::all_epochs);
    CHECK(tensors_of(parts.path() / "last.safetensors") == expected);
    CHECK(second.reports.back().training_loss == straight.reports.back().training_loss);
  }
}

TEST_CASE("what callbacks do to the learning rate, the gradients, the weights goes on from a checkpoint too") {
  Words words;
  const test::TemporaryFolder whole, parts;
  const OneCycle cycle{.peak = 1e-2, .warm_up = 0.3};
  const auto prepare = [&](Run& run) {
    run.trainer.options.clip_norm = 0.5;
    run.trainer.add<LearningRateSchedule<float>>([&](double progress) { return cycle.rate(progress); });
    run.trainer.add<WarmUp<float>>(7);
    run.trainer.add<WeightAverage<float>>(run.network, 0.9);
    run.trainer.add<ReduceLROnPlateau<float>>();
  };
  Run straight(words, whole.path(), 3, 5e-3, prepare);
  CHECK(straight.run() == TrainingEnd::all_epochs);
  CHECK(straight.reports[0].learning_rate > straight.reports[2].learning_rate);
  CHECK(straight.reports[0].learning_rate == doctest::Approx(cycle.rate(3.0 / 12) * 4 / 7));  // step 4 of 7
  CHECK(straight.reports[2].learning_rate == doctest::Approx(cycle.rate(11.0 / 12)));

  Run first(words, parts.path(), 3, 5e-3, prepare);
  first.steps_left = 6;
  CHECK(first.run() == TrainingEnd::interrupted);
  Run second(words, parts.path(), 3, 5e-3, prepare);
  second.trainer.load(read_safetensors(parts.path() / "last.safetensors"));
  CHECK(second.run() == TrainingEnd::all_epochs);
  CHECK(tensors_of(whole.path() / "last.safetensors") == tensors_of(parts.path() / "last.safetensors"));
  CHECK(tensors_of(whole.path() / "best.safetensors") == tensors_of(parts.path() / "best.safetensors"));

  Run plain(words, "", 3);
  CHECK(plain.run() == TrainingEnd::all_epochs);
  CHECK(plain.reports[2].training_loss != straight.reports[2].training_loss);
  CHECK_THROWS_AS(plain.trainer.training(), ArgumentError);  // there are loaders only in a run
}

TEST_CASE("the number of threads changes no bit") {
  Words words;
  std::map<std::string, std::string> expected;
  const int before = thread_count();
  for (const int threads : {1, 2, 3, 8}) {
    set_thread_count(threads);
    const test::TemporaryFolder folder;
    Run run(words, folder.path(), 1);
    CHECK(run.run() == TrainingEnd::all_epochs);
    const auto tensors = tensors_of(folder.path() / "last.safetensors");
    if (expected.empty()) expected = tensors;
    CHECK(tensors == expected);
  }
  set_thread_count(before);
}

TEST_CASE("another seed gives another training") {
  Words words;
  Run a(words, "", 1), b(words, "", 1);
  b.trainer.state.seed = 4;  // of the dropout alone
  CHECK(a.run() == TrainingEnd::all_epochs);
  CHECK(b.run() == TrainingEnd::all_epochs);
  CHECK(a.reports[0].training_loss != b.reports[0].training_loss);
}

TEST_CASE("early stopping, the plateau and the best checkpoint follow the validation CER") {
  Words words;
  const test::TemporaryFolder folder;
  const auto prepare = [](Run& run) {
    set_batch_norm_momentum(run.network, 1);  // learns nothing, and keeps its running statistics: the CER stays
    run.trainer.add<ReduceLROnPlateau<float>>(ReduceOnPlateau{.patience = 2});
    run.trainer.add<EarlyStopping<float>>(3);
  };
  Run run(words, folder.path(), 50, 1e-12, prepare);
  CHECK(run.run() == TrainingEnd::early_stopping);
  CHECK(run.reports.size() == 4);
  CHECK(run.reports[0].is_best);
  CHECK_FALSE(run.reports[1].is_best);
  CHECK(run.trainer.state.best_epoch == 1);
  CHECK(run.trainer.state.learning_rate == doctest::Approx(0.9e-12));
  const SavedModel<float> best = load_model<float>(folder.path() / "best.safetensors");
  CHECK(best.vocabulary == words.vocabulary);
  CHECK(best.file.tensors.count("adam.mean.classes.bias") == 0);
  const TrainingState state = TrainingState::from_json(best.file.text("training"));
  CHECK(state.epochs_done == 1);
  CHECK(state.validation.cer_macro == run.reports[0].validation.errors.cer_macro());
  Run resumed(words, folder.path(), 50, 1e-12, prepare);
  resumed.trainer.load(read_safetensors(folder.path() / "last.safetensors"));
  CHECK(resumed.run() == TrainingEnd::early_stopping);
  CHECK(resumed.reports.empty());
  CHECK_THROWS_AS(EarlyStopping<float>(0), ArgumentError);
}

TEST_CASE("a checkpoint of another vocabulary, network or kind is refused") {
  Words words;
  const test::TemporaryFolder folder;
  Run run(words, folder.path(), 1);
  CHECK(run.run() == TrainingEnd::all_epochs);
  const Safetensors good = read_safetensors(folder.path() / "last.safetensors");
  Run other(words, "", 1);

  Safetensors file = good;
  file.metadata["vocabulary"] = "abcdef";
  CHECK_THROWS_WITH_AS(other.trainer.load(file), doctest::Contains("'abcdef', expected 'abcdeé'"), FormatError);
  file = good;
  file.tensors.erase("adam.square.classes.bias");
  CHECK_THROWS_WITH_AS(other.trainer.load(file), doctest::Contains("adam.square.classes.bias"), FormatError);
  file = good;
  file.add("classes.weight", Tensor<float>(Shape{9, 24}));
  CHECK_THROWS_WITH_AS(other.trainer.load(file), doctest::Contains("(9,24), expected (7,24)"), FormatError);
  CHECK_THROWS_AS(other.trainer.load(read_safetensors(folder.path() / "best.safetensors")), FormatError);  // no moments
}

TEST_CASE("a loss that is no number ends the training with the place, and keeps the last checkpoint") {
  Words words;
  const test::TemporaryFolder folder;
  Run run(words, folder.path(), 1);
  CHECK(run.run() == TrainingEnd::all_epochs);
  const auto before = tensors_of(folder.path() / "last.safetensors");
  Run broken(words, folder.path(), 2);
  broken.trainer.load(read_safetensors(folder.path() / "last.safetensors"));
  broken.network.classes.bias.value()[0] = std::nanf("");
  CHECK_THROWS_WITH_AS(broken.run(), doctest::Contains("epoch 2, batch 1"), ArgumentError);
  CHECK(tensors_of(folder.path() / "last.safetensors") == before);
}

TEST_CASE("labels with unknown characters count as errors, and have no loss") {
  Words words;
  std::vector<Sample> samples(words.samples.begin(), words.samples.begin() + 2);
  samples[0].text = "xyz";
  WordNet<float> network(words.vocabulary.classes(), 3, test::tiny_word_net());
  Loader<float> loader(samples, test::tiny_loading(2, false, 1));
  const Evaluation evaluation = evaluate(network, loader, words.vocabulary);
  CHECK(evaluation.labels_with_loss == 1);
  CHECK(std::isfinite(evaluation.loss));
  CHECK(evaluation.predictions[0].edits >= 3);
  CHECK(evaluation.errors.words == 2);
}

TEST_CASE("check mode: a training without a fault goes through the same bits") {
  Words words;
  const test::TemporaryFolder off, on;
  Run plain(words, off.path(), 2);
  plain.run();
  const test::CheckModeOn check_mode_on;
  Run checked(words, on.path(), 2);
  checked.run();
  CHECK(tensors_of(off.path() / "last.safetensors") == tensors_of(on.path() / "last.safetensors"));
}

TEST_CASE("check mode: a planted infinity is reported with operation, parameter, step and word") {
  Words words;
  const test::CheckModeOn check_mode_on;
  struct Plant : Callback<float> {
    void step_done(Trainer<float>& trainer, const StepReport& report, const Batch<float>&) override {
      if (report.step == 2) trainer.network().blocks[1].conv2.weight.value().fill(3e38f);  // too much for any sample
    }
  };
  Run run(words, {}, 2, 5e-3, [](Run& self) { self.trainer.add<Plant>(); });
  const NumericError error = test::numeric_error([&] { run.run(); });
  CHECK(test::says(error, "training: epoch 1, batch 3, step 3: conv2d of blocks.1.conv2.weight: the result is "));
  CHECK(test::says(error, "in sample 0 of the batch"));
  CHECK(test::says(error, "; the sample is '"));
  CHECK(test::says(error, ".png"));
}
