// What the programs ask of the system's memory.
#pragma once

#include <malloc.h>
#include <sys/resource.h>

namespace tinyhtr::examples {

/// Has glibc keep freed memory instead of handing it back: every training step frees and asks for the same tensors, and
/// fresh pages from the system cost about a seventh of the step.
inline void keep_freed_memory() {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 2047 << 20);
  mallopt(M_TOP_PAD, 64 << 20);
  mallopt(M_ARENA_MAX, 2);
}

/// The most memory that this process held at a time, in MiB.
inline double peak_memory_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace tinyhtr::examples
