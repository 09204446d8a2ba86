// Adam: gradient descent with a step size of its own for every number.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/core/left_to_caller.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/kernels/elementwise.hpp"
#include "tinyhtr/nn/module.hpp"
#include "tinyhtr/optim/check_update.hpp"

namespace tinyhtr {

/// Where epsilon stands: Keras adds it to sqrt(v), PyTorch to sqrt(v / (1 - beta2^t)).
enum class EpsilonPlacement { keras, pytorch };

struct AdamOptions {
  double learning_rate = 5e-4;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-7;
  double weight_decay = 0;  ///< decoupled, of weights with two dimensions or more: biases and batch norm keep theirs
  EpsilonPlacement epsilon_placement = EpsilonPlacement::keras;
};

/// For every number p with gradient g, at step t = 1, 2, ...:
///
///     m = beta1 m + (1 - beta1) g,   v = beta2 v + (1 - beta2) g^2
///     p -= learning_rate sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon')
///
/// and with weight decay p -= learning_rate weight_decay p before that (AdamW).
/// epsilon' is epsilon as Keras has it, and epsilon sqrt(1 - beta2^t) as PyTorch has it.
/// Source: Kingma, Ba, "Adam: a method for stochastic optimization", 2015, section 2; Loshchilov, Hutter, "Decoupled
/// weight decay regularization", 2019, algorithm 2.
template <class T>
class Adam {
 public:
  explicit Adam(std::vector<Variable<T>> parameters, const AdamOptions& options = {})
      : learning_rate(options.learning_rate), options_(options), parameters_(std::move(parameters)) {
    for (const Variable<T>& parameter : parameters_) {
      mean_.emplace_back(parameter.shape());
      square_.emplace_back(parameter.shape());
      for (Index begin = 0; begin < parameter.value().size(); begin += elementwise_piece) {
        pieces_.push_back({mean_.size() - 1, begin, std::min(parameter.value().size(), begin + elementwise_piece)});
      }
    }
    zero_grad();
  }

  double learning_rate;
  std::int64_t steps = 0;  ///< t, how many steps were taken

  std::vector<Variable<T>>& parameters() { return parameters_; }

  void zero_grad() {
    parallel_for(static_cast<Index>(parameters_.size()),
                 [&](Index k) { parameters_[static_cast<std::size_t>(k)].zero_grad(); });
  }

  /// Throws ShapeError where a gradient has not its parameter's shape; in check mode, see check_update.
  void step() {
    for (const Variable<T>& parameter : parameters_) {
      check_shape("Adam", parameter.name() + ".grad", parameter.grad().shape(), parameter.shape());
    }
    ++steps;
    const auto t = static_cast<double>(steps);
    const double correction1 = 1 - std::pow(options_.beta1, t), correction2 = 1 - std::pow(options_.beta2, t);
    const double epsilon = options_.epsilon_placement == EpsilonPlacement::keras
                               ? options_.epsilon
                               : options_.epsilon * std::sqrt(correction2);
    const T rate = static_cast<T>(learning_rate * std::sqrt(correction2) / correction1);
    const T beta1 = static_cast<T>(options_.beta1), beta2 = static_cast<T>(options_.beta2),
            eps = static_cast<T>(epsilon);
    const auto update_piece = [&](Index piece) {
      const auto [k, begin, end] = pieces_[static_cast<std::size_t>(piece)];
      const double decay = parameters_[k].shape().rank() > 1 ? learning_rate * options_.weight_decay : 0;
      update(parameters_[k].value().data(), mean_[k].data(), square_[k].data(), parameters_[k].grad().data(), begin,
             end, {rate, beta1, beta2, eps, static_cast<T>(1 - decay)});
    };
    for (const Index piece : indices_left(static_cast<Index>(pieces_.size()), update_piece)) update_piece(piece);
    check_update("Adam", parameters_);
  }

  /// The moments under the parameters' names, for checkpoints: "adam.mean.blocks.0.conv1.weight". What goes on from
  /// them sets `steps` as well.
  std::vector<Named<Tensor<T>>> state() {
    std::vector<Named<Tensor<T>>> list;
    for (std::size_t k = 0; k < parameters_.size(); ++k) {
      list.push_back({"adam.mean." + parameters_[k].name(), &mean_[k]});
      list.push_back({"adam.square." + parameters_[k].name(), &square_[k]});
    }
    return list;
  }

 private:
  /// What one thread takes of a parameter.
  struct Piece {
    std::size_t parameter;
    Index begin, end;
  };

  struct Factors {
    T rate, beta1, beta2, epsilon, kept;  // kept: what weight decay leaves of a weight
  };

  /// The formula, in one pass over p, m, v, g. Compiled once, see indices_left: m and v are sums of two products.
  [[gnu::noinline]] static void update(T* p, T* m, T* v, const T* g, Index begin, Index end, const Factors factors) {
    const auto [rate, beta1, beta2, epsilon, kept] = factors;
    for (Index i = begin; i < end; ++i) {
      m[i] = beta1 * m[i] + (1 - beta1) * g[i];
      v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
      p[i] = kept * p[i] - rate * m[i] / (std::sqrt(v[i]) + epsilon);
    }
  }

  AdamOptions options_;
  std::vector<Variable<T>> parameters_;
  std::vector<Tensor<T>> mean_, square_;
  std::vector<Piece> pieces_;  // of all parameters
};

}  // namespace tinyhtr
