// The PReLU of lesson 12 beside the library's rectifier, whose slope is fixed: rows of a layer of one's own.
#include <string>

#include "examples/lessons/12_prelu.hpp"
#include "support/numbers.hpp"
#include "support/rows.hpp"
#include "tinyhtr/autograd/activations.hpp"

namespace tinyhtr::bench {
namespace {

/// Two rows, layer(x) and its way back, for x (R,C) that wants a gradient. Bytes: x and y; x, dy, and dx twice, which
/// is added to.
template <class Layer>
void add_layer_rows(const std::string& name, Index rows, Index columns, const Layer& layer) {
  const std::string end = "/" + name + "/float/" + std::to_string(rows) + "x" + std::to_string(columns);
  const double bytes = static_cast<double>(rows * columns) * sizeof(float);
  add_row("rectifier/forward" + end, [=](benchmark::State& state) {
    const Variable<float> x(random_tensor<float>(Shape{rows, columns}, 1), /*requires_grad=*/true);
    measure<float>(state, {.bytes = 2 * bytes}, [&] { layer(x); });
  });
  add_row("rectifier/backward" + end, [=](benchmark::State& state) {
    const Variable<float> x(random_tensor<float>(Shape{rows, columns}, 1), /*requires_grad=*/true);
    Variable<float> y = layer(x);
    y.grad() = random_tensor<float>(y.shape(), 2);
    measure<float>(state, {.bytes = 4 * bytes}, [&] { y.node().backward(); });
  });
}

const bool added = at_start([] {
  for (const Index rows : {1024, 16384}) {
    const Index columns = 32;
    const Variable<float> slopes(Tensor<float>(Shape{columns}, 0.1f), /*requires_grad=*/true);
    add_layer_rows("leaky_relu", rows, columns, [](const Variable<float>& x) { return leaky_relu(x, 0.1f); });
    add_layer_rows("Prelu", rows, columns, [=](const Variable<float>& x) { return lesson::prelu(x, slopes); });
  }
});

}  // namespace
}  // namespace tinyhtr::bench
