// Writing PNG files. The only header that includes stb_image_write.
#pragma once

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <system_error>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/files.hpp"
#include "tinyhtr/image/image.hpp"

// As in stb_decoder.hpp: static functions in a namespace of ours, and macros as they were.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif
#pragma push_macro("INCLUDE_STB_IMAGE_WRITE_H")
#pragma push_macro("STB_IMAGE_WRITE_IMPLEMENTATION")
#pragma push_macro("STB_IMAGE_WRITE_STATIC")
#pragma push_macro("STBIWDEF")
#pragma push_macro("STBIW_ASSERT")
#pragma push_macro("STBI_WRITE_NO_STDIO")
#undef INCLUDE_STB_IMAGE_WRITE_H
#undef STB_IMAGE_WRITE_IMPLEMENTATION
#undef STB_IMAGE_WRITE_STATIC
#undef STBIWDEF
#undef STBIW_ASSERT
#undef STBI_WRITE_NO_STDIO
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBIW_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : throw ::tinyhtr::Error("stb_image_write expected " #condition))
#define STBI_WRITE_NO_STDIO
namespace tinyhtr::detail::stb {
#include <stb/stb_image_write.h>
}  // namespace tinyhtr::detail::stb
#pragma pop_macro("INCLUDE_STB_IMAGE_WRITE_H")
#pragma pop_macro("STB_IMAGE_WRITE_IMPLEMENTATION")
#pragma pop_macro("STB_IMAGE_WRITE_STATIC")
#pragma pop_macro("STBIWDEF")
#pragma pop_macro("STBIW_ASSERT")
#pragma pop_macro("STBI_WRITE_NO_STDIO")
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace tinyhtr {

/// The image as the content of a PNG file, 8-bit grey or RGB. Throws ArgumentError for an image without pixels.
inline std::vector<std::uint8_t> encode_png(const Image& image) {
  detail::check_image("encode_png", image);
  std::vector<std::uint8_t> bytes;
  const auto append = [](void* to, void* data, int size) {
    const auto* const from = static_cast<const std::uint8_t*>(data);
    static_cast<std::vector<std::uint8_t>*>(to)->assign(from, from + size);
  };
  const int written = detail::stb::stbi_write_png_to_func(
      append, &bytes, static_cast<int>(image.width), static_cast<int>(image.height), static_cast<int>(image.channels),
      image.pixels.data(), static_cast<int>(image.stride()));
  if (written == 0) throw Error("encode_png: stb_image_write refused an image of " + image.to_string());
  return bytes;
}

/// Writes an image as a PNG file, in place of what is there.
///
/// The bytes go to a new file beside `path` that is then renamed to it, so that a reader finds the old file or the
/// new one, never half of one. A symbolic link stays, what it leads to is replaced. Throws FileError with the system's
/// reason where that fails, or where `path` is a folder or device; ArgumentError for an image without pixels.
inline void write_png(const std::filesystem::path& path, const Image& image) {
  const std::vector<std::uint8_t> bytes = encode_png(image);
  const std::filesystem::path target = detail::replaceable_path(path);
  std::filesystem::path part = target;
  part += "." + std::to_string(std::random_device()()) + ".part";  // other writers have other names
  errno = 0;
  std::ofstream file(part, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  file.close();
  std::error_code error;
  if (file) {
    std::filesystem::rename(part, target, error);
  } else {
    error.assign(errno != 0 ? errno : EIO, std::generic_category());
  }
  if (error) {
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    throw FileError(path.string() + ": cannot be written (" + error.message() +
                    "); check that its folder exists, may be written to, and has room");
  }
}

}  // namespace tinyhtr
