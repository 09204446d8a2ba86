// What the axes of a value in an ONNX graph stand for, through all transpositions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"

namespace tinyhtr::detail {

/// One meaning: N image, H row, W column, C channel, D direction of the LSTM, F number of its state, K class.
struct OnnxAtom {
  char label;
  std::int64_t extent;
};

/// The axes of a value. One axis may hold several atoms, the outer one first: a sequence that sweeps an image row by
/// row has H W on one axis. So a Reshape is a new grouping of the same atoms, a Transpose a new order of the axes, and
/// in the end the axes tell what the graph has computed, however it went there.
struct OnnxLayout {
  using Axis = std::vector<OnnxAtom>;
  std::vector<Axis> axes;

  static std::int64_t extent(const Axis& axis) {
    std::int64_t product = 1;
    for (const OnnxAtom& atom : axis) product *= atom.extent;
    return product;
  }

  /// The extents of all axes, what the operation Shape gives.
  std::vector<std::int64_t> shape() const {
    std::vector<std::int64_t> list;
    for (const Axis& axis : axes) list.push_back(extent(axis));
    return list;
  }

  /// How many images, rows, ...; 1 where no axis has them.
  std::int64_t extent_of(char label) const {
    for (const Axis& axis : axes) {
      for (const OnnxAtom& atom : axis) {
        if (atom.label == label) return atom.extent;
      }
    }
    return 1;
  }

  /// "N,HW,C". Atoms of extent 1 may stand anywhere, so that they are left out.
  std::string text() const {
    std::string text;
    for (std::size_t i = 0; i < axes.size(); ++i) text += (i > 0 ? "," : "") + labels(i);
    return text;
  }

  /// Whether the axes are these, given as text() gives them.
  bool is(std::string_view wanted) const {
    std::string stripped;
    for (const char c : wanted) {
      if (c == ',' || extent_of(c) > 1) stripped += c;
    }
    return text() == stripped;
  }

  /// `before`, then all steps of a sequence on one axis, row by row or column by column as they are, then `behind`; to
  /// be compared with is().
  std::string steps(const std::string& before, const std::string& behind) const {
    const bool columns = is(before + "WH" + behind);
    return before + (columns ? "WH" : "HW") + behind;
  }

  /// "HW" of one axis.
  std::string labels(std::size_t axis) const {
    std::string list;
    for (const OnnxAtom& atom : axes[axis]) {
      if (atom.extent > 1) list += atom.label;
    }
    return list;
  }

  /// An axis as nodes give it, where -1 is the last. Throws FormatError where there is none.
  std::size_t position(std::int64_t axis, std::size_t more = 0) const { return position(axis, axes.size() + more, ""); }

  static std::size_t position(std::int64_t axis, std::size_t rank, const std::string& of) {
    const auto count = static_cast<std::int64_t>(rank);
    if (axis < -count || axis >= count) {
      throw FormatError("expected an axis of " + std::to_string(rank) + of + ", found " + std::to_string(axis));
    }
    return static_cast<std::size_t>(axis < 0 ? axis + count : axis);
  }

  /// The axes in another order; an empty permutation turns the order around.
  OnnxLayout transposed(const std::vector<std::int64_t>& permutation) const {
    OnnxLayout result;
    for (const std::size_t axis : checked_permutation(permutation, axes.size())) result.axes.push_back(axes[axis]);
    return result;
  }

  /// A permutation of `rank` axes. Throws FormatError for anything else.
  static std::vector<std::size_t> checked_permutation(const std::vector<std::int64_t>& permutation, std::size_t rank) {
    std::vector<std::size_t> order;
    std::vector<bool> seen(rank, false);
    for (std::size_t i = 0; i < rank; ++i) order.push_back(rank - 1 - i);
    if (permutation.empty()) return order;
    if (permutation.size() != rank) throw FormatError("expected a permutation of " + std::to_string(rank) + " axes");
    for (std::size_t i = 0; i < rank; ++i) {
      order[i] = position(permutation[i], rank, " axes");
      if (seen[order[i]]) throw FormatError("expected a permutation, found an axis twice");
      seen[order[i]] = true;
    }
    return order;
  }

  /// The same atoms, grouped to axes of these extents; 0 keeps an axis, -1 takes what is left. Throws FormatError where
  /// an axis of the result would begin or end within an atom.
  OnnxLayout reshaped(const std::vector<std::int64_t>& target) const {
    const std::vector<std::int64_t> wanted = resolve_reshape(target, shape());
    Axis atoms;
    for (const Axis& axis : axes) atoms.insert(atoms.end(), axis.begin(), axis.end());
    OnnxLayout result;
    std::size_t next = 0;
    for (const std::int64_t extent_wanted : wanted) {
      Axis axis;
      std::int64_t product = 1;
      while (product < extent_wanted && next < atoms.size()) {
        product *= atoms[next].extent;
        axis.push_back(atoms[next++]);
      }
      if (product != extent_wanted) {
        throw FormatError("expected a shape that keeps rows, columns, channels as they are, found one that cuts " +
                          text() + " apart");
      }
      result.axes.push_back(std::move(axis));
    }
    for (; next < atoms.size(); ++next) {  // of extent 1, for the totals are equal
      if (!result.axes.empty()) result.axes.back().push_back(atoms[next]);
    }
    return result;
  }

  /// The extents that a Reshape of `from` makes. Throws FormatError where the number of elements would change.
  static std::vector<std::int64_t> resolve_reshape(std::vector<std::int64_t> target,
                                                   const std::vector<std::int64_t>& from) {
    std::int64_t total = 1, known = 1;
    std::size_t open = target.size();
    for (const std::int64_t extent : from) total *= extent;
    for (std::size_t i = 0; i < target.size(); ++i) {
      if (target[i] == 0 && i < from.size()) target[i] = from[i];
      if (target[i] == -1 && open == target.size()) {
        open = i;
      } else if (target[i] < 1 || __builtin_mul_overflow(known, target[i], &known)) {
        throw FormatError("expected a shape, found the extent " + std::to_string(target[i]) + " in it");
      }
    }
    if (open < target.size()) known *= target[open] = total / known;
    if (known != total || total == 0) {
      throw FormatError("expected a shape of " + std::to_string(total) + " elements, found one of " +
                        std::to_string(known));
    }
    return target;
  }
};

}  // namespace tinyhtr::detail
