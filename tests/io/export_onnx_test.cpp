#include "tinyhtr/io/export_onnx.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/onnx.hpp"
#include "support/tiny_word_net.hpp"
#include "tinyhtr/core/version.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("input, output, versions, metadata are those of the reference system's file, and more") {
  const Vocabulary vocabulary("abc é");
  WordNet<float> network = trained_looking_network(small_word_net(), vocabulary.classes());
  const OnnxModel model = to_onnx(network, vocabulary);
  CHECK(model.ir_version == 7);
  CHECK(model.opset == 13);
  REQUIRE(model.inputs.size() == 1);
  CHECK(model.inputs[0].name == "input");
  CHECK(model.inputs[0].dims[0].name == "N");
  CHECK(model.inputs[0].dims[0].value == -1);
  CHECK(model.inputs[0].dims[1].value == 32);
  CHECK(model.inputs[0].dims[2].value == 128);
  CHECK(model.inputs[0].dims[3].value == 3);
  REQUIRE(model.outputs.size() == 1);
  CHECK(model.outputs[0].dims[1].value == 32);
  CHECK(model.outputs[0].dims[2].value == vocabulary.classes());
  CHECK(model.metadata.at("vocabulary") == "abc é");
  CHECK(model.metadata.at("blank") == "5");
  CHECK(model.metadata.at("tinyhtr_version") == version);
  CHECK(word_net_from_json(model.metadata.at("model")).keep_aspect_ratio);
}

TEST_CASE("zeros around the images are as the kind of padding puts them") {
  const Vocabulary vocabulary("ab");
  for (const Padding padding : {Padding::same, Padding::symmetric}) {
    WordNetOptions options = tiny_word_net();
    options.padding = padding;
    WordNet<float> network(vocabulary.classes(), 1, options);
    OnnxModel model = to_onnx(network, vocabulary);
    const std::vector<std::int64_t> pads = node_named(model, "blocks.0.conv1").attributes[1].integers;
    // 3x3, stride 2 on an even size: [top, left, bottom, right]
    const std::int64_t before = padding == Padding::same ? 0 : 1, behind = 1 - before;
    CHECK(pads == std::vector<std::int64_t>{before, before, behind, behind});
    CHECK(node_named(model, "blocks.0.conv2").attributes[1].integers == std::vector<std::int64_t>{1, 1, 1, 1});
  }
}

TEST_CASE("the LSTM's gates stand in ONNX's order, its two biases one behind the other") {
  const Vocabulary vocabulary("ab");
  WordNet<float> network = trained_looking_network(tiny_word_net(), vocabulary.classes());
  OnnxModel model = to_onnx(network, vocabulary);
  const OnnxTensor& biases = constant_named(model, "lstm.B");
  CHECK(biases.dims == std::vector<std::int64_t>{2, 96});
  const Tensor<float>& reverse = network.lstm.bias_ih_l0_reverse.value();  // i, f, g, o of 12
  CHECK(biases.floats[96] == reverse[0]);
  CHECK(biases.floats[96 + 12] == reverse[36]);
  CHECK(biases.floats[96 + 24] == reverse[12]);
  CHECK(biases.floats[96 + 36] == reverse[24]);
  CHECK(std::all_of(biases.floats.begin() + 48, biases.floats.begin() + 96, [](float b) { return b == 0; }));
}

TEST_CASE("folding leaves the batch norms out") {
  const Vocabulary vocabulary("ab");
  WordNet<float> network = trained_looking_network(tiny_word_net(), vocabulary.classes());
  const auto norms = [](const OnnxModel& model) {
    return std::count_if(model.nodes.begin(), model.nodes.end(),
                         [](const OnnxNode& node) { return node.op == "BatchNormalization"; });
  };
  CHECK(norms(to_onnx(network, vocabulary)) == 4);
  CHECK(norms(to_onnx(network, vocabulary, {.fold_batch_norm = true})) == 0);
}

TEST_CASE("what cannot be exported") {
  const Vocabulary vocabulary("ab");
  WordNetOptions options = tiny_word_net();
  options.padding = Padding::none;  // the paths of a block end in different sizes
  WordNet<float> network(vocabulary.classes(), 1, options);
  CHECK_THROWS_WITH_AS(static_cast<void>(to_onnx(network, vocabulary)), doctest::Contains("such a network cannot run"),
                       ArgumentError);
}
