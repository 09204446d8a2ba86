// Tests of the reference network against PyTorch: names, logits, loss, gradients, running statistics.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/npy.hpp"
#include "../support/word_net.hpp"
#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/loss/ctc_loss.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

const std::vector<std::vector<int>> two_labels = {{19, 4, 11, 11, 14}, {22, 14, 17, 11, 3, 3}};

/// The weights that references/make_torch_references.py gives its network: parameter number i is stream 100 + i.
template <class T>
void fill_as_reference(WordNet<T>& network) {
  std::uint64_t stream = 100;
  for (const auto& [name, parameter] : members_of<T>(network).parameters) {
    const Shape shape = parameter->shape();
    double scale = 0.125, shift = 0;
    if (name.find(".bn") != std::string::npos) {
      scale = 0.25;
      shift = name.ends_with("weight") ? 1 : 0;
    } else if (shape.rank() > 1) {
      const double fan_in = static_cast<double>(shape.size() / shape[0]);
      scale = std::exp2(std::floor(std::log2(std::sqrt(6 / fan_in))));
    }
    parameter->value() = counted_tensor<T>(shape, stream++, scale, shift);
  }
}

template <class T>
Tensor<T> reference_images(std::uint64_t stream) {
  auto images = counted_tensor<T>({2, 3, 32, 128}, stream, 128, 128);
  for (T& pixel : images) pixel = std::floor(pixel);
  return images;
}

/// The sample of a gradient that the references keep of it, then its sum of squares and its weighted sum.
struct Digest {
  Tensor<double> sample;
  double squares = 0, weighted = 0;
};

template <class T>
Digest digest(const Tensor<T>& gradient) {
  Digest result;
  std::vector<double> sample;
  const Index stride = std::max<Index>(1, gradient.size() / 256);
  for (Index i = 0; i < gradient.size(); i += stride) sample.push_back(static_cast<double>(gradient[i]));
  result.sample = Tensor<double>(Shape{static_cast<Index>(sample.size())}, sample);
  const auto weights = counted_tensor<double>(gradient.shape(), 99);
  for (Index i = 0; i < gradient.size(); ++i) {
    const double g = static_cast<double>(gradient[i]);
    result.squares += g * g;
    result.weighted += g * weights[i];
  }
  return result;
}

}  // namespace

TEST_CASE("parameters have PyTorch's names, in PyTorch's order, in their nodes too") {
  WordNet<float> network(79, 1);
  std::ifstream file(std::string(TINYHTR_TEST_DATA) + "/references/torch/word_net_names.txt");
  std::vector<std::string> expected;
  for (std::string line; std::getline(file, line);) expected.push_back(line);
  const auto parameters = members_of<float>(network).parameters;
  REQUIRE(expected.size() == parameters.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(parameters[i].name == expected[i]);
    CHECK(parameters[i].item->name() == expected[i]);
  }
}

TEST_CASE_TEMPLATE("logits, loss, every gradient, the running statistics agree with PyTorch", T, float, double) {
  const double tolerance = reference_tolerance<T>;
  for (const Padding padding : {Padding::same, Padding::symmetric}) {
    const std::string name = padding == Padding::same ? "same" : "symmetric";
    CAPTURE(name);
    const auto stored = [&](const char* part) {
      return load_npy<double>("references/torch/word_net_" + name + "_" + part + ".npy");
    };
    WordNet<T> network(79, 1, without_dropout(padding));
    fill_as_reference(network);
    const Tensor<T> images = reference_images<T>(static_cast<std::uint64_t>(stored("stream")[0]));
    const Variable<T> logits = network.forward(images, Mode::training(1, 1));
    CHECK(relative_error(logits.value(), stored("logits")) < tolerance);
    const Variable<T> loss = ctc_loss(logits, two_labels);
    CHECK(relative_error(loss.value(), stored("loss")) < tolerance);

    backward(loss);
    const Tensor<double> gradients = stored("gradients");
    Index position = 0;
    double weight_scale = 0;  // the largest gradient of the convolution's weight, next to which its bias's is nothing
    for (const auto& member : members_of<T>(network).parameters) {
      const std::string parameter_name = member.name;
      const Variable<T>* parameter = member.item;
      CAPTURE(parameter_name);
      const Digest found = digest(parameter->grad());
      const Index size = found.sample.size();
      REQUIRE(position + size + 2 <= gradients.size());
      Tensor<double> expected(Shape{size});
      std::copy(gradients.data() + position, gradients.data() + position + size, expected.data());
      const double squares = gradients[position + size], weighted = gradients[position + size + 1];
      position += size + 2;
      if (is_normalised_away(parameter_name)) {
        for (const double g : found.sample) CHECK(std::abs(g) < tolerance * weight_scale);
        continue;
      }
      CHECK(relative_error(found.sample, expected) < tolerance);
      CHECK(std::abs(std::sqrt(found.squares) / std::sqrt(squares) - 1) < tolerance);
      CHECK(std::abs(found.weighted - weighted) < tolerance * std::sqrt(squares));
      weight_scale = 0;
      for (const double g : expected) weight_scale = std::max(weight_scale, std::abs(g));
    }
    CHECK(position == gradients.size());

    std::vector<double> buffers;
    for (const auto& [buffer_name, buffer] : members_of<T>(network).buffers) {
      for (const T value : *buffer) buffers.push_back(static_cast<double>(value));
    }
    const Tensor<double> found(Shape{static_cast<Index>(buffers.size())}, buffers);
    CHECK(relative_error(found, stored("buffers")) < tolerance);
    CHECK(relative_error(network.forward(images).value(), stored("logits_inference")) < tolerance);
  }
}
