// What a step does to gradients besides Adam: zeros before it, a bound on their norm after it.
#include <limits>
#include <string>
#include <vector>

#include "optim/random_gradients.hpp"
#include "support/rows.hpp"
#include "tinyhtr/models/word_net.hpp"
#include "tinyhtr/optim/clip.hpp"

namespace tinyhtr::bench {
namespace {

/// A row over the gradients of the reference network, each read or written so often.
template <class T, class Body>
void add_one(const std::string& name, double times, const Body& body) {
  add_row(name + "/" + type_name<T>() + "/WordNet", [=](benchmark::State& state) {
    WordNet<T> network(79, 1);
    std::vector<Variable<T>> parameters = parameters_of<T>(network);
    const double count = fill_gradients(parameters);
    Body own = body;  // it may have a state
    measure<T>(state, {.bytes = times * count * sizeof(T), .layers = 1}, [&] { own(parameters); });
  });
}

template <class T>
void add_rows() {
  add_one<T>("zero_gradients/step/Fill", 1, [](std::vector<Variable<T>>& parameters) {
    for (Variable<T>& parameter : parameters) parameter.zero_grad();
  });
  // The bound sinks by a millionth in each call, so that gradients are scaled in every one, and hardly change.
  add_one<T>("clip_gradient_norm/step/Scaling", 3, [bound = 0.0](std::vector<Variable<T>>& parameters) mutable {
    if (bound == 0) bound = clip_gradient_norm(parameters, std::numeric_limits<double>::infinity());
    clip_gradient_norm(parameters, bound *= 1 - 1e-6);
  });
}

const bool added = at_start([] {
  add_rows<float>();
  add_rows<double>();
});

}  // namespace
}  // namespace tinyhtr::bench
