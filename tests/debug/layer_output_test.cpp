// Tests of finding a layer's result in the graph.
#include "tinyhtr/debug/layer_output.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/counted.hpp"
#include "support/tiny_column_net.hpp"
#include "support/tiny_word_net.hpp"
#include "tinyhtr/models/word_net.hpp"

using namespace tinyhtr;

namespace {

bool equal(const Tensor<double>& a, const Tensor<double>& b) {
  if (a.shape() != b.shape()) return false;
  for (Index i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("layer_output: the maps of block i are those of the blocks 0 to i, run by hand") {
  WordNet<double> network(7, 1, test::tiny_word_net());
  const Tensor<double> images = test::counted_tensor<double>({2, 3, 16, 32}, 5, 128, 128);
  const Variable<double> logits = network.forward(images);
  Variable<double> x = scale(Variable<double>(images), 1.0 / 255);
  Mode mode = Mode::inference();
  for (std::size_t i = 0; i < network.blocks.size(); ++i) {
    x = network.blocks[i].forward(x, mode);
    CHECK(equal(layer_output(logits, "blocks." + std::to_string(i)).value, x.value()));
  }
  const Variable<double> states = network.lstm.forward(image_to_sequence(x, network.options.scan));
  CHECK(equal(layer_output(logits, "lstm").value, states.value()));
  CHECK(&layer_output(logits, "classes") == &logits.node());
  const Variable<double> first = network.blocks[0].conv1.forward(scale(Variable<double>(images), 1.0 / 255));
  CHECK(equal(layer_output(logits, "blocks.0.conv1").value, first.value()));
}

TEST_CASE("layer_output: the layers of a network in the order of computation, in training too") {
  WordNet<float> network(7, 1, test::tiny_column_net());
  const Tensor<float> images(Shape{1, 1, 16, 32});
  const std::vector<std::string> paths = layers_in_graph(network.forward(images));
  CHECK(paths[0] == "blocks.0.conv1");
  CHECK(paths[1] == "blocks.0.bn1");
  CHECK(paths[paths.size() - 3] == "blocks.3");
  CHECK(paths[paths.size() - 2] == "lstm");
  CHECK(paths.back() == "classes");
  const Variable<float> training = network.forward(images, Mode::training(1, 0));
  for (const char* path : {"blocks.0", "blocks.1", "blocks.2", "blocks.3"}) {
    CHECK(layer_output(training, path).value.rank() == 4);
  }
}

TEST_CASE("layer_output: what is not there is said") {
  WordNet<float> network(7, 1, test::tiny_column_net());
  const Tensor<float> images(Shape{1, 1, 16, 32});
  const Variable<float> logits = network.forward(images);
  CHECK_THROWS_WITH_AS(layer_output(logits, "blocks.9"), doctest::Contains("blocks.3, lstm, classes"), ArgumentError);
  CHECK_THROWS_AS(layer_output(logits, ""), ArgumentError);
  CHECK_THROWS_AS(layer_output(logits, "blocks.3.conv1.weight"), ArgumentError);
  const NoGrad no_grad;
  CHECK_THROWS_WITH_AS(layer_output(network.forward(images), "lstm"), doctest::Contains("recorded"), ArgumentError);
}
