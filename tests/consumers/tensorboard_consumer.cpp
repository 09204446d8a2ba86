// Writes event files of every kind, with a list of what has to be read in them:
//
//     tensorboard_consumer FOLDER EXPECTED.json
//     check_tensorboard.py FOLDER EXPECTED.json
#include <cmath>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "support/small_iam.hpp"
#include "support/tiny_word_net.hpp"
#include "tinyhtr/data/iam.hpp"
#include "tinyhtr/io/tensorboard_events.hpp"
#include "tinyhtr/report/tensorboard_callback.hpp"
#include "tinyhtr/train/model_checkpoint.hpp"

namespace {

using namespace tinyhtr;
using Json = nlohmann::json;

/// What one folder of event files has to be read as: {"scalars": {tag: [[step, value], ...]}, "images": ..., ...}.
struct Expected {
  Json json = {{"scalars", Json::object()},
               {"images", Json::object()},
               {"texts", Json::object()},
               {"histograms", Json::object()},
               {"complete", true}};

  void scalar(const std::string& tag, std::int64_t step, double value) {
    const auto single = static_cast<double>(static_cast<float>(value));
    const Json number = std::isnan(single)   ? Json("nan")
                        : std::isinf(single) ? Json(single > 0 ? "inf" : "-inf")
                                             : Json(single);  // JSON has neither
    json["scalars"][tag].push_back({step, number});
  }
};

/// Writes what it expects.
struct Both {
  EventWriter writer;
  Expected& expected;

  Both(const std::filesystem::path& folder, Expected& expected_, std::int64_t first_step = 0)
      : writer(folder, first_step), expected(expected_) {}

  void scalar(const std::string& tag, std::int64_t step, double value) {
    writer.add_scalar(tag, step, value);
    expected.scalar(tag, step, value);
  }

  void image(const std::string& tag, std::int64_t step, const Image& image) {
    writer.add_image(tag, step, image, "a *description* of " + tag);
    const std::int64_t sum = std::accumulate(image.pixels.begin(), image.pixels.end(), std::int64_t{0});
    expected.json["images"][tag].push_back({step, image.height, image.width, image.channels, sum});
  }

  void text(const std::string& tag, std::int64_t step, const std::string& text) {
    writer.add_text(tag, step, text);
    expected.json["texts"][tag].push_back({step, Json::array(), {text}});
  }

  void table(const std::string& tag, std::int64_t step, Index columns, const std::vector<std::string>& cells) {
    writer.add_table(tag, step, columns, cells);
    expected.json["texts"][tag].push_back({step, {static_cast<Index>(cells.size()) / columns, columns}, cells});
  }

  void histogram(const std::string& tag, std::int64_t step, const std::vector<float>& values, Index buckets) {
    writer.add_histogram(tag, step, std::span<const float>(values), buckets);
    expected.json["histograms"][tag].push_back({step, buckets, values});
  }
};

/// One of everything, numbers at their limits too.
Json write_kinds(const std::filesystem::path& folder) {
  Expected expected;
  Both both(folder, expected);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::int64_t step = 0;
  for (const double value : {0.0, -1.5, 1e-30, 3.4e38, 0.1, infinity, -infinity, std::nan("")}) {
    both.scalar("loss/ctc", step++, value);
  }
  both.scalar("große Schritte", std::int64_t{1} << 40, 2.5);
  for (Index i = 0; i < 3; ++i) {
    both.image("grey", i, test::patterned_image(7 + i, 11, i));
    Image colours(5, 9 + i, 3);
    for (std::size_t k = 0; k < colours.pixels.size(); ++k) colours.pixels[k] = static_cast<std::uint8_t>(37 * k);
    both.image("colours", i, colours);
  }
  both.text("note", 0, "one *line*\n\nand another, with é, 中 and <b>tags</b> & signs");
  both.text("note", 5, "");
  both.table("table", 1, 3, {"a", "b", "c", "    d | e", "", "é"});
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i) values.push_back(std::sin(static_cast<float>(i)) * 3.0F);
  both.histogram("weights", 1, values, 30);
  both.histogram("weights", 2, {1.0F, 2.0F, 2.0F, 5.0F}, 4);
  both.histogram("equal", 1, std::vector<float>(17, 0.25F), 30);
  both.writer.flush();
  return expected.json;
}

/// A run that was killed at step 20 and goes on after its checkpoint of step 10, three times over.
Json write_restarts(const std::filesystem::path& folder) {
  Expected expected, orphaned;
  for (int part = 0; part < 3; ++part) {
    const std::int64_t first = 10 * part + 1;
    Both both(folder, expected, first);
    for (std::int64_t step = first; step < first + 10; ++step) both.scalar("batch_loss", step, 100 * part + 0.5);
    if (part == 2) break;
    both.image("inputs", first, test::patterned_image(4, 4, part));
    Both lost{folder, orphaned, first + 10};
    for (std::int64_t step = first + 10; step < first + 20; ++step) lost.scalar("batch_loss", step, -1);
    lost.image("inputs", first + 10, test::patterned_image(5, 5, part));
    lost.text("only orphaned", first + 10, "gone");
  }
  return expected.json;
}

/// A file whose last record a kill cut off, after a file that is whole.
Json write_cut(const std::filesystem::path& folder) {
  Expected expected, ignored;
  Both whole(folder, expected, 1);
  whole.scalar("batch_loss", 1, 4);
  Both cut(folder, expected, 2);
  cut.scalar("batch_loss", 2, 3);
  const std::uintmax_t length = std::filesystem::file_size(cut.writer.path());
  cut.writer.add_scalar("batch_loss", 3, 2);
  std::filesystem::resize_file(cut.writer.path(), length + 21);
  Both later(folder, expected, 3);
  later.scalar("batch_loss", 3, 1);
  return expected.json;
}

/// Notes what the trainer reports as what has to be read.
struct Notes : Callback<float> {
  Expected *train = nullptr, *validation = nullptr;

  void step_done(Trainer<float>&, const StepReport& report, const Batch<float>&) override {
    train->scalar("batch_loss", report.step, report.batch_loss);
  }
  void epoch_done(Trainer<float>&, const EpochReport& report) override {
    train->scalar("epoch_loss", report.epoch, report.training_loss);
    train->scalar("epoch_lr", report.epoch, report.learning_rate);
    validation->scalar("epoch_loss", report.epoch, report.validation.loss);
    validation->scalar("epoch_CER", report.epoch, report.validation.errors.cer_macro());
    validation->scalar("epoch_WER", report.epoch, report.validation.errors.wer());
  }
};

/// A small training of `epochs` epochs, stopped after `stop` steps, or to its end for 0; it goes on with the checkpoint
/// in the folder, where there is one.
void train(const std::filesystem::path& folder, int epochs, Index stop, Expected& train_expected,
           Expected& validation_expected) {
  test::SmallIam words;
  const std::vector<std::string> texts = {"ab", "c", "ade", "b b", "e", "a", "dca", "b", "c|e", "*a*"};
  for (std::size_t i = 0; i < texts.size(); ++i) words.add_word("x01-001-00-0" + std::to_string(i), texts[i]);
  words.finish();
  const std::vector<Sample> samples = load_iam(words.path()).samples;
  const Vocabulary vocabulary = Vocabulary::from_texts(texts);
  WordNet<float> network(vocabulary.classes(), 3, test::tiny_word_net());
  Adam<float> optimiser(parameters_of<float>(network), {.learning_rate = 5e-3});
  Loader<float> training(samples, test::tiny_loading(3, true, 3));
  Loader<float> validation(samples, test::tiny_loading(4, false, 3));
  TrainerOptions options;
  options.epochs = epochs;
  options.should_stop = [&stop] { return stop > 0 && --stop == 0; };
  Trainer<float> trainer(network, optimiser, vocabulary, 3, options);
  Notes& notes = trainer.add<Notes>();
  notes.train = &train_expected;
  notes.validation = &validation_expected;
  trainer.add<TensorBoard<float>>(folder / "logs", TensorBoardOptions{.epochs_per_histogram = 1});
  trainer.add<ModelCheckpoint<float>>(folder);
  const std::filesystem::path last = folder / "last.safetensors";
  if (std::filesystem::exists(last)) trainer.load(read_safetensors(last));
  trainer.run(training, validation);
}

/// A training that was interrupted at step 6, went on to step 10, and was resumed from step 6 again, as after a kill.
void write_training(const std::filesystem::path& folder, Json& runs) {
  Expected train_expected, validation_expected, lost_train, lost_validation;
  std::filesystem::create_directories(folder);
  train(folder, 3, 6, train_expected, validation_expected);
  const std::filesystem::path last = folder / "last.safetensors", kept = folder / "kept.safetensors";
  std::filesystem::copy_file(last, kept);
  train(folder, 3, 4, lost_train, lost_validation);
  std::filesystem::rename(kept, last);
  train(folder, 3, 0, train_expected, validation_expected);
  train_expected.json["complete"] = validation_expected.json["complete"] = false;  // there is more than is listed
  runs["training/logs/train"] = train_expected.json;
  runs["training/logs/validation"] = validation_expected.json;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: tensorboard_consumer FOLDER EXPECTED.json\n";
    return 1;
  }
  try {
    const std::filesystem::path folder = argv[1];
    Json runs;
    runs["kinds"] = write_kinds(folder / "kinds");
    runs["restarts"] = write_restarts(folder / "restarts");
    runs["cut"] = write_cut(folder / "cut");
    write_training(folder / "training", runs);
    std::ofstream file(argv[2]);
    file << runs.dump(1) << '\n';
    if (!file.flush()) throw FileError(std::string(argv[2]) + ": could not be written");
  } catch (const std::exception& error) {
    std::cerr << "tensorboard_consumer: " << error.what() << '\n';
    return 1;
  }
}
