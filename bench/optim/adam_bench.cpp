// A step of Adam: over the parameters of the reference network, then over a sweep of sizes.
#include <string>
#include <utility>
#include <vector>

#include "optim/random_gradients.hpp"
#include "support/numbers.hpp"
#include "support/rows.hpp"
#include "tinyhtr/models/word_net.hpp"
#include "tinyhtr/optim/adam.hpp"

namespace tinyhtr::bench {
namespace {

template <class T>
void measure_step(benchmark::State& state, std::vector<Variable<T>> parameters) {
  Adam<T> adam(std::move(parameters));
  const double count = fill_gradients(adam.parameters());
  // parameter and both moments are read and written, the gradient is read
  measure<T>(state, {.bytes = 7 * count * sizeof(T), .layers = 1}, [&] { adam.step(); });
}

template <class T>
void add_rows() {
  add_row(std::string("adam/step/Fused/") + type_name<T>() + "/WordNet", [](benchmark::State& state) {
    WordNet<T> network(79, 1);
    measure_step<T>(state, parameters_of<T>(network));
  });
  for (const Index size : {1'000, 10'000, 100'000, 1'000'000, 10'000'000}) {
    add_row(std::string("adam_by_parameters/step/Fused/") + type_name<T>() + "/" + std::to_string(size),
            [=](benchmark::State& state) { measure_step<T>(state, {Variable<T>(random_tensor<T>({size}, 1), true)}); });
  }
}

const bool added = at_start([] {
  add_rows<float>();
  add_rows<double>();
});

}  // namespace
}  // namespace tinyhtr::bench
