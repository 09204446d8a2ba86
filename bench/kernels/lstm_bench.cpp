// LSTM: one direction, over the network's shape, over steps, batch, size; both directions, over the network's shape.
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

/// Forward as in training, which keeps what backward needs.
template <class Algorithm, class T>
void add_rows_of_both(const char* name, const LstmCase& shape) {
  for (const bool forward : {true, false}) {
    const std::string pass = forward ? "forward" : "backward";
    const Work one = lstm_work(shape, forward), both{.operations = 2 * one.operations, .layers = 1};
    add_row("bi_lstm/" + pass + "/" + name + "/" + type_name<T>() + "/" + shape.name(), [=](benchmark::State& state) {
      BiLstmData<T> data(shape);
      data.h = data.layer.template forward_by<Algorithm>(data.x);
      measure<T>(state, both, [&] {
        if (forward) {
          data.h = data.layer.template forward_by<Algorithm>(data.x);
        } else {
          backward(data.h, data.dh, Keep::leaves);
        }
      });
    });
  }
}

const bool added = at_start([] {
  for_each_choice(bi_lstm_algorithms, []<class Algorithm>(const auto& choice) {
    for_each_lstm_case([&](const std::string&, const LstmCase& shape) {
      if (shape.layers == 0) return;
      add_rows_of_both<Algorithm, float>(choice.name, shape);
      add_rows_of_both<Algorithm, double>(choice.name, shape);
    });
  });
  for_each_choice(lstm_algorithms, []<class Algorithm>(const auto& choice) {
    for_each_lstm_case([&](const std::string& table, const LstmCase& shape) {
      if (std::is_same_v<Algorithm, CellByCellLstm> && shape.layers == 0)
        return;  // not in the sweeps: it takes too long
      add_rows<Algorithm, float>(table, choice.name, shape);
      if (shape.layers > 0) add_rows<Algorithm, double>(table, choice.name, shape);
    });
  });
});

}  // namespace
}  // namespace tinyhtr::bench
