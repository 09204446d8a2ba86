// Differentiable moves of elements: reshape, scans, slices, stacks.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "tinyhtr/autograd/column_maxima.hpp"
#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/kernels/elementwise.hpp"
#include "tinyhtr/kernels/reorder.hpp"

namespace tinyhtr {

template <class T>
struct ReshapeNode : Node<T> {
  ReshapeNode() : Node<T>("reshape") {}
  void backward() override {
    Tensor<T>* dx = this->input_grad(0);
    if (!dx) return;
    T* out = dx->data();
    const T* dy = this->grad.data();
    parallel_pieces(dx->size(), elementwise_piece, [=](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) out[i] += dy[i];
    });
  }
};

/// The same elements under another shape of the same size.
template <class T>
Variable<T> reshape(const Variable<T>& x, const Shape& shape) {
  auto node = make_node<ReshapeNode<T>>();
  node->value = x.value().reshaped(shape);
  return connect<T>(node, {x});
}

template <class T>
struct ReorderNode : Node<T> {
  ImageOrder from;
  explicit ReorderNode(ImageOrder from_) : Node<T>("reorder"), from(from_) {}
  void backward() override {
    Tensor<T>* dx = this->input_grad_or_empty(0);
    if (!dx) return;
    if (dx->empty()) return reorder(*dx, this->grad, other(from));
    Tensor<T> share;
    reorder(share, this->grad, other(from));
    accumulate(*dx, share);
  }
};

/// Images with their axes in the other order: (N,C,H,W) to (N,H,W,C), or back; x is in the order `from`.
template <class T>
Variable<T> reorder(const Variable<T>& x, ImageOrder from) {
  auto node = make_node<ReorderNode<T>>(from);
  reorder(node->value, x.value(), from);
  return connect<T>(node, {x});
}

/// How the pixels of feature maps become the steps of a sequence.
enum class Scan {
  rows,           ///< row after row: t = h W + w, as Keras's Reshape does on (N,H,W,C); sweeps the image H times
  columns,        ///< column after column: t = w H + h; goes through the image once, as the text does
  column_maxima,  ///< one step per column, t = w, of its largest pixels: also once, and H times as short
};

namespace detail {

/// Calls move(position in (N,C,H,W), position in (T,N,C)) for every element, one image per piece of parallel work.
template <class Move>
void for_each_in_scan(const Shape& image, Scan scan, const Move& move) {
  const Index batch = image[0], channels = image[1], height = image[2], width = image[3];
  parallel_for(batch, [&](Index n) {
    for (Index c = 0; c < channels; ++c) {
      for (Index h = 0; h < height; ++h) {
        for (Index w = 0; w < width; ++w) {
          const Index t = scan == Scan::rows ? h * width + w : w * height + h;
          move(((n * channels + c) * height + h) * width + w, (t * batch + n) * channels + c);
        }
      }
    }
  });
}

}  // namespace detail

template <class T>
struct ImageToSequenceNode : Node<T> {
  Scan scan;
  explicit ImageToSequenceNode(Scan scan_) : Node<T>("image_to_sequence"), scan(scan_) {}
  void backward() override {
    Tensor<T>* dx = this->input_grad(0);
    if (!dx) return;
    const T* dy = this->grad.data();
    detail::for_each_in_scan(dx->shape(), scan, [=](Index pixel, Index step) { dx->data()[pixel] += dy[step]; });
  }
};

/// Reads the pixels of feature maps as a sequence: y[t, n, c] = x[n,c,h,w], with t = h W + w for Scan::rows.
/// x (N,C,H,W); y (T,N,C) with T = H W; for Scan::column_maxima T = W, see column_maxima.
template <class T>
Variable<T> image_to_sequence(const Variable<T>& x, Scan scan = Scan::rows) {
  check_rank("image_to_sequence", "x", x.shape(), "(N,C,H,W)");
  if (scan == Scan::column_maxima) return column_maxima(x);
  auto node = make_node<ImageToSequenceNode<T>>(scan);
  node->value.resize({x.shape()[2] * x.shape()[3], x.shape()[0], x.shape()[1]});
  T* y = node->value.data();
  const T* pixels = x.value().data();
  detail::for_each_in_scan(x.shape(), scan, [=](Index pixel, Index step) { y[step] = pixels[pixel]; });
  return connect<T>(node, {x});
}

template <class T>
struct SliceColumnsNode : Node<T> {
  Index begin;
  explicit SliceColumnsNode(Index begin_) : Node<T>("slice_columns"), begin(begin_) {}
  void backward() override {
    Tensor<T>* dx = this->input_grad(0);
    if (!dx) return;
    for (Index r = 0; r < this->grad.dim(0); ++r) {
      for (Index c = 0; c < this->grad.dim(1); ++c) (*dx)(r, begin + c) += this->grad(r, c);
    }
  }
};

/// Columns [begin, end) of x (R,C).
template <class T>
Variable<T> slice_columns(const Variable<T>& x, Index begin, Index end) {
  check_rank("slice_columns", "x", x.shape(), "(R,C)");
  if (begin < 0 || begin > end || end > x.shape()[1]) {
    throw ShapeError("slice_columns: columns " + std::to_string(begin) + " to " + std::to_string(end) +
                     " of a tensor of shape " + x.shape().to_string());
  }
  auto node = make_node<SliceColumnsNode<T>>(begin);
  node->value.resize({x.shape()[0], end - begin});
  for (Index r = 0; r < x.shape()[0]; ++r) {
    for (Index c = begin; c < end; ++c) node->value(r, c - begin) = x.value()(r, c);
  }
  return connect<T>(node, {x});
}

template <class T>
struct SelectStepNode : Node<T> {
  Index step;
  explicit SelectStepNode(Index step_) : Node<T>("select_step"), step(step_) {}
  void backward() override {
    Tensor<T>* dx = this->input_grad(0);
    if (!dx) return;
    const Index size = this->grad.size();
    for (Index i = 0; i < size; ++i) (*dx)[step * size + i] += this->grad[i];
  }
};

/// Step t of a sequence x (T,N,C), as (N,C).
template <class T>
Variable<T> select_step(const Variable<T>& x, Index t) {
  check_rank("select_step", "x", x.shape(), "(T,N,C)");
  if (t < 0 || t >= x.shape()[0]) {
    throw ShapeError("select_step: step " + std::to_string(t) + " of a sequence of shape " + x.shape().to_string());
  }
  auto node = make_node<SelectStepNode<T>>(t);
  node->value.resize({x.shape()[1], x.shape()[2]});
  const Index size = node->value.size();
  std::copy(x.value().data() + t * size, x.value().data() + (t + 1) * size, node->value.data());
  return connect<T>(node, {x});
}

template <class T>
struct StackStepsNode : Node<T> {
  StackStepsNode() : Node<T>("stack_steps") {}
  void backward() override {
    for (std::size_t t = 0; t < this->inputs.size(); ++t) {
      Tensor<T>* dx = this->input_grad(t);
      if (!dx) continue;
      const Index size = dx->size(), first = static_cast<Index>(t) * size;
      for (Index i = 0; i < size; ++i) (*dx)[i] += this->grad[first + i];
    }
  }
};

/// Makes a sequence (T,N,C) of T steps (N,C); the inverse of select_step.
template <class T>
Variable<T> stack_steps(const std::vector<Variable<T>>& steps) {
  if (steps.empty()) throw ArgumentError("stack_steps: there are no steps");
  check_rank("stack_steps", "step", steps[0].shape(), "(N,C)");
  auto node = make_node<StackStepsNode<T>>();
  node->value.resize({static_cast<Index>(steps.size()), steps[0].shape()[0], steps[0].shape()[1]});
  T* target = node->value.data();
  bool needed = false;
  for (const Variable<T>& step : steps) {
    check_shape("stack_steps", "step", step.shape(), steps[0].shape());
    target = std::copy(step.value().begin(), step.value().end(), target);
    needed = needed || needs_graph<T>({step});
  }
  if (needed) {
    node->requires_grad = true;
    for (const Variable<T>& step : steps) node->inputs.push_back(step.shared_node());
  }
  return Variable<T>(node);
}

template <class T>
struct ConcatenateNode : Node<T> {
  ConcatenateNode() : Node<T>("concatenate") {}
  void backward() override {
    const Index left = this->inputs[0]->value.dim(2), right = this->inputs[1]->value.dim(2);
    const Index rows = this->grad.dim(0) * this->grad.dim(1);
    Tensor<T>*da = this->input_grad(0), *db = this->input_grad(1);
    for (Index r = 0; r < rows; ++r) {
      const T* dy = this->grad.data() + r * (left + right);
      for (Index c = 0; da && c < left; ++c) da->data()[r * left + c] += dy[c];
      for (Index c = 0; db && c < right; ++c) db->data()[r * right + c] += dy[left + c];
    }
  }
};

/// The channels of a (T,N,A) and then those of b (T,N,B), as (T,N,A+B).
template <class T>
Variable<T> concatenate(const Variable<T>& a, const Variable<T>& b) {
  check_rank("concatenate", "a", a.shape(), "(T,N,C)");
  check_rank("concatenate", "b", b.shape(), "(T,N,C)");
  const Index left = a.shape()[2], right = b.shape()[2], rows = a.shape()[0] * a.shape()[1];
  check_shape("concatenate", "b", b.shape(), {a.shape()[0], a.shape()[1], right});
  auto node = make_node<ConcatenateNode<T>>();
  node->value.resize({a.shape()[0], a.shape()[1], left + right});
  for (Index r = 0; r < rows; ++r) {
    T* y = node->value.data() + r * (left + right);
    std::copy(a.value().data() + r * left, a.value().data() + (r + 1) * left, y);
    std::copy(b.value().data() + r * right, b.value().data() + (r + 1) * right, y + left);
  }
  return connect<T>(node, {a, b});
}

}  // namespace tinyhtr
