#include "tinyhtr/train/weight_average.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/small_training.hpp"
#include "support/temporary_folder.hpp"

using namespace tinyhtr;

namespace {

/// What the weights of the last layer were after every step, and in every validation.
struct Watch : Callback<float> {
  std::vector<Tensor<float>> after_steps, in_validations;
  void step_done(Trainer<float>& trainer, const StepReport&, const Batch<float>&) override {
    after_steps.push_back(trainer.network().classes.weight.value());
  }
  void epoch_done(Trainer<float>& trainer, const EpochReport&) override {
    in_validations.push_back(trainer.network().classes.weight.value());
  }
};

}  // namespace

TEST_CASE("the average is that of the formula, and stands in the network only while it validates") {
  test::Words words;
  const test::TemporaryFolder folder;
  Watch* watch = nullptr;
  Tensor<float> initial(Shape{1});
  test::SmallTraining run(words, folder.path(), 2, 5e-3, [&](test::SmallTraining& training) {
    initial = training.network.classes.weight.value();
    training.trainer.add<WeightAverage<float>>(training.network, 0.5);
    watch = &training.trainer.add<Watch>();
  });
  CHECK(run.run() == TrainingEnd::all_epochs);
  REQUIRE(watch->after_steps.size() == 8);
  REQUIRE(watch->in_validations.size() == 2);
  std::vector<double> average(initial.begin(), initial.end());
  for (std::size_t step = 0; step < 8; ++step) {
    const double t = static_cast<double>(step) + 1, decay = std::min(0.5, (1 + t) / (10 + t));
    for (std::size_t i = 0; i < average.size(); ++i)
      average[i] =
          decay * average[i] + (1 - decay) * static_cast<double>(watch->after_steps[step][static_cast<Index>(i)]);
    if (step % 4 != 3) continue;
    const Tensor<float>& read = watch->in_validations[step / 4];
    for (std::size_t i = 0; i < average.size(); ++i)
      CHECK(static_cast<double>(read[static_cast<Index>(i)]) == doctest::Approx(average[i]).epsilon(1e-5));
  }
  // The run goes on from the weights themselves.
  const auto last = test::tensors_of(folder.path() / "last.safetensors");
  const auto best = test::tensors_of(folder.path() / "best.safetensors");
  const auto bytes = [](const Tensor<float>& tensor) {
    return std::string(reinterpret_cast<const char*>(tensor.data()), static_cast<std::size_t>(tensor.size()) * 4);
  };
  CHECK(last.at("classes.weight") == bytes(watch->after_steps.back()));
  CHECK(last.at("average.classes.weight") == bytes(watch->in_validations.back()));
  CHECK(best.at("classes.weight") ==
        bytes(watch->in_validations[static_cast<std::size_t>(run.trainer.state.best_epoch) - 1]));
}

TEST_CASE("a decay out of range is refused, and so is a checkpoint without averages") {
  test::Words words;
  const test::TemporaryFolder folder;
  test::SmallTraining run(words, folder.path(), 1);
  for (const double decay : {-0.1, 1.0}) CHECK_THROWS_AS(WeightAverage<float>(run.network, decay), ArgumentError);
  CHECK(run.run() == TrainingEnd::all_epochs);
  test::SmallTraining other(words, "", 1, 5e-3, [](auto& training) {
    training.trainer.template add<WeightAverage<float>>(training.network, 0.9);
  });
  CHECK_THROWS_WITH_AS(other.trainer.load(read_safetensors(folder.path() / "last.safetensors")),
                       doctest::Contains("average."), FormatError);
}
