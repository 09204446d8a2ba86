// The BLAS kernels that suit the processor, where OpenBLAS does not find them by itself.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <string_view>

extern "C" char* openblas_get_corename() __attribute__((weak));

namespace tinyhtr::examples {

/// Starts the program anew with OPENBLAS_CORETYPE set where OpenBLAS took the processor for an old one.
///
/// An OpenBLAS older than the processor falls back to its "Prescott" kernels, which know SSE3 alone: Debian 12's 0.3.21
/// does so on Intel's Emerald Rapids, and multiplies matrices three to six times slower than with those for AVX-512.
/// The choice is made when the library is loaded, hence the new start. A variable that is set already is left alone.
inline void choose_blas_core(char** argv) {
#if defined(__x86_64__)
  if (openblas_get_corename == nullptr || std::getenv("OPENBLAS_CORETYPE") != nullptr) return;
  if (std::string_view(openblas_get_corename()) != "Prescott") return;
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (!avx512 && !avx2) return;
  setenv("OPENBLAS_CORETYPE", avx512 ? "SkylakeX" : "Haswell", 1);
  execv("/proc/self/exe", argv);  // comes back only where it fails; then the slow kernels do
#else
  static_cast<void>(argv);
#endif
}

}  // namespace tinyhtr::examples
