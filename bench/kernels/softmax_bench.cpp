// Log-softmax over the classes of all time steps.
#include <string>

#include "support/numbers.hpp"
#include "support/rows.hpp"
#include "tinyhtr/kernels/softmax.hpp"

namespace tinyhtr::bench {
namespace {

template <class T>
void add_rows(const std::string& table, Index rows, Index classes) {
  const std::string end =
      "/Rowwise/" + std::string(type_name<T>()) + "/" + std::to_string(rows) + "x" + std::to_string(classes);
  const Shape shape{rows, classes};
  const double bytes = static_cast<double>(shape.size()) * sizeof(T);
  add_row(table + "/forward" + end, [=](benchmark::State& state) {
    const auto x = random_tensor<T>(shape, 1);
    Tensor<T> y;
    measure<T>(state, {.bytes = 2 * bytes}, [&] { log_softmax_forward(y, x); });
  });
  add_row(table + "/backward" + end, [=](benchmark::State& state) {
    const auto dy = random_tensor<T>(shape, 1);
    Tensor<T> y, dx(shape);
    log_softmax_forward(y, random_tensor<T>(shape, 2));
    measure<T>(state, {.bytes = 4 * bytes}, [&] { log_softmax_backward(dx, dy, y); });
  });
}

const bool added = at_start([] {
  add_rows<float>("log_softmax", 64 * 16, 79);
  add_rows<double>("log_softmax", 64 * 16, 79);
  for (const Index classes : {10, 32, 79, 256, 1024}) add_rows<float>("log_softmax_by_classes", 1024, classes);
});

}  // namespace
}  // namespace tinyhtr::bench
