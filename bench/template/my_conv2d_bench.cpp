// A small table with the convolution of one's own beside two of the library.
#include <tuple>

#include "kernels/conv2d_rows.hpp"
#include "template/my_conv2d.hpp"

namespace tinyhtr::bench {
namespace {

/// In bench/kernels/conv2d_algorithms.hpp, the last of these lines puts it into the large table.
constexpr std::tuple algorithms{
    ConvChoice<Im2col>{"Im2col"},
    ConvChoice<Direct>{"Direct"},
    ConvChoice<Shifted>{"Shifted"},
};

const bool added = at_start([] {
  for_each_choice(algorithms, []<class Algorithm>(const ConvChoice<Algorithm>& choice) {
    for (const ConvCase& shape : network_convolutions()) add_conv2d_rows<Algorithm, float>("conv2d", choice, shape);
  });
});

}  // namespace
}  // namespace tinyhtr::bench
