// Tests of counting the writers that two lists share.
#include "tinyhtr/data/shared_writers.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tinyhtr/data/split.hpp"

using namespace tinyhtr;

namespace {

std::vector<Sample> of_forms(const std::vector<std::string>& forms) {
  std::vector<Sample> samples;
  for (const std::string& form : forms) samples.push_back({"", "", form + "-00-00", 1});
  return samples;
}

}  // namespace

TEST_CASE("shared_writers: writers are counted, not forms") {
  const Writers writers = parse_writers("a-1 x\na-2 x\na-3 y\na-4 z\n", "forms.txt");
  const auto training = of_forms({"a-1", "a-1", "a-3"}), validation = of_forms({"a-2", "a-2", "a-4"});
  const SharedWriters counts = shared_writers(training, validation, writers);
  CHECK(counts.training == 2);
  CHECK(counts.validation == 2);
  CHECK(counts.shared == 1);
  CHECK(counts.shared_words == 2);
  CHECK(counts.known());
  CHECK(to_string(counts) == "2 in training, 2 in validation, 1 shared (2 of 3 validation words are theirs)");
  CHECK(to_string(shared_writers(training, of_forms({"a-4"}), writers)) == "2 in training, 1 in validation, 0 shared");
}

TEST_CASE("shared_writers: what is not known is said") {
  const Writers writers = parse_writers("a-1 x\n", "forms.txt");
  const SharedWriters counts = shared_writers(of_forms({"a-1", "b-1"}), of_forms({"a-1", "b-1", "b-1"}), writers);
  CHECK(counts.unknown_training == 1);
  CHECK(counts.unknown_validation == 2);
  CHECK(to_string(counts) ==
        "1 in training, 1 in validation, 1 shared (1 of 3 validation words are theirs); not known of 1 training and 2 "
        "validation words");
  CHECK_FALSE(shared_writers(of_forms({"b-1"}), of_forms({"b-1"}), writers).known());
  CHECK(to_string(shared_writers(of_forms({"b-1"}), of_forms({"b-1"}), Writers{})) == "not known");
  CHECK(to_string(shared_writers({}, {}, writers)) == "not known");
}

TEST_CASE("shared_writers: on the project's own words, the split by forms shares no font, a random one shares all") {
  const Writers writers = read_writers(TINYHTR_TEST_DATA "/../data/forms.txt");
  std::vector<Sample> samples;
  for (const auto& [form, writer] : writers.writer_of_form) {
    for (int word = 0; word < 10; ++word) samples.push_back({"", "", form + "-00-0" + std::to_string(word), 1});
  }
  const std::string splits = TINYHTR_TEST_DATA "/../data/splits/";
  const SharedWriters by_forms =
      shared_writers(split_by_list(samples, splits + "train_forms.txt").samples,
                     split_by_list(samples, splits + "validation_forms.txt").samples, writers);
  CHECK(to_string(by_forms) == "18 in training, 3 in validation, 0 shared");
  const Split random = random_split(samples, 0.5, 1);
  const SharedWriters at_random = shared_writers(random.train, random.validation, writers);
  CHECK(at_random.shared == 21);
  CHECK(at_random.shared_words == at_random.validation_words);
}
