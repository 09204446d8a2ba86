#include "tinyhtr/train/run_folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <string>

#include "support/files.hpp"
#include "support/temporary_folder.hpp"

using namespace tinyhtr;

namespace {

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) names.insert(std::filesystem::relative(entry.path(), folder).string());
  }
  return names;
}

}  // namespace

TEST_CASE("a folder that holds anything is refused, and overwritten only where asked, and only the run in it") {
  const test::TemporaryFolder folder;
  RunFolder(folder.path() / "new" / "run").start_new(false);  // made with those above it
  RunFolder(folder.path() / "new" / "run").start_new(false);  // empty still
  RunFolder run(folder.path());
  for (const char* name :
       {"last.safetensors", "best.safetensors", "epoch_0001.safetensors", "metrics.csv", "report.html", "summary.json",
        "logs/train/events.out.tfevents.1.x", "probe.12.0.part", "best.safetensors.1.23.part"}) {
    folder.write(name, "of the run");
  }
  const std::set<std::string> others = {"notes.txt", "logs/notes.txt", "mine.part", "mine.1.part", "1.2.part"};
  for (const std::string& name : others) folder.write(name, "somebody's own");
  CHECK_THROWS_WITH_AS(run.start_new(false), doctest::Contains("is there already, and not empty"), ArgumentError);
  CHECK(names_in(folder.path()).size() == 9 + others.size());
  run.start_new(true);
  CHECK(names_in(folder.path()) == others);
}

TEST_CASE("a run that goes on loses what a kill left unfinished, and nothing else") {
  const test::TemporaryFolder folder;
  for (const char* name : {"last.safetensors", "last.safetensors.12.3.part", "mine.part"}) folder.write(name, "x");
  RunFolder(folder.path()).go_on();
  CHECK(names_in(folder.path()) == std::set<std::string>{"last.safetensors", "mine.part"});
}

TEST_CASE("what is no run is not overwritten, and what a kill left before the first checkpoint is no run") {
  const test::TemporaryFolder folder;
  folder.write("last.safetensors.12.0.part", "x");
  RunFolder(folder.path()).start_new(false);
  CHECK(names_in(folder.path()).empty());
  folder.write("train.csv", "somebody's own");
  CHECK_THROWS_WITH_AS(RunFolder(folder.path()).start_new(true), doctest::Contains("holds other things than a run"),
                       ArgumentError);
  CHECK(names_in(folder.path()) == std::set<std::string>{"train.csv"});
  CHECK_THROWS_WITH_AS(RunFolder(folder.path() / "train.csv").start_new(true), doctest::Contains("found a file"),
                       FileError);
}

TEST_CASE("two runs cannot write into one folder") {
  const test::TemporaryFolder folder;
  folder.write("last.safetensors", "x");
  {
    RunFolder first(folder.path());
    first.go_on();
    CHECK_THROWS_WITH_AS(RunFolder(folder.path()).go_on(), doctest::Contains("another process trains"), ArgumentError);
    CHECK_THROWS_WITH_AS(RunFolder(folder.path()).start_new(true), doctest::Contains("another process trains"),
                         ArgumentError);
    CHECK(names_in(folder.path()).contains("last.safetensors"));
  }
  RunFolder(folder.path()).go_on();
}

TEST_CASE("a run that goes on elsewhere takes its best network, its tables and its logs along") {
  const test::TemporaryFolder from, to;
  for (const char* name : {"best.safetensors", "last.safetensors", "metrics.csv", "logs/train/events.out.tfevents.1.x"})
    from.write(name, name);
  RunFolder(to.path()).take_along(RunFolder(from.path()));
  CHECK(names_in(to.path()) ==
        std::set<std::string>{"best.safetensors", "metrics.csv", "logs/train/events.out.tfevents.1.x"});
  CHECK(test::content_of(to.path() / "metrics.csv") == "metrics.csv");
}
