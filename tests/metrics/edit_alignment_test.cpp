// Tests of the alignment behind the edit distance.
#include "tinyhtr/metrics/edit_alignment.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/metrics/edit_distance.hpp"

using namespace tinyhtr;

namespace {

constexpr EditKind match = EditKind::match, substitution = EditKind::substitution, insertion = EditKind::insertion,
                   deletion = EditKind::deletion;

}  // namespace

TEST_CASE("edit_alignment: known alignments") {
  CHECK(edit_alignment("", "").empty());
  CHECK(edit_alignment("ab", "ab") == std::vector<Edit>{{match, 'a', 'a'}, {match, 'b', 'b'}});
  CHECK(edit_alignment("ab", "") == std::vector<Edit>{{deletion, 'a', 0}, {deletion, 'b', 0}});
  CHECK(edit_alignment("", "ab") == std::vector<Edit>{{insertion, 0, 'a'}, {insertion, 0, 'b'}});
  CHECK(edit_alignment("cat", "cut") ==
        std::vector<Edit>{{match, 'c', 'c'}, {substitution, 'a', 'u'}, {match, 't', 't'}});
  CHECK(edit_alignment("then", "ten") ==
        std::vector<Edit>{{match, 't', 't'}, {deletion, 'h', 0}, {match, 'e', 'e'}, {match, 'n', 'n'}});
  CHECK(edit_alignment("ten", "then") ==
        std::vector<Edit>{{match, 't', 't'}, {insertion, 0, 'h'}, {match, 'e', 'e'}, {match, 'n', 'n'}});
  CHECK(edit_alignment("m", "rn") == std::vector<Edit>{{insertion, 0, 'r'}, {substitution, 'm', 'n'}});
}

TEST_CASE("edit_alignment: of equally many edits, those that leave more to match") {
  // Two substitutions would do as well.
  CHECK(edit_alignment("M P", "MP!") ==
        std::vector<Edit>{{match, 'M', 'M'}, {deletion, ' ', 0}, {match, 'P', 'P'}, {insertion, 0, '!'}});
  CHECK(edit_alignment("ab", "ba") == std::vector<Edit>{{insertion, 0, 'b'}, {match, 'a', 'a'}, {deletion, 'b', 0}});
}

TEST_CASE("edit_alignment: code points, not bytes") {
  CHECK(edit_alignment("\xC3\xA9", "e") == std::vector<Edit>{{substitution, 0xE9, 'e'}});
  CHECK_THROWS_AS(edit_alignment("\xE9", "e"), FormatError);
  CHECK_THROWS_AS(edit_alignment("e", "\xE9"), FormatError);
}

TEST_CASE("edit_alignment: spells both texts, with as many edits as edit_distance") {
  Random random(12);
  const auto word = [&random] {
    std::string text;
    for (std::uint32_t length = random.below(9); length > 0; --length) text += static_cast<char>('a' + random.below(3));
    return text;
  };
  for (int i = 0; i < 500; ++i) {
    const std::string label = word(), reading = word();
    CAPTURE(label);
    CAPTURE(reading);
    std::string spelled_label, spelled_reading;
    Index edits = 0;
    for (const Edit& edit : edit_alignment(label, reading)) {
      if (edit.kind != insertion) spelled_label += static_cast<char>(edit.expected);
      if (edit.kind != deletion) spelled_reading += static_cast<char>(edit.read);
      if (edit.kind == match) CHECK(edit.expected == edit.read);
      if (edit.kind == substitution) CHECK(edit.expected != edit.read);
      edits += edit.kind == match ? 0 : 1;
    }
    CHECK(spelled_label == label);
    CHECK(spelled_reading == reading);
    CHECK(edits == edit_distance(label, reading));
  }
}
