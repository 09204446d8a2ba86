// Progress of a long loop: a bar on a terminal, a plain line now and then elsewhere.
#pragma once

#include <unistd.h>

#include <chrono>
#include <iostream>
#include <string>

namespace tinyhtr {

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

}  // namespace tinyhtr
