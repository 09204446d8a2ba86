// Convolution: every algorithm over the network's shapes, over the batch, over the number of channels.
#include "kernels/conv2d_algorithms.hpp"
#include "kernels/conv2d_rows.hpp"

namespace tinyhtr::bench {
namespace {

const bool added = at_start([] {
  for_each_choice(conv2d_algorithms, []<class Algorithm>(const ConvChoice<Algorithm>& choice) {
    for_each_conv2d_case([&](const std::string& table, const ConvCase& shape) {
      const bool of_network = shape.layers > 0;
      if (choice.repetitions == once && !of_network) return;
      add_conv2d_rows<Algorithm, float>(table, choice, shape);
      if (choice.repetitions != once && of_network) add_conv2d_rows<Algorithm, double>(table, choice, shape);
    });
  });
});

}  // namespace
}  // namespace tinyhtr::bench
