#include <doctest/doctest.h>

#include <cstddef>
#include <string>

#include "support/onnx.hpp"
#include "support/tiny_word_net.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/io/export_onnx.hpp"
#include "tinyhtr/io/import_onnx.hpp"
#include "tinyhtr/io/read_onnx.hpp"
#include "tinyhtr/io/write_onnx.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

/// The smallest network that has everything, as a file.
std::string small_file(bool fold) {
  WordNetOptions options = tiny_word_net();
  options.height = 6;
  options.width = 8;
  options.hidden = 2;
  options.blocks = {{.filters = 2, .stride = 2, .convolve_skip = true},
                    {.filters = 2, .stride = 1, .convolve_skip = false}};
  const Vocabulary vocabulary("ab");
  return onnx_bytes(
      to_onnx(trained_looking_network(options, vocabulary.classes()), vocabulary, {.fold_batch_norm = fold}));
}

enum class Outcome { read, refused, broken };

/// Reads it, or is refused in one line that names the file.
Outcome outcome_of(const std::string& content) {
  try {
    static_cast<void>(import_onnx<float>(parse_onnx(content, "some.onnx"), Vocabulary("ab")));
    return Outcome::read;
  } catch (const FormatError& error) {
    const std::string message = error.what();
    const bool good = message.starts_with("some.onnx: ") && message.find('\n') == std::string::npos;
    return good ? Outcome::refused : Outcome::broken;
  }
}

}  // namespace

TEST_CASE("a file cut anywhere is refused or read, and never more than that") {
  for (const bool fold : {false, true}) {
    const std::string file = small_file(fold);
    std::size_t read = 0;
    for (std::size_t size = 0; size < file.size(); ++size) {
      const Outcome outcome = outcome_of(file.substr(0, size));
      if (outcome == Outcome::broken) FAIL_CHECK("cut at ", size);
      if (outcome == Outcome::read) ++read;
    }
    CHECK(read < 8);  // cut behind the graph, between two of the fields that stand there
    CHECK(outcome_of(file) == Outcome::read);
  }
}

TEST_CASE("a file with one byte changed is refused or read") {
  const std::string file = small_file(false);
  std::size_t read = 0, refused = 0;
  for (std::size_t at = 0; at < file.size(); ++at) {
    for (const int bits : {0x01, 0x80, 0xFF}) {
      std::string damaged = file;
      damaged[at] = static_cast<char>(damaged[at] ^ bits);
      const Outcome outcome = outcome_of(damaged);
      if (outcome == Outcome::broken) FAIL_CHECK("byte ", at, " changed by ", bits);
      ++(outcome == Outcome::read ? read : refused);
    }
  }
  CHECK(read > 0);  // a weight is another one
  CHECK(refused > 0);
}

TEST_CASE("noise, and files with many bytes changed or gone") {
  const std::string file = small_file(true);
  Random random(5);
  for (int round = 0; round < 2000; ++round) {
    std::string damaged = file;
    for (int change = 0; change < 1 + round % 8; ++change) {
      const auto at = static_cast<std::size_t>(random.uniform(0, static_cast<double>(damaged.size())));
      if (round % 3 == 0) damaged.erase(at, 1 + static_cast<std::size_t>(random.uniform(0, 20)));
      if (round % 3 == 1) damaged[at] = static_cast<char>(random.uniform(0, 256));
      if (round % 3 == 2)
        damaged.insert(at, damaged.substr(at / 2, 1 + static_cast<std::size_t>(random.uniform(0, 40))));
    }
    if (outcome_of(damaged) == Outcome::broken) FAIL_CHECK("round ", round);
    std::string noise(1 + static_cast<std::size_t>(round) % 100, ' ');
    for (char& byte : noise) byte = static_cast<char>(static_cast<int>(random.uniform(0, 256)));
    if (outcome_of(noise) == Outcome::broken) FAIL_CHECK("noise of round ", round);
  }
}
