// How much memory a program has taken.
#pragma once

#include <sys/resource.h>

namespace tinyhtr::examples {

/// The most memory that this process held at a time, in MiB.
inline double peak_memory_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace tinyhtr::examples
