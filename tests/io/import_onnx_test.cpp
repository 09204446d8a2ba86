#include "tinyhtr/io/import_onnx.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/compare.hpp"
#include "support/npy.hpp"
#include "support/onnx.hpp"
#include "support/tiny_word_net.hpp"
#include "tinyhtr/io/export_onnx.hpp"
#include "tinyhtr/io/read_onnx.hpp"
#include "tinyhtr/io/write_onnx.hpp"
#include "tinyhtr/models/folded_word_net.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

const Vocabulary five_characters("abc é");

/// Through the file and back.
ImportedModel<float> reread(const OnnxModel& model) {
  return import_onnx<float>(parse_onnx(onnx_bytes(model), "some.onnx"));
}

Tensor<double> as_double(const Tensor<float>& tensor) {
  Tensor<double> result(tensor.shape());
  std::copy(tensor.begin(), tensor.end(), result.begin());
  return result;
}

/// The same network with the same weights, computing in double.
WordNet<double> in_double(WordNet<float>& network) {
  WordNet<double> result(network.classes.bias.shape()[0], 1, network.options);
  const auto from = members_of<float>(network);
  const auto to = members_of<double>(result);
  for (std::size_t i = 0; i < from.parameters.size(); ++i)
    to.parameters[i].item->value() = as_double(from.parameters[i].item->value());
  for (std::size_t i = 0; i < from.buffers.size(); ++i) *to.buffers[i].item = as_double(*from.buffers[i].item);
  return result;
}

/// Small networks with every option that there is.
std::vector<WordNetOptions> odd_networks() {
  std::vector<WordNetOptions> list(9, tiny_word_net());
  list[0].padding = Padding::symmetric;
  list[1].scan = Scan::columns;
  list[1].channels = 1;
  list[2].scan = Scan::column_maxima;
  list[2].invert = list[2].keep_aspect_ratio = true;
  list[3].height = 13;  // sizes that stride 2 does not divide
  list[3].width = 27;
  list[3].hidden = 1;
  list[4].blocks = {{.filters = 3, .stride = 1, .convolve_skip = false, .slope = 0.25},  // the image is its skip path
                    {.filters = 5, .stride = {2, 1}, .convolve_skip = true, .slope = 0},
                    {.filters = 5, .stride = {1, 3}, .convolve_skip = true, .slope = 0.01}};
  list[5].height = 2;  // feature maps of one row
  list[5].scan = Scan::columns;
  list[5].blocks = {{.filters = 1, .stride = 2, .convolve_skip = true}};
  list[6].width = 2;  // of one column
  list[6].padding = Padding::symmetric;
  list[6].blocks = {{.filters = 4, .stride = {1, 2}, .convolve_skip = true}};
  list[7].padding = Padding::symmetric;
  list[7].height = 15;  // both kinds of padding put the same zeros
  list[7].width = 33;
  list[7].blocks = {{.filters = 4, .stride = 2, .convolve_skip = true},
                    {.filters = 4, .stride = 1, .convolve_skip = false}};
  list[8].scan = Scan::column_maxima;
  list[8].height = list[8].width = 1;
  list[8].blocks = {{.filters = 2, .stride = 3, .convolve_skip = true}};
  return list;
}

}  // namespace

TEST_CASE("a network that was exported is read back as the same, to the last bit") {
  std::vector<WordNetOptions> networks = odd_networks();
  networks.push_back(WordNetOptions{});
  networks.push_back(small_word_net());
  for (const WordNetOptions& options : networks) {
    CAPTURE(word_net_to_json(options));
    WordNet<float> network = trained_looking_network(options, five_characters.classes());
    ImportedModel<float> read = reread(to_onnx(network, five_characters));
    CHECK(read.vocabulary == five_characters);
    CHECK(read.producer == "tinyhtr");
    CHECK(word_net_to_json(read.network.options) == word_net_to_json(options));
    const Tensor<float> images = random_images(options, 2);
    CHECK(same_bits(read.network.forward(images).value(), network.forward(images).value()));
    CHECK(same_bits(FoldedWordNet<float>(read.network).forward(images), FoldedWordNet<float>(network).forward(images)));
    // All parameters and buffers, those too that the logits hardly show.
    const auto before = members_of<float>(network), after = members_of<float>(read.network);
    for (std::size_t i = 0; i < before.parameters.size(); ++i) {
      CHECK_MESSAGE(same_bits(before.parameters[i].item->value(), after.parameters[i].item->value()),
                    before.parameters[i].name);
    }
    for (std::size_t i = 0; i < before.buffers.size(); ++i) {
      CHECK_MESSAGE(same_bits(*before.buffers[i].item, *after.buffers[i].item), before.buffers[i].name);
    }
  }
}

TEST_CASE("with batch norm folded it computes the same but for rounding") {
  std::vector<WordNetOptions> networks = odd_networks();
  networks.push_back(WordNetOptions{});
  networks.push_back(small_word_net());
  for (const WordNetOptions& options : networks) {
    CAPTURE(word_net_to_json(options));
    WordNet<float> network = trained_looking_network(options, five_characters.classes());
    const OnnxModel model = to_onnx(network, five_characters, {.fold_batch_norm = true});
    CHECK(std::none_of(model.nodes.begin(), model.nodes.end(),
                       [](const OnnxNode& node) { return node.op == "BatchNormalization"; }));
    ImportedModel<float> read = reread(model);
    const Tensor<float> images = random_images(options, 2);
    // Rounding is what the same weights in float differ by from themselves in double; folding may not cost much more.
    const Tensor<double> exact = in_double(network).forward(as_double(images)).value();
    const double rounding = relative_error(network.forward(images).value(), exact);
    CHECK(rounding < 1e-4);
    CHECK(relative_error(read.network.forward(images).value(), exact) < 4 * std::max(rounding, 1e-6));
    // Folding once more leaves the weights as they are.
    const OnnxModel again = to_onnx(read.network, five_characters, {.fold_batch_norm = true});
    REQUIRE(again.initializers.size() == model.initializers.size());
    for (std::size_t i = 0; i < again.initializers.size(); ++i) {
      CHECK_MESSAGE(again.initializers[i].floats == model.initializers[i].floats, model.initializers[i].name);
    }
  }
}

TEST_CASE("in double, too") {
  WordNet<double> network = trained_looking_network<double>(tiny_word_net(), five_characters.classes());
  const ImportedModel<double> read =
      import_onnx<double>(parse_onnx(onnx_bytes(to_onnx(network, five_characters)), "some.onnx"));
  WordNet<double> copy = read.network;
  const Tensor<double> images = random_images<double>(tiny_word_net(), 2);
  CHECK(relative_error(copy.forward(images).value(), network.forward(images).value()) < 1e-5);  // the file has float32
}

TEST_CASE("names play no part, nor does the order of independent nodes") {
  WordNet<float> network = trained_looking_network(WordNetOptions{}, five_characters.classes());
  OnnxModel model = to_onnx(network, five_characters);
  int count = 0;
  std::map<std::string, std::string> renamed;
  const auto rename = [&](std::string& name) {
    const auto found = renamed.find(name);
    if (found == renamed.end()) renamed[name] = "v" + std::to_string(++count * 7919 % 1009);
    name = renamed[name];
  };
  for (OnnxValueInfo& info : model.inputs) rename(info.name);
  for (OnnxValueInfo& info : model.outputs) rename(info.name);
  for (OnnxTensor& tensor : model.initializers) rename(tensor.name);
  for (OnnxNode& node : model.nodes) {
    node.name.clear();
    for (std::string& name : node.inputs) rename(name);
    for (std::string& name : node.outputs) rename(name);
  }
  std::reverse(model.initializers.begin(), model.initializers.end());
  for (OnnxNode& node : model.nodes) {
    if (node.op == "Add" && node.inputs.size() == 2 && renamed["logits"] != node.outputs[0]) {
      std::swap(node.inputs[0], node.inputs[1]);
    }
  }
  const Tensor<float> images = random_images(network.options, 1);
  CHECK(same_bits(reread(model).network.forward(images).value(), network.forward(images).value()));
}

TEST_CASE("what stands for nothing is followed: Identity, Cast, pairs of Transpose, turned weights, unused nodes") {
  WordNet<float> network = trained_looking_network(tiny_word_net(), five_characters.classes());
  const Tensor<float> images = random_images(network.options, 2);
  const Tensor<float> expected = network.forward(images).value();
  OnnxModel model = to_onnx(network, five_characters);
  const auto insert_behind = [&model](const std::string& name, std::vector<OnnxNode> nodes) {
    std::string& output = node_named(model, name).outputs[0];
    nodes.front().inputs.insert(nodes.front().inputs.begin(), name + ".before");
    nodes.back().outputs = {output};
    output = name + ".before";
    const auto at =
        std::find_if(model.nodes.begin(), model.nodes.end(), [&](const OnnxNode& n) { return n.name == name; });
    model.nodes.insert(at + 1, nodes.begin(), nodes.end());
  };
  using Builder = detail::OnnxBuilder;
  insert_behind("image", {{"Identity", "", {}, {}, {}, ""}});
  insert_behind("scaled", {{"Cast", "", {}, {}, {Builder::integer("to", 1)}, ""}});
  insert_behind("blocks.0", {{"Transpose", "", {}, {"t1"}, {Builder::integers("perm", {0, 2, 3, 1})}, ""},
                             {"Dropout", "", {"t1"}, {"t2"}, {}, ""},
                             {"Transpose", "", {"t2"}, {}, {Builder::integers("perm", {0, 3, 1, 2})}, ""}});
  // A kernel as TensorFlow keeps it, (KH,KW,C,F).
  OnnxTensor& kernel = constant_named(model, "blocks.0.conv1.weight");
  kernel = detail::transposed(kernel, {2, 3, 1, 0});
  kernel.name = "kernel";
  OnnxNode turn{"Transpose", "", {"kernel"}, {"blocks.0.conv1.weight"}, {Builder::integers("perm", {3, 2, 0, 1})}, ""};
  OnnxNode unused{"Sinh", "", {"input"}, {"nobody reads this"}, {}, ""};
  model.nodes.insert(model.nodes.begin(), {turn, unused});
  CHECK(same_bits(reread(model).network.forward(images).value(), expected));
}

TEST_CASE("two LSTMs in one direction each, one of them reading a sequence that was turned around") {
  WordNet<float> network = trained_looking_network(tiny_word_net(), five_characters.classes());
  const Tensor<float> images = random_images(network.options, 2);
  const Tensor<float> expected = network.forward(images).value();
  const std::int64_t steps = network.time_steps(), hidden = network.options.hidden;
  using Builder = detail::OnnxBuilder;
  const OnnxModel original = to_onnx(network, five_characters);
  for (const int kind : {0, 1, 2}) {  // direction "reverse", ReverseSequence, Slice with step -1
    CAPTURE(kind);
    OnnxModel model = original;
    for (const std::string name : {"lstm.W", "lstm.R", "lstm.B"}) {  // one constant for each direction
      OnnxTensor both = constant_named(model, name);
      const auto half = static_cast<std::ptrdiff_t>(both.floats.size() / 2);
      both.dims[0] = 1;
      for (const std::ptrdiff_t d : {0, 1}) {
        OnnxTensor one = both;
        one.name = name + std::to_string(d);
        one.floats.assign(both.floats.begin() + d * half, both.floats.begin() + (d + 1) * half);
        model.initializers.push_back(one);
      }
    }
    model.initializers.push_back(OnnxTensor::of_integers("-1", {-1}));
    model.initializers.push_back(OnnxTensor::of_integers("0", {0}));
    model.initializers.push_back(OnnxTensor::of_integers("1", {1}));
    model.initializers.push_back(OnnxTensor::of_integers("2", {2}));
    model.initializers.push_back(OnnxTensor::of_integers("lowest", {std::numeric_limits<std::int64_t>::min()}));
    model.initializers.push_back(OnnxTensor::of_integers("all steps", {steps}));
    std::vector<OnnxNode> nodes;
    const auto add = [&](const char* op, std::vector<std::string> inputs, const char* output,
                         std::vector<OnnxAttribute> attributes = {}) {
      nodes.push_back({op, output, std::move(inputs), {output}, std::move(attributes), ""});
    };
    const OnnxAttribute size = Builder::integer("hidden_size", hidden);
    std::string reversed = "sequence";
    const auto turn = [&](const std::string& x, const char* output) {
      if (kind == 2) add("Slice", {x, "-1", "lowest", "0", "-1"}, output);
      if (kind == 1) {
        add("ReverseSequence", {x, "lengths"}, output,
            {Builder::integer("time_axis", 0), Builder::integer("batch_axis", 1)});
      }
    };
    if (kind == 1) {  // as many lengths as there are images
      add("Shape", {"sequence"}, "shape");
      add("Slice", {"shape", "1", "2"}, "batch");
      add("Expand", {"all steps", "batch"}, "lengths");
    }
    if (kind > 0) turn("sequence", "reversed sequence");
    add("LSTM", {"sequence", "lstm.W0", "lstm.R0", "lstm.B0"}, "forward", {size});
    if (kind == 0) {
      add("LSTM", {"sequence", "lstm.W1", "lstm.R1", "lstm.B1"}, "reverse",
          {Builder::text("direction", "reverse"), size});
      add("Squeeze", {"reverse", "1"}, "right");
    } else {
      add("LSTM", {"reversed sequence", "lstm.W1", "lstm.R1", "lstm.B1"}, "reverse", {size});
      add("Squeeze", {"reverse", "1"}, "right turned");
      turn("right turned", "right");
    }
    add("Squeeze", {"forward", "1"}, "left");
    add("Concat", {"left", "right"}, "both", {Builder::integer("axis", -1)});
    add("Transpose", {"both"}, "features", {Builder::integers("perm", {1, 0, 2})});
    std::erase_if(model.nodes, [](const OnnxNode& n) { return n.name == "states" || n.name == "features"; });
    const auto at =
        std::find_if(model.nodes.begin(), model.nodes.end(), [](const OnnxNode& n) { return n.name == "lstm"; });
    const auto place = model.nodes.erase(at);
    model.nodes.insert(place, nodes.begin(), nodes.end());
    CHECK(same_bits(reread(model).network.forward(images).value(), expected));
    // Not turned back: another network.
    if (kind > 0) {
      node_named(model, "both").inputs[1] = "right turned";
      CHECK_THROWS_WITH_AS(static_cast<void>(reread(model)),
                           doctest::Contains("node 'both' (Concat): expected the states"), FormatError);
    } else {
      node_named(model, "both").inputs = {"right", "left"};
      CHECK_THROWS_WITH_AS(static_cast<void>(reread(model)),
                           doctest::Contains("node 'both' (Concat): expected the states"), FormatError);
    }
  }
}

TEST_CASE("a file of Keras by way of tf2onnx computes what Keras computes") {
  const std::string folder = std::string(TINYHTR_TEST_DATA) + "/references/onnx";
  const OnnxModel model = read_onnx(folder + "/model.onnx");
  const Vocabulary own("ab'c\"é 0");
  ImportedModel<float> read = import_onnx<float>(model, own);
  CHECK(read.vocabulary == own);
  CHECK(read.producer == "tf2onnx");
  const WordNetOptions& options = read.network.options;
  CHECK(options.padding == Padding::same);
  CHECK(options.scan == Scan::rows);
  CHECK(options.hidden == 5);
  REQUIRE(options.blocks.size() == 9);
  CHECK(options.blocks[3].stride == Stride(2));
  CHECK(options.blocks[3].filters == 4);
  CHECK_FALSE(options.blocks[4].convolve_skip);

  const Tensor<float> images = load_npy<float>("references/onnx/images.npy");    // (N,H,W,C)
  const Tensor<float> softmax = load_npy<float>("references/onnx/softmax.npy");  // (N,T,K)
  Tensor<float> ordered(Shape{images.dim(0), images.dim(3), images.dim(1), images.dim(2)});
  for (Index n = 0; n < images.dim(0); ++n) {
    for (Index h = 0; h < images.dim(1); ++h) {
      for (Index w = 0; w < images.dim(2); ++w) {
        for (Index c = 0; c < images.dim(3); ++c) ordered(n, c, h, w) = images(n, h, w, c);
      }
    }
  }
  for (const bool folded : {false, true}) {
    const Tensor<float> logits =
        folded ? FoldedWordNet<float>(read.network).forward(ordered) : read.network.forward(ordered).value();
    REQUIRE(logits.shape() == Shape{softmax.dim(1), softmax.dim(0), softmax.dim(2)});
    double largest = 0;
    for (Index n = 0; n < softmax.dim(0); ++n) {
      for (Index t = 0; t < softmax.dim(1); ++t) {
        double total = 0;
        for (Index k = 0; k < softmax.dim(2); ++k) total += std::exp(static_cast<double>(logits(t, n, k)));
        for (Index k = 0; k < softmax.dim(2); ++k) {
          const double found = std::exp(static_cast<double>(logits(t, n, k))) / total;
          largest = std::max(largest, std::abs(found - static_cast<double>(softmax(n, t, k))));
        }
      }
    }
    CHECK(largest < 1e-5);
  }
}

TEST_CASE("a vocabulary has to be there, and to fit") {
  WordNet<float> network = trained_looking_network(tiny_word_net(), five_characters.classes());
  OnnxModel model = to_onnx(network, five_characters);
  CHECK(has_vocabulary(model));
  CHECK_THROWS_WITH_AS(static_cast<void>(to_onnx(network, Vocabulary("abcd"))), doctest::Contains("a vocabulary of 4"),
                       ArgumentError);
  CHECK_NOTHROW(static_cast<void>(import_onnx<float>(model, Vocabulary("another"))));  // the file's own comes first
  model.metadata["vocabulary"] = "abcd";
  model.path = "some.onnx";
  CHECK_THROWS_WITH_AS(static_cast<void>(import_onnx<float>(model)),
                       doctest::Contains("some.onnx: the network has 6 classes, the vocabulary in its metadata has 4"),
                       FormatError);
  model.metadata["vocabulary"] = "abca1";
  CHECK_THROWS_WITH_AS(static_cast<void>(import_onnx<float>(model)),
                       doctest::Contains("some.onnx: a vocabulary has each"), FormatError);
  model.metadata.erase("vocabulary");
  CHECK_FALSE(has_vocabulary(model));
  CHECK_THROWS_WITH_AS(static_cast<void>(import_onnx<float>(model)),
                       doctest::Contains("some.onnx: expected a vocabulary of 5"), FormatError);
  CHECK_THROWS_WITH_AS(static_cast<void>(import_onnx<float>(model, Vocabulary("xy"))),
                       doctest::Contains("beside it has 2"), FormatError);
  CHECK(import_onnx<float>(model, Vocabulary("12345")).vocabulary.text() == "12345");
  model.metadata["vocab"] = "vwxyz";
  CHECK(import_onnx<float>(model).vocabulary.text() == "vwxyz");
}

TEST_CASE("a graph and a description that contradict each other") {
  WordNet<float> network = trained_looking_network(tiny_word_net(), five_characters.classes());
  OnnxModel model = to_onnx(network, five_characters);
  WordNetOptions other = tiny_word_net();
  other.invert = true;
  model.metadata["model"] = word_net_to_json(other);
  CHECK_THROWS_WITH_AS(static_cast<void>(reread(model)), doctest::Contains("its metadata describe"), FormatError);
  model.metadata["model"] = "{";
  CHECK_THROWS_WITH_AS(static_cast<void>(reread(model)), doctest::Contains("some.onnx: the description"), FormatError);
  model.producer = "somebody else";  // whose "model" is not ours
  CHECK_NOTHROW(static_cast<void>(reread(model)));
}

TEST_CASE("any other graph is refused with the node and what was expected there") {
  WordNet<float> network = trained_looking_network(tiny_word_net(), five_characters.classes());
  const OnnxModel good = to_onnx(network, five_characters);
  using Builder = detail::OnnxBuilder;
  const auto refused = [&](const char* text, const auto& change) {
    OnnxModel model = good;
    change(model);
    CHECK_THROWS_WITH_AS(static_cast<void>(reread(model)), doctest::Contains(text), FormatError);
    CHECK_THROWS_WITH_AS(static_cast<void>(reread(model)), doctest::Contains("some.onnx: "), FormatError);
  };
  refused("node 'blocks.0' (Relu): expected an operation of a network of residual blocks",
          [](OnnxModel& m) { node_named(m, "blocks.0").op = "Relu"; });
  refused("node 'scaled' (Mul): expected one number for all pixels", [](OnnxModel& m) {
    constant_named(m, "scale") = OnnxTensor::of_floats("scale", {3, 1, 1}, {1, 2, 3});
  });
  refused("node 'blocks.0.conv1' (Conv): expected the grey levels x from 0 to 255 scaled",
          [](OnnxModel& m) { constant_named(m, "scale").floats = {1.0f}; });
  refused("(Conv): expected an input (images, channels, rows, columns)", [](OnnxModel& m) {
    node_named(m, "image").attributes[0].integers = {0, 3, 2, 1};
  });
  refused("(Transpose): expected a permutation, found an axis twice", [](OnnxModel& m) {
    node_named(m, "image").attributes[0].integers = {0, 3, 3, 1};
  });
  refused("node 'blocks.1.conv2' (Conv): expected a convolution of one group", [](OnnxModel& m) {
    node_named(m, "blocks.1.conv2").attributes.push_back(Builder::integers("dilations", {2, 2}));
  });
  refused("node 'blocks.1.sum' (Add): expected two paths of one shape", [](OnnxModel& m) {
    node_named(m, "blocks.1.conv2").attributes[1].integers = {0, 0, 0, 0};
  });
  refused("neither 'same' nor symmetric padding", [](OnnxModel& m) {
    node_named(m, "blocks.1.conv2").attributes[1].integers = {2, 2, 0, 0};
  });
  refused("(LeakyRelu): expected both rectifiers of a block with one slope",
          [](OnnxModel& m) { node_named(m, "blocks.1").attributes[0].real = 0.5f; });
  refused("node 'blocks.1.sum' (Add): expected the sum of a block's second convolution",
          [](OnnxModel& m) { node_named(m, "blocks.1.sum").inputs[1] = "blocks.0.skip"; });
  refused("node 'blocks.1.conv1' (Conv): expected a kernel of 3x3 or 1x1",
          [](OnnxModel& m) { node_named(m, "blocks.1.conv1").inputs[1] = "blocks.0.conv1.weight"; });
  refused("expected 4 floating-point numbers in 'blocks.1.bn1.weight'",
          [](OnnxModel& m) { node_named(m, "blocks.0.bn1").inputs[1] = "blocks.1.bn1.weight"; });
  refused("node 'sequence' (Transpose)", [](OnnxModel& m) {
    node_named(m, "sequence").attributes[0].integers = {2, 0};
  });
  refused("node 'lstm' (LSTM): expected the output of the blocks as a sequence", [](OnnxModel& m) {
    node_named(m, "sequence").attributes[0].integers = {0, 2, 1};
  });
  refused("node 'steps' (Reshape): expected a shape that keeps rows", [](OnnxModel& m) {
    constant_named(m, "steps.shape").integers = {0, 16, 16};
  });
  refused("node 'steps' (Reshape): expected a shape of", [](OnnxModel& m) {
    constant_named(m, "steps.shape").integers = {0, 8, 31};
  });
  refused("node 'lstm' (LSTM): expected the activations", [](OnnxModel& m) {
    OnnxAttribute functions;
    functions.name = "activations";
    functions.type = OnnxAttributeType::texts;
    functions.texts = {"Relu", "Tanh", "Tanh", "Sigmoid", "Tanh", "Tanh"};
    node_named(m, "lstm").attributes.push_back(functions);
  });
  refused("node 'lstm' (LSTM): expected zeros as input 6", [](OnnxModel& m) {
    m.initializers.push_back(OnnxTensor::of_floats("ones", {2, 1, 12}, std::vector<float>(24, 1.0f)));
    node_named(m, "lstm").inputs.insert(node_named(m, "lstm").inputs.end(), {"", "ones"});
  });
  refused("node 'lstm' (LSTM): expected a hidden_size",
          [](OnnxModel& m) { node_named(m, "lstm").attributes.pop_back(); });
  refused("node 'classes' (MatMul): expected the states of both directions", [](OnnxModel& m) {
    node_named(m, "states").attributes[0].integers = {2, 0, 3, 1};
  });
  refused("node 'output' (Softmax): expected a softmax over classes",
          [](OnnxModel& m) { node_named(m, "output").attributes[0].integer = 1; });
  refused("node 'output' (Softmax): expected the dense layer's output, with its bias",
          [](OnnxModel& m) { node_named(m, "output").inputs[0] = "classes"; });
  refused("expected as output the probabilities", [](OnnxModel& m) { m.outputs[0].name = "logits"; });
  refused("node 'logits' (Add): its input 'nothing' is not made",
          [](OnnxModel& m) { node_named(m, "logits").inputs[1] = "nothing"; });
  refused("nothing makes its output", [](OnnxModel& m) { m.outputs[0].name = "nothing"; });
  refused("has 0 outputs", [](OnnxModel& m) { m.outputs.clear(); });
  refused("has no input", [](OnnxModel& m) { m.inputs.clear(); });
  refused("has several inputs", [](OnnxModel& m) {
    m.inputs.push_back(m.inputs[0]);
    m.inputs[1].name = "more";
  });
  refused("has 2 channels", [](OnnxModel& m) { m.inputs[0].dims[3].value = 2; });
  refused("its input 'input' has another shape", [](OnnxModel& m) { m.inputs[0].dims[1] = {-1, "H"}; });
  refused("is there twice", [](OnnxModel& m) { m.initializers.push_back(m.initializers[0]); });
  refused("found one of 'com.microsoft'", [](OnnxModel& m) { node_named(m, "lstm").domain = "com.microsoft"; });
  refused("expected ONNX operations of version 9 to 25, found 8", [](OnnxModel& m) { m.opset = 8; });
  refused("(Mul): expected an operation of a network", [](OnnxModel& m) {
    m.nodes.push_back({"Mul", "", {"logits", "scale"}, {"hotter"}, {}, ""});
    std::swap(m.nodes[m.nodes.size() - 1], m.nodes[m.nodes.size() - 2]);
    node_named(m, "output").inputs[0] = "hotter";
  });
}

TEST_CASE("graphs made to grow without end are refused") {
  WordNet<float> network = trained_looking_network(tiny_word_net(), five_characters.classes());
  const OnnxModel good = to_onnx(network, five_characters);
  using Builder = detail::OnnxBuilder;
  const auto doubled = [&](const OnnxNode& node) {  // `node` again and again, each on the last one's output
    OnnxModel model = good;
    std::vector<OnnxNode> chain;
    for (int i = 0; i < 2000; ++i) {
      OnnxNode next = node;
      for (std::string& input : next.inputs) {
        if (input == "x") input = i == 0 ? "start" : "x" + std::to_string(i - 1);
      }
      next.outputs = {"x" + std::to_string(i)};
      chain.push_back(next);
    }
    model.initializers.push_back(OnnxTensor::of_integers("start", {2, 2}));
    model.initializers.push_back(OnnxTensor::of_floats("large", {100, 100}, std::vector<float>(10000)));
    chain.push_back({"Reshape", "", {"image", chain.back().outputs[0]}, {"image2"}, {}, ""});
    node_named(model, "scaled").inputs[0] = "image2";
    model.nodes.insert(model.nodes.begin() + 1, chain.begin(), chain.end());
    CHECK_THROWS_AS(static_cast<void>(reread(model)), FormatError);
  };
  doubled({"Concat", "", {"x", "x"}, {}, {Builder::integer("axis", 0)}, ""});
  doubled({"Mul", "", {"x", "x"}, {}, {}, ""});
  doubled({"Expand", "", {"x", "x"}, {}, {}, ""});
  OnnxModel model = good;
  std::string last = "large";
  model.initializers.push_back(OnnxTensor::of_floats(last, {100, 100}, std::vector<float>(10000)));
  for (int i = 0; i < 2000; ++i) {
    model.nodes.insert(model.nodes.begin() + i, {"Transpose", "", {last}, {"t" + std::to_string(i)}, {}, ""});
    last = "t" + std::to_string(i);
  }
  node_named(model, "blocks.0.conv1").inputs[1] = last;
  CHECK_THROWS_WITH_AS(static_cast<void>(reread(model)), doctest::Contains("more constants than the file justifies"),
                       FormatError);
  OnnxModel tall = good;
  tall.initializers.push_back(OnnxTensor::of_integers("zero", {0}));
  tall.nodes.insert(tall.nodes.begin(), {"Unsqueeze", "", {"input", "zero"}, {"u0"}, {}, ""});
  for (int i = 1; i < 20; ++i) {
    tall.nodes.insert(tall.nodes.begin() + i,
                      {"Unsqueeze", "", {"u" + std::to_string(i - 1), "zero"}, {"u" + std::to_string(i)}, {}, ""});
  }
  node_named(tall, "image").inputs[0] = "u19";
  CHECK_THROWS_WITH_AS(static_cast<void>(reread(tall)), doctest::Contains("at most 8 axes"), FormatError);
}

TEST_CASE("one large constant in many places does not make a network larger than its file") {
  WordNetOptions options = tiny_word_net();
  options.blocks.assign(20, {.filters = 64, .stride = 1, .convolve_skip = false});
  options.blocks[0].convolve_skip = true;
  WordNet<float> network(five_characters.classes(), 1, options);
  OnnxModel model = to_onnx(network, five_characters, {.fold_batch_norm = true});
  CHECK_NOTHROW(static_cast<void>(reread(model)));
  for (OnnxNode& node : model.nodes) {
    if (node.op == "Conv" && node.name.ends_with("conv2")) node.inputs[1] = "blocks.1.conv1.weight";
    if (node.op == "Conv" && node.name.ends_with("conv1") && node.name != "blocks.0.conv1") {
      node.inputs[1] = "blocks.1.conv1.weight";
    }
  }
  std::erase_if(model.initializers, [](const OnnxTensor& tensor) {
    return tensor.name.ends_with("conv2.weight") ||
           (tensor.name.ends_with("conv1.weight") && !tensor.name.starts_with("blocks.0.") &&
            !tensor.name.starts_with("blocks.1."));
  });
  CHECK_THROWS_WITH_AS(static_cast<void>(reread(model)), doctest::Contains("serve many times"), FormatError);
}
