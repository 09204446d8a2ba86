// Adam: one step over all parameters of the reference network.
#include <string>

#include "support/numbers.hpp"
#include "support/rows.hpp"
#include "tinyhtr/models/word_net.hpp"
#include "tinyhtr/optim/adam.hpp"

namespace tinyhtr::bench {
namespace {

template <class T>
void add_rows() {
  add_row(std::string("adam/step/Fused/") + type_name<T>() + "/WordNet", [](benchmark::State& state) {
    WordNet<T> network(79, 1);
    Adam<T> adam(parameters_of<T>(network));
    double count = 0;
    for (Variable<T>& parameter : adam.parameters()) {
      parameter.grad() = random_tensor<T>(parameter.shape(), 2);
      count += static_cast<double>(parameter.value().size());
    }
    // parameter and both moments are read and written, the gradient is read
    measure<T>(state, {.bytes = 7 * count * sizeof(T), .layers = 1}, [&] { adam.step(); });
  });
}

const bool added = at_start([] {
  add_rows<float>();
  add_rows<double>();
});

}  // namespace
}  // namespace tinyhtr::bench
