// Tests of networks that are wider than a word: lines of text need more time steps.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "support/small_iam.hpp"
#include "tinyhtr/data/iam.hpp"
#include "tinyhtr/data/loader.hpp"
#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/loss/ctc_loss.hpp"
#include "tinyhtr/models/folded_word_net.hpp"
#include "tinyhtr/models/word_net.hpp"
#include "tinyhtr/models/word_net_images.hpp"

using namespace tinyhtr;

namespace {

WordNetOptions of_width(WordNetOptions options, Index width) {
  options.width = width;
  options.hidden = 8;
  options.dropout = 0;
  return options;
}

Tensor<float> noise(Index count, const WordNetOptions& options) {
  Tensor<float> images(Shape{count, options.channels, options.height, options.width});
  Random random(7, Purpose::init);
  for (float& x : images) x = static_cast<float>(255 * random.uniform());
  return images;
}

}  // namespace

TEST_CASE("time_steps: in proportion to the width, as the logits have them") {
  for (const Index width : {128, 200, 512, 1000, 1024}) {
    CAPTURE(width);
    const WordNetOptions reference = of_width({}, width), small = of_width(small_word_net(), width);
    CHECK(time_steps(reference) == 4 * ((width + 7) / 8));
    CHECK(time_steps(small) == (width + 3) / 4);
    for (const WordNetOptions& options : {reference, small}) {
      WordNet<float> network(5, 1, options);
      const NoGrad no_grad;
      const Tensor<float> images = noise(1, options);
      const Tensor<float> logits = network.forward(images).value();
      CHECK(logits.shape() == Shape{time_steps(options), 1, 5});
      const Tensor<float> folded = FoldedWordNet<float>(network).forward(images);
      REQUIRE(folded.shape() == logits.shape());
      for (Index i = 0; i < logits.size(); ++i) CHECK(folded[i] == doctest::Approx(logits[i]).epsilon(1e-3));
    }
  }
}

TEST_CASE("labels up to T fit into a wide network, longer ones are dropped") {
  const WordNetOptions options = of_width(small_word_net(), 512);
  const Index steps = time_steps(options);
  REQUIRE(steps == 128);
  const auto alternating = [](Index length) {
    std::string text;
    for (Index i = 0; i < length; ++i) text += i % 2 == 0 ? 'a' : 'b';
    return text;
  };
  std::vector<Sample> samples{{"1.png", alternating(steps), "1", 1},
                              {"2.png", alternating(steps + 1), "2", 2},
                              {"3.png", std::string(64, 'a'), "3", 3},   // 64 letters, 63 of them doubled
                              {"4.png", std::string(65, 'a'), "4", 4}};  // 129 steps
  DataReport report;
  drop_long_labels(samples, steps, report);
  REQUIRE(samples.size() == 2);
  CHECK(samples[0].id == "1");
  CHECK(samples[1].id == "3");
  CHECK(report.too_long == 2);

  WordNet<float> network(3, 1, options);
  const Vocabulary vocabulary("ab");
  const auto loss_of = [&](const std::string& text) {
    return ctc_loss(network.forward(noise(1, options)), vocabulary.encode(std::vector<std::string>{text})).item();
  };
  for (const Sample& sample : samples) CHECK(std::isfinite(loss_of(sample.text)));
  CHECK_THROWS_AS(loss_of(alternating(steps + 1)), Error);
}

TEST_CASE("lines of IAM go from the folder into a wide network") {
  const test::TemporaryFolder folder;
  folder.write("lines.txt",
               "a01-000u-00 ok 154 19 408 746 1661 89 A|MOVE|to|stop|Mr.|Gaitskell|from|nominating|any|more\n");
  const auto image = iam_image_path(folder.path() / "lines", "a01-000u-00");
  std::filesystem::create_directories(image.parent_path());
  write_png(image, test::patterned_image(40, 800, 1));
  const WordNetOptions narrow = of_width(small_word_net(), 128), wide = of_width(small_word_net(), 512);
  CHECK_THROWS_AS(load_iam_lines(folder.path(), {.time_steps = time_steps(narrow)}), FormatError);
  const LabelledImages data = load_iam_lines(folder.path(), {.time_steps = time_steps(wide)});
  REQUIRE(data.samples.size() == 1);
  Loader<float> loader(data.samples, images_for(wide));
  WordNet<float> network(60, 1, wide);
  for (const Batch<float>& batch : loader.epoch(0)) {
    CHECK(batch.images.shape() == Shape{1, 3, 32, 512});
    CHECK(network.forward(batch.images).shape() == Shape{128, 1, 60});
  }
}

TEST_CASE("FoldedWordNet: the same bits in any batch whose size is a multiple of eight, in any place of it") {
  for (const WordNetOptions& options : {of_width({}, 128), of_width(small_word_net(), 128), of_width({}, 256)}) {
    const WordNet<float> network(5, 1, options);
    const FoldedWordNet<float> folded(network);
    const Tensor<float> images = noise(8, options);
    const Index size = images.size() / 8;
    const Tensor<float> expected = folded.forward(images);  // (T,8,K)
    for (const Index count : {8, 16, 24, 40}) {
      Tensor<float> turned(Shape{count, options.channels, options.height, options.width});
      for (Index n = 0; n < count; ++n) {  // some places are left empty
        if (n % 5 == 4) continue;
        std::copy_n(images.data() + (n + 3) % 8 * size, size, turned.data() + n * size);
      }
      const Tensor<float> logits = folded.forward(turned);
      Index different = 0;
      for (Index n = 0; n < count; ++n) {
        for (Index t = 0; t < logits.dim(0) && n % 5 != 4; ++t) {
          for (Index k = 0; k < 5; ++k) different += logits(t, n, k) != expected(t, (n + 3) % 8, k) ? 1 : 0;
        }
      }
      CHECK(different == 0);
    }
  }
}
