// Shape: the extents of a tensor, and the checks that compare two of them.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

#include "tinyhtr/core/error.hpp"

namespace tinyhtr {

/// Sizes and subscripts are signed, so that `h * stride - padding` may be negative without surprise.
using Index = std::ptrdiff_t;

/// The extents of a tensor, outermost first: `Shape{16, 3, 32, 128}` is (N,C,H,W).
/// Holds up to six dimensions in place, without heap memory. The empty shape is a scalar: size() is 1.
class Shape {
 public:
  static constexpr Index max_rank = 6;

  Shape() = default;

  /// Throws ShapeError for a negative extent or for more than `max_rank` of them.
  Shape(std::initializer_list<Index> extents) {
    for (const Index extent : extents) append(extent);
  }

  /// Adds an innermost dimension.
  void append(Index extent) {
    if (rank_ == max_rank) throw ShapeError("a shape has at most 6 dimensions");
    if (extent < 0) throw ShapeError("a shape has a negative extent: " + std::to_string(extent));
    extents_[static_cast<std::size_t>(rank_++)] = extent;
  }

  Index rank() const { return rank_; }

  /// Extent of one axis; throws ShapeError where there is no such axis.
  Index operator[](Index axis) const {
    if (axis < 0 || axis >= rank_) {
      throw ShapeError("axis " + std::to_string(axis) + " of shape " + to_string() + " does not exist");
    }
    return extents_[static_cast<std::size_t>(axis)];
  }

  /// Number of elements, the product of all extents.
  Index size() const {
    Index product = 1;
    for (const Index extent : *this) product *= extent;
    return product;
  }

  const Index* begin() const { return extents_.data(); }
  const Index* end() const { return extents_.data() + rank_; }

  bool operator==(const Shape& other) const {
    if (rank_ != other.rank_) return false;
    for (std::size_t i = 0; i < static_cast<std::size_t>(rank_); ++i) {
      if (extents_[i] != other.extents_[i]) return false;
    }
    return true;
  }

  /// "(16,3,32,128)"
  std::string to_string() const {
    std::string text = "(";
    for (const Index extent : *this) {
      if (text.size() > 1) text += ',';
      text += std::to_string(extent);
    }
    return text + ")";
  }

 private:
  std::array<Index, max_rank> extents_{};
  Index rank_ = 0;
};

/// Throws ShapeError "where: name has shape (..), expected (..)" unless both shapes are equal.
inline void check_shape(std::string_view where, std::string_view name, const Shape& found, const Shape& expected) {
  if (found == expected) return;
  throw ShapeError(std::string(where) + ": " + std::string(name) + " has shape " + found.to_string() + ", expected " +
                   expected.to_string());
}

/// Throws ShapeError unless `found` has as many dimensions as `layout` names, for example "(N,C,H,W)".
inline void check_rank(std::string_view where, std::string_view name, const Shape& found, std::string_view layout) {
  Index rank = 1;
  for (const char c : layout) rank += (c == ',') ? 1 : 0;
  if (found.rank() == rank) return;
  throw ShapeError(std::string(where) + ": " + std::string(name) + " has shape " + found.to_string() + ", expected " +
                   std::to_string(rank) + " dimensions " + std::string(layout));
}

}  // namespace tinyhtr
