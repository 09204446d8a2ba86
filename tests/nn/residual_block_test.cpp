// Tests of the residual block.
#include "tinyhtr/nn/residual_block.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/gradient.hpp"
#include "../support/padding.hpp"
#include "tinyhtr/autograd/backward.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

/// A block of each kind that stands in a network of any width: strides, skip paths, paddings.
std::vector<ResidualBlockOptions> blocks_of_any_width() {
  std::vector<ResidualBlockOptions> blocks;
  for (const Padding padding : {Padding::same, Padding::symmetric}) {
    for (const bool modern : {false, true}) {
      const ResidualBlockOptions base{.filters = 3, .padding = padding, .bias = !modern, .normalise_skip = modern};
      for (const Stride stride : {Stride(1), Stride(2), Stride{2, 1}}) {
        blocks.push_back(base);
        blocks.back().stride = stride;
        blocks.back().convolve_skip = true;
      }
      blocks.push_back(base);
      blocks.back().stride = 1;
      blocks.back().convolve_skip = false;
    }
  }
  return blocks;
}

/// Numbers for all that a new block holds, so that no bias is zero and no batch norm the identity.
template <class Block>
void fill_with_numbers(Block& block) {
  std::uint64_t stream = 70;
  const auto members = members_of<double>(block);
  for (const auto& [name, parameter] : members.parameters) {
    const bool scales = name.ends_with("bn1.weight") || name.ends_with("bn2.weight") || name == "skip_bn.weight";
    parameter->value() = counted_tensor<double>(parameter->shape(), stream++, 0.5, scales ? 1.0 : 0.0);
  }
  for (const auto& [name, buffer] : members.buffers) {
    *buffer = counted_tensor<double>(buffer->shape(), stream++, 0.5, name.ends_with("var") ? 1.0 : 0.0);
  }
}

const Lengths block_widths{8, 2, 6};

/// Images with zeros behind block_widths, as a block asks for them.
Tensor<double> padded_images() {
  Tensor<double> x = counted_tensor<double>({3, 3, 6, 8}, 1);
  mask_columns_forward(x, x, block_widths);
  return x;
}

template <class Algorithms>
void check_alone_equals_padded(const ResidualBlockOptions& options) {
  Random random(4, Purpose::init);
  ResidualBlock<double, Algorithms> block(3, options, random);
  fill_with_numbers(block);
  Mode mode = Mode::inference();
  const Tensor<double> x = padded_images();
  const Tensor<double> together = block.forward(Variable<double>(x), mode, block_widths).value();
  const Lengths inner = strided_lengths(block_widths, options.stride.width);
  for (Index n = 0; n < 3; ++n) {
    const auto k = static_cast<std::size_t>(n);
    const Tensor<double> alone = block.forward(Variable<double>(image_alone(x, n, block_widths[k])), mode).value();
    CHECK(relative_error(image_alone(together, n, inner[k]), alone) < 1e-13);
  }
  for_each_in_padding(together, inner, [](double value) { REQUIRE(value == 0); });
}

}  // namespace

TEST_CASE("reading: a padded image gives what it gives alone, and zeros behind") {
  for (const ResidualBlockOptions& options : blocks_of_any_width()) {
    CAPTURE(options.stride.to_string());
    CAPTURE(options.convolve_skip);
    CAPTURE(options.normalise_skip);
    check_alone_equals_padded<Fast>(options);
    check_alone_equals_padded<Textbook>(options);
  }
}

TEST_CASE("training with widths: Fast equals Textbook, and both leave the padding alone, however wide") {
  for (ResidualBlockOptions options : blocks_of_any_width()) {
    for (const double dropout : {0.0, 0.3}) {
      options.dropout = dropout;
      CAPTURE(options.stride.to_string());
      CAPTURE(options.convolve_skip);
      CAPTURE(options.normalise_skip);
      CAPTURE(dropout);
      Random random(4, Purpose::init), again(4, Purpose::init), wider_random(4, Purpose::init);
      ResidualBlock<double, Fast> fast(3, options, random), wider(3, options, wider_random);
      ResidualBlock<double, Textbook> textbook(3, options, again);
      fill_with_numbers(fast);
      fill_with_numbers(textbook);
      fill_with_numbers(wider);
      const Lengths inner = strided_lengths(block_widths, options.stride.width);
      const auto run = [&](auto& block, const Tensor<double>& images) {
        const Variable<double> x(images, true);
        Mode mode = Mode::training(1, 1);
        const Variable<double> y = block.forward(x, mode, block_widths);
        // The same gradient at each real pixel, whatever the width; noise in the padding, which must not come through.
        Tensor<double> dy = counted_tensor<double>({3, 3, y.shape()[2], 8 / options.stride.width}, 9);
        backward(y, padded_with_noise(dy, inner, y.shape()[3], 10, 4.0));
        return std::pair(y.value(), x.grad());
      };
      const auto [fast_y, fast_dx] = run(fast, padded_images());
      const auto [textbook_y, textbook_dx] = run(textbook, padded_images());
      CHECK(relative_error(fast_y, textbook_y) < 1e-12);
      CHECK(relative_error(gathered(fast_dx, block_widths), gathered(textbook_dx, block_widths)) < 1e-11);
      const auto check_equal = [&](auto& other) {
        const auto a = members_of<double>(fast), b = members_of<double>(other);
        REQUIRE(a.parameters.size() == b.parameters.size());
        for (std::size_t i = 0; i < a.parameters.size(); ++i) {
          CAPTURE(a.parameters[i].name);
          if (options.bias && a.parameters[i].name.starts_with("conv") && a.parameters[i].name.ends_with("bias"))
            continue;
          CHECK(relative_error(a.parameters[i].item->grad(), b.parameters[i].item->grad()) < 1e-11);
        }
        for (std::size_t i = 0; i < a.buffers.size(); ++i) {
          CHECK(relative_error(*a.buffers[i].item, *b.buffers[i].item) < 1e-13);
        }
      };
      check_equal(textbook);
      if (dropout > 0) continue;  // which elements are dropped depends on the width
      const auto [wide_y, wide_dx] = run(wider, padded_with_noise(padded_images(), {8, 8, 8}, 14, 0, 0.0));
      CHECK(relative_error(gathered(wide_y, inner), gathered(fast_y, inner)) < 1e-12);
      CHECK(relative_error(gathered(wide_dx, block_widths), gathered(fast_dx, block_widths)) < 1e-11);
      check_equal(wider);
    }
  }
}

TEST_CASE("with channels last a block gives what it gives with planes, training or frozen") {
  for (const ResidualBlockOptions& given : blocks_of_any_width()) {
    for (const bool training : {true, false}) {
      ResidualBlockOptions options = given;
      options.dropout = 0;
      CAPTURE(options.stride.to_string());
      CAPTURE(options.convolve_skip);
      CAPTURE(options.normalise_skip);
      CAPTURE(training);
      Random random(4, Purpose::init), again(4, Purpose::init);
      ResidualBlock<double> planes(3, options, random), pixels(3, options, again);
      fill_with_numbers(planes);
      fill_with_numbers(pixels);
      const Variable<double> x(padded_images(), true), same_x(padded_images(), true);
      Mode mode = training ? Mode::training(1, 1) : Mode::inference(), same_mode = mode;
      const Variable<double> y = planes.forward(x, mode, block_widths);
      const Variable<double> found = reorder(pixels.forward(reorder(same_x, ImageOrder::channels_first), same_mode,
                                                            block_widths, ImageOrder::channels_last),
                                             ImageOrder::channels_last);
      CHECK(relative_error(found.value(), y.value()) < 1e-12);
      const Tensor<double> dy = counted_tensor<double>(y.shape(), 9);
      backward(y, dy);
      backward(found, dy);
      CHECK(relative_error(gathered(same_x.grad(), block_widths), gathered(x.grad(), block_widths)) < 1e-11);
      const auto a = members_of<double>(planes), b = members_of<double>(pixels);
      for (std::size_t i = 0; i < a.parameters.size(); ++i) {
        CAPTURE(a.parameters[i].name);
        // Batch norm takes out what a bias before it adds: in training its gradient is rounding.
        if (training && a.parameters[i].name.starts_with("conv") && a.parameters[i].name.ends_with("bias")) continue;
        if (training && options.normalise_skip && a.parameters[i].name == "skip.bias") continue;
        CHECK(relative_error(b.parameters[i].item->grad(), a.parameters[i].item->grad()) < 1e-11);
      }
      for (std::size_t i = 0; i < a.buffers.size(); ++i) {
        CHECK(relative_error(*b.buffers[i].item, *a.buffers[i].item) < 1e-13);
      }
    }
  }
}

TEST_CASE("gradient check with widths, without biases, with batch norm on the skip path") {
  for (const bool training : {true, false}) {
    for (const ResidualBlockOptions& options :
         {ResidualBlockOptions{.filters = 3, .stride = 2, .convolve_skip = true, .bias = false, .normalise_skip = true},
          ResidualBlockOptions{.filters = 3, .stride = {2, 1}, .convolve_skip = true, .bias = false},
          ResidualBlockOptions{.filters = 3, .stride = 1, .convolve_skip = false, .bias = false}}) {
      CAPTURE(training);
      CAPTURE(options.stride.to_string());
      Random random(4, Purpose::init);
      ResidualBlock<double> block(3, options, random);
      name_parameters<double>(block);
      const Variable<double> x(counted_tensor<double>({2, 3, 4, 6}, 1), true, "x");
      std::vector<Variable<double>> inputs{x};
      for (const Variable<double>& parameter : parameters_of<double>(block)) inputs.push_back(parameter);
      check_gradient(
          [&](const std::vector<Variable<double>>& in) {
            Mode mode = training ? Mode::training(1, 1) : Mode::inference();
            return block.forward(mask_columns(in[0], {6, 2}), mode, {6, 2});
          },
          inputs);
    }
  }
}

TEST_CASE("names of a block without biases, with batch norm on the skip path") {
  Random random(1, Purpose::init);
  const auto names_of = [&](const ResidualBlockOptions& options) {
    ResidualBlock<float> block(3, options, random);
    std::vector<std::string> names;
    for (const auto& member : members_of<float>(block).parameters) names.push_back(member.name);
    return names;
  };
  CHECK(names_of({.filters = 5, .stride = 2, .convolve_skip = true, .bias = false, .normalise_skip = true}) ==
        std::vector<std::string>{"conv1.weight", "bn1.weight", "bn1.bias", "conv2.weight", "bn2.weight", "bn2.bias",
                                 "skip.weight", "skip_bn.weight", "skip_bn.bias"});
  CHECK(names_of({.filters = 3, .stride = 1, .convolve_skip = false, .bias = false, .normalise_skip = true}) ==
        std::vector<std::string>{"conv1.weight", "bn1.weight", "bn1.bias", "conv2.weight", "bn2.weight", "bn2.bias"});
}

TEST_CASE("widths that are all full give the bits of no widths") {
  Random random(4, Purpose::init), again(4, Purpose::init);
  const ResidualBlockOptions options{.filters = 3, .stride = 2, .convolve_skip = true, .dropout = 0.2};
  ResidualBlock<float> a(3, options, random), b(3, options, again);
  const auto images = counted_tensor<float>({2, 3, 6, 8}, 1);
  for (const bool training : {true, false}) {
    Mode mode_a = training ? Mode::training(1, 1) : Mode::inference(), mode_b = mode_a;
    CHECK(same_bits(a.forward(Variable<float>(images), mode_a).value(),
                    b.forward(Variable<float>(images), mode_b, {8, 8}).value()));
  }
  CHECK(same_bits(a.bn1.running_var, b.bn1.running_var));
}

TEST_CASE("gradient check: with and without convolved skip, stride, both modes, dropout") {
  for (const bool training : {true, false}) {
    for (const ResidualBlockOptions& options :
         {ResidualBlockOptions{.filters = 3, .stride = 2, .convolve_skip = true, .dropout = 0.2},
          ResidualBlockOptions{.filters = 3, .stride = 1, .convolve_skip = true, .padding = Padding::symmetric},
          ResidualBlockOptions{.filters = 2, .stride = 1, .convolve_skip = false}}) {
      CAPTURE(training);
      CAPTURE(options.stride.to_string());
      CAPTURE(options.convolve_skip);
      Random random(4, Purpose::init);
      ResidualBlock<double> block(2, options, random);
      name_parameters<double>(block);
      std::vector<Variable<double>> inputs{Variable<double>(counted_tensor<double>({2, 2, 4, 6}, 1), true, "x")};
      for (const Variable<double>& parameter : parameters_of<double>(block)) {
        // In training, batch normalisation takes these biases out again: their gradient is zero.
        const bool zero = parameter.name() == "conv1.bias" || parameter.name() == "conv2.bias";
        if (!training || !zero) inputs.push_back(parameter);
      }
      const auto f = [&](const std::vector<Variable<double>>& in) {
        Mode mode = training ? Mode::training(1, 1) : Mode::inference();
        return block.forward(in[0], mode);
      };
      check_gradient(f, inputs);
    }
  }
}

TEST_CASE("names, shapes") {
  Random random(1, Purpose::init);
  ResidualBlock<float> block(3, {.filters = 5, .stride = 2, .convolve_skip = true}, random);
  const std::vector<std::string> expected{"conv1.weight", "conv1.bias", "bn1.weight", "bn1.bias",    "conv2.weight",
                                          "conv2.bias",   "bn2.weight", "bn2.bias",   "skip.weight", "skip.bias"};
  const auto parameters = members_of<float>(block).parameters;
  REQUIRE(parameters.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(parameters[i].name == expected[i]);
  Mode mode = Mode::inference();
  CHECK(block.forward(Variable<float>(Tensor<float>(Shape{2, 3, 7, 8})), mode).shape() == Shape{2, 5, 4, 4});
}

TEST_CASE("a block whose convolutions give nothing is leaky_relu of its input") {
  Random random(1, Purpose::init);
  ResidualBlock<double> block(2, {.filters = 2, .stride = 1, .convolve_skip = false}, random);
  block.conv2.weight.value().fill(0);
  const auto x = counted_tensor<double>({1, 2, 3, 4}, 1);
  Mode mode = Mode::inference();
  const Variable<double> y = block.forward(Variable<double>(x), mode);
  for (Index i = 0; i < x.size(); ++i) CHECK(y.value()[i] == x[i] * (x[i] > 0 ? 1 : 0.1));
}

TEST_CASE("an identity skip that does not fit is an error") {
  Random random(1, Purpose::init);
  CHECK_THROWS_WITH_AS((ResidualBlock<float>(3, {.filters = 5, .stride = 1, .convolve_skip = false}, random)),
                       "ResidualBlock: with stride 1 and 3 to 5 channels the skip path needs its convolution",
                       ArgumentError);
  CHECK_THROWS_AS((ResidualBlock<float>(5, {.filters = 5, .stride = 2, .convolve_skip = false}, random)),
                  ArgumentError);
}
