// Tests of training with channels last: the numbers of a network whose blocks hand on planes.
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/models/column_net.hpp"
#include "tinyhtr/models/word_net.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

struct Planes : Fast {
  static constexpr ImageOrder order = ImageOrder::channels_first;
};
static_assert(Fast::order == ImageOrder::channels_last);

/// Logits, running statistics, gradients of a training pass, with their names.
template <class Algorithms>
std::vector<std::pair<std::string, Tensor<double>>> training_pass(const WordNetOptions& options, const Lengths& widths,
                                                                  const std::string& frozen = "") {
  WordNet<double, Algorithms> network(5, 3, options);
  for (auto& [name, parameter] : members_of<double>(network).parameters) {
    if (!frozen.empty() && name.starts_with(frozen)) parameter->node().requires_grad = false;
  }
  const Index width = options.width == 0 ? 32 : options.width;
  const auto images = counted_tensor<double>({3, options.channels, options.height, width}, 201, 128, 128);
  const Variable<double> logits = network.forward(images, Mode::training(1, 1), widths);
  backward(logits, counted_tensor<double>(logits.shape(), 202));
  std::vector<std::pair<std::string, Tensor<double>>> found{{"logits", logits.value()}};
  for (auto& [name, buffer] : members_of<double>(network).buffers) found.emplace_back(name, *buffer);
  for (auto& [name, parameter] : members_of<double>(network).parameters) {
    const bool is_taken_out = name.ends_with("conv1.bias") || name.ends_with("conv2.bias");  // by batch norm: rounding
    if (!is_taken_out && !parameter->grad().empty()) found.emplace_back(name, parameter->grad());
  }
  return found;
}

void check_equal(const WordNetOptions& options, const Lengths& widths, const std::string& frozen = "") {
  const auto expected = training_pass<Planes>(options, widths, frozen);
  const auto found = training_pass<Fast>(options, widths, frozen);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(expected[i].first);
    CHECK(relative_error(found[i].second, expected[i].second) < 1e-10);
  }
}

}  // namespace

TEST_CASE("the reference network, channels last") {
  WordNetOptions options;
  options.dropout = 0;
  options.hidden = 8;
  check_equal(options, {});
}

TEST_CASE("column networks, channels last: with widths, with a frozen block between others") {
  for (WordNetOptions options : {small_column_net(), medium_column_net()}) {
    options.feature_dropout = 0;
    options.hidden = 8;
    check_equal(options, {});
    check_equal(options, {32, 8, 20});
    check_equal(options, {32, 8, 20}, "blocks.1.");
  }
}
