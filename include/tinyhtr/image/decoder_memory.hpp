// The memory that an image decoder takes: limited, and given back whichever way the decoder ends.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <utility>
#include <vector>

namespace tinyhtr::detail {

/// All blocks that stb_image holds on this thread while this object lives; what is left is freed with the object.
///
/// stb_image is C: an exception that passes through it, thrown where a file ends too early, would lose its blocks.
/// The limit stops files of some kilobytes that unpack to gigabytes. One object per thread at a time.
class DecoderMemory {
 public:
  /// No block may have more than `limit` bytes.
  explicit DecoderMemory(std::size_t limit) : limit_(limit), outer_(std::exchange(current(), this)) {}

  ~DecoderMemory() {
    for (void* const block : blocks_) std::free(block);
    current() = outer_;
  }

  DecoderMemory(const DecoderMemory&) = delete;
  DecoderMemory& operator=(const DecoderMemory&) = delete;

  /// As std::realloc, nullptr for a new block; the result is nullptr beyond the limit.
  static void* resize(void* block, std::size_t size) {
    DecoderMemory& memory = *current();
    if (size > memory.limit_) return nullptr;
    std::vector<void*>& blocks = memory.blocks_;
    blocks.reserve(blocks.size() + 1);  // so that nothing can throw once there is a block
    const auto place = std::find(blocks.begin(), blocks.end(), block);
    void* const resized = std::realloc(block, std::max(size, std::size_t{1}));
    if (resized == nullptr) return nullptr;
    if (block == nullptr || place == blocks.end()) {
      blocks.push_back(resized);
    } else {
      *place = resized;
    }
    return resized;
  }

  static void release(void* block) {
    if (block == nullptr) return;
    std::vector<void*>& blocks = current()->blocks_;
    const auto place = std::find(blocks.begin(), blocks.end(), block);
    if (place == blocks.end()) return;  // a block that stb_image gives back twice
    *place = blocks.back();
    blocks.pop_back();
    std::free(block);
  }

  void set_limit(std::size_t limit) { limit_ = limit; }

 private:
  static DecoderMemory*& current() {
    static thread_local DecoderMemory* memory = nullptr;
    return memory;
  }

  std::vector<void*> blocks_;
  std::size_t limit_;
  DecoderMemory* outer_;
};

}  // namespace tinyhtr::detail
