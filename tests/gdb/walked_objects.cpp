// A program to be looked at in a debugger: one object of each kind, with known content.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <utility>
#include <vector>

#include "tinyhtr/autograd/arithmetic.hpp"
#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/autograd/layout.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/kernels/ctc.hpp"
#include "tinyhtr/kernels/softmax.hpp"
#include "tinyhtr/nn/conv2d.hpp"
#include "tinyhtr/nn/linear.hpp"
#include "tinyhtr/nn/lstm.hpp"
#include "tinyhtr/nn/residual_block.hpp"

using namespace tinyhtr;

namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Debuggers stop here, and look at the caller's variables: those that the caller names are alive, and used.
[[gnu::noinline]] void stop_here(std::initializer_list<const void*> objects) {
  static volatile std::size_t count;
  count = count + objects.size();
}

/// Bytes that were never a T, seen as one.
template <class T>
struct NeverMade {
  alignas(T) unsigned char bytes[sizeof(T)];
  explicit NeverMade(int byte) { std::memset(bytes, byte, sizeof(T)); }
  const T& object() const { return *reinterpret_cast<const T*>(bytes); }
};

void show_tensors() {
  const Shape shape{16, 3, 32, 128};
  const Shape scalar_shape;
  const Tensor<float> row({4}, {1, 2.5f, -3, 1000000});
  const Tensor<double> matrix({2, 3}, {0.1, 0.25, 1e-9, -1, 0, 1});
  const Tensor<float> scalar({}, {7});
  Tensor<float> large({4, 3, 32, 128});
  for (Index i = 0; i < large.size(); ++i) large[i] = static_cast<float>(i % 1000);
  const Tensor<float> with_nan({2, 3}, {1, nan, 3, std::numeric_limits<float>::infinity(), nan, 6});
  const Tensor<double> impossible({3}, -infinity);
  const Tensor<float> empty;
  const Tensor<float> no_rows({0, 5});
  Tensor<float> moved({2, 2}, {1, 2, 3, 4});
  const Tensor<float> moved_to = std::move(moved);
  const Tensor<float> millions({1050, 4000}, 0.5f);  // more than a printer looks at
  const NeverMade<Tensor<float>> garbage_bytes(0xCD), zero_bytes(0);
  const Tensor<float>& garbage = garbage_bytes.object();
  const Tensor<float>& zeros = zero_bytes.object();
  Tensor<float> lying({2, 2}, {1, 2, 3, 4});
  const_cast<Shape&>(lying.shape()) = Shape{std::ptrdiff_t{1} << 40, 1000};
  const Tensor<float>* const pointer = &row;
  const std::vector<Tensor<float>> list{row, moved_to};
  stop_here({&shape, &scalar_shape, &row, &matrix, &scalar, &large, &with_nan, &impossible, &empty, &no_rows, &moved,
             &moved_to, &millions, &garbage, &zeros, &lying, pointer, &list});
  const_cast<Shape&>(lying.shape()) = Shape{2, 2};
}

/// sum(x weight^T + bias) times two, with a shared node, and gradients.
void show_graph() {
  const Variable<float> x(Tensor<float>({2, 2}, {1, 2, 3, 4}), true, "x");
  const Variable<float> weight(Tensor<float>({1, 2}, {0.5f, -1}), true, "classes.weight");
  const Variable<float> bias(Tensor<float>({1}, {0.25f}), true, "classes.bias");
  const Variable<float> y = linear(x, weight, bias);
  const Variable<float> doubled = scale(y, 2.0f);
  doubled.node().name = "doubled";  // as a network names what its blocks give
  const Variable<float> loss = sum(add(y, doubled));
  const Variable<float> nothing;
  const NeverMade<Variable<float>> garbage_bytes(0xCD);
  const Variable<float>& garbage = garbage_bytes.object();
  backward(loss);
  const Node<float>& node = y.node();
  const NeverMade<Node<float>> zero_node_bytes(0);
  const Node<float>& zero_node = zero_node_bytes.object();
  stop_here({&x, &node, &doubled, &loss, &nothing, &garbage, &zero_node});
}

void show_nan() {
  const Variable<double> x(Tensor<double>({2, 2}, {1, 2, 3, 4}), true, "x");
  const Variable<double> huge(Tensor<double>({2, 2}, {1, 1e308, 1, 1}), true, "huge");
  const Variable<double> product = multiply(x, huge);
  const Variable<double> grown = scale(product, 10.0);
  const Variable<double> loss = sum(grown);
  stop_here({&loss});  // "grown" holds an infinity, so does the loss
  huge.node().value[1] = 1;
  product.node().value[1] = 2;
  grown.node().value[1] = 20;
  loss.node().value[0] = 80;
  backward(loss);
  product.node().grad[3] = std::numeric_limits<double>::quiet_NaN();
  x.node().grad[3] = std::numeric_limits<double>::quiet_NaN();
  stop_here({&loss});  // values are finite; the gradients of "product" and "x" are not
}

void show_long_graph() {
  const Variable<float> start(Tensor<float>({1}, {1}), true, "start");
  Variable<float> chain = start;
  for (int i = 0; i < 9999; ++i) chain = scale(chain, 1.0f);
  stop_here({&chain});
}

void show_images() {
  Image letter(8, 12, 1, 255);
  for (Index y = 0; y < 8; ++y) letter.at(y, 1) = letter.at(y, 10) = 0;
  for (Index x = 1; x < 11; ++x) letter.at(3, x) = letter.at(4, x) = 0;
  const Image colour(2, 3, 3, 100);
  const Image large(70, 1000, 1, 200);
  const Image none;
  Image disagrees(2, 2, 1);
  disagrees.height = 1000000;
  const Tensor<float> planes({2, 3, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255});
  stop_here({&letter, &colour, &large, &none, &disagrees, &planes});
}

void show_text() {
  const Vocabulary letters("abc");
  const Vocabulary umlauts("a\xc3\xa4\xe2\x82\xac");
  const Vocabulary no_letters;
  Tensor<double> log_probs({4, 1, 3}, {2, 0, 0, 0, 0, 2, 0, 2, 0, 0, 0, 2});
  const Tensor<double> logits = log_probs;
  log_softmax_forward(log_probs, logits);
  CtcLattice lattice;
  const CtcLattice unfilled;
  const std::vector<int> label{0, 1};
  ctc_forward(lattice, log_probs, 0, label, 2);
  stop_here({&letters, &umlauts, &no_letters, &lattice, &unfilled});
}

void show_layers() {
  Random random(1, Purpose::init);
  Conv2d<float, Naive> convolution(1, 2, {.kernel = 3, .bias = false}, random);
  BatchNorm2d<float> norm(2);
  ResidualBlock<float, Textbook> block(1, {.filters = 2, .stride = 2}, random);
  ResidualBlock<float> plain_block(2, {.filters = 2, .convolve_skip = false}, random);
  std::vector<ResidualBlock<float, Textbook>> blocks{block};
  BiLstm<double> lstm(3, 2, random);
  name_parameters<float>(block);
  const Variable<float> x(Tensor<float>({1, 1, 4, 4}, 1.0f));
  stop_here({&convolution, &norm, &block, &plain_block, &blocks, &lstm});
  const Variable<float> y = convolution.forward(x);  // walked into: a layer
  const Tensor<float> no_bias({2});
  Tensor<float> result;
  conv2d_forward<Naive>(result, x.value(), convolution.weight.value(), &no_bias, {});  // walked into: a kernel
  stop_here({&y, &result});
}

}  // namespace

int main() {
  show_tensors();
  show_graph();
  show_nan();
  show_long_graph();
  show_images();
  show_text();
  show_layers();
}
