#include "tinyhtr/train/metrics_csv.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/files.hpp"
#include "support/small_training.hpp"
#include "support/temporary_folder.hpp"
#include "tinyhtr/train/train_logger.hpp"

using namespace tinyhtr;

TEST_CASE("rows survive CSV to the last bit") {
  std::vector<EpochRow> rows(2);
  rows[0] = {1, 4, 1.0 / 3, 2.0 / 3, 0.1 + 0.2, 1e-300, 1, 5e-4, 12.5, 0};
  rows[1].epoch = 2;
  const std::string text = epoch_rows_csv(rows);
  const std::vector<EpochRow> read = parse_epoch_rows(text, "metrics.csv");
  REQUIRE(read.size() == 2);
  CHECK(epoch_rows_csv(read) == text);
  CHECK(read[0].cer_micro == 0.1 + 0.2);
  CHECK(read[1].epoch == 2);
  CHECK(parse_epoch_rows(epoch_rows_csv({}), "metrics.csv").empty());
}

TEST_CASE("another table is refused with the line") {
  const std::string header = epoch_rows_csv({});
  for (const auto& [text, reason] : std::vector<std::pair<std::string, const char*>>{
           {"a,b\n", "metrics.csv:1: expected 10 fields, found 2"},
           {header + "1,2\n", "metrics.csv:2: expected 10 fields, found 2"},
           {header + "1,2,x,4,5,6,7,8,9,10\n", "metrics.csv:2: training_loss: expected a number, found 'x'"},
           {"1,2,3,4,5,6,7,8,9,10\n", "metrics.csv:1: expected the column epoch, found '1'"}}) {
    CHECK_THROWS_WITH_AS(static_cast<void>(parse_epoch_rows(text, "metrics.csv")), doctest::Contains(reason),
                         FormatError);
  }
}

TEST_CASE("a resumed run writes the same table and log as one that was not interrupted") {
  test::Words words;
  const test::TemporaryFolder folder;
  const auto metrics = folder.path() / "metrics.csv", log = folder.path() / "logs.log";
  const auto prepare = [&](test::SmallTraining& training) {
    training.trainer.add<MetricsCsv<float>>(metrics);
    training.trainer.add<TrainLogger<float>>(log);
  };
  test::SmallTraining first(words, folder.path(), 2, 5e-3, prepare);
  CHECK(first.run() == TrainingEnd::all_epochs);
  const Safetensors after_two = read_safetensors(folder.path() / "last.safetensors");
  test::SmallTraining third(words, folder.path(), 3, 5e-3, prepare);
  third.trainer.load(after_two);
  CHECK(third.run() == TrainingEnd::all_epochs);
  CHECK(parse_epoch_rows(test::content_of(metrics), metrics).size() == 3);

  test::SmallTraining again(words, folder.path(), 3, 5e-3, prepare);  // as if killed before the third was saved
  again.trainer.load(after_two);
  CHECK(again.run() == TrainingEnd::all_epochs);
  const std::vector<EpochRow> rows = parse_epoch_rows(test::content_of(metrics), metrics);
  REQUIRE(rows.size() == 3);
  for (std::size_t k = 0; k < 3; ++k) CHECK(rows[k].epoch == static_cast<double>(k + 1));
  CHECK(rows[2].training_loss == again.reports[0].training_loss);
  CHECK(rows[2].step == 12);

  std::string text = test::content_of(log);
  std::vector<std::string> lines;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
    lines.push_back(text.substr(0, end));
    text.erase(0, end + 1);
  }
  REQUIRE(lines.size() == 3);
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(lines[k].substr(23, 22 + 8) == " - root - INFO - Epoch " + std::to_string(k) + "; loss");
    CHECK(lines[k][19] == ',');
    CHECK(lines[k].find("; lr: 0.005") != std::string::npos);
  }
}
