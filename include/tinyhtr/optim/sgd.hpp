// Stochastic gradient descent with momentum.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/nn/module.hpp"
#include "tinyhtr/optim/check_update.hpp"

namespace tinyhtr {

struct SgdOptions {
  double learning_rate = 1e-2;
  double momentum = 0;
};

/// For every parameter p with gradient g:
///
///     v = momentum v + g,   p -= learning_rate v
///
/// Source: Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and momentum", 2013, in PyTorch's
/// form.
template <class T>
class Sgd {
 public:
  explicit Sgd(std::vector<Variable<T>> parameters, const SgdOptions& options = {})
      : learning_rate(options.learning_rate), momentum(options.momentum), parameters_(std::move(parameters)) {
    for (const Variable<T>& parameter : parameters_) velocity_.emplace_back(parameter.shape());
    zero_grad();
  }

  double learning_rate;
  double momentum;

  void zero_grad() {
    for (Variable<T>& parameter : parameters_) parameter.zero_grad();
  }

  /// Throws ShapeError where a gradient has not its parameter's shape; in check mode, see check_update.
  void step() {
    for (std::size_t k = 0; k < parameters_.size(); ++k) {
      check_shape("Sgd", parameters_[k].name() + ".grad", parameters_[k].grad().shape(), parameters_[k].shape());
      T *p = parameters_[k].value().data(), *v = velocity_[k].data();
      const T* g = parameters_[k].grad().data();
      for (Index i = 0; i < velocity_[k].size(); ++i) {
        v[i] = static_cast<T>(momentum) * v[i] + g[i];
        p[i] -= static_cast<T>(learning_rate) * v[i];
      }
    }
    check_update("Sgd", parameters_);
  }

 private:
  std::vector<Variable<T>> parameters_;
  std::vector<Tensor<T>> velocity_;
};

}  // namespace tinyhtr
