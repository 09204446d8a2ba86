// Operations on the constants of an ONNX graph: shapes as they are computed, weights as they are turned.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/io/onnx_layout.hpp"
#include "tinyhtr/io/onnx_model.hpp"

namespace tinyhtr::detail {

// Every function throws FormatError with the reason alone: whoever calls knows the node.

/// The list that a constant of integers is, of one axis or none; longer ones than shapes or lengths of a batch are
/// refused, for a graph can double a list with every node.
inline const std::vector<std::int64_t>& integers_of(const OnnxTensor& tensor) {
  constexpr std::size_t most = 20'000;
  if (tensor.type != OnnxType::int32 && tensor.type != OnnxType::int64) {
    throw FormatError("expected integers, found '" + printable(tensor.name) + "' of floating-point numbers");
  }
  if (tensor.dims.size() > 1 || tensor.integers.size() > most) {
    throw FormatError("expected a list of at most " + std::to_string(most) + " integers, found " +
                      std::to_string(tensor.dims.size()) + " axes, " + std::to_string(tensor.integers.size()) +
                      " integers");
  }
  return tensor.integers;
}

inline bool is_integer(const OnnxTensor& tensor) {
  return tensor.type == OnnxType::int32 || tensor.type == OnnxType::int64;
}

/// The only element. Throws FormatError where there are more.
inline std::int64_t single_integer(const OnnxTensor& tensor) {
  const std::vector<std::int64_t>& list = integers_of(tensor);
  if (list.size() != 1) throw FormatError("expected one integer, found " + std::to_string(list.size()));
  return list[0];
}

inline OnnxTensor integer_scalar(std::int64_t value) {
  OnnxTensor tensor = OnnxTensor::of_integers("", {value});
  tensor.dims.clear();
  return tensor;
}

/// Element i of a constant of any type; a float becomes the same number in double.
inline double number_at(const OnnxTensor& tensor, std::size_t i) {
  if (tensor.type == OnnxType::float32) return static_cast<double>(tensor.floats[i]);
  return tensor.type == OnnxType::float64 ? tensor.doubles[i] : static_cast<double>(tensor.integers[i]);
}

inline std::size_t element_count(const OnnxTensor& tensor) {
  return tensor.floats.size() + tensor.doubles.size() + tensor.integers.size();
}

inline bool all_zero(const OnnxTensor& tensor) {
  for (std::size_t i = 0; i < element_count(tensor); ++i) {
    if (number_at(tensor, i) != 0) return false;
  }
  return true;
}

/// Gather on a list.
inline OnnxTensor gathered(const OnnxTensor& data, const OnnxTensor& indices) {
  const std::vector<std::int64_t>& list = integers_of(data);
  OnnxTensor result = OnnxTensor::of_integers("", {});
  result.dims = indices.dims;
  for (const std::int64_t index : integers_of(indices)) {
    result.integers.push_back(list[OnnxLayout::position(index, list.size(), " elements")]);
  }
  return result;
}

/// Slice on a list.
inline OnnxTensor sliced(const OnnxTensor& data, std::int64_t start, std::int64_t end, std::int64_t step) {
  const std::vector<std::int64_t>& list = integers_of(data);
  if (step != 1) throw FormatError("expected a step of 1, found " + std::to_string(step));
  const auto size = static_cast<std::int64_t>(list.size());
  const auto clamp = [size](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + size : at, 0, size); };
  start = clamp(start);
  end = std::max(start, clamp(end));
  return OnnxTensor::of_integers("", {list.begin() + start, list.begin() + end});
}

/// Concat of lists.
inline OnnxTensor joined(const std::vector<const OnnxTensor*>& parts) {
  OnnxTensor result = OnnxTensor::of_integers("", {});
  for (const OnnxTensor* part : parts) {
    const std::vector<std::int64_t>& list = integers_of(*part);
    result.integers.insert(result.integers.end(), list.begin(), list.end());
    static_cast<void>(integers_of(result));
  }
  result.dims = {static_cast<std::int64_t>(result.integers.size())};
  return result;
}

/// ReduceProd of a list.
inline OnnxTensor product_of(const OnnxTensor& data, bool keep_dims) {
  std::int64_t product = 1;
  for (const std::int64_t value : integers_of(data)) {
    if (__builtin_mul_overflow(product, value, &product)) throw FormatError("the product of a shape is too large");
  }
  return keep_dims ? OnnxTensor::of_integers("", {product}) : integer_scalar(product);
}

/// Add, Sub, Mul, Div of lists; one of a single element goes with all of the other.
inline OnnxTensor calculated(const std::string& op, const OnnxTensor& a, const OnnxTensor& b) {
  const std::vector<std::int64_t>&left = integers_of(a), &right = integers_of(b);
  if (left.empty() || right.empty() || (left.size() != right.size() && left.size() != 1 && right.size() != 1)) {
    throw FormatError("expected two lists of one length, found " + std::to_string(left.size()) + " and " +
                      std::to_string(right.size()) + " integers");
  }
  OnnxTensor result = OnnxTensor::of_integers("", {});
  result.dims = a.dims.size() > b.dims.size() || left.size() > right.size() ? a.dims : b.dims;
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const std::int64_t x = left[left.size() == 1 ? 0 : i], y = right[right.size() == 1 ? 0 : i];
    std::int64_t value = 0;
    const bool lowest = x == std::numeric_limits<std::int64_t>::min();
    if ((op == "Add" && __builtin_add_overflow(x, y, &value)) ||
        (op == "Sub" && __builtin_sub_overflow(x, y, &value)) ||
        (op == "Mul" && __builtin_mul_overflow(x, y, &value)) || (op == "Div" && (y == 0 || (y == -1 && lowest)))) {
      throw FormatError("a shape is computed out of " + std::to_string(x) + " and " + std::to_string(y));
    }
    result.integers.push_back(op == "Div" ? x / y : value);
  }
  return result;
}

/// Expand of a list of one element, or of one that keeps its length.
inline OnnxTensor expanded(const OnnxTensor& data, const std::vector<std::int64_t>& shape) {
  const std::vector<std::int64_t>& list = integers_of(data);
  if (shape.size() != 1 || shape[0] < 1 || shape[0] > 20'000 || list.empty() ||
      (list.size() > 1 && shape[0] != static_cast<std::int64_t>(list.size()))) {
    throw FormatError("expected one integer to be repeated in a list");
  }
  if (list.size() > 1) return OnnxTensor::of_integers("", list);
  return OnnxTensor::of_integers("", std::vector<std::int64_t>(static_cast<std::size_t>(shape[0]), list[0]));
}

/// Transpose of weights.
inline OnnxTensor transposed(const OnnxTensor& tensor, const std::vector<std::int64_t>& permutation) {
  const std::size_t rank = tensor.dims.size();
  const std::vector<std::size_t> order = OnnxLayout::checked_permutation(permutation, rank);
  std::vector<std::size_t> step(rank, 1);  // in the tensor, from one element to the next along an axis of the result
  OnnxTensor result = tensor;
  for (std::size_t i = 0; i < rank; ++i) {
    result.dims[i] = tensor.dims[order[i]];
    for (std::size_t axis = order[i] + 1; axis < rank; ++axis) step[i] *= static_cast<std::size_t>(tensor.dims[axis]);
  }
  std::vector<std::int64_t> subscript(rank, 0);
  for (std::size_t k = 0, from = 0; k < element_count(tensor); ++k) {
    if (tensor.type == OnnxType::float32) result.floats[k] = tensor.floats[from];
    if (tensor.type == OnnxType::float64) result.doubles[k] = tensor.doubles[from];
    if (is_integer(tensor)) result.integers[k] = tensor.integers[from];
    for (std::size_t axis = rank; axis-- > 0;) {
      from += step[axis];
      if (++subscript[axis] < result.dims[axis]) break;
      from -= step[axis] * static_cast<std::size_t>(result.dims[axis]);
      subscript[axis] = 0;
    }
  }
  return result;
}

/// All numbers that a file brings along.
inline std::size_t count_elements(const OnnxModel& model) {
  std::size_t count = 0;
  for (const OnnxTensor& tensor : model.initializers) count += element_count(tensor);
  for (const OnnxNode& node : model.nodes) {
    for (const OnnxAttribute& attribute : node.attributes) count += element_count(attribute.tensor);
  }
  return count;
}

/// What a network made of so many numbers may have of them, some of which may serve in several places.
inline std::size_t most_elements(std::size_t in_file) { return 4 * in_file + 1'000'000; }

/// Keeps the constants that nodes make of others. They can be no larger in all than the graph's own a few times over:
/// a chain of nodes could multiply a file as often as it likes.
class OnnxMadeConstants {
 public:
  explicit OnnxMadeConstants(const OnnxModel& model) : elements_left_(most_elements(count_elements(model))) {}

  /// Where the constant stays. Throws FormatError where it is one too many.
  const OnnxTensor* keep(OnnxTensor tensor) {
    const std::size_t count = element_count(tensor);
    if (count > elements_left_) throw FormatError("the graph makes more constants than the file justifies");
    elements_left_ -= count;
    made_.push_back(std::move(tensor));
    return &made_.back();
  }

 private:
  std::size_t elements_left_;
  std::deque<OnnxTensor> made_;
};

}  // namespace tinyhtr::detail
