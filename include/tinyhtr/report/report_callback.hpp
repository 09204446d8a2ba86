// HtmlReport: report.html of a training, anew after every epoch.
#pragma once

#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/data/writers.hpp"
#include "tinyhtr/io/replace_file.hpp"
#include "tinyhtr/report/run_report.hpp"
#include "tinyhtr/train/callback.hpp"
#include "tinyhtr/train/metrics_csv.hpp"
#include "tinyhtr/train/trainer.hpp"

namespace tinyhtr {

/// What a training's report says that the trainer does not know.
struct HtmlReportOptions {
  std::string title = "Training";
  std::string split{};       ///< which words are read for validation, to stand beside every number
  std::string trained_on{};  ///< which words the network learns from
  std::vector<std::pair<std::string, std::string>> configuration{};
  Writers writers{};  ///< of the validation words, where they are known
  BootstrapOptions bootstrap{};
  GallerySizes gallery{};
};

/// Writes the report after every epoch: the curves of all epochs, the readings of the best one so far, by CER macro.
///
/// The curves are those of `metrics`, which is to be added before, so that a resumed training shows its earlier epochs
/// too. Their readings are gone: until there is a better epoch, the report then shows those of the last one, and says
/// so. Throws FileError where the file cannot be written.
template <class T>
class HtmlReport : public Callback<T> {
 public:
  HtmlReport(std::filesystem::path file, const MetricsCsv<T>& metrics, HtmlReportOptions options = {})
      : file_(std::move(file)), metrics_(metrics), options_(std::move(options)) {}

  void run_begins(Trainer<T>&) override { check_replaceable(file_); }

  void epoch_done(Trainer<T>& trainer, const EpochReport& report) override {
    if (report.is_best || !shows_best_) {
      words_ = word_readings(report.validation, trainer.validation().samples(), options_.writers);
      loss_ =
          report.validation.labels_with_loss > 0 ? report.validation.loss : std::numeric_limits<double>::quiet_NaN();
      shows_best_ = report.is_best;
      network_ = "after epoch " + std::to_string(report.epoch) + " of " + std::to_string(trainer.options.epochs) +
                 (report.is_best ? ", the best so far by CER macro" : ", not the best one");
    }
    write(report.epoch);
  }

 private:
  void write(int epochs_done) {
    RunReport page;
    page.title = options_.title;
    page.split = options_.split;
    page.trained_on = options_.trained_on;
    page.network = network_;
    page.words = std::move(words_);  // given back below
    page.loss = loss_;
    page.epochs = metrics_.rows();
    page.configuration = options_.configuration;
    page.machine.emplace_back("written", utc_time() + ", after epoch " + std::to_string(epochs_done));
    page.bootstrap = options_.bootstrap;
    page.gallery = options_.gallery;
    const std::string html = run_report_html(page);
    words_ = std::move(page.words);
    replace_file(file_, html);
  }

  std::filesystem::path file_;
  const MetricsCsv<T>& metrics_;
  HtmlReportOptions options_;
  std::vector<WordReading> words_;
  std::string network_;
  double loss_ = 0;
  bool shows_best_ = false;
};

}  // namespace tinyhtr
