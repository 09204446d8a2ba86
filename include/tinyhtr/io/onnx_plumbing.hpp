// The operations of an ONNX graph that compute shapes or move values about.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/io/onnx_constants.hpp"
#include "tinyhtr/io/onnx_layout.hpp"
#include "tinyhtr/io/onnx_model.hpp"
#include "tinyhtr/io/onnx_values.hpp"

namespace tinyhtr::detail {

/// The operations that compute shapes and move values about. A list of integers is computed with; the layout of any
/// other value goes along.
class OnnxPlumbing {
 public:
  explicit OnnxPlumbing(const OnnxModel& model) : constants_(model) {}

  /// False where the operation is none of these.
  bool apply(const OnnxCall& call, OnnxValue& result) {
    using Operation = OnnxValue (OnnxPlumbing::*)(const OnnxCall&);
    static const std::map<std::string, Operation> operations = {{"Cast", &OnnxPlumbing::cast},
                                                                {"Concat", &OnnxPlumbing::concat},
                                                                {"Constant", &OnnxPlumbing::constant},
                                                                {"ConstantOfShape", &OnnxPlumbing::constant_of_shape},
                                                                {"Dropout", &OnnxPlumbing::same},
                                                                {"Expand", &OnnxPlumbing::expand},
                                                                {"Gather", &OnnxPlumbing::gather},
                                                                {"Identity", &OnnxPlumbing::same},
                                                                {"ReduceProd", &OnnxPlumbing::product},
                                                                {"Reshape", &OnnxPlumbing::reshape},
                                                                {"ReverseSequence", &OnnxPlumbing::reverse},
                                                                {"Shape", &OnnxPlumbing::shape},
                                                                {"Slice", &OnnxPlumbing::slice},
                                                                {"Squeeze", &OnnxPlumbing::squeeze},
                                                                {"Transpose", &OnnxPlumbing::transpose},
                                                                {"Unsqueeze", &OnnxPlumbing::unsqueeze}};
    if (call.is_arithmetic() && call.inputs.size() == 2 && is(call, OnnxStage::constant) &&
        call.input(1).stage == OnnxStage::constant) {
      result = keep(calculated(call.node.op, call.constant(0), call.constant(1)));
      return true;
    }
    const auto found = operations.find(call.node.op);
    if (found == operations.end()) return false;
    result = (this->*found->second)(call);
    return true;
  }

 private:
  OnnxValue keep(OnnxTensor tensor) { return {.constant = constants_.keep(std::move(tensor)), .layout = {}}; }

  static bool is(const OnnxCall& call, OnnxStage stage) { return call.input(0).stage == stage; }

  OnnxValue same(const OnnxCall& call) { return call.input(0); }

  OnnxValue cast(const OnnxCall& call) {
    const std::int64_t to = call.integer("to", 0);
    const bool to_integer = to == 6 || to == 7, to_real = to == 1 || to == 11;
    const bool from_integer = is(call, OnnxStage::constant) && is_integer(*call.input(0).constant);
    if (from_integer ? !to_integer : !to_real)
      call.refuse("a Cast between integers, or between floating-point numbers");
    return call.input(0);
  }

  OnnxValue constant(const OnnxCall& call) {
    if (const auto* found = call.attribute("value", OnnxAttributeType::tensor)) return keep(found->tensor);
    if (const auto* found = call.attribute("value_int", OnnxAttributeType::integer)) {
      return keep(integer_scalar(found->integer));
    }
    if (const auto* found = call.attribute("value_ints", OnnxAttributeType::integers)) {
      return keep(OnnxTensor::of_integers("", found->integers));
    }
    throw FormatError("expected a constant of numbers");
  }

  OnnxValue constant_of_shape(const OnnxCall& call) {
    const auto* found = call.attribute("value", OnnxAttributeType::tensor);
    static_cast<void>(integers_of(call.constant(0)));
    if (found && !all_zero(found->tensor)) call.refuse("zeros");
    return {.stage = OnnxStage::zeros, .layout = {}};
  }

  OnnxValue expand(const OnnxCall& call) {
    const std::vector<std::int64_t>& shape = integers_of(call.constant(1));
    if (is(call, OnnxStage::zeros)) return call.input(0);
    if (is_integer(call.constant(0))) return keep(expanded(call.constant(0), shape));
    if (!all_zero(call.constant(0))) call.refuse("zeros");
    return {.stage = OnnxStage::zeros, .layout = {}};
  }

  OnnxValue shape(const OnnxCall& call) {
    if (call.integer("start", 0) != 0 || call.attribute("end", OnnxAttributeType::integer)) {
      throw FormatError("expected the whole shape");
    }
    if (is(call, OnnxStage::zeros)) call.refuse("a value of the network");
    if (is(call, OnnxStage::constant)) return keep(OnnxTensor::of_integers("", call.input(0).constant->dims));
    return keep(OnnxTensor::of_integers("", call.input(0).layout.shape()));
  }

  OnnxValue gather(const OnnxCall& call) {
    if (call.integer("axis", 0) != 0) call.refuse("a Gather along axis 0");
    return keep(gathered(call.constant(0), call.constant(1)));
  }

  OnnxValue product(const OnnxCall& call) {
    const std::vector<std::int64_t> axes = call.list(1, "axes");
    if (!axes.empty() && axes != std::vector<std::int64_t>{0}) call.refuse("a product along axis 0");
    return keep(product_of(call.constant(0), call.integer("keepdims", 1) != 0));
  }

  OnnxValue concat(const OnnxCall& call) {
    const std::int64_t axis = call.integer("axis", 0);
    const auto all = [&call](OnnxStage stage) {
      for (std::size_t i = 0; i < call.inputs.size(); ++i) {
        if (call.input(i).stage != stage) return false;
      }
      return !call.inputs.empty();
    };
    if (all(OnnxStage::zeros)) return call.input(0);
    if (all(OnnxStage::constant)) {
      std::vector<const OnnxTensor*> parts;
      for (const OnnxValue* value : call.inputs) parts.push_back(value->constant);
      return keep(joined(parts));
    }
    // Both directions of the LSTM: states of the first, then of the second.
    if (!all(OnnxStage::half) || call.inputs.size() != 2) call.refuse("both directions of the LSTM");
    const OnnxValue &forward = call.input(0), &reverse = call.input(1);
    OnnxValue result = forward;
    result.stage = OnnxStage::states;
    const std::size_t position = result.layout.position(axis);
    if (forward.direction != 0 || reverse.direction != 1 || forward.reversed || reverse.reversed ||
        forward.layout.text() != reverse.layout.text() || forward.layout.shape() != reverse.layout.shape() ||
        forward.layout.labels(position) != (forward.layout.extent_of('F') > 1 ? "F" : "")) {
      call.refuse("the states of the forward direction, then those of the reverse one, side by side");
    }
    OnnxLayout::Axis& states = result.layout.axes[position];
    states.insert(states.begin(), OnnxAtom{'D', 2});
    return result;
  }

  OnnxValue slice(const OnnxCall& call) {
    if (is(call, OnnxStage::zeros)) return call.input(0);
    const auto single = [&](std::size_t i, const char* name, std::int64_t otherwise) {
      const std::vector<std::int64_t> list = call.list(i, name);
      if (list.size() > 1) call.refuse("a slice along one axis");
      return list.empty() ? otherwise : list[0];
    };
    const std::int64_t start = single(1, "starts", 0), end = single(2, "ends", 0), axis = single(3, "axes", 0),
                       step = call.has(4) ? single_integer(call.constant(4)) : 1;
    if (is(call, OnnxStage::constant)) {
      static_cast<void>(OnnxLayout::position(axis, 1, " axes"));
      return keep(sliced(call.constant(0), start, end, step));
    }
    OnnxValue result = call.input(0);
    const std::size_t position = result.layout.position(axis);
    const std::int64_t extent = OnnxLayout::extent(result.layout.axes[position]);
    if (step == -1 && (start == -1 || start >= extent - 1) && end < -extent) return reverse(call, position);
    // One direction of the LSTM.
    const std::int64_t last = end < 0 ? end + extent : std::min(end, extent);
    if (result.stage != OnnxStage::states || result.layout.labels(position) != "D" || step != 1 || start < -2 ||
        start > 1 || last - (start < 0 ? start + 2 : start) != 1) {
      call.refuse("a slice that is one direction of the LSTM, or its steps in reverse");
    }
    result.stage = OnnxStage::half;
    result.direction = static_cast<std::size_t>(start < 0 ? start + 2 : start);
    result.layout.axes[position].clear();
    return result;
  }

  OnnxValue reverse(const OnnxCall& call) {
    const OnnxLayout& layout = call.input(0).layout;
    const std::size_t batch = layout.position(call.integer("batch_axis", 1));
    const std::size_t time = layout.position(call.integer("time_axis", 0));
    for (const std::int64_t length : integers_of(call.constant(1))) {
      if (length != OnnxLayout::extent(layout.axes[time])) call.refuse("all steps in reverse");
    }
    if (batch == time) call.refuse("axes of their own for images and steps");
    return reverse(call, time);
  }

  /// Turns the order of the steps around.
  static OnnxValue reverse(const OnnxCall& call, std::size_t axis) {
    OnnxValue result = call.input(0);
    const OnnxLayout& layout = result.layout;
    std::string steps = layout.labels(axis);
    std::sort(steps.begin(), steps.end());
    const std::string all = std::string(layout.extent_of('H') > 1 ? "H" : "") + (layout.extent_of('W') > 1 ? "W" : "");
    if ((result.stage != OnnxStage::features && result.stage != OnnxStage::half) || steps != all) {
      call.refuse("the steps of a sequence to turn around");
    }
    result.reversed = !result.reversed;
    return result;
  }

  OnnxValue reshape(const OnnxCall& call) {
    const std::vector<std::int64_t>& shape = integers_of(call.constant(1));
    if (call.integer("allowzero", 0) != 0) throw FormatError("expected allowzero to be 0");
    if (is(call, OnnxStage::zeros)) return call.input(0);
    OnnxValue result = call.input(0);
    if (!is(call, OnnxStage::constant)) {
      result.layout = result.layout.reshaped(shape);
      return result;
    }
    OnnxTensor tensor = *result.constant;
    tensor.dims = OnnxLayout::resolve_reshape(shape, tensor.dims);
    return keep(std::move(tensor));
  }

  OnnxValue transpose(const OnnxCall& call) {
    const std::vector<std::int64_t> permutation = call.integers("perm");
    if (is(call, OnnxStage::zeros)) return call.input(0);
    if (is(call, OnnxStage::constant)) return keep(transposed(call.constant(0), permutation));
    OnnxValue result = call.input(0);
    result.layout = result.layout.transposed(permutation);
    return result;
  }

  OnnxValue squeeze(const OnnxCall& call) {
    const std::vector<std::int64_t> axes = call.list(1, "axes");
    if (is(call, OnnxStage::zeros)) return call.input(0);
    if (is(call, OnnxStage::constant)) return keep(integer_scalar(single_integer(call.constant(0))));
    OnnxValue result = call.input(0);
    std::vector<OnnxLayout::Axis> kept;
    std::vector<bool> taken(result.layout.axes.size(), false);
    for (const std::int64_t axis : axes) taken[result.layout.position(axis)] = true;
    for (std::size_t i = 0; i < taken.size(); ++i) {
      if (!taken[i]) {
        kept.push_back(result.layout.axes[i]);
      } else if (OnnxLayout::extent(result.layout.axes[i]) != 1) {
        call.refuse("axes of extent 1 to take away");
      }
    }
    result.layout.axes = std::move(kept);
    return result;
  }

  OnnxValue unsqueeze(const OnnxCall& call) {
    const std::vector<std::int64_t> axes = call.list(1, "axes");
    if (is(call, OnnxStage::zeros)) return call.input(0);
    if (is(call, OnnxStage::constant)) return keep(OnnxTensor::of_integers("", {single_integer(call.constant(0))}));
    OnnxValue result = call.input(0);
    if (axes.size() != 1) call.refuse("one new axis");
    const auto place = static_cast<std::ptrdiff_t>(result.layout.position(axes[0], 1));
    result.layout.axes.insert(result.layout.axes.begin() + place, OnnxLayout::Axis());
    return result;
  }

  OnnxMadeConstants constants_;
};

}  // namespace tinyhtr::detail
