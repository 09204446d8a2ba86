// The operations of an ONNX graph from the output of the blocks to the probabilities.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tinyhtr/autograd/layout.hpp"
#include "tinyhtr/core/error.hpp"
#include "tinyhtr/io/onnx_constants.hpp"
#include "tinyhtr/io/onnx_layout.hpp"
#include "tinyhtr/io/onnx_model.hpp"
#include "tinyhtr/io/onnx_values.hpp"
#include "tinyhtr/io/onnx_word_net.hpp"

namespace tinyhtr::detail {

/// Finds how pixels become steps, the LSTM, the dense layer.
class OnnxSequenceRules {
 public:
  /// What is found goes into `network`. opset: the version of the file's operations.
  OnnxSequenceRules(OnnxWordNet& network, std::int64_t opset) : network_(network), opset_(opset) {}

  /// False where the operation, or what it works on, is none of these. Throws FormatError where it is, but another one
  /// was expected.
  bool apply(const OnnxCall& call, OnnxValue& result) {
    const std::string& op = call.node.op;
    if (op == "ReduceMax") {
      result = column_maxima(call);
    } else if (op == "LSTM") {
      result = lstm(call);
    } else if (op == "MatMul") {
      result = dense_product(call);
    } else if (op == "Add" && call.has_stage(OnnxStage::product)) {
      result = dense_bias(call);
    } else if (op == "Softmax") {
      result = softmax(call);
    } else {
      return false;
    }
    return true;
  }

 private:
  using Axis = OnnxLayout::Axis;

  OnnxValue column_maxima(const OnnxCall& call) {
    OnnxValue result = call.input(0);
    const std::vector<std::int64_t> axes = call.list(1, "axes");
    if (result.stage != OnnxStage::features || axes.size() != 1)
      call.refuse("the largest of each column of the blocks");
    const std::size_t axis = result.layout.position(axes[0]);
    if (result.maxima || result.layout.labels(axis) != (result.layout.extent_of('H') > 1 ? "H" : "")) {
      call.refuse("the largest along the rows");
    }
    result.maxima = true;
    result.layout.axes[axis].clear();
    if (call.integer("keepdims", 1) == 0) {
      result.layout.axes.erase(result.layout.axes.begin() + static_cast<std::ptrdiff_t>(axis));
    }
    return result;
  }

  OnnxValue lstm(const OnnxCall& call) {
    const OnnxValue& x = call.input(0);
    if (x.stage != OnnxStage::features || !x.layout.is(x.layout.steps("", ",N,C"))) {
      call.refuse("the output of the blocks as a sequence (steps, images, channels)");
    }
    if (x.block != network_.blocks.size()) call.refuse("the output of the last block");
    const std::vector<Scan> scans = scans_of(x);
    if (!network_.scans.empty() && network_.scans != scans) call.refuse("both directions on one sequence");
    network_.scans = scans;

    const OnnxAttribute* attribute = call.attribute("direction", OnnxAttributeType::text);
    const std::string kind = attribute ? attribute->text : "forward";
    const bool both = kind == "bidirectional";
    if (!both && kind != "forward" && kind != "reverse") call.refuse("a direction that ONNX knows");
    if ((both || kind == "reverse") && x.reversed) call.refuse("a sequence that is not reversed already");
    const std::int64_t directions = both ? 2 : 1, hidden = call.integer("hidden_size", 0);
    check_lstm(call, directions, hidden, x.layout.extent_of('C'));
    if (network_.hidden != 0 && network_.hidden != hidden) call.refuse("both directions with as many states");
    network_.hidden = hidden;

    OnnxValue result = x;
    result.direction = kind == "reverse" || x.reversed ? 1 : 0;
    result.stage = both ? OnnxStage::states : OnnxStage::half;
    for (std::size_t part = 0; part < static_cast<std::size_t>(directions); ++part) {
      auto& place = network_.directions[both ? part : result.direction];
      if (place) call.refuse("one LSTM for each direction");
      place = OnnxDirection{&call.constant(1), &call.constant(2), call.has(3) ? &call.constant(3) : nullptr, part};
    }
    result.layout.axes = {x.layout.axes[0], both ? Axis{{'D', 2}} : Axis{}, x.layout.axes[1], {{'F', hidden}}};
    return result;
  }

  /// The ways of reading pixels that give this sequence.
  static std::vector<Scan> scans_of(const OnnxValue& x) {
    std::vector<Scan> scans;
    if (!x.maxima && x.layout.is("HW,N,C")) scans.push_back(Scan::rows);
    if (!x.maxima && x.layout.is("WH,N,C")) scans.push_back(Scan::columns);
    if (x.maxima || x.layout.extent_of('H') == 1) scans.push_back(Scan::column_maxima);
    return scans;
  }

  /// Everything about an LSTM that has to be as it is here: sigmoid and tanh, no peepholes, zeros to start from.
  static void check_lstm(const OnnxCall& call, std::int64_t directions, std::int64_t hidden, std::int64_t channels) {
    const auto check = [&call](std::size_t i, const std::vector<std::int64_t>& dims) {
      const OnnxTensor& tensor = call.constant(i);
      if (!is_integer(tensor) && tensor.dims == dims) return;
      throw FormatError("its weights, input " + std::to_string(i + 1) + ", have another shape than " +
                        "its directions, its hidden_size and the channels of its input ask for");
    };
    if (hidden < 1 || hidden > 1024) throw FormatError("expected a hidden_size from 1 to 1024");
    check(1, {directions, 4 * hidden, channels});
    check(2, {directions, 4 * hidden, hidden});
    if (call.has(3)) check(3, {directions, 8 * hidden});
    if (call.has(4)) {
      const std::vector<std::int64_t>& lengths = integers_of(call.constant(4));
      for (const std::int64_t length : lengths) {
        if (length != OnnxLayout::extent(call.input(0).layout.axes[0])) throw FormatError("expected full sequences");
      }
    }
    for (const std::size_t i : {std::size_t{5}, std::size_t{6}, std::size_t{7}}) {
      if (!call.has(i) || call.input(i).stage == OnnxStage::zeros) continue;
      if (!all_zero(call.constant(i))) throw FormatError("expected zeros as input " + std::to_string(i + 1));
    }
    std::vector<std::string> functions;
    for (std::int64_t d = 0; d < directions; ++d) functions.insert(functions.end(), {"Sigmoid", "Tanh", "Tanh"});
    const OnnxAttribute* given = call.attribute("activations", OnnxAttributeType::texts);
    if (given && given->texts != functions) throw FormatError("expected the activations Sigmoid, Tanh, Tanh");
    if (call.integer("input_forget", 0) != 0 || call.integer("layout", 0) != 0 ||
        call.attribute("clip", OnnxAttributeType::real)) {
      throw FormatError("expected an LSTM without clip, input_forget, layout");
    }
  }

  OnnxValue dense_product(const OnnxCall& call) {
    OnnxValue result = call.input(0);
    OnnxLayout& layout = result.layout;
    const OnnxTensor& weight = call.constant(1);
    const std::string states = std::string("D") + (network_.hidden > 1 ? "F" : "");
    if (result.stage != OnnxStage::states || layout.axes.empty() || layout.labels(layout.axes.size() - 1) != states) {
      call.refuse("the states of both directions of the LSTM side by side");
    }
    if (is_integer(weight) || weight.dims.size() != 2 || weight.dims[0] != 2 * network_.hidden || weight.dims[1] < 2) {
      call.refuse("a matrix from " + std::to_string(2 * network_.hidden) + " states to at least 2 classes");
    }
    if (network_.classes_weight) call.refuse("one dense layer");
    network_.classes_weight = &weight;
    network_.classes = weight.dims[1];
    layout.axes.back() = {{'K', network_.classes}};
    result.stage = OnnxStage::product;
    return result;
  }

  OnnxValue dense_bias(const OnnxCall& call) {
    const bool constant_first = call.input(0).stage == OnnxStage::constant;
    OnnxValue result = call.input(constant_first ? 1 : 0);
    const OnnxTensor& bias = call.constant(constant_first ? 0 : 1);
    if (is_integer(bias) || bias.dims.empty() || bias.dims.back() != network_.classes ||
        element_count(bias) != static_cast<std::size_t>(network_.classes)) {
      call.refuse("the bias of " + std::to_string(network_.classes) + " classes");
    }
    if (network_.classes_bias) call.refuse("one dense layer");
    network_.classes_bias = &bias;
    result.stage = OnnxStage::logits;
    return result;
  }

  OnnxValue softmax(const OnnxCall& call) {
    OnnxValue result = call.input(0);
    if (result.stage != OnnxStage::logits) call.refuse("the dense layer's output, with its bias");
    const std::size_t axis = result.layout.position(call.integer("axis", opset_ < 13 ? 1 : -1));
    if (axis + 1 != result.layout.axes.size() || result.layout.labels(axis) != "K")
      call.refuse("a softmax over classes");
    result.stage = OnnxStage::probabilities;
    return result;
  }

  OnnxWordNet& network_;
  std::int64_t opset_;
};

}  // namespace tinyhtr::detail
