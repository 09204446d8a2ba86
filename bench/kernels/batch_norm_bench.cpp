// Batch normalisation in training, by itself, with the rectifier, with all that follows it in a residual block.
#include "kernels/batch_norm_algorithms.hpp"

namespace tinyhtr::bench {
namespace {

template <class Algorithm, class T>
void add_rows(const std::string& table, const char* name, const MapCase& shape, Tail tail) {
  for (const bool forward : {true, false}) {
    const std::string pass = forward ? "forward" : "backward";
    add_row(table + "/" + pass + "/" + name + "/" + type_name<T>() + "/" + shape.name(), [=](benchmark::State& state) {
      NormData<T> data(shape.shape, tail, static_cast<T>(norm_slope), Algorithm::order);
      Algorithm::forward(data);
      measure<T>(state, norm_work<T>(shape, tail, forward), [&] {
        if (forward) {
          Algorithm::forward(data);
        } else {
          Algorithm::backward(data);
        }
      });
    });
  }
}

const bool added = at_start([] {
  for_each_choice(batch_norm_algorithms, []<class Algorithm>(const auto& choice) {
    for (const Tail tail : {Tail::none, Tail::relu, Tail::add_relu_dropout}) {
      for_each_norm_case([&](const std::string& suffix, const MapCase& shape) {
        const std::string table = table_name(tail) + suffix;
        if (suffix.empty() || tail == Tail::none) add_rows<Algorithm, float>(table, choice.name, shape, tail);
        if (suffix.empty()) add_rows<Algorithm, double>(table, choice.name, shape, tail);
      });
    }
  });
});

}  // namespace
}  // namespace tinyhtr::bench
