#include "tinyhtr/io/safetensors.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/files.hpp"
#include "support/temporary_folder.hpp"
#include "tinyhtr/core/random.hpp"

using namespace tinyhtr;
using test::content_of;

namespace {

/// A file with this JSON header and these data, whether they fit or not.
std::string raw_file(const std::string& header, const std::string& data) {
  std::string content(8, '\0');
  for (std::size_t byte = 0; byte < 8; ++byte) content[byte] = static_cast<char>((header.size() >> (8 * byte)) & 0xFF);
  return content + header + data;
}

struct TooLong : std::length_error {
  TooLong() : std::length_error("too long") {}
};

/// Bytes that no memory is found for.
template <class Exception>
struct Refusing {
  Refusing(std::size_t, int) { throw Exception(); }
  char* data() { return nullptr; }
  std::size_t size() const { return 0; }
};

}  // namespace

TEST_CASE("tensors and strings come back as they were") {
  const test::TemporaryFolder folder;
  Safetensors file;
  const Tensor<float> a({2, 3}, {1, 2, 3, 4, 5, -6.5f});
  const Tensor<double> b({1}, {1.0 / 3});
  file.add("a.weight", a);
  file.add("b", b);
  file.add("scalar", Tensor<float>(Shape{}, 7.0f));
  file.metadata = {{"vocabulary", "\"\\ aß€"}, {"empty", ""}};
  write_safetensors(folder.path() / "x", file);

  const std::string content = content_of(folder.path() / "x");
  const auto header_size = static_cast<std::size_t>(static_cast<unsigned char>(content[0])) +
                           256 * static_cast<std::size_t>(static_cast<unsigned char>(content[1]));
  CHECK(header_size % 8 == 0);
  CHECK(content[8] == '{');
  CHECK(content.size() == 8 + header_size + 6 * 4 + 8 + 4);

  const Safetensors read = read_safetensors(folder.path() / "x");
  CHECK(read.metadata == file.metadata);
  Tensor<float> a2(Shape{2, 3});
  read.copy_to("a.weight", a2);
  CHECK(std::equal(a.begin(), a.end(), a2.begin()));
  Tensor<float> narrowed(Shape{1});
  read.copy_to("b", narrowed);
  CHECK(narrowed[0] == static_cast<float>(1.0 / 3));
  Tensor<double> b2(Shape{1}), wrong(Shape{3, 2});
  read.copy_to("b", b2);
  CHECK(b2[0] == b[0]);
  CHECK_THROWS_WITH_AS(read.copy_to("a.weight", wrong), doctest::Contains("'a.weight' has shape (2,3), expected (3,2)"),
                       FormatError);
  CHECK_THROWS_WITH_AS(read.copy_to("c", b2), doctest::Contains("no tensor 'c'"), FormatError);
  CHECK_THROWS_WITH_AS(static_cast<void>(read.text("nothing")), doctest::Contains("nothing"), FormatError);
}

TEST_CASE("a file cut off anywhere is refused") {
  const test::TemporaryFolder folder;
  Safetensors file;
  file.add("a", Tensor<float>({5}, {1, 2, 3, 4, 5}));
  file.metadata["k"] = "v";
  write_safetensors(folder.path() / "whole", file);
  const std::string content = content_of(folder.path() / "whole");
  for (std::size_t size = 0; size < content.size(); ++size) {
    const auto path = folder.write("cut", content.substr(0, size));
    CAPTURE(size);
    CHECK_THROWS_WITH_AS(static_cast<void>(read_safetensors(path)), doctest::Contains(path.c_str()), FormatError);
  }
  const auto longer = folder.write("longer", content + "x");
  CHECK_THROWS_AS(static_cast<void>(read_safetensors(longer)), FormatError);
}

TEST_CASE("damaged headers are refused with the tensor's name") {
  const test::TemporaryFolder folder;
  const std::vector<std::string> headers = {
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})",                      // shape and bytes disagree
      R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})",                     // negative extent
      R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}})",  // product overflows
      R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})",                      // end before begin
      R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",                      // outside
      R"({"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}})",                      // unknown type
      R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1],"data_offsets":[0,4]}})",          // too many dimensions
      R"({"a":{"shape":[1],"data_offsets":[0,4]}})",                                    // no type
      R"({"a":3})",
  };
  for (const std::string& header : headers) {
    CAPTURE(header);
    const auto path = folder.write("bad", raw_file(header, "1234"));
    CHECK_THROWS_WITH_AS(static_cast<void>(read_safetensors(path)), doctest::Contains("'a'"), FormatError);
  }
  const std::vector<std::string> whole_files = {
      raw_file("[1]", ""),
      raw_file("{", ""),
      raw_file(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
               R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
               "1234"),
      raw_file(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", "12345678"),
      std::string("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10),
      "\x89PNG\r\n\x1a\n and so on",
  };
  for (const std::string& content : whole_files) {
    const auto path = folder.write("bad", content);
    CHECK_THROWS_AS(static_cast<void>(read_safetensors(path)), FormatError);
  }
  CHECK_THROWS_AS(static_cast<void>(read_safetensors(folder.path() / "missing")), FileError);
  CHECK_THROWS_AS(static_cast<void>(read_safetensors(folder.path())), FileError);
}

TEST_CASE("what is no regular file is refused, and what cannot be read") {
  const test::TemporaryFolder folder;
  REQUIRE(mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_AS(static_cast<void>(read_safetensors(folder.path() / "pipe")), FileError);
  CHECK_THROWS_AS(static_cast<void>(read_safetensors("/dev/zero")), FileError);
  CHECK_THROWS_AS(static_cast<void>(read_safetensors("/proc/self/mem")), Error);
}

TEST_CASE("a sparse file of gigabytes is refused by its size alone") {
  const test::TemporaryFolder folder;
  const auto path = folder.write("sparse", "");
  std::filesystem::resize_file(path, (std::uintmax_t{1} << 32) + 1);
  CHECK_THROWS_WITH_AS(static_cast<void>(read_safetensors(path)),
                       doctest::Contains("of at most 4294967296 bytes, found 4294967297"), FileError);
}

TEST_CASE("a file that memory does not hold is an error that names it") {
  const test::TemporaryFolder folder;
  const auto path = folder.write("file", "12345");
  const std::string expected = path.string() + ": its 5 bytes do not fit into memory";
  CHECK_THROWS_WITH_AS(static_cast<void>(detail::read_file<Refusing<std::bad_alloc>>(path, "a file", 100)),
                       expected.c_str(), FileError);
  CHECK_THROWS_WITH_AS(static_cast<void>(detail::read_file<Refusing<TooLong>>(path, "a file", 100)), expected.c_str(),
                       FileError);
}

TEST_CASE("a header nested without end is refused") {
  const test::TemporaryFolder folder;
  const std::string deep(100000, '['), end(100000, ']');
  for (const std::string& header : {R"({"a":{"dtype":"F32","shape":[)" + deep + end + R"(],"data_offsets":[0,4]}})",
                                    R"({"a":{"dtype":"F32","shape":[1],"data_offsets":)" + deep + end + "}}", deep}) {
    const auto path = folder.write("deep", raw_file(header, "1234"));
    CHECK_THROWS_WITH_AS(static_cast<void>(read_safetensors(path)), doctest::Contains("nested at most 16 deep"),
                         FormatError);
  }
}

TEST_CASE("text that is not UTF-8 is refused before anything is written") {
  const test::TemporaryFolder folder;
  Safetensors file;
  file.metadata["k"] = "\xff";
  CHECK_THROWS_AS(write_safetensors(folder.path() / "x", file), FormatError);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a byte changed at random never crashes the reader") {
  const test::TemporaryFolder folder;
  Safetensors file;
  file.add("a", Tensor<float>({3}, {1, 2, 3}));
  write_safetensors(folder.path() / "whole", file);
  const std::string content = content_of(folder.path() / "whole");
  Random random(5);
  Index refused = 0;
  for (int trial = 0; trial < 500; ++trial) {
    std::string damaged = content;
    damaged[random.below(static_cast<std::uint32_t>(content.size() - 12))] = static_cast<char>(random.below(256));
    const auto path = folder.write("damaged", damaged);
    try {
      static_cast<void>(read_safetensors(path));
    } catch (const Error&) {
      ++refused;
    }
  }
  CHECK(refused > 250);  // the others changed nothing, or a name
}
