// Test that a program may use stb_image itself, beside the copy inside these headers.
#include <doctest/doctest.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#define STB_IMAGE_IMPLEMENTATION
#include <stb/stb_image.h>  // before: with its functions
#include "tinyhtr/image/read.hpp"
#include "tinyhtr/image/write.hpp"
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>  // after: with its functions
#pragma GCC diagnostic pop

#include <cstdint>
#include <vector>

TEST_CASE("stb_image of the program and stb_image of tinyhtr live in one file") {
  const tinyhtr::Image image(3, 5, 3, 99);
  const std::vector<std::uint8_t> png = tinyhtr::encode_png(image);
  CHECK(tinyhtr::decode_image(png, "memory") == image);

  int size = 0, width = 0, height = 0, channels = 0;
  unsigned char* const own_png = stbi_write_png_to_mem(image.pixels.data(), 15, 5, 3, 3, &size);
  unsigned char* const own_pixels = stbi_load_from_memory(own_png, size, &width, &height, &channels, 0);
  REQUIRE(own_pixels != nullptr);
  CHECK(width == 5);
  CHECK(height == 3);
  CHECK(channels == 3);
  CHECK(own_pixels[44] == 99);
  stbi_image_free(own_pixels);
  STBIW_FREE(own_png);
}
