// The operations of an ONNX graph from the image to the output of the residual blocks.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/io/onnx_constants.hpp"
#include "tinyhtr/io/onnx_layout.hpp"
#include "tinyhtr/io/onnx_model.hpp"
#include "tinyhtr/io/onnx_values.hpp"
#include "tinyhtr/io/onnx_word_net.hpp"
#include "tinyhtr/kernels/window.hpp"

namespace tinyhtr::detail {

/// Finds the residual blocks: x - conv1 - BN - rectifier - conv2 - BN - sum with x or its 1x1 convolution - rectifier.
class OnnxBlockRules {
 public:
  /// What is found goes into `network`.
  explicit OnnxBlockRules(OnnxWordNet& network) : network_(network) {}

  /// False where the operation, or what it works on, is no part of the blocks. Throws FormatError where it is, but
  /// another one was expected.
  bool apply(const OnnxCall& call, OnnxValue& result) {
    const std::string& op = call.node.op;
    if (op == "Conv") {
      result = convolution(call);
    } else if (op == "BatchNormalization") {
      result = batch_norm(call);
    } else if (op == "LeakyRelu") {
      result = rectifier(call);
    } else if (call.is_arithmetic() && (call.has_stage(OnnxStage::image) && call.has_stage(OnnxStage::constant))) {
      result = scaled(call);
    } else if (op == "Add" && (call.has_stage(OnnxStage::second) || call.has_stage(OnnxStage::second_normed))) {
      result = sum(call);
    } else {
      return false;
    }
    return true;
  }

 private:
  OnnxBlock& block_of(const OnnxValue& value) { return network_.blocks[value.block]; }

  static double single_number(const OnnxTensor& tensor) {
    if (element_count(tensor) != 1) {
      throw FormatError("expected one number for all pixels, found " + std::to_string(element_count(tensor)));
    }
    return number_at(tensor, 0);
  }

  /// An image times a number, plus a number, ...
  static OnnxValue scaled(const OnnxCall& call) {
    const bool constant_first = call.input(0).stage == OnnxStage::constant;
    OnnxValue result = call.input(constant_first ? 1 : 0);
    const double number = single_number(call.constant(constant_first ? 0 : 1));
    const std::string& op = call.node.op;
    if (op == "Div" && constant_first) call.refuse("an image divided by a number");
    if (op == "Mul" || op == "Div") {
      result.factor = op == "Mul" ? result.factor * number : result.factor / number;
      result.shift = op == "Mul" ? result.shift * number : result.shift / number;
    } else if (op == "Sub" && constant_first) {
      result.factor = -result.factor;
      result.shift = number - result.shift;
    } else {
      result.shift += op == "Add" ? number : -number;
    }
    return result;
  }

  OnnxValue sum(const OnnxCall& call) {
    const OnnxValue *main = &call.input(0), *skip = &call.input(1);
    const auto is_main = [](const OnnxValue* value) {
      return value->stage == OnnxStage::second || value->stage == OnnxStage::second_normed;
    };
    if (!is_main(main)) std::swap(main, skip);
    if (!is_main(main) || !(skip->stage == OnnxStage::skip || is_block_input(*skip)) || skip->block != main->block) {
      call.refuse("the sum of a block's second convolution with its skip convolution or its input");
    }
    if (skip->stage != OnnxStage::skip && block_of(*main).skip) call.refuse("the block's skip convolution in the sum");
    if (skip->stage == OnnxStage::image) take_scale(*skip);
    if (main->layout.text() != skip->layout.text() || main->layout.shape() != skip->layout.shape()) {
      call.refuse("two paths of one shape");
    }
    OnnxValue result = *main;
    result.stage = OnnxStage::sum;
    return result;
  }

  /// An image is the input of the first block once it is scaled; features are those of the next one.
  static bool is_block_input(const OnnxValue& value) {
    return value.stage == OnnxStage::image || (value.stage == OnnxStage::features && !value.maxima && !value.reversed);
  }

  OnnxValue convolution(const OnnxCall& call) {
    const OnnxValue& x = call.input(0);
    const bool first = is_block_input(x);
    if (!first && x.stage != OnnxStage::inner) call.refuse("a convolution of the image, of a block, or within one");
    if (!x.layout.is("N,C,H,W")) call.refuse("an input (images, channels, rows, columns)");
    if (x.stage == OnnxStage::image) take_scale(x);

    const OnnxTensor& weight = call.constant(1);
    const std::int64_t channels = x.layout.extent_of('C');
    const std::int64_t kernel = weight.dims.size() == 4 ? weight.dims[3] : 0;
    if (is_integer(weight) || (kernel != 3 && kernel != 1) || weight.dims[2] != kernel || weight.dims[1] != channels ||
        weight.dims[0] < 1 || weight.dims[0] > 1024) {
      call.refuse("a kernel of 3x3 or 1x1 for " + std::to_string(channels) + " channels, with up to 1024 filters");
    }
    if (!first && (kernel != 3 || weight.dims[0] != channels)) call.refuse("a 3x3 convolution of as many filters");
    OnnxConvolution found = window_of(call, x, kernel);
    found.weight = &weight;
    if (call.has(2)) found.bias = &of_size(call.constant(2), weight.dims[0]);

    while (network_.blocks.size() <= x.block) network_.blocks.emplace_back();
    if (network_.blocks.size() > 64) call.refuse("at most 64 blocks");
    OnnxBlock& block = block_of(x);
    std::optional<OnnxConvolution>& place = !first ? block.conv2 : kernel == 3 ? block.conv1 : block.skip;
    if (place || block.complete) call.refuse("one such convolution in a block, not two");
    place = found;
    OnnxValue result = x;
    result.stage = !first ? OnnxStage::second : kernel == 3 ? OnnxStage::first : OnnxStage::skip;
    result.layout.axes = {
        x.layout.axes[0], {{'C', weight.dims[0]}}, {{'H', found.output[0]}}, {{'W', found.output[1]}}};
    return result;
  }

  /// How the grey levels are scaled, wherever the first block takes them.
  void take_scale(const OnnxValue& image) {
    const double factor = image.factor * 255;
    const bool plain = std::abs(factor - 1) < 1e-5 && std::abs(image.shift) < 1e-5;
    const bool inverted = std::abs(factor + 1) < 1e-5 && std::abs(image.shift - 1) < 1e-5;
    if ((!plain && !inverted) || (scaled_ && network_.invert != inverted)) {
      throw FormatError("expected the grey levels x from 0 to 255 scaled to x / 255 or 1 - x / 255, found " +
                        std::to_string(image.factor) + " x + " + std::to_string(image.shift));
    }
    network_.invert = inverted;
    scaled_ = true;
  }

  static const OnnxTensor& of_size(const OnnxTensor& tensor, std::int64_t size) {
    if (is_integer(tensor) || element_count(tensor) != static_cast<std::size_t>(size)) {
      throw FormatError("expected " + std::to_string(size) + " floating-point numbers in '" + printable(tensor.name) +
                        "', found " + std::to_string(element_count(tensor)) + " elements");
    }
    return tensor;
  }

  /// Strides, zeros and sizes of a convolution.
  static OnnxConvolution window_of(const OnnxCall& call, const OnnxValue& x, std::int64_t kernel) {
    const auto strides = call.integers("strides", {1, 1});
    auto pads = call.integers("pads", {0, 0, 0, 0});
    const auto dilations = call.integers("dilations", {1, 1}), sizes = call.integers("kernel_shape", {kernel, kernel});
    const OnnxAttribute* automatic = call.attribute("auto_pad", OnnxAttributeType::text);
    const std::string kind = automatic ? automatic->text : "NOTSET";
    const auto all = [](const std::vector<std::int64_t>& list, std::size_t size, std::int64_t least,
                        std::int64_t most) {
      bool good = list.size() == size;
      for (const std::int64_t value : list) good = good && value >= least && value <= most;
      return good;
    };
    if (call.integer("group", 1) != 1 || !all(dilations, 2, 1, 1) || !all(sizes, 2, kernel, kernel) ||
        !all(strides, 2, 1, 16) || !all(pads, 4, 0, 2) ||
        (kind != "NOTSET" && kind != "SAME_UPPER" && kind != "VALID")) {
      call.refuse("a convolution of one group without dilation, strides from 1 to 16, up to 2 zeros on each side");
    }
    OnnxConvolution found{.node = label_of(call.node),
                          .weight = nullptr,
                          .stride = Stride(strides[0], strides[1]),
                          .input = {x.layout.extent_of('H'), x.layout.extent_of('W')},
                          .output = {},
                          .before = {}};
    for (std::size_t axis = 0; axis < 2; ++axis) {
      if (kind == "SAME_UPPER") {
        const Window window(found.input[axis], kernel, strides[axis], Padding::same);
        found.before[axis] = window.before;
        found.output[axis] = window.output;
      } else {
        found.before[axis] = kind == "VALID" ? 0 : pads[axis];
        const std::int64_t padded = found.input[axis] + found.before[axis] + (kind == "VALID" ? 0 : pads[axis + 2]);
        if (padded < kernel) call.refuse("an image at least as large as the kernel");
        found.output[axis] = (padded - kernel) / strides[axis] + 1;
      }
    }
    return found;
  }

  OnnxValue batch_norm(const OnnxCall& call) {
    OnnxValue result = call.input(0);
    const bool first = result.stage == OnnxStage::first;
    if (!first && result.stage != OnnxStage::second) call.refuse("batch norm behind the convolutions of a block");
    const std::int64_t channels = result.layout.extent_of('C');
    if (!result.layout.is("N,C,H,W")) call.refuse("an input (images, channels, rows, columns)");
    if (call.integer("training_mode", 0) != 0) throw FormatError("expected batch norm as it is for reading");
    const OnnxBatchNorm norm{&of_size(call.constant(1), channels), &of_size(call.constant(2), channels),
                             &of_size(call.constant(3), channels), &of_size(call.constant(4), channels),
                             static_cast<double>(call.real("epsilon", 1e-5f))};
    for (std::size_t i = 0; i < static_cast<std::size_t>(channels); ++i) {
      if (!(number_at(*norm.running_var, i) + norm.epsilon > 0)) throw FormatError("expected variances from 0 on");
    }
    (first ? block_of(result).bn1 : block_of(result).bn2) = norm;
    result.stage = first ? OnnxStage::first_normed : OnnxStage::second_normed;
    return result;
  }

  OnnxValue rectifier(const OnnxCall& call) {
    OnnxValue result = call.input(0);
    const bool inner = result.stage == OnnxStage::first || result.stage == OnnxStage::first_normed;
    if (!inner && result.stage != OnnxStage::sum) call.refuse("a rectifier within a block or at its end");
    OnnxBlock& block = block_of(result);
    const float slope = call.real("alpha", 0.01f);
    if (block.slope && *block.slope != slope) {
      call.refuse("both rectifiers of a block with one slope, " + std::to_string(*block.slope));
    }
    if (!std::isfinite(slope)) call.refuse("a finite slope");
    block.slope = slope;
    if (inner) {
      result.stage = OnnxStage::inner;
      return result;
    }
    if (block.complete) call.refuse("one end of the block, not two");
    block.complete = true;
    result.stage = OnnxStage::features;
    ++result.block;
    return result;
  }

  OnnxWordNet& network_;
  bool scaled_ = false;  ///< whether network_.invert is known
};

}  // namespace tinyhtr::detail
