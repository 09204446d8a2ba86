// The size of an image file, without decoding it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/files.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/decoder_memory.hpp"
#include "tinyhtr/image/read.hpp"
#include "tinyhtr/image/stb_decoder.hpp"

namespace tinyhtr {

struct ImageSize {
  Index height = 0, width = 0;  ///< pixels
};

/// What the header of an image file says. Throws FileError as read_image does, FormatError where there is no image or
/// it has no pixels.
inline ImageSize image_size(const std::filesystem::path& path) {
  namespace stb = detail::stb;
  constexpr std::uintmax_t most = std::uintmax_t{1} << 30;
  const auto bytes = detail::read_file<std::vector<std::uint8_t>>(path, "an image file", most);
  const stb::stbi_io_callbacks callbacks{detail::ImageBytes::read, detail::ImageBytes::skip,
                                         detail::ImageBytes::at_end};
  detail::DecoderMemory memory(std::size_t{1} << 26);
  int width = 0, height = 0, channels = 0;
  try {
    detail::ImageBytes header(bytes);
    if (bytes.empty() || stb::stbi_info_from_callbacks(&callbacks, &header, &width, &height, &channels) == 0) {
      detail::refuse_image(path.string(), bytes, bytes.empty() ? "it is empty" : stb::stbi_failure_reason());
    }
  } catch (const detail::DecoderStopped& stopped) {
    detail::refuse_image(path.string(), bytes, stopped.reason);
  }
  if (width < 1 || height < 1) detail::refuse_image(path.string(), bytes, "it has no pixels");
  return {height, width};
}

}  // namespace tinyhtr
