#include "tinyhtr/train/interrupt.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <initializer_list>

using namespace tinyhtr;

TEST_CASE("the first signal sets a flag, the second one would end the program; afterwards all is as before") {
  for (const int signal : {SIGINT, SIGTERM}) {
    {
      const InterruptGuard guard;
      CHECK_FALSE(InterruptGuard::requested());
      std::raise(signal);
      CHECK(InterruptGuard::requested());
      const auto second = std::signal(signal, SIG_IGN);
      const bool is_default = second == SIG_DFL;
      CHECK(is_default);
    }
    const InterruptGuard again;
    CHECK_FALSE(InterruptGuard::requested());
  }
}
