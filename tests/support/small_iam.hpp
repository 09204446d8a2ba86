// A folder of IAM's layout with a few small images, for tests of everything that reads data.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "support/temporary_folder.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/data/iam_row.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/write.hpp"

namespace tinyhtr::test {

/// An image whose pixels follow from `number`, so that no two of them are alike.
inline Image patterned_image(Index height, Index width, Index number) {
  Image image(height, width, 1);
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) image.at(y, x) = static_cast<std::uint8_t>((7 * y + 3 * x + 31 * number) % 256);
  }
  return image;
}

/// words.txt and words/ in a temporary folder.
class SmallIam {
 public:
  const std::filesystem::path& path() const { return folder_.path(); }
  const TemporaryFolder& folder() const { return folder_; }
  std::filesystem::path image_path(const std::string& id) const { return iam_image_path(path() / "words", id); }

  /// Adds one line to words.txt as it stands.
  void add_line(const std::string& line) { lines_ += line + "\n"; }

  /// Adds an ok row with its image.
  void add_word(const std::string& id, const std::string& text) {
    add_line(id + " ok 154 408 768 27 51 AT " + text);
    add_image(id);
  }

  void add_image(const std::string& id) {
    const std::filesystem::path path = image_path(id);
    std::filesystem::create_directories(path.parent_path());
    write_png(path, patterned_image(10 + images_ % 5, 20 + images_ % 7, images_));
    ++images_;
  }

  /// Writes words.txt; call it after the last line.
  void finish() const {
    std::filesystem::create_directories(path() / "words");
    folder_.write("words.txt", lines_);
  }

 private:
  TemporaryFolder folder_;
  std::string lines_ = "#--- words.txt ---#\n# format: a01-000u-00-00 ok 154 1 408 768 27 51 AT A\n";
  Index images_ = 0;
};

}  // namespace tinyhtr::test
