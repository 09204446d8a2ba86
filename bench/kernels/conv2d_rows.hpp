// The rows of one convolution algorithm for one shape.
#pragma once

#include <string>

#include "support/network_shapes.hpp"
#include "support/numbers.hpp"
#include "support/rows.hpp"
#include "tinyhtr/kernels/conv2d.hpp"

namespace tinyhtr::bench {

/// What a pass of a convolution computes: y; dx; dweight with dbias; all three gradients that the layer hands on.
enum class ConvPass { forward, dx, dweight, backward };

inline const char* pass_name(ConvPass pass) {
  switch (pass) {
    case ConvPass::forward:
      return "forward";
    case ConvPass::dx:
      return "dx";
    case ConvPass::dweight:
      return "dweight";
    case ConvPass::backward:
      return "backward";
  }
  return "";
}

/// Counts of one call: dx and dweight cost as much as forward each.
inline Work conv_work(const ConvCase& shape, ConvPass pass) {
  const double products = pass == ConvPass::backward && shape.input_gradient ? 2 : 1;
  return {.operations = products * shape.operations(), .layers = static_cast<double>(shape.layers)};
}

/// Calls add(pass) for the passes that a layer of this shape goes through.
template <class Add>
void for_each_pass(const ConvCase& shape, const Add& add) {
  add(ConvPass::forward);
  if (shape.input_gradient) add(ConvPass::dx);
  add(ConvPass::dweight);
  add(ConvPass::backward);
}

/// Calls add(table, shape) for every row of shapes: the network's, then a sweep of the batch, then one of the channels.
template <class Add>
void for_each_conv2d_case(const Add& add) {
  for (const ConvCase& shape : network_convolutions()) add("conv2d", shape);
  for (const Index batch : {1, 2, 4, 8, 16, 32, 64, 128}) {
    ConvCase shape{16, 16, 16, 64, 3};
    shape.batch = batch;
    add("conv2d_by_batch", shape);
  }
  for (const Index channels : {4, 8, 12, 16, 24, 32, 48, 64, 96, 128}) {
    add("conv2d_by_channels", ConvCase{channels, channels, 8, 32, 3});
  }
}

inline bool any_shape(const ConvCase&) { return true; }
inline bool kernel_3x3_stride_1(const ConvCase& shape) {
  return shape.kernel == 3 && shape.geometry.stride == Stride(1);
}

/// How often a row is measured: as the command line says; or once, over the network's shapes only, where a call takes
/// some tenths of a second.
enum Repetitions { as_asked, once };

/// An algorithm with the name that its rows carry, and the shapes that it can do.
template <class Type>
struct ConvChoice {
  using type = Type;
  const char* name;
  bool (*takes)(const ConvCase&) = any_shape;
  Repetitions repetitions = as_asked;
  ImageOrder order = ImageOrder::channels_first;
};

/// Adds "table/pass/name/type/shape" for each pass. Algorithm: a type with the forward() and backward() of Naive.
template <class Algorithm, class T>
void add_conv2d_rows(const std::string& table, const ConvChoice<Algorithm>& choice, const ConvCase& shape) {
  if (!choice.takes(shape)) return;
  for_each_pass(shape, [&](ConvPass pass) {
    const std::string row =
        table + "/" + pass_name(pass) + "/" + choice.name + "/" + type_name<T>() + "/" + shape.name();
    ConvGeometry geometry = shape.geometry;
    geometry.order = choice.order;
    const auto in_order = [=](const Shape& maps) {
      return ImageSizes("bench", "maps", maps, ImageOrder::channels_first).shape(geometry.order);
    };
    auto* added = add_row(row, [=](benchmark::State& state) {
      const auto x = random_tensor<T>(in_order(shape.input()), 1), weight = random_tensor<T>(shape.weight(), 2);
      const auto bias = random_tensor<T>({shape.filters}, 3);
      if (pass == ConvPass::forward) {
        Tensor<T> y;
        measure<T>(state, conv_work(shape, pass), [&] { conv2d_forward<Algorithm>(y, x, weight, &bias, geometry); });
        return;
      }
      const auto dy = random_tensor<T>(in_order(shape.output()), 4);
      Tensor<T> dx, dweight(shape.weight()), dbias(bias.shape());
      const bool with_dx = pass != ConvPass::dweight && shape.input_gradient, with_dweight = pass != ConvPass::dx;
      measure<T>(state, conv_work(shape, pass), [&] {
        dx = Tensor<T>();  // empty counts as zeros: in the network, nobody else has added to it either
        conv2d_backward<Algorithm>(with_dx ? &dx : nullptr, with_dweight ? &dweight : nullptr,
                                   with_dweight ? &dbias : nullptr, dy, x, weight, geometry);
      });
    });
    if (choice.repetitions == once) added->Repetitions(1);
  });
}

}  // namespace tinyhtr::bench
