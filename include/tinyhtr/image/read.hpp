// Reading image files.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/files.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/check_jpeg.hpp"
#include "tinyhtr/image/check_png.hpp"
#include "tinyhtr/image/check_pnm.hpp"
#include "tinyhtr/image/decoder_memory.hpp"
#include "tinyhtr/image/grey.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/stb_decoder.hpp"

namespace tinyhtr {

namespace detail {

[[noreturn]] inline void refuse_image(const std::string& name, std::span<const std::uint8_t> bytes,
                                      const std::string& reason) {
  throw FormatError(name + ": expected a PNG, JPEG, BMP, GIF, PSD, TGA, PNM or HDR image, found " +
                    std::to_string(bytes.size()) + " bytes that are none, or damaged (" + reason +
                    "); open the file in an image viewer, or leave it out");
}

}  // namespace detail

/// Decodes the content of an image file: PNG, JPEG, BMP, GIF (its first picture), PSD, TGA, PNM (P5, P6) or HDR.
///
/// `bytes` the whole file; `name` its path, for messages; `channels` 3 for (R,G,B), grey is copied into all three,
/// or 1 for grey = 0.299 R + 0.587 G + 0.114 B. Alpha is dropped, what stands under it shows: a picture drawn with
/// alpha alone comes out in one colour. Of 16 bits the upper 8 remain. HDR is brought to 8 bits with gamma 2.2.
/// Any number of threads may decode at once.
/// Throws FormatError for what is empty, truncated, damaged, no image, larger than max_image_pixels, or 16-bit PNM
/// (stb_image reads its bytes in the wrong order); ArgumentError for other numbers of channels.
/// Source: cv::imread with IMREAD_COLOR (alpha, 16 bits) and IMREAD_GRAYSCALE, which however turns JPEGs by their EXIF
/// orientation and fills up truncated files with grey.
inline Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name, Index channels = 3) {
  namespace stb = detail::stb;
  if (channels != 1 && channels != 3) {
    throw ArgumentError("decode_image: expected 1 or 3 channels, found " + std::to_string(channels));
  }
  if (bytes.empty()) throw FormatError(name + ": expected an image, found an empty file; fetch the file again");
  if (detail::starts_like_png(bytes)) detail::check_png(bytes, name);
  if (detail::starts_like_jpeg(bytes)) detail::check_jpeg(bytes, name);
  if (detail::starts_like_pnm(bytes)) detail::check_pnm(bytes, name);

  const stb::stbi_io_callbacks callbacks{detail::ImageBytes::read, detail::ImageBytes::skip,
                                         detail::ImageBytes::at_end};
  constexpr std::size_t small = std::size_t{1} << 26;
  detail::DecoderMemory memory(small);
  int width = 0, height = 0, file_channels = 0, decoded_channels = 3;
  const stb::stbi_uc* from = nullptr;
  try {
    detail::ImageBytes header(bytes);
    if (stb::stbi_info_from_callbacks(&callbacks, &header, &width, &height, &file_channels) == 0) {
      detail::refuse_image(name, bytes, stb::stbi_failure_reason());
    }
    if (width < 1 || height < 1 || width > max_image_pixels / height) {
      throw FormatError(name + ": expected an image of 1 to 2^28 pixels, found one of " + std::to_string(width) +
                        " x " + std::to_string(height) + " (width x height)");
    }
    detail::ImageBytes depth(bytes);
    if (bytes[0] == 'P' && stb::stbi_is_16_bit_from_callbacks(&callbacks, &depth) != 0) {
      throw FormatError(name + ": expected PNM with 8 bits, found 16; convert it to PNG");
    }
    // 12 bytes a pixel is the most that is needed (HDR); the packed bytes are held as a whole in PNG
    memory.set_limit(small + 16 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height) +
                     2 * bytes.size());
    detail::ImageBytes content(bytes);
    decoded_channels = file_channels <= 2 ? 1 : 3;
    from = stb::stbi_load_from_callbacks(&callbacks, &content, &width, &height, &file_channels, decoded_channels);
    if (from == nullptr) detail::refuse_image(name, bytes, stb::stbi_failure_reason());
  } catch (const detail::DecoderStopped& stopped) {
    detail::refuse_image(name, bytes, stopped.reason);
  }

  Image image(height, width, channels);
  if (channels == decoded_channels) {
    std::copy_n(from, image.pixels.size(), image.pixels.begin());
  } else if (channels == 1) {
    for (std::uint8_t& to : image.pixels) to = detail::grey_of(std::exchange(from, from + 3));
  } else {
    std::uint8_t* to = image.pixels.data();
    for (Index i = 0; i < image.height * image.width; ++i, to += 3) to[0] = to[1] = to[2] = from[i];
  }
  return image;
}

/// Reads an image file; see decode_image for formats and channels.
///
/// Throws FileError where there is no such regular file, or it cannot be read; FormatError as decode_image does.
inline Image read_image(const std::filesystem::path& path, Index channels = 3) {
  constexpr std::uintmax_t most = std::uintmax_t{1} << 30;
  const auto bytes = detail::read_file<std::vector<std::uint8_t>>(path, "an image file", most);
  return decode_image(bytes, path.string(), channels);
}

}  // namespace tinyhtr
