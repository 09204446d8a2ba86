// Rows: what a table is made of, and how one of them is measured.
#pragma once

#include <benchmark/benchmark.h>

#include <ctime>
#include <functional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/gemm_rate.hpp"
#include "tinyhtr/core/error.hpp"

namespace tinyhtr::bench {

/// Functions that add rows, called by main() in the order of the files: `const bool added = at_start(add_my_rows);`.
inline std::vector<std::function<void()>>& starters() {
  static std::vector<std::function<void()>> list;
  return list;
}

inline bool at_start(std::function<void()> function) {
  starters().push_back(std::move(function));
  return true;
}

/// What one call of a row does, as its formula counts it; zero where it says nothing.
struct Work {
  double operations = 0;  ///< floating-point additions and multiplications
  double bytes = 0;       ///< every tensor that has to be read or written, counted once
  double images = 0;
  double layers = 0;  ///< of the reference network that have this shape
};

/// Seconds of processor time of this thread: what others do on the machine is not counted.
inline double processor_seconds() {
  std::timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Times body() and writes the counters: GFLOP/s, of_sgemm (of_dgemm for double), GB/s, images/s, layers.
template <class T, class Body>
void measure(benchmark::State& state, const Work& work, const Body& body) {
  body();  // results take on their shapes, caches and scratch memory fill
  const double begin = processor_seconds();
  for ([[maybe_unused]] auto _ : state) {
    body();
    benchmark::ClobberMemory();
  }
  const double calls = static_cast<double>(state.iterations()) / (processor_seconds() - begin);  // per second
  if (work.operations > 0) {
    const double rate = work.operations * calls;
    state.counters["GFLOP/s"] = rate * 1e-9;
    state.counters[std::is_same_v<T, float> ? "of_sgemm" : "of_dgemm"] = rate / gemm_rate<T>();
  }
  if (work.bytes > 0) state.counters["GB/s"] = work.bytes * calls * 1e-9;
  if (work.images > 0) state.counters["images/s"] = work.images * calls;
  if (work.layers > 0) state.counters["layers"] = work.layers;
}

/// "float" or "double".
template <class T>
const char* type_name() {
  return std::is_same_v<T, float> ? "float" : "double";
}

/// A row: `run(state)` makes its inputs and calls measure(). Its name is "layer/pass/algorithm/type/shape", which
/// bench/tables.py takes apart. Returns the row for further settings.
template <class Run>
benchmark::internal::Benchmark* add_row(const std::string& name, const Run& run) {
  return benchmark::RegisterBenchmark(name.c_str(),
                                      [name, run](benchmark::State& state) {
                                        try {
                                          run(state);
                                        } catch (const std::exception& error) {
                                          throw Error(name + ": " + error.what());
                                        }
                                      })
      ->Unit(benchmark::kMicrosecond);
}

/// An algorithm with the name that its rows carry.
template <class Type>
struct Choice {
  using type = Type;
  const char* name;
};

template <class Entry, class Visit>
void visit_choice(const Entry& choice, const Visit& visit) {
  visit.template operator()<typename Entry::type>(choice);
}

/// Calls visit.operator()<Type>(choice) for each choice of a std::tuple of them.
template <class List, class Visit>
void for_each_choice(const List& list, const Visit& visit) {
  std::apply([&](const auto&... choices) { (visit_choice(choices, visit), ...); }, list);
}

}  // namespace tinyhtr::bench
