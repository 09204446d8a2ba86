// Ctrl-C as a wish that the training loop grants between two steps.
#pragma once

#include <csignal>

namespace tinyhtr {

/// While it lives, the first SIGINT or SIGTERM only sets a flag; the second one ends the program as usual.
class InterruptGuard {
 public:
  InterruptGuard() {
    flag() = 0;
    before_int_ = std::signal(SIGINT, on_signal);
    before_term_ = std::signal(SIGTERM, on_signal);
  }
  ~InterruptGuard() {
    std::signal(SIGINT, before_int_);
    std::signal(SIGTERM, before_term_);
  }
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  /// Whether somebody asked to stop.
  static bool requested() { return flag() != 0; }

 private:
  using Handler = void (*)(int);

  static volatile std::sig_atomic_t& flag() {
    static volatile std::sig_atomic_t value = 0;
    return value;
  }

  static void on_signal(int signal) {
    flag() = 1;
    std::signal(signal, SIG_DFL);
  }

  Handler before_int_ = SIG_DFL, before_term_ = SIG_DFL;
};

}  // namespace tinyhtr
