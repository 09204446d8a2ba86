// ReadingPrinter: what was read in images, in the form that the user wants.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/data/csv.hpp"

namespace tinyhtr::examples {

/// What a network reads in one image, or why it does not.
struct ImageReading {
  std::string name;  ///< of the image, as the user has it
  std::string text;
  double confidence = 0;  ///< probability of the text
  std::string error;      ///< empty where it was read
};

enum class ReadingFormat {
  tab_separated,  ///< path, text, confidence; failed images are left out
  json_lines,     ///< {"path": ..., "text": ..., "confidence": ...} or {"path": ..., "error": ...}, one a line
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
          line["confidence"] = std::round(reading.confidence * 1e6) / 1e6;
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
  std::ostream& out_;
  ReadingFormat format_;
};

}  // namespace tinyhtr::examples
