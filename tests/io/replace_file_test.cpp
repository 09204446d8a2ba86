#include "tinyhtr/io/replace_file.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/files.hpp"
#include "support/temporary_folder.hpp"

using namespace tinyhtr;
using test::content_of;

namespace {

std::ptrdiff_t count_in(const std::filesystem::path& folder) {
  return std::distance(std::filesystem::directory_iterator(folder), {});
}

/// As long as it lives, the process writes no file beyond so many bytes.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t bytes) : signal_(std::signal(SIGXFSZ, SIG_IGN)) {
    if (::getrlimit(RLIMIT_FSIZE, &limit_) != 0) throw std::runtime_error("no limit");
    const rlimit small{bytes, limit_.rlim_max};
    if (::setrlimit(RLIMIT_FSIZE, &small) != 0) throw std::runtime_error("no limit");
  }
  ~SmallFiles() {
    ::setrlimit(RLIMIT_FSIZE, &limit_);
    std::signal(SIGXFSZ, signal_);
  }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;

 private:
  void (*signal_)(int);
  rlimit limit_ = {};
};

}  // namespace

TEST_CASE("replace_file writes, replaces, and leaves nothing beside") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "file";
  replace_file(path, std::string("one\0two", 7));
  CHECK(content_of(path) == std::string("one\0two", 7));
  replace_file(path, "");
  CHECK(content_of(path).empty());
  CHECK(count_in(folder.path()) == 1);
}

TEST_CASE("replace_file keeps the old file where the new one cannot be written, and leaves nothing beside") {
  const test::TemporaryFolder folder;
  const auto path = folder.write("file", "old"), other = folder.path() / "other";
  const std::string long_text(100000, 'x');
  std::string messages[2];
  {
    const SmallFiles limit(65536);  // as a full disk: some of the bytes go, the rest does not
    for (const auto& [file, message] : {std::pair(path, &messages[0]), std::pair(other, &messages[1])}) {
      try {
        replace_file(file, long_text);
      } catch (const FileError& error) {
        *message = error.what();
      }
    }
  }
  CHECK(messages[0] == path.string() + ": could not be written: File too large");
  CHECK(messages[1] == other.string() + ": could not be written: File too large");
  CHECK(content_of(path) == "old");
  CHECK(count_in(folder.path()) == 1);
}

TEST_CASE("what stands beside the file is not touched, whatever its name") {
  const test::TemporaryFolder folder;
  const auto file = folder.write("file", "old"), part = folder.write("file.part", "mine");
  const auto linked = folder.write("linked", "mine too");
  std::filesystem::create_symlink("linked", folder.path() / "new.part");
  const auto probe = folder.write("probe", "mine"), writable = folder.write(".writable", "mine");
  const auto before = count_in(folder.path());
  check_replaceable(file);
  replace_file(file, "new");
  check_replaceable(folder.path() / "new");
  replace_file(folder.path() / "new", "new");
  make_writable_folder(folder.path());
  CHECK(content_of(file) == "new");
  CHECK(content_of(folder.path() / "new") == "new");
  for (const auto& path : {part, probe, writable}) CHECK(content_of(path) == "mine");
  CHECK(content_of(linked) == "mine too");
  CHECK(std::filesystem::is_symlink(folder.path() / "new.part"));
  CHECK(count_in(folder.path()) == before + 1);
}

TEST_CASE("a part that a killed process of the same number left is passed over") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "file";
  // The next names: the number of the one that is used now, and what follows.
  const std::string used = detail::PartFile(file).path().string();
  const std::size_t end = used.rfind('.'), begin = used.rfind('.', end - 1) + 1;
  const int number = std::stoi(used.substr(begin, end - begin));
  const auto next = used.substr(0, begin) + std::to_string(number + 1) + ".part";
  const auto second = used.substr(0, begin) + std::to_string(number + 2) + ".part";
  CHECK_FALSE(std::filesystem::exists(used));
  folder.write(next, "left");
  std::filesystem::create_symlink("nothing", second);
  replace_file(file, "new");
  CHECK(content_of(file) == "new");
  CHECK(content_of(next) == "left");
  CHECK(std::filesystem::is_symlink(second));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "nothing"));
}

TEST_CASE("the permissions of a file stay, whatever the mask of the process") {
  const test::TemporaryFolder folder;
  const auto file = folder.write("file", "old"), other = folder.path() / "other";
  const auto permissions = [](const std::filesystem::path& path) {
    return static_cast<unsigned>(std::filesystem::status(path).permissions());
  };
  for (const mode_t mode : {0600u, 0664u, 0640u, 0444u}) {
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    const mode_t mask = ::umask(0077);
    replace_file(file, "new");
    ::umask(mask);
    CHECK(permissions(file) == mode);
  }
  const mode_t mask = ::umask(0022);
  replace_file(other, "new");
  ::umask(mask);
  CHECK(permissions(other) == 0644);
}

TEST_CASE("replace_file goes through a link, and refuses what is no regular file") {
  const test::TemporaryFolder folder;
  const auto file = folder.write("file", "old"), link = folder.path() / "link", pipe = folder.path() / "pipe";
  std::filesystem::create_symlink("file", link);
  replace_file(link, "new");
  CHECK(std::filesystem::is_symlink(link));
  CHECK(content_of(file) == "new");

  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  std::filesystem::create_symlink("nothing", folder.path() / "astray");
  for (const auto& path : {pipe, folder.path() / "astray", folder.path()}) {
    CHECK_THROWS_WITH_AS(replace_file(path, "new"), doctest::Contains(path.c_str()), FileError);
    CHECK_THROWS_WITH_AS(check_replaceable(path), doctest::Contains(path.c_str()), FileError);
  }
  CHECK(std::filesystem::is_fifo(pipe));
}

TEST_CASE("check_replaceable changes nothing") {
  const test::TemporaryFolder folder;
  const auto file = folder.write("file", "old");
  check_replaceable(file);
  check_replaceable(folder.path() / "other");
  CHECK(content_of(file) == "old");
  CHECK(count_in(folder.path()) == 1);
  CHECK_THROWS_WITH_AS(check_replaceable(folder.path() / "missing" / "x"), doctest::Contains("could not be created"),
                       FileError);
}

TEST_CASE("make_writable_folder makes folders, and refuses what cannot be one") {
  const test::TemporaryFolder folder;
  make_writable_folder(folder.path() / "a" / "b");
  CHECK(std::filesystem::is_directory(folder.path() / "a" / "b"));
  CHECK(std::filesystem::is_empty(folder.path() / "a" / "b"));
  folder.write("file", "x");
  CHECK_THROWS_WITH_AS(make_writable_folder(folder.path() / "file" / "c"), doctest::Contains("file"), FileError);
  CHECK_THROWS_AS(make_writable_folder("/proc/tinyhtr"), FileError);
}
