// Tests of EventWriter; what TensorBoard itself reads is looked at by consumers/check_tensorboard.py.
#include "tinyhtr/io/tensorboard_events.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <csignal>
#include <limits>
#include <string>
#include <vector>

#include "support/event_records.hpp"
#include "support/temporary_folder.hpp"

using namespace tinyhtr;
using test::event_records;
using test::TemporaryFolder;

namespace {

/// An Event from behind its time, which is a double with a key of one byte.
std::string after_time(const std::string& event) { return event.substr(9); }

/// Lets no file grow beyond some bytes, as if the disk were full.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : signal_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*signal_)(int);
  rlimit before_{};
};

}  // namespace

TEST_CASE("a file begins with its version and the start of the session, and has the name that TensorBoard looks for") {
  const TemporaryFolder folder;
  const EventWriter writer(folder.path() / "logs" / "train", 7);
  const std::string name = writer.path().filename().string();
  CHECK(name.starts_with("events.out.tfevents."));
  CHECK(name[20 + 10] == '.');
  CHECK(name.find_first_not_of("0123456789", 20) == 30);
  const auto records = event_records(writer.path());
  REQUIRE(records.size() == 2);
  CHECK(after_time(records[0]) == std::string("\x10\0\x1a\x0d"
                                              "brain.Event:2",
                                              17));
  CHECK(after_time(records[1]) == "\x10\x07\x3a\x02\x08\x01");  // step 7, session_log { status: START }
}

TEST_CASE("a scalar, byte for byte") {
  const TemporaryFolder folder;
  EventWriter writer(folder.path());
  writer.add_scalar("batch_loss", 300, 1.5);
  const auto records = event_records(writer.path());
  REQUIRE(records.size() == 3);
  // step (2) = 300; summary (5) of 19 bytes: value (1) of 17: tag (1), simple_value (2) = 1.5f.
  CHECK(after_time(records[2]) == std::string("\x10\xAC\x02\x2a\x13\x0a\x11\x0a\x0a"
                                              "batch_loss\x15\0\0\xc0\x3f",
                                              24));
  CHECK(records[2][0] == '\x09');  // wall_time (1), eight bytes
}

TEST_CASE("every add is in the file at once; a later file sorts behind, whatever the clock says") {
  const TemporaryFolder folder;
  folder.write("events.out.tfevents.4000000000.elsewhere.1.0", "");  // by a clock that was ahead
  EventWriter first(folder.path());
  EventWriter second(folder.path());
  CHECK(first.path().filename().string() > "events.out.tfevents.4000000000.elsewhere.1.0");
  CHECK(second.path() > first.path());
  const std::vector<double> values = {1, 2, 4};
  first.add_scalar("a", 1, 0.5);
  CHECK(event_records(first.path()).size() == 3);
  first.add_image("b", 1, Image(3, 4, 3, 200), "a *grey* picture");
  first.add_text("c", 1, "text");
  first.add_table("d", 1, 2, std::vector<std::string>{"1", "2", "3", "4"});
  first.add_histogram("e", 1, std::span<const double>(values));
  CHECK(event_records(first.path()).size() == 7);
  CHECK(event_records(second.path()).size() == 2);
  first.flush();
}

TEST_CASE("what cannot be written is refused, and leaves the file as it is") {
  const TemporaryFolder folder;
  EventWriter writer(folder.path());
  CHECK_THROWS_AS(writer.add_scalar("", 1, 0), ArgumentError);
  CHECK_THROWS_AS(writer.add_scalar("\xFF", 1, 0), ArgumentError);
  CHECK_THROWS_AS(writer.add_scalar("loss", -1, 0), ArgumentError);
  CHECK_THROWS_AS(writer.add_image("image", 1, Image()), ArgumentError);
  CHECK_THROWS_AS(writer.add_image("image", 1, Image(1, 1, 1), "\xC3"), ArgumentError);
  CHECK_THROWS_AS(writer.add_table("table", 1, 2, std::vector<std::string>{"1", "2", "3"}), ArgumentError);
  CHECK_THROWS_AS(writer.add_table("table", 1, 0, std::vector<std::string>{}), ArgumentError);
  CHECK_THROWS_AS(EventWriter(folder.path(), -1), ArgumentError);
  CHECK(event_records(writer.path()).size() == 2);
}

TEST_CASE("a folder that cannot be written is named") {
  const TemporaryFolder folder;
  folder.write("file", "");
  CHECK_THROWS_WITH_AS(EventWriter(folder.path() / "file" / "logs"), doctest::Contains("file/logs"), FileError);
}

TEST_CASE("a full disk is an error that names the file, and no record is left in half") {
  const TemporaryFolder folder;
  EventWriter writer(folder.path());
  writer.add_scalar("loss", 1, 0.5);
  const std::string before = test::content_of(writer.path());
  {
    const FileSizeLimit limit(before.size() + 10);
    CHECK_THROWS_WITH_AS(writer.add_scalar("loss", 2, 0.25), doctest::Contains(writer.path().c_str()), FileError);
    CHECK_THROWS_WITH_AS(writer.add_scalar("loss", 2, 0.25), doctest::Contains("File too large"), FileError);
    CHECK(test::content_of(writer.path()) == before);
  }
  writer.add_scalar("loss", 3, 0.125);  // somebody has made room
  CHECK(event_records(writer.path()).size() == 4);
}
