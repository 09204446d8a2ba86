// Kernels that only move memory: rectifier, sum, dropout, beside a plain copy.
#include <algorithm>
#include <string>

#include "support/network_shapes.hpp"
#include "support/numbers.hpp"
#include "support/rows.hpp"
#include "tinyhtr/kernels/elementwise.hpp"

namespace tinyhtr::bench {
namespace {

/// A row whose body reads and writes `tensors` arrays of the shape, body(y, x, other).
template <class T, class Body>
void add_one(const std::string& row, const MapCase& shape, double tensors, const Body& body) {
  add_row(row + "/" + type_name<T>() + "/" + shape.name(), [=](benchmark::State& state) {
    const auto x = random_tensor<T>(shape.shape, 1), other = random_tensor<T>(shape.shape, 2);
    Tensor<T> y(shape.shape);
    Body own = body;  // it may hold a tensor of its own
    measure<T>(state, {.bytes = tensors * shape.size() * sizeof(T)}, [&] { own(y, x, other); });
  });
}

/// Gradients are added to: what is there is read too.
template <class T>
void add_rows(const std::string& table, const MapCase& shape) {
  using A = Tensor<T>;
  const T slope = T(0.1), p = T(0.2);
  const std::string forward = table + "/forward/", backward = table + "/backward/";
  add_one<T>(forward + "copy", shape, 2, [](A& y, const A& x, const A&) { std::copy(x.begin(), x.end(), y.begin()); });
  add_one<T>(forward + "add", shape, 3, [](A& y, const A& x, const A& other) { add_forward(y, x, other); });
  add_one<T>(forward + "leaky_relu", shape, 2, [=](A& y, const A& x, const A&) { leaky_relu_forward(y, x, slope); });
  add_one<T>(forward + "dropout", shape, 3,
             [=, mask = A()](A& y, const A& x, const A&) mutable { dropout_forward(y, mask, x, p, Random(1)); });
  add_one<T>(backward + "add", shape, 3, [](A& y, const A& x, const A&) { accumulate(y, x); });
  add_one<T>(backward + "leaky_relu", shape, 4,
             [=](A& y, const A& x, const A& other) { leaky_relu_backward(y, x, other, slope); });
  add_one<T>(backward + "dropout", shape, 4, [](A& y, const A& x, const A& other) { dropout_backward(y, x, other); });
}

const bool added = at_start([] {
  for (const MapCase& shape : network_maps()) {
    add_rows<float>("elementwise", shape);
    add_rows<double>("elementwise", shape);
  }
  for (const Index batch : {1, 4, 16, 64, 256}) add_rows<float>("elementwise_by_batch", {Shape{batch, 16, 16, 64}});
});

}  // namespace
}  // namespace tinyhtr::bench
