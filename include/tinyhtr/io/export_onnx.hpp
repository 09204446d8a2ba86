// From a WordNet to an ONNX graph that computes the same.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/version.hpp"
#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/io/checkpoint.hpp"
#include "tinyhtr/io/onnx_builder.hpp"
#include "tinyhtr/io/onnx_model.hpp"
#include "tinyhtr/models/word_net.hpp"
#include "tinyhtr/nn/fold_batch_norm.hpp"

namespace tinyhtr {

struct OnnxExportOptions {
  /// Batch norm as part of the convolutions before it: fewer operations, the same output but for rounding. Read back,
  /// such a network computes the same, but what its batch norms had learned is no longer told apart.
  bool fold_batch_norm = false;
};

namespace detail {

/// Zeros that a convolution needs behind the input for its last output, where `before` stand in front.
inline Index zeros_behind(const Window& window) {
  return std::max<Index>(0, (window.output - 1) * window.stride + window.kernel - window.input - window.before);
}

/// The blocks of a network, one node after the other; height and width of the feature maps go along.
template <class T>
class OnnxBlocks {
 public:
  OnnxBlocks(OnnxBuilder& builder, const WordNetOptions& options, bool fold)
      : builder_(builder),
        padding_(options.padding),
        fold_(fold),
        height_(options.height),
        width_(nominal_width(options)) {}

  /// x: the name of the block's input (N,C,H,W); returns the name of its output.
  template <class Algorithms>
  std::string block(const std::string& name, const std::string& x, const ResidualBlock<T, Algorithms>& block) {
    const std::string slope_name = "alpha";
    const Index height = height_, width = width_;
    std::string y = normalised(name + ".conv1", name + ".bn1", x, block.conv1, block.bn1);
    y = builder_.node("LeakyRelu", name + ".inner", {y}, {OnnxBuilder::real(slope_name, as_double(block.slope))});
    y = normalised(name + ".conv2", name + ".bn2", y, block.conv2, block.bn2);
    std::string skip = x;
    if (block.skip) {
      const Index output_height = std::exchange(height_, height), output_width = std::exchange(width_, width);
      Tensor<T> weight = block.skip->weight.value(), bias = bias_of(*block.skip);
      if (block.skip_bn) fold_batch_norm(weight, bias, *block.skip_bn);
      skip = convolution(name + ".skip", x, weight, bias, block.skip->geometry);
      if (height_ != output_height || width_ != output_width) refuse_sizes(name);
    } else if (height_ != height || width_ != width) {
      refuse_sizes(name);
    }
    const std::string sum = builder_.node("Add", name + ".sum", {y, skip});
    return builder_.node("LeakyRelu", name, {sum}, {OnnxBuilder::real(slope_name, as_double(block.slope))});
  }

  Index height() const { return height_; }
  Index width() const { return width_; }

 private:
  static double as_double(T value) { return static_cast<double>(value); }

  [[noreturn]] void refuse_sizes(const std::string& name) const {
    throw ArgumentError("to_onnx: the two paths of " + name + " end in different sizes; such a network cannot run");
  }

  template <class Convolution>
  static Tensor<T> bias_of(const Convolution& layer) {
    return layer.bias ? layer.bias.value() : Tensor<T>(Shape{layer.weight.shape()[0]});
  }

  /// A convolution with its batch norm, as two nodes or folded into one.
  template <class Convolution>
  std::string normalised(const std::string& name, const std::string& norm_name, const std::string& x,
                         const Convolution& layer, const BatchNorm2d<T>& norm) {
    Tensor<T> weight = layer.weight.value(), bias = bias_of(layer);
    if (fold_) {
      fold_batch_norm(weight, bias, norm);
      return convolution(name, x, weight, bias, layer.geometry);
    }
    const std::string y = convolution(name, x, weight, bias, layer.geometry);
    return builder_.node("BatchNormalization", norm_name,
                         {y, builder_.constant(norm_name + ".weight", norm.weight.value()),
                          builder_.constant(norm_name + ".bias", norm.bias.value()),
                          builder_.constant(norm_name + ".running_mean", norm.running_mean),
                          builder_.constant(norm_name + ".running_var", norm.running_var)},
                         {OnnxBuilder::real("epsilon", as_double(norm.epsilon))});
  }

  std::string convolution(const std::string& name, const std::string& x, const Tensor<T>& weight, const Tensor<T>& bias,
                          const ConvGeometry& geometry) {
    const Index kernel = weight.dim(2);
    const Window rows(height_, kernel, geometry.stride.height, padding_);
    const Window columns(width_, kernel, geometry.stride.width, padding_);
    height_ = rows.output;
    width_ = columns.output;
    return builder_.node(
        "Conv", name, {x, builder_.constant(name + ".weight", weight), builder_.constant(name + ".bias", bias)},
        {OnnxBuilder::integers("kernel_shape", {kernel, kernel}),
         OnnxBuilder::integers("pads", {rows.before, columns.before, zeros_behind(rows), zeros_behind(columns)}),
         OnnxBuilder::integers("strides", {geometry.stride.height, geometry.stride.width})});
  }

  OnnxBuilder& builder_;
  Padding padding_;
  bool fold_;
  Index height_, width_;
};

/// (4H,C) with gates in PyTorch's order i, f, g, o to ONNX's i, o, f, g (which ONNX calls c); (4H) alike.
template <class T>
void append_onnx_gates(std::vector<float>& target, const Tensor<T>& weight) {
  const Index block = weight.size() / 4;
  for (const Index gate : {0, 3, 1, 2}) {
    for (Index k = gate * block; k < (gate + 1) * block; ++k) target.push_back(static_cast<float>(weight[k]));
  }
}

/// (T,N,C) to (T,2,N,H).
template <class T>
std::string onnx_lstm(OnnxBuilder& builder, const std::string& x, const BiLstm<T>& lstm) {
  const std::int64_t hidden = lstm.weight_hh_l0.shape()[1], channels = lstm.weight_ih_l0.shape()[1];
  std::vector<float> input_weights, state_weights, biases;
  const auto add_direction = [&](const Variable<T>& ih, const Variable<T>& hh, const Variable<T>& bias) {
    append_onnx_gates(input_weights, ih.value());
    append_onnx_gates(state_weights, hh.value());
    append_onnx_gates(biases, bias.value());
    biases.insert(biases.end(), static_cast<std::size_t>(4 * hidden), 0.0f);  // ONNX has two that are only ever added
  };
  add_direction(lstm.weight_ih_l0, lstm.weight_hh_l0, lstm.bias_ih_l0);
  add_direction(lstm.weight_ih_l0_reverse, lstm.weight_hh_l0_reverse, lstm.bias_ih_l0_reverse);
  std::vector<OnnxTensor>& constants = builder.model.initializers;
  constants.push_back(OnnxTensor::of_floats("lstm.W", {2, 4 * hidden, channels}, std::move(input_weights)));
  constants.push_back(OnnxTensor::of_floats("lstm.R", {2, 4 * hidden, hidden}, std::move(state_weights)));
  constants.push_back(OnnxTensor::of_floats("lstm.B", {2, 8 * hidden}, std::move(biases)));
  return builder.node("LSTM", "lstm", {x, "lstm.W", "lstm.R", "lstm.B"},
                      {OnnxBuilder::text("direction", "bidirectional"), OnnxBuilder::integer("hidden_size", hidden)});
}

}  // namespace detail

/// The graph of a trained network, for onnxruntime and others: input "input" (N,H,W,C), float32 grey levels 0 to 255,
/// any N; output "output" (N,T,K), probabilities by softmax. IR version 7, operations of version 13, float32. Where the
/// network reads images of any width, W and T = W / column_stride() are open too; images of one batch are of one width
/// then, a multiple of column_stride(), since the graph knows no padding. Batch norm on a skip path is folded into its
/// convolution; the second head, which is for training, is left out.
///
/// Its metadata hold the vocabulary, the class of the blank, the library's version, and as "model" what the network is
/// built from: with it keep_aspect_ratio, how an image is to be made to fit, which no graph says.
/// Throws ArgumentError for a vocabulary that does not fit, or a network that cannot run.
/// Source: the operations' page of ONNX, onnx.ai/onnx/operators.
template <class T, class Algorithms>
OnnxModel to_onnx(const WordNet<T, Algorithms>& network, const Vocabulary& vocabulary,
                  const OnnxExportOptions& export_options = {}) {
  const WordNetOptions& options = network.options;
  if (vocabulary.classes() != network.class_count()) {
    throw ArgumentError("to_onnx: the network has " + std::to_string(network.class_count()) +
                        " classes, a vocabulary of " + std::to_string(vocabulary.size()) +
                        " characters with the blank makes " + std::to_string(vocabulary.classes()));
  }
  detail::OnnxBuilder builder;
  using Builder = detail::OnnxBuilder;

  // From grey levels to 0..1, or 1..0.
  std::string x = builder.transpose("image", "input", {0, 3, 1, 2});
  x = builder.node("Mul", "scaled", {x, builder.number("scale", (options.invert ? -1.0 : 1.0) / 255.0)});
  if (options.invert) x = builder.node("Add", "inverted", {x, builder.number("white", 1.0)});

  detail::OnnxBlocks<T> blocks(builder, options, export_options.fold_batch_norm);
  for (std::size_t i = 0; i < network.blocks.size(); ++i) {
    x = blocks.block("blocks." + std::to_string(i), x, network.blocks[i]);
  }

  // Pixels of feature maps as steps: (N,C,H,W) - (N,C,T) - (T,N,C).
  const Index steps = options.scan == Scan::column_maxima ? blocks.width() : blocks.height() * blocks.width();
  const Index channels = options.blocks.back().filters;
  if (options.scan == Scan::column_maxima) {
    x = builder.node("ReduceMax", "columns", {x}, {Builder::integers("axes", {2}), Builder::integer("keepdims", 0)});
  } else {
    if (options.scan == Scan::columns) x = builder.transpose("columns", x, {0, 1, 3, 2});
    x = builder.reshape("steps", x, {0, channels, steps});
  }
  x = builder.transpose("sequence", x, {2, 0, 1});

  // (T,2,N,H) - (N,T,2,H) - (N,T,2H) - classes.
  x = detail::onnx_lstm(builder, x, network.lstm);
  x = builder.transpose("states", x, {2, 0, 1, 3});
  x = builder.reshape("features", x, {0, options.width > 0 ? steps : -1, 2 * options.hidden});
  const Tensor<T>& weight = network.classes.weight.value();
  Tensor<T> transposed(Shape{weight.dim(1), weight.dim(0)});
  for (Index k = 0; k < weight.dim(0); ++k) {
    for (Index j = 0; j < weight.dim(1); ++j) transposed(j, k) = weight(k, j);
  }
  x = builder.node("MatMul", "classes", {x, builder.constant("classes.weight", transposed)});
  x = builder.node("Add", "logits", {x, builder.constant("classes.bias", network.classes.bias.value())});
  builder.node("Softmax", "output", {x}, {Builder::integer("axis", -1)});

  OnnxModel model = std::move(builder.model);
  model.producer = "tinyhtr";
  model.producer_version = version;
  model.graph_name = "word_net";
  const bool any_width = options.width == 0;
  const OnnxDimension width = any_width ? OnnxDimension{-1, "W"} : OnnxDimension{options.width, ""};
  const OnnxDimension time = any_width ? OnnxDimension{-1, "T"} : OnnxDimension{steps, ""};
  model.inputs = {{"input", 1, {{-1, "N"}, {options.height, ""}, width, {options.channels, ""}}}};
  model.outputs = {{"output", 1, {{-1, "N"}, time, {vocabulary.classes(), ""}}}};
  model.metadata = {{"blank", std::to_string(vocabulary.blank())},
                    {"model", word_net_to_json(options)},
                    {"tinyhtr_version", version},
                    {"vocabulary", vocabulary.text()}};
  return model;
}

}  // namespace tinyhtr
