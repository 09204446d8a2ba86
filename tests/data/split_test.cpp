// Tests of the splits into training and validation.
#include "tinyhtr/data/split.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

using namespace tinyhtr;

namespace {

std::vector<Sample> numbered(Index count) {
  std::vector<Sample> samples;
  for (Index i = 0; i < count; ++i) {
    samples.push_back({"", "", "a01-" + std::to_string(100 + i / 10) + "-00-" + std::to_string(10 + i % 10), i + 1});
  }
  return samples;
}

std::vector<std::string> ids(const std::vector<Sample>& samples) {
  std::vector<std::string> result;
  for (const Sample& sample : samples) result.push_back(sample.id);
  return result;
}

}  // namespace

TEST_CASE("random_split: every sample on one side, in order, the fraction met") {
  const std::vector<Sample> samples = numbered(1005);
  const Split split = random_split(samples, 0.1, 42);
  CHECK(split.validation.size() == 101);
  CHECK(split.train.size() == 904);
  std::set<std::string> all;
  for (const auto* part : {&split.train, &split.validation}) {
    for (std::size_t i = 0; i < part->size(); ++i) {
      all.insert((*part)[i].id);
      if (i > 0) CHECK((*part)[i - 1].line < (*part)[i].line);
    }
  }
  CHECK(all.size() == samples.size());
  CHECK_NOTHROW(check_no_overlap(split.train, split.validation));
}

TEST_CASE("random_split: depends on the seed alone") {
  const std::vector<Sample> samples = numbered(200);
  CHECK(ids(random_split(samples, 0.25, 7).validation) == ids(random_split(samples, 0.25, 7).validation));
  CHECK(ids(random_split(samples, 0.25, 7).validation) != ids(random_split(samples, 0.25, 8).validation));
}

TEST_CASE("random_split: bad input") {
  const std::vector<Sample> samples = numbered(20);
  for (const double fraction : {0.0, 1.0, -0.1, 1.5, std::nan(""), 0.01, 0.99}) {
    CAPTURE(fraction);
    CHECK_THROWS_AS(random_split(samples, fraction, 0), ArgumentError);
  }
  CHECK_THROWS_AS(random_split({}, 0.5, 0), ArgumentError);
  CHECK_THROWS_AS(random_split(numbered(1), 0.5, 0), ArgumentError);
}

TEST_CASE("split_by_list: words and forms mixed, comments, CRLF, repeated entries") {
  const test::TemporaryFolder folder;
  const auto list = folder.write("list.txt",
                                 "\xEF\xBB\xBF# validation\r\na01-102\r\n\r\na01-100-00-13\r\na01-102\r\n"
                                 "  a01-101-00-19  \r\na01-999\r\na01-100-00-99\r\na01-10\r\n");
  const ListSplit split = split_by_list(numbered(40), list);
  REQUIRE(split.samples.size() == 12);
  CHECK(split.samples[0].id == "a01-100-00-13");
  CHECK(split.samples[1].id == "a01-101-00-19");
  for (std::size_t i = 2; i < 12; ++i) CHECK(form_of(split.samples[i].id) == "a01-102");
  CHECK(split.entries == 6);
  CHECK(split.unmatched == std::vector<std::string>{"a01-999", "a01-100-00-99", "a01-10"});
}

TEST_CASE("split_by_list: a word named by its form and by itself comes once") {
  const test::TemporaryFolder folder;
  const ListSplit split = split_by_list(numbered(40), folder.write("list.txt", "a01-102\na01-102-00-11\n"));
  CHECK(split.samples.size() == 10);
  CHECK(split.unmatched.empty());
}

TEST_CASE("split_by_list: bad input") {
  const test::TemporaryFolder folder;
  const std::vector<Sample> samples = numbered(40);
  CHECK_THROWS_AS(split_by_list(samples, folder.path() / "nothing.txt"), FileError);
  CHECK_THROWS_AS(split_by_list(samples, folder.path()), FileError);
  CHECK_THROWS_AS(split_by_list(samples, folder.write("empty.txt", "")), FormatError);
  CHECK_THROWS_AS(split_by_list(samples, folder.write("comments.txt", "# nothing\n\n")), FormatError);
  const auto list = folder.write("other.txt", "x\x01y\nb02-000\n");
  CHECK_THROWS_WITH_AS(split_by_list(samples, list),
                       (list.string() + ": none of its 2 entries names one of the 40 samples; the first is 'x\\x01y', "
                                        "expected ids such as a01-000u-00-00 or a01-000u")
                           .c_str(),
                       FormatError);
  CHECK_THROWS_AS(split_by_list({}, list), FormatError);
}

TEST_CASE("check_no_overlap: names an id that is on both sides") {
  const test::TemporaryFolder folder;
  const std::vector<Sample> samples = numbered(40);
  const auto train = split_by_list(samples, folder.write("train.txt", "a01-100\na01-101\na01-102-00-15\n")).samples;
  const auto validation = split_by_list(samples, folder.write("val.txt", "a01-102\n")).samples;
  CHECK_THROWS_WITH_AS(check_no_overlap(train, validation),
                       "training and validation share 1 sample: a01-102-00-15; take it out of one of the lists",
                       ArgumentError);
  CHECK_THROWS_WITH_AS(check_no_overlap(train, train),
                       "training and validation share 21 samples, the first of them a01-100-00-10; take it out of one "
                       "of the lists",
                       ArgumentError);
  CHECK_NOTHROW(check_no_overlap(train, split_by_list(samples, folder.write("v2.txt", "a01-103\n")).samples));
}

TEST_CASE("check_no_overlap: an image is the same by whatever name a list has it") {
  const std::vector<Sample> train{{"images/a.png", "a", "a.png", 1}};
  CHECK_NOTHROW(check_no_overlap(train, {{"images/b.png", "b", "b.png", 1}}));
  CHECK_THROWS_WITH_AS(check_no_overlap(train, {{"images/../images/a.png", "a", "./a.png", 1}}),
                       "training and validation share 1 sample: ./a.png; take it out of one of the lists",
                       ArgumentError);
  const auto absolute = std::filesystem::absolute("images/a.png");
  CHECK_THROWS_AS(check_no_overlap(train, {{absolute, "a", absolute.string(), 1}}), ArgumentError);
}
