// A number of threads for the length of a scope.
#pragma once

#include "tinyhtr/core/parallel.hpp"

namespace tinyhtr::test {

/// Sets the number of threads, and sets it back at the end of the scope.
struct Threads {
  explicit Threads(int threads) : before(thread_count()) { set_thread_count(threads); }
  ~Threads() { set_thread_count(before); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  int before;
};

}  // namespace tinyhtr::test
