// The fully connected layer, over the network's shape, over the number of rows.
#include <string>

#include "support/numbers.hpp"
#include "support/rows.hpp"
#include "tinyhtr/kernels/linear.hpp"
#include "tinyhtr/models/word_net.hpp"

namespace tinyhtr::bench {
namespace {

template <class T>
void add_rows(const std::string& table, Index rows, Index inputs, Index outputs) {
  const std::string end = "/Gemm/" + std::string(type_name<T>()) + "/" + std::to_string(inputs) + "->" +
                          std::to_string(outputs) + "/r" + std::to_string(rows);
  const double operations = 2.0 * static_cast<double>(rows * inputs * outputs);
  add_row(table + "/forward" + end, [=](benchmark::State& state) {
    const auto x = random_tensor<T>({rows, inputs}, 1), weight = random_tensor<T>({outputs, inputs}, 2);
    const auto bias = random_tensor<T>({outputs}, 3);
    Tensor<T> y;
    measure<T>(state, {.operations = operations}, [&] { linear_forward(y, x, weight, &bias); });
  });
  add_row(table + "/backward" + end, [=](benchmark::State& state) {
    const auto x = random_tensor<T>({rows, inputs}, 1), weight = random_tensor<T>({outputs, inputs}, 2);
    const auto dy = random_tensor<T>({rows, outputs}, 3);
    Tensor<T> dx(x.shape()), dweight(weight.shape()), dbias(Shape{outputs});
    measure<T>(state, {.operations = 2 * operations}, [&] { linear_backward(&dx, &dweight, &dbias, dy, x, weight); });
  });
}

const bool added = at_start([] {
  const WordNetOptions options;
  const Index features = 2 * options.hidden, classes = 79;
  add_rows<float>("linear", time_steps(options) * 16, features, classes);
  add_rows<double>("linear", time_steps(options) * 16, features, classes);
  for (const Index rows : {16, 64, 256, 1024, 4096}) add_rows<float>("linear_by_rows", rows, features, classes);
});

}  // namespace
}  // namespace tinyhtr::bench
