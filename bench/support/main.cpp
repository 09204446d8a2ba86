// The entry point of every benchmark program: one thread, the right BLAS kernels, the machine's name, then the rows.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "examples/support/blas_core.hpp"
#include "support/machine.hpp"
#include "support/rows.hpp"
#include "tinyhtr/core/parallel.hpp"

namespace {

/// oneDNN's threads are counted when its library is loaded, hence the new start.
void hold_openmp_to_one_thread(char** argv) {
  if (std::getenv("OMP_NUM_THREADS") != nullptr) return;
  setenv("OMP_NUM_THREADS", "1", 1);
  execv("/proc/self/exe", argv);
}

bool only_lists(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--benchmark_list_tests" || argument == "--benchmark_list_tests=true") return true;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  hold_openmp_to_one_thread(argv);
  tinyhtr::examples::choose_blas_core(argv);
  try {
    tinyhtr::set_thread_count(1);
    tinyhtr::bench::describe_machine(argc, argv, TINYHTR_BENCH_FLAGS, !only_lists(argc, argv));
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    for (const auto& start : tinyhtr::bench::starters()) start();
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
