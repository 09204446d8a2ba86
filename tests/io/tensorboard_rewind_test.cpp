// Tests of cutting event files back.
#include "tinyhtr/io/tensorboard_rewind.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "support/event_records.hpp"
#include "support/temporary_folder.hpp"
#include "tinyhtr/io/tensorboard_events.hpp"
#include "tinyhtr/io/wire_writer.hpp"

using namespace tinyhtr;
using test::content_of;
using test::TemporaryFolder;

namespace {

/// What a run keeps that is resumed after step 20, epoch 2.
bool keep(std::string_view tag, std::int64_t step) { return tag.starts_with("epoch_") ? step <= 2 : step <= 20; }

/// A run of four epochs of ten steps, in which a checkpoint was made after each epoch.
std::filesystem::path write_run(const std::filesystem::path& folder, std::int64_t first_epoch = 1) {
  EventWriter writer(folder, 10 * first_epoch - 9);
  for (std::int64_t epoch = first_epoch; epoch <= 4; ++epoch) {
    for (std::int64_t step = 10 * epoch - 9; step <= 10 * epoch; ++step) writer.add_scalar("batch_loss", step, 1);
    writer.add_scalar("epoch_loss", epoch, 1);
  }
  return writer.path();
}

}  // namespace

TEST_CASE("what came after the checkpoint goes, epochs and steps, and only that") {
  const TemporaryFolder folder;
  const auto path = write_run(folder.path());
  const std::string before = content_of(path);
  REQUIRE(test::event_records(path).size() == 2 + 44);
  const auto gone = rewind_events(folder.path(), keep);
  const std::string after = content_of(path);
  CHECK(gone == before.size() - after.size());
  CHECK(before.starts_with(after));
  CHECK(test::event_records(path).size() == 2 + 22);
  CHECK(rewind_events(folder.path(), keep) == 0);
}

TEST_CASE("a later file that holds nothing else keeps its beginning") {
  const TemporaryFolder folder;
  const auto first = write_run(folder.path());
  const auto second = write_run(folder.path(), 3);
  rewind_events(folder.path(), keep);
  CHECK(test::event_records(first).size() == 2 + 22);
  CHECK(test::event_records(second).size() == 2);
}

TEST_CASE("a record that was cut off or damaged goes, with what is behind") {
  const TemporaryFolder folder;
  const auto path = write_run(folder.path());
  const std::string content = content_of(path);
  const auto everything = [](std::string_view, std::int64_t) { return true; };
  CHECK(kept_event_bytes(content, path, everything) == content.size());
  std::size_t whole = 0;
  for (std::size_t size = 0; size <= content.size(); ++size) {  // each place at which a kill may cut
    const std::size_t kept = kept_event_bytes(std::string_view(content).substr(0, size), path, everything);
    CHECK(kept <= size);
    CHECK(kept >= whole);
    whole = kept;
  }
  for (std::size_t position = 0; position < content.size(); position += 5) {
    std::string damaged = content;
    damaged[position] = static_cast<char>(damaged[position] ^ 0x10);
    const std::size_t kept = kept_event_bytes(damaged, path, everything);
    CHECK(kept <= position);
  }
  CHECK(kept_event_bytes("", path, everything) == 0);
  CHECK(kept_event_bytes(std::string(100, '\xFF'), path, everything) == 0);
}

TEST_CASE("a sound record of something else ends what is kept") {
  const auto everything = [](std::string_view, std::int64_t) { return true; };
  const std::string good = detail::event_record(WireWriter().varint(2, 1).content());
  for (const std::string& bad : {std::string("\x2a\x7f"), std::string("\x2a\x01\xFF"), std::string("\xFF\xFF")}) {
    CHECK(kept_event_bytes(good + detail::event_record(bad) + good, "x", everything) == good.size());
  }
}

TEST_CASE("no folder, no files") {
  const TemporaryFolder folder;
  CHECK(rewind_events(folder.path() / "missing", keep) == 0);
  folder.write("other.txt", "text");
  CHECK(rewind_events(folder.path(), keep) == 0);
  CHECK(content_of(folder.path() / "other.txt") == "text");
}
