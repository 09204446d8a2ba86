// Tests of the split by writers.
#include "tinyhtr/data/writer_split.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "tinyhtr/data/shared_writers.hpp"

using namespace tinyhtr;

namespace {

/// `count` forms f00, f01 ... of 10 to 19 words each; three forms a writer.
std::vector<Sample> forms(Index count) {
  std::vector<Sample> samples;
  for (Index f = 0; f < count; ++f) {
    for (Index w = 0; w < 10 + f % 10; ++w) {
      samples.push_back({"", "", "a-" + std::to_string(100 + f) + "-00-" + std::to_string(10 + w), 1});
    }
  }
  return samples;
}

Writers three_forms_each(Index count) {
  Writers writers;
  for (Index f = 0; f < count; ++f) {
    writers.writer_of_form["a-" + std::to_string(100 + f)] = "w" + std::to_string(f / 3);
  }
  return writers;
}

std::set<std::string> ids(const std::vector<Sample>& samples) {
  std::set<std::string> result;
  for (const Sample& sample : samples) result.insert(sample.id);
  return result;
}

}  // namespace

TEST_CASE("split_by_writers: no writer on both sides, the share met, every sample once, in order") {
  const std::vector<Sample> samples = forms(90);
  const Writers writers = three_forms_each(90);
  for (const std::uint64_t seed : {1u, 2u, 3u, 4u}) {
    const WriterSplit split = split_by_writers(samples, writers, 0.1, seed);
    const SharedWriters counts = shared_writers(split.parts.train, split.parts.validation, writers);
    CHECK(counts.shared == 0);
    CHECK(counts.training == split.training_writers);
    CHECK(counts.validation == split.validation_writers);
    CHECK(split.training_writers + split.validation_writers == 30);
    CHECK(split.parts.train.size() + split.parts.validation.size() == samples.size());
    const double share = static_cast<double>(split.parts.validation.size()) / static_cast<double>(samples.size());
    CHECK(std::abs(share - 0.1) < 0.02);  // half a writer's words
    CHECK(split.forms_alone == 0);
    std::size_t t = 0, v = 0;
    for (const Sample& sample : samples) {
      if (t < split.parts.train.size() && split.parts.train[t].id == sample.id) ++t;
      if (v < split.parts.validation.size() && split.parts.validation[v].id == sample.id) ++v;
    }
    CHECK(t == split.parts.train.size());
    CHECK(v == split.parts.validation.size());
  }
}

TEST_CASE("split_by_writers: depends on the seed, not on the order of the samples") {
  std::vector<Sample> samples = forms(60);
  const Writers writers = three_forms_each(60);
  const auto first = ids(split_by_writers(samples, writers, 0.2, 7).parts.validation);
  CHECK(first == ids(split_by_writers(samples, writers, 0.2, 7).parts.validation));
  CHECK(first != ids(split_by_writers(samples, writers, 0.2, 8).parts.validation));
  Random(5).shuffle(samples);
  CHECK(first == ids(split_by_writers(samples, writers, 0.2, 7).parts.validation));
}

TEST_CASE("split_by_writers: a form of an unknown writer is a writer of its own, also one called like a writer") {
  std::vector<Sample> samples = forms(12);
  Writers writers;
  writers.writer_of_form["a-100"] = "a-101";  // a writer with the name of a form that nobody knows
  const WriterSplit split = split_by_writers(samples, writers, 0.5, 1);
  CHECK(split.training_writers + split.validation_writers == 12);
  CHECK(split.forms_alone == 11);
  CHECK(split.words_alone == static_cast<Index>(samples.size()) - 10);
  std::set<std::string> trained, read;
  for (const Sample& sample : split.parts.train) trained.insert(form_of(sample.id));
  for (const Sample& sample : split.parts.validation) read.insert(form_of(sample.id));
  CHECK(trained.size() + read.size() == 12);
}

TEST_CASE("split_by_writers: ids that are paths are known by the names of their files") {
  std::vector<Sample> samples;
  for (const char* name : {"my-own-set/a-100-00-01.png", "my-own-set/a-100-00-02.png", "my-own-set/b-100-00-01.png"}) {
    samples.push_back({name, "", name, 1});
  }
  const WriterSplit split = split_by_writers(samples, Writers{}, 0.3, 1);
  CHECK(split.forms_alone == 2);
  REQUIRE(split.parts.validation.size() == 1);
  CHECK(split.parts.validation[0].id == "my-own-set/b-100-00-01.png");
}

TEST_CASE("split_by_writers: neither part is empty, however uneven the writers are") {
  std::vector<Sample> samples = forms(2);  // 10 and 11 words
  for (const double fraction : {0.01, 0.1, 0.5, 0.9, 0.99}) {
    CAPTURE(fraction);
    const WriterSplit split = split_by_writers(samples, Writers{}, fraction, 3);
    CHECK(split.training_writers == 1);
    CHECK(split.validation_writers == 1);
  }
  CHECK(split_by_writers(samples, Writers{}, 0.01, 3).parts.validation.size() == 10);
}

TEST_CASE("split_by_writers: bad input") {
  const std::vector<Sample> samples = forms(6);
  for (const double fraction : {0.0, 1.0, -0.1, 1.5, std::nan("")}) {
    CAPTURE(fraction);
    CHECK_THROWS_AS(split_by_writers(samples, Writers{}, fraction, 0), ArgumentError);
  }
  CHECK_THROWS_AS(split_by_writers({}, Writers{}, 0.5, 0), ArgumentError);
  CHECK_THROWS_WITH_AS(split_by_writers(forms(1), Writers{}, 0.5, 0),
                       "split_by_writers: expected words of at least two writers, found 10 of 1", ArgumentError);
}
