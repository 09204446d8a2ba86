// LSTM: one direction, over the network's shape, over steps, batch, size.
#include <type_traits>

#include "kernels/lstm_algorithms.hpp"

namespace tinyhtr::bench {
namespace {

template <class Algorithm, class T>
void add_rows(const std::string& table, const char* name, const LstmCase& shape) {
  for (const bool forward : {true, false}) {
    const std::string pass = forward ? "forward" : "backward";
    add_row(table + "/" + pass + "/" + name + "/" + type_name<T>() + "/" + shape.name(), [=](benchmark::State& state) {
      LstmData<T> data(shape);
      Algorithm::forward(data);
      measure<T>(state, lstm_work(shape, forward), [&] {
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
  for_each_choice(lstm_algorithms, []<class Algorithm>(const auto& choice) {
    for_each_lstm_case([&](const std::string& table, const LstmCase& shape) {
      if (std::is_same_v<Algorithm, CellByCell> && shape.layers == 0) return;  // not in the sweeps: it takes too long
      add_rows<Algorithm, float>(table, choice.name, shape);
      if (shape.layers > 0) add_rows<Algorithm, double>(table, choice.name, shape);
    });
  });
});

}  // namespace
}  // namespace tinyhtr::bench
