// stb_image, compiled in a namespace of ours, reading from memory. The only header that includes stb_image.
#pragma once

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "tinyhtr/image/decoder_memory.hpp"

namespace tinyhtr::detail {

/// Thrown through stb_image where it cannot go on.
struct DecoderStopped {
  const char* reason;
};

}  // namespace tinyhtr::detail

// stb_image becomes part of every translation unit, as static functions in a namespace of ours, and leaves the
// macros of a program that uses stb_image itself as they were. The system headers that it includes stand above,
// outside that namespace. A failed assertion in it is an exception, for a bad file must not end the program, and its
// memory is counted. It goes without SIMD, which is for JPEG alone and needs other system headers on each processor.
// PIC (Softimage) is left out: nobody has such files, and its reader trusts them.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif
#pragma push_macro("STBI_INCLUDE_STB_IMAGE_H")
#pragma push_macro("STB_IMAGE_IMPLEMENTATION")
#pragma push_macro("STB_IMAGE_STATIC")
#pragma push_macro("STBIDEF")
#pragma push_macro("stbi__err")
#pragma push_macro("STBI_ASSERT")
#pragma push_macro("STBI_MALLOC")
#pragma push_macro("STBI_REALLOC")
#pragma push_macro("STBI_REALLOC_SIZED")
#pragma push_macro("STBI_FREE")
#pragma push_macro("STBI_NO_STDIO")
#pragma push_macro("STBI_NO_SIMD")
#pragma push_macro("STBI_NO_PIC")
#undef STBI_INCLUDE_STB_IMAGE_H
#undef STB_IMAGE_IMPLEMENTATION
#undef STB_IMAGE_STATIC
#undef STBIDEF
#undef stbi__err
#undef STBI_ASSERT
#undef STBI_MALLOC
#undef STBI_REALLOC
#undef STBI_REALLOC_SIZED
#undef STBI_FREE
#undef STBI_NO_STDIO
#undef STBI_NO_SIMD
#undef STBI_NO_PIC
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : throw ::tinyhtr::detail::DecoderStopped{"unexpected: not " #condition})
#define STBI_MALLOC(size) ::tinyhtr::detail::DecoderMemory::resize(nullptr, size)
#define STBI_REALLOC(block, size) ::tinyhtr::detail::DecoderMemory::resize(block, size)
#define STBI_REALLOC_SIZED(block, old_size, size) ::tinyhtr::detail::DecoderMemory::resize(block, size)
#define STBI_FREE(block) ::tinyhtr::detail::DecoderMemory::release(block)
#define STBI_NO_STDIO
#define STBI_NO_SIMD
#define STBI_NO_PIC
namespace tinyhtr::detail::stb {
#include <stb/stb_image.h>
}  // namespace tinyhtr::detail::stb
#pragma pop_macro("STBI_INCLUDE_STB_IMAGE_H")
#pragma pop_macro("STB_IMAGE_IMPLEMENTATION")
#pragma pop_macro("STB_IMAGE_STATIC")
#pragma pop_macro("STBIDEF")
#pragma pop_macro("stbi__err")
#pragma pop_macro("STBI_ASSERT")
#pragma pop_macro("STBI_MALLOC")
#pragma pop_macro("STBI_REALLOC")
#pragma pop_macro("STBI_REALLOC_SIZED")
#pragma pop_macro("STBI_FREE")
#pragma pop_macro("STBI_NO_STDIO")
#pragma pop_macro("STBI_NO_SIMD")
#pragma pop_macro("STBI_NO_PIC")
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace tinyhtr::detail {

/// The bytes of a file as stb_image asks for them. Beyond the end stb_image would go on with zeros, for ever in some
/// formats, and call the result an image; so whoever asks for more than there is, is stopped.
class ImageBytes {
 public:
  explicit ImageBytes(std::span<const std::uint8_t> bytes) : left_(bytes) {}

  static int read(void* self, char* to, int size) {
    auto& source = *static_cast<ImageBytes*>(self);
    if (source.look_ahead_ == nullptr) source.look_ahead_ = to;
    const std::size_t wanted = static_cast<std::size_t>(std::max(size, 0));
    const std::size_t count = std::min(wanted, source.left_.size());
    if (count < wanted && (count == 0 || to != source.look_ahead_)) throw DecoderStopped{"truncated"};
    std::copy_n(source.left_.begin(), count, to);
    source.left_ = source.left_.subspan(count);
    return static_cast<int>(count);
  }

  static void skip(void* self, int size) {
    auto& source = *static_cast<ImageBytes*>(self);
    const std::size_t wanted = static_cast<std::size_t>(std::max(size, 0));
    if (wanted > source.left_.size()) throw DecoderStopped{"truncated"};
    source.left_ = source.left_.subspan(wanted);
  }

  static int at_end(void* self) { return static_cast<const ImageBytes*>(self)->left_.empty() ? 1 : 0; }

 private:
  std::span<const std::uint8_t> left_;
  const char* look_ahead_ = nullptr;  // stb's own buffer: into this one alone it asks for more than it needs
};

}  // namespace tinyhtr::detail
