// Tests of the pool that tensors take their memory from.
#include "tinyhtr/core/memory_pool.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <thread>
#include <vector>

#include "tinyhtr/core/tensor.hpp"

using namespace tinyhtr;

namespace {

/// Whether this build gives every block back at once, as it does under AddressSanitizer.
bool keeps_nothing() {
  MemoryPool pool;
  pool.deallocate(pool.allocate(1 << 20), 1 << 20);
  return pool.bytes_kept() == 0;
}

}  // namespace

TEST_CASE("sizes are rounded up by at most a quarter") {
  CHECK(MemoryPool::rounded(4096) == 4096);
  CHECK(MemoryPool::rounded(4097) == 5120);
  CHECK(MemoryPool::rounded(8191) == 8192);
  CHECK(MemoryPool::rounded(1'000'000) == 1'048'576);
  for (std::size_t bytes = 4096; bytes < 100'000; bytes += 77) {
    REQUIRE(MemoryPool::rounded(bytes) >= bytes);
    REQUIRE(MemoryPool::rounded(bytes) <= bytes + bytes / 4);
    REQUIRE(MemoryPool::rounded(MemoryPool::rounded(bytes)) == MemoryPool::rounded(bytes));
  }
}

TEST_CASE("more memory than there is gives bad_alloc, never a small block") {
  MemoryPool pool;
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  CHECK_THROWS_AS(static_cast<void>(pool.allocate(most - 10)), std::bad_alloc);
  CHECK_THROWS_AS(static_cast<void>(AlignedAllocator<float>().allocate(most / 4 + 4)), std::bad_alloc);
}

TEST_CASE("a block that was given back serves the next request of its size") {
  if (keeps_nothing()) return;
  MemoryPool pool;
  void* const first = pool.allocate(10'000);
  CHECK(reinterpret_cast<std::uintptr_t>(first) % 64 == 0);
  std::memset(first, 1, 10'000);
  pool.deallocate(first, 10'000);
  CHECK(pool.bytes_kept() == MemoryPool::rounded(10'000));
  void* const larger = pool.allocate(20'000);
  CHECK(larger != first);
  void* const second = pool.allocate(9'999);
  CHECK(second == first);
  CHECK(pool.bytes_kept() == 0);
  pool.deallocate(larger, 20'000);
  pool.deallocate(second, 9'999);
  pool.release();
  CHECK(pool.bytes_kept() == 0);
}

TEST_CASE("idle blocks of other sizes go back to the system, so that sizes do not add up") {
  if (keeps_nothing()) return;
  MemoryPool pool;
  constexpr std::size_t mebibyte = std::size_t{1} << 20;
  for (std::size_t size = 64; size <= 128; size += 4) {  // steps of batches of many widths, one tensor each
    pool.deallocate(pool.allocate(size * mebibyte), size * mebibyte);
    CHECK(pool.bytes_kept() <= (128 + 128 / 4 + 16) * mebibyte);
  }
  void* const used = pool.allocate(128 * mebibyte);
  CHECK(pool.bytes_kept() <= (128 / 4 + 16) * mebibyte);
  pool.deallocate(used, 128 * mebibyte);
  pool.release();
  CHECK(pool.bytes_kept() == 0);
}

TEST_CASE("blocks of any size, empty ones too, from several threads at once") {
  MemoryPool pool;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&pool, thread] {
      for (std::size_t i = 0; i < 500; ++i) {
        const std::size_t bytes = i % 7 == 0 ? 0 : i * 97;
        auto* const block = static_cast<unsigned char*>(pool.allocate(bytes));
        std::memset(block, thread, bytes);
        bool whole = true;
        for (std::size_t k = 0; k < bytes; k += 64) whole = whole && block[k] == thread;
        CHECK(whole);
        pool.deallocate(block, bytes);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  pool.release();
}

TEST_CASE("a new tensor holds zeros, whatever its memory held before") {
  for (int i = 0; i < 3; ++i) {
    Tensor<float> tensor(Shape{100, 100});
    for (const float x : tensor) REQUIRE(x == 0);
    tensor.fill(7);
  }
}
