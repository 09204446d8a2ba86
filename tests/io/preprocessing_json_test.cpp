// Tests of preprocessing as JSON.
#include "tinyhtr/io/preprocessing_json.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;

namespace {

/// The text with its first `from` replaced.
std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t place = text.find(from);
  REQUIRE(place != std::string::npos);
  return text.replace(place, from.size(), to);
}

void check_refused(const std::string& text, const char* message) {
  CAPTURE(text);
  CHECK_THROWS_WITH_AS(preprocessing_from_json(text), doctest::Contains(message), FormatError);
}

}  // namespace

TEST_CASE("preprocessing comes back as it was") {
  Preprocessing preprocessing = Preprocessing::standard();
  CHECK(preprocessing_from_json(preprocessing_to_json(preprocessing)) == preprocessing);
  preprocessing.steps = {ToGrey(), Deslant{.max_shear = 0.7}, CropToInk{.margin = 5, .speck = 0.1},
                         NormaliseContrast{.min_contrast = 31, .max_slope = 0}, CropToInk()};
  preprocessing.fit = {.height = 48, .width = 400, .magnify_at_most = 1.5, .margin = 0, .width_multiple = 8};
  CHECK(preprocessing_from_json(preprocessing_to_json(preprocessing)) == preprocessing);
  preprocessing.steps.clear();
  CHECK(preprocessing_from_json(preprocessing_to_json(preprocessing)) == preprocessing);
  CHECK(preprocessing_to_json(preprocessing).find("stretch") == std::string::npos);  // as files from before it
  preprocessing.fit.stretch = true;
  CHECK(preprocessing_from_json(preprocessing_to_json(preprocessing)) == preprocessing);
  preprocessing.fit.height = 0;
  CHECK_THROWS_AS(preprocessing_to_json(preprocessing), ArgumentError);
}

TEST_CASE("what is unknown, missing or out of range is named") {
  const std::string text = preprocessing_to_json(Preprocessing::standard());
  check_refused(with(text, "crop_to_ink", "crop"), "the step 'crop' is unknown");
  check_refused(with(text, "\"speck\"", "\"dust\""), "crop_to_ink: speck is missing");
  check_refused(with(text, "\"speck\"", "\"dust\":1,\"speck\""), "crop_to_ink: the parameter 'dust' is unknown");
  check_refused(with(text, "{\"step\":\"to_grey\"", "{\"a\":1,\"step\":\"to_grey\""), "to_grey: the parameter 'a'");
  check_refused(with(text, "\"speck\":0.5", "\"speck\":1.5"), "crop_to_ink: speck is 1.5");
  check_refused(with(text, "\"speck\":0.5", "\"speck\":\"a\""), "crop_to_ink: speck is \"a\"");
  check_refused(with(text, "\"speck\":0.5", "\"speck\":null"), "crop_to_ink: speck is null");
  check_refused(with(text, "\"height\":32", "\"height\":32.5"), "fit_height: height is 32.5, expected a whole number");
  check_refused(with(text, "\"height\":32", "\"height\":-1"), "fit_height: height is -1");
  check_refused(with(text, "\"height\":32", "\"height\":18446744073709551615"), "fit_height: height is 18446744073");
  check_refused(with(text, "\"max_width\":2048", "\"max_width\":8"), "no room");
  check_refused(with(text, "\"width\":0", "\"stretch\":1,\"width\":128"), "stretch is 1, expected true or false");
  check_refused(with(text, "\"width\":0", "\"stretch\":true,\"width\":0"), "stretch needs a fixed width");
  check_refused(with(text, "fit_height", "to_grey"), "the last step is 'to_grey'");
}

TEST_CASE("other JSON, and none, is refused") {
  check_refused("", "expected JSON");
  check_refused("[", "expected JSON");
  check_refused("[]", "a list of 1 to 64 steps");
  check_refused("{}", "a list of 1 to 64 steps");
  check_refused("7", "a list of 1 to 64 steps");
  check_refused("[7]", "an object with a \"step\"");
  check_refused("[{\"step\":7}]", "an object with a \"step\"");
  check_refused("[{\"step\":\"to_grey\"}]", "the last step is 'to_grey'");
  std::string many = "[";
  for (int i = 0; i < 100; ++i) many += "{\"step\":\"to_grey\"},";
  check_refused(many + "{}]", "a list of 1 to 64 steps");
}
