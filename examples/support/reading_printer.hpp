// ReadingPrinter: what was read in images, in the form that the user wants.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/data/csv.hpp"

namespace tinyhtr::examples {

/// One of several readings of an image.
struct RankedText {
  std::string text;
  double score = 0, confidence = 0;  ///< what the search ranks by; its share among the texts that it ends with
};

/// What a network reads in one image, or why it does not.
struct ImageReading {
  std::string name;  ///< of the image, as the user has it
  std::string text;
  double confidence = 0;             ///< probability of the text
  std::string error;                 ///< empty where it was read
  std::vector<RankedText> ranked{};  ///< the best readings, the first one included; none where one is asked for
};

enum class ReadingFormat {
  tab_separated,  ///< path, text, confidence; failed images are left out
  json_lines,     ///< {"path": ..., "text": ..., "confidence": ...} or {"path": ..., "error": ...}, one a line; with
                  ///< several readings also "n_best": [{"text": ..., "score": ..., "confidence": ...}, ...]
  csv             ///< path,text,confidence,error, with that header
};

class ReadingPrinter {
 public:
  ReadingPrinter(std::ostream& out, ReadingFormat format) : out_(out), format_(format) {
    if (format_ == ReadingFormat::csv) out_ << csv_row({"path", "text", "confidence", "error"});
  }

  void print(const ImageReading& reading) {
    const bool failed = !reading.error.empty();
    switch (format_) {
      case ReadingFormat::tab_separated:
        if (failed) return;
        out_ << reading.name << '\t' << reading.text << '\t' << fixed(reading.confidence, 4) << '\n';
        return;
      case ReadingFormat::json_lines: {
        nlohmann::ordered_json line{{"path", reading.name}};
        if (failed) {
          line["error"] = reading.error;
        } else {
          line["text"] = reading.text;
          line["confidence"] = rounded(reading.confidence);
          for (const RankedText& one : reading.ranked) {
            line["n_best"].push_back(
                {{"text", one.text}, {"score", rounded(one.score)}, {"confidence", rounded(one.confidence)}});
          }
        }
        // A path may hold any bytes; JSON is UTF-8.
        out_ << line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
        return;
      }
      case ReadingFormat::csv:
        out_ << csv_row({reading.name, reading.text, failed ? "" : fixed(reading.confidence, 6), reading.error});
    }
  }

 private:
  static double rounded(double value) { return std::round(value * 1e6) / 1e6; }

  std::ostream& out_;
  ReadingFormat format_;
};

}  // namespace tinyhtr::examples
