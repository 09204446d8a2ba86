// The walk over an ONNX graph, from its input on, that finds out whether it is a WordNet.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/io/onnx_block_rules.hpp"
#include "tinyhtr/io/onnx_model.hpp"
#include "tinyhtr/io/onnx_plumbing.hpp"
#include "tinyhtr/io/onnx_sequence_rules.hpp"
#include "tinyhtr/io/onnx_values.hpp"
#include "tinyhtr/io/onnx_word_net.hpp"

namespace tinyhtr::detail {

/// Goes over the nodes once, in their order. Every value that the output depends on gets a stage, how far the network
/// is computed in it, and a layout, what its axes stand for; from an operation and the stages of its inputs follows the
/// stage of its output, or that this is no WordNet. Names play no part.
///
/// Shapes are computed along, for a batch of some prime number of images, which nothing else is a multiple of.
class OnnxWalk {
 public:
  /// open_width: that of the images where the model leaves it open; 0: it may not. What is found points into the model
  /// and into the walk. Throws FormatError, see import_onnx.
  explicit OnnxWalk(const OnnxModel& model, std::int64_t open_width = 0)
      : model_(model), open_width_(open_width), plumbing_(model) {
    for (const OnnxTensor& tensor : model.initializers) {
      if (!values_.emplace(tensor.name, OnnxValue{.constant = &tensor, .layout = {}}).second) {
        refuse("the constant '" + printable(tensor.name) + "' is there twice");
      }
    }
    take_input();
    const std::set<std::string> needed = needed_values();
    for (const OnnxNode& node : model.nodes) {
      if (!makes_one_of(node, needed)) continue;
      try {
        visit(node);
      } catch (const Error& error) {
        throw FormatError(model.path.string() + ": node '" + printable(label_of(node)) + "' (" + printable(node.op) +
                          "): " + error.what());
      }
    }
    const auto output = values_.find(model.outputs[0].name);
    if (output == values_.end()) refuse("nothing makes its output '" + printable(model.outputs[0].name) + "'");
    const OnnxValue& value = output->second;
    if (value.stage != OnnxStage::probabilities || !value.layout.is(value.layout.steps("N,", ",K"))) {
      refuse("expected as output the probabilities of the classes, (images, steps, classes), found " +
             std::string(name_of(value.stage)));
    }
  }
  OnnxWalk(const OnnxWalk&) = delete;
  OnnxWalk& operator=(const OnnxWalk&) = delete;

  const OnnxWordNet& network() const { return network_; }

 private:
  [[noreturn]] void refuse(const std::string& reason) const { throw FormatError(model_.path.string() + ": " + reason); }

  /// The one input that is no constant, grey levels (N,H,W,C).
  void take_input() {
    const OnnxValueInfo* input = nullptr;
    for (const OnnxValueInfo& info : model_.inputs) {
      if (values_.contains(info.name)) continue;  // older files list their constants as inputs too
      if (input) refuse("has several inputs, expected one, images");
      input = &info;
    }
    if (!input) refuse("has no input, expected one, images");
    if (model_.outputs.size() != 1) refuse("has " + std::to_string(model_.outputs.size()) + " outputs, expected one");
    const auto size = [&](std::size_t axis, std::int64_t highest) {
      std::int64_t extent = input->dims.size() == 4 ? input->dims[axis].value : 0;
      if (axis == 2 && extent < 0) extent = open_width_;
      if (extent < 1 || extent > highest) {
        refuse("its input '" + printable(input->name) +
               "' has another shape than images (N,H,W,C) of fixed size, up to 4096 x 65536, of 1 or 3 channels");
      }
      return extent;
    };
    network_.height = size(1, 4096);
    network_.width = size(2, 65536);
    network_.channels = size(3, 3);
    if (network_.channels == 2) refuse("its input has 2 channels, expected 1 or 3");
    constexpr std::int64_t prime = 10007;
    const std::int64_t batch =
        input->dims[0].value >= 1 && input->dims[0].value <= prime ? input->dims[0].value : prime;
    OnnxValue image{.stage = OnnxStage::image, .layout = {}};
    image.layout.axes = {{{'N', batch}}, {{'H', network_.height}}, {{'W', network_.width}}, {{'C', network_.channels}}};
    values_.emplace(input->name, std::move(image));
  }

  static bool makes_one_of(const OnnxNode& node, const std::set<std::string>& values) {
    return std::any_of(node.outputs.begin(), node.outputs.end(),
                       [&values](const std::string& output) { return !output.empty() && values.contains(output); });
  }

  /// The values that the output is made of; other nodes are left alone.
  std::set<std::string> needed_values() const {
    std::set<std::string> needed = {model_.outputs[0].name};
    for (std::size_t i = model_.nodes.size(); i-- > 0;) {
      const OnnxNode& node = model_.nodes[i];
      if (makes_one_of(node, needed)) needed.insert(node.inputs.begin(), node.inputs.end());
    }
    return needed;
  }

  void visit(const OnnxNode& node) {
    if (!node.domain.empty() && node.domain != "ai.onnx") {
      throw FormatError("expected an operation of ONNX itself, found one of '" + printable(node.domain) + "'");
    }
    OnnxCall call{node, {}};
    for (const std::string& input : node.inputs) {
      const auto found = values_.find(input);
      if (!input.empty() && found == values_.end()) {
        throw FormatError("its input '" + printable(input) + "' is not made by any node before it");
      }
      call.inputs.push_back(input.empty() ? nullptr : &found->second);
    }
    OnnxValue result = apply(call);
    if (result.layout.axes.size() > 8) throw FormatError("expected at most 8 axes");
    if (node.outputs.empty() || node.outputs[0].empty()) return;
    if (!values_.emplace(node.outputs[0], std::move(result)).second) {
      throw FormatError("its output '" + printable(node.outputs[0]) + "' is there already");
    }
  }

  OnnxValue apply(const OnnxCall& call) {
    OnnxValue result;
    if (plumbing_.apply(call, result) || blocks_.apply(call, result) || sequence_.apply(call, result)) return result;
    call.refuse("an operation of a network of residual blocks, an LSTM and a dense layer");
  }

  const OnnxModel& model_;
  std::int64_t open_width_;
  OnnxPlumbing plumbing_;
  std::map<std::string, OnnxValue> values_;
  OnnxWordNet network_;
  OnnxBlockRules blocks_{network_};
  OnnxSequenceRules sequence_{network_, model_.opset};
};

}  // namespace tinyhtr::detail
