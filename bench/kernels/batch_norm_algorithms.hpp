// The algorithms of the tables of batch normalisation.
#pragma once

#include <optional>
#include <tuple>

#include "support/network_shapes.hpp"
#include "support/numbers.hpp"
#include "support/rows.hpp"
#include "tinyhtr/kernels/batch_norm.hpp"
#include "tinyhtr/kernels/batch_norm_fused.hpp"
#include "tinyhtr/kernels/elementwise.hpp"

namespace tinyhtr::bench {

/// What follows batch normalisation: y = dropout(leaky_relu(normalised + residual)), or a part of that.
enum class Tail { none, relu, add_relu_dropout };

/// The name of the table: which layers a row does at once.
inline const char* table_name(Tail tail) {
  switch (tail) {
    case Tail::none:
      return "batch_norm";
    case Tail::relu:
      return "batch_norm_relu";
    case Tail::add_relu_dropout:
      return "batch_norm_add_relu_dropout";
  }
  return "";
}

/// All that goes in, is kept, or comes out.
template <class T>
struct NormData {
  Tail tail;
  T slope;  ///< of the rectifier
  Tensor<T> x, weight, bias, residual, dy;
  Tensor<T> normalised, sum, rectified, mask;  // between the layers
  BatchStatistics<T> statistics;
  Tensor<T> y, dx, dweight, dbias, dresidual;

  /// For maps of that shape (N,C,H,W), in that order.
  NormData(const Shape& shape, Tail tail_, T slope_, ImageOrder order = ImageOrder::channels_first)
      : NormData(ImageSizes("bench", "maps", shape, ImageOrder::channels_first).shape(order), shape[1], tail_, slope_) {
  }

 private:
  NormData(const Shape& maps, Index channels, Tail tail_, T slope_)
      : tail(tail_),
        slope(slope_),
        x(random_tensor<T>(maps, 1)),
        weight(random_tensor<T>({channels}, 2)),
        bias(random_tensor<T>({channels}, 3)),
        residual(random_tensor<T>(maps, 4)),
        dy(random_tensor<T>(maps, 5)),
        dweight(Shape{channels}),
        dbias(Shape{channels}) {}
};

inline constexpr double norm_epsilon = 1e-3, norm_slope = 0.1, norm_dropout = 0.2;

/// Layer by layer, every one a pass over memory of its own.
struct TextbookNorm {
  static constexpr ImageOrder order = ImageOrder::channels_first;

  template <class T>
  static void forward(NormData<T>& d) {
    Tensor<T>& normalised = d.tail == Tail::none ? d.y : d.normalised;
    batch_norm_forward_training(normalised, d.statistics, d.x, d.weight, d.bias, static_cast<T>(norm_epsilon));
    if (d.tail == Tail::relu) leaky_relu_forward(d.y, normalised, d.slope);
    if (d.tail != Tail::add_relu_dropout) return;
    add_forward(d.sum, normalised, d.residual);
    leaky_relu_forward(d.rectified, d.sum, d.slope);
    dropout_forward(d.y, d.mask, d.rectified, static_cast<T>(norm_dropout), Random(1));
  }

  template <class T>
  static void backward(NormData<T>& d) {
    const Shape shape = d.x.shape();
    set_to_zeros(d.dx, shape);
    const Tensor<T>* dnormalised = &d.dy;
    Tensor<T> drectified, dsum;
    if (d.tail == Tail::add_relu_dropout) {
      set_to_zeros(drectified, shape);
      dropout_backward(drectified, d.dy, d.mask);
      dnormalised = &drectified;
    }
    if (d.tail != Tail::none) {
      set_to_zeros(dsum, shape);
      leaky_relu_backward(dsum, *dnormalised, d.tail == Tail::relu ? d.normalised : d.sum, d.slope);
      dnormalised = &dsum;
    }
    if (d.tail == Tail::add_relu_dropout) {
      set_to_zeros(d.dresidual, shape);
      accumulate(d.dresidual, dsum);
    }
    batch_norm_backward(&d.dx, &d.dweight, &d.dbias, *dnormalised, d.x, d.weight, d.statistics);
  }
};

/// Everything in as few passes as there can be.
template <ImageOrder order_>
struct FusedNorm {
  static constexpr ImageOrder order = order_;

  template <class T>
  static void forward(NormData<T>& d) {
    const Tensor<T>* residual = d.tail == Tail::add_relu_dropout ? &d.residual : nullptr;
    batch_norm_fused_forward(d.y, d.statistics, d.x, d.weight, d.bias, residual, static_cast<T>(norm_epsilon),
                             tail_of(d));
  }

  template <class T>
  static void backward(NormData<T>& d) {
    d.dx = Tensor<T>();  // empty counts as zeros: nobody else has added to it
    d.dresidual = Tensor<T>();
    Tensor<T>* dresidual = d.tail == Tail::add_relu_dropout ? &d.dresidual : nullptr;
    batch_norm_fused_backward(&d.dx, dresidual, &d.dweight, &d.dbias, d.dy, d.y, d.x, d.weight, d.statistics,
                              tail_of(d));
  }

 private:
  template <class T>
  static NormTail<T> tail_of(const NormData<T>& d) {
    NormTail<T> tail{.order = order};
    if (d.tail != Tail::none) tail.slope = d.slope;
    if (d.tail == Tail::add_relu_dropout) tail.dropout.emplace(static_cast<T>(norm_dropout), Random(1));
    return tail;
  }
};

/// One line for each.
inline constexpr std::tuple batch_norm_algorithms{
    Choice<TextbookNorm>{"Textbook"},
    Choice<FusedNorm<ImageOrder::channels_first>>{"Fused"},
    Choice<FusedNorm<ImageOrder::channels_last>>{"Fused_NHWC"},
};

/// The network's shapes, then a sweep of the batch: calls add(suffix of the table's name, shape).
template <class Add>
void for_each_norm_case(const Add& add) {
  for (const MapCase& shape : network_maps()) add("", shape);
  for (const Index batch : {1, 2, 4, 8, 16, 32, 64, 128}) add("_by_batch", MapCase{Shape{batch, 16, 16, 64}});
}

/// Bytes of x and y, or of x, dy and dx; of the residual or its gradient where there is one.
template <class T>
Work norm_work(const MapCase& shape, Tail tail, bool forward) {
  const double tensors = (forward ? 2 : 3) + (tail == Tail::add_relu_dropout ? 1 : 0);
  return {.bytes = tensors * shape.size() * sizeof(T), .layers = static_cast<double>(shape.layers)};
}

}  // namespace tinyhtr::bench
