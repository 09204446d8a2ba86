// MemoryPool: the memory of tensors that are gone, kept for the next ones.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>
#include <map>
#include <mutex>
#include <new>
#include <vector>

namespace tinyhtr {

/// Hands out 64-byte aligned blocks, and takes them back to hand them out again.
///
/// A training step makes the same tensors as the one before it. Memory from the system comes as pages that it has to
/// clear one by one at their first touch, a quarter of a step's time; memory from here is mapped already. Sizes are
/// rounded up to four classes per power of two, so that a block serves tensors of nearly its size too. Where steps
/// differ in size, as with batches of words of any width, each has classes of its own: blocks that lie idle go back to
/// the system when others are asked for, so that all together is little more than the largest step needs. Under
/// AddressSanitizer every block goes back to the system at once, so that a use after its end is found.
class MemoryPool {
 public:
  static constexpr std::align_val_t alignment{64};  ///< a cache line, and the widest vector register

  /// The pool of all tensors. It is never destroyed, so that tensors of static lifetime may outlive everything else.
  static MemoryPool& instance() {
    static MemoryPool* const pool = new MemoryPool;
    return *pool;
  }

  /// At least `bytes` bytes. Throws std::bad_alloc.
  void* allocate(std::size_t bytes) {
    if (bytes > std::numeric_limits<std::size_t>::max() / 2) throw std::bad_alloc();
    if (!keeps(bytes)) return ::operator new(bytes, alignment);
    const std::size_t size = rounded(bytes);
    {
      const std::lock_guard lock(mutex_);
      bytes_used_ += size;
      most_used_ = std::max(most_used_, bytes_used_);
      std::vector<void*>& blocks = free_[size];
      if (!blocks.empty()) {
        void* const block = blocks.back();
        blocks.pop_back();
        bytes_kept_ -= size;
        return block;
      }
      give_back_idle_blocks();
    }
    if (void* const block = ::operator new(size, alignment, std::nothrow)) return block;
    release();  // blocks of other sizes may be what is missing
    if (void* const block = ::operator new(size, alignment, std::nothrow)) return block;
    const std::lock_guard lock(mutex_);
    bytes_used_ -= size;
    throw std::bad_alloc();
  }

  /// Takes back what allocate(bytes) gave.
  void deallocate(void* block, std::size_t bytes) noexcept {
    if (keeps(bytes)) {
      const std::size_t size = rounded(bytes);
      const std::lock_guard lock(mutex_);
      bytes_used_ -= size;
      try {
        free_[size].push_back(block);
        bytes_kept_ += size;
        return;
      } catch (const std::bad_alloc&) {  // no room for the list: the block goes back to the system
      }
    }
    ::operator delete(block, alignment);
  }

  /// Gives everything that no tensor uses back to the system.
  void release() {
    const std::lock_guard lock(mutex_);
    for (auto& [size, blocks] : free_) {
      for (void* const block : blocks) ::operator delete(block, alignment);
      blocks.clear();
    }
    bytes_kept_ = 0;
  }

  /// Bytes that are mapped, and used by no tensor.
  std::size_t bytes_kept() const {
    const std::lock_guard lock(mutex_);
    return bytes_kept_;
  }

  /// The size of the block that a request for so many bytes gets: 4, 5, 6 or 7 times a power of two.
  static std::size_t rounded(std::size_t bytes) {
    const std::size_t quarter = std::max<std::size_t>(1, std::bit_floor(bytes) / 4);
    return (bytes + quarter - 1) / quarter * quarter;
  }

  /// Whether blocks of this size are kept. Smaller ones than a cache line are the system's.
  static bool keeps([[maybe_unused]] std::size_t bytes) {
#if defined(__SANITIZE_ADDRESS__)
    return false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
    return false;
#else
    return bytes >= smallest_kept;
#endif
#else
    return bytes >= smallest_kept;
#endif
  }

 private:
  [[maybe_unused]] static constexpr std::size_t smallest_kept = 64;

  static constexpr std::size_t always_kept = std::size_t{16} << 20;

  /// The largest blocks first, until what is used and what is kept come to no more than 5/4 of what was used at once,
  /// and some megabytes.
  void give_back_idle_blocks() {
    const std::size_t limit = most_used_ + most_used_ / 4 + always_kept;
    for (auto blocks = free_.rbegin(); blocks != free_.rend(); ++blocks) {
      while (!blocks->second.empty() && bytes_used_ + bytes_kept_ > limit) {
        ::operator delete(blocks->second.back(), alignment);
        blocks->second.pop_back();
        bytes_kept_ -= blocks->first;
      }
    }
  }

  mutable std::mutex mutex_;
  std::map<std::size_t, std::vector<void*>> free_;  // by rounded size
  std::size_t bytes_kept_ = 0, bytes_used_ = 0, most_used_ = 0;
};

}  // namespace tinyhtr
