// Progress of a long loop: a bar on a terminal, a plain line now and then elsewhere.
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>

namespace tinyhtr::examples {

/// A number with so many digits after the point.
inline std::string fixed(double value, int digits) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << value;
  return text.str();
}

/// "1:02:03" or "02:03"
inline std::string clock_time(double seconds) {
  const long total = seconds > 0 && seconds < 1e9 ? static_cast<long>(seconds + 0.5) : 0;
  const auto two = [](long n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return (total >= 3600 ? std::to_string(total / 3600) + ":" : "") + two(total / 60 % 60) + ":" + two(total % 60);
}

/// Shows how far a loop has come, on stdout.
class Progress {
 public:
  Progress() : on_terminal_(isatty(STDOUT_FILENO) != 0) {}

  /// done of total steps, with what else is to be said. On a terminal the line is drawn at most ten times a second;
  /// elsewhere at every fifth of the way.
  void show(const std::string& label, long done, long total, const std::string& text) {
    const auto now = std::chrono::steady_clock::now();
    if (on_terminal_) {
      if (done < total && now - last_ < std::chrono::milliseconds(100)) return;
      last_ = now;
      constexpr long width = 24;
      const long filled = total > 0 ? done * width / total : width;
      std::cout << '\r' << label << " [" << std::string(static_cast<std::size_t>(filled), '=')
                << std::string(static_cast<std::size_t>(width - filled), ' ') << "] " << done << '/' << total << "  "
                << text << "\033[K" << std::flush;
    } else if (total > 0 && done * 5 / total > (done - 1) * 5 / total) {
      std::cout << label << "  " << done << '/' << total << "  " << text << std::endl;
    }
  }

  /// Takes the bar away, so that a line can stand in its place.
  void clear() {
    if (on_terminal_) std::cout << "\r\033[K" << std::flush;
  }

 private:
  bool on_terminal_;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace tinyhtr::examples
