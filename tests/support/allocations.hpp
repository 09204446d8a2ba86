// Counts what a test program takes from the heap. Include it in one file of the program: it replaces operator new.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace tinyhtr::test {

inline std::atomic<std::size_t> bytes_allocated{0};  ///< since the program began, given back or not
inline std::atomic<std::size_t> allocations{0};

}  // namespace tinyhtr::test

// The other forms of operator new, for arrays and without exceptions, call these two. Not inlined: g++ 12 takes an
// inlined pair of new and std::free for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  tinyhtr::test::bytes_allocated += size;
  ++tinyhtr::test::allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  tinyhtr::test::bytes_allocated += size;
  ++tinyhtr::test::allocations;
  const auto unit = static_cast<std::size_t>(alignment);
  if (void* const memory = std::aligned_alloc(unit, (size + unit - 1) / unit * unit)) return memory;
  throw std::bad_alloc();
}

[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
