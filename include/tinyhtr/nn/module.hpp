// What makes a struct a layer: it lists its parameters, buffers, inner layers once, in members().
#pragma once

#include <concepts>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr {

/// A parameter or buffer with its path in the network, "blocks.3.conv1.weight".
template <class T>
struct Named {
  std::string name;
  T* item;
};

/// Collects what layers list. A layer is any struct with
///
///     void members(Members<T>& list) { list.parameter("weight", weight); list.buffer("running_mean", running_mean);
///                                      list.layer("conv1", conv1); }
///
/// From that one list come the optimiser's parameters, the names in checkpoints, the count of parameters.
template <class T>
class Members {
 public:
  std::vector<Named<Variable<T>>> parameters;  ///< trained by the optimiser
  std::vector<Named<Tensor<T>>> buffers;       ///< saved with the network, not trained

  void parameter(const std::string& name, Variable<T>& variable) { parameters.push_back({path_ + name, &variable}); }
  void buffer(const std::string& name, Tensor<T>& tensor) { buffers.push_back({path_ + name, &tensor}); }

  template <class Layer>
  void layer(const std::string& name, Layer& inner) {
    const std::string outer = std::exchange(path_, path_ + name + ".");
    inner.members(*this);
    path_ = outer;
  }

 private:
  std::string path_;
};

/// All members of a network, in the order in which it lists them. The pointers are valid while the network stays
/// where it is.
template <class T, class Layer>
Members<T> members_of(Layer& network) {
  Members<T> list;
  network.members(list);
  return list;
}

/// The parameters as handles, for an optimiser.
template <class T, class Layer>
std::vector<Variable<T>> parameters_of(Layer& network) {
  std::vector<Variable<T>> handles;
  for (const auto& [name, variable] : members_of<T>(network).parameters) handles.push_back(*variable);
  return handles;
}

/// Those of them that are trained: the ones that freeze() has not taken out.
template <class T, class Layer>
std::vector<Variable<T>> trainable_parameters_of(Layer& network) {
  std::vector<Variable<T>> handles = parameters_of<T>(network);
  std::erase_if(handles, [](const Variable<T>& parameter) { return !parameter.requires_grad(); });
  return handles;
}

/// Writes every parameter's path into its node, so that debuggers, messages and optimisers can name it.
template <class T, class Layer>
void name_parameters(Layer& network) {
  for (const auto& [name, variable] : members_of<T>(network).parameters) variable->node().name = name;
}

/// How many numbers the parameters hold; with_buffers adds the running statistics, as Keras's summary does.
template <class T, class Layer>
Index count_parameters(Layer& network, bool with_buffers = false) {
  const Members<T> list = members_of<T>(network);
  Index count = 0;
  for (const auto& [name, variable] : list.parameters) count += variable->value().size();
  if (!with_buffers) return count;
  for (const auto& [name, tensor] : list.buffers) count += tensor->size();
  return count;
}

/// How many of them the optimiser may change.
template <class T, class Layer>
Index count_trainable_parameters(Layer& network) {
  Index count = 0;
  for (const Variable<T>& parameter : trainable_parameters_of<T>(network)) count += parameter.value().size();
  return count;
}

}  // namespace tinyhtr
