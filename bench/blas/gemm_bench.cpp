// The matrix product: squares, and the shapes that the network's layers ask for.
#include <string>

#include "support/numbers.hpp"
#include "support/rows.hpp"
#include "tinyhtr/blas/gemm.hpp"

namespace tinyhtr::bench {
namespace {

/// c (M,N) = a (M,K) b, with b (K,N) as it stands or transposed.
template <class T>
void add_rows(const std::string& table, Index m, Index n, Index k) {
  for (const Op op : {Op::none, Op::transpose}) {
    const std::string pass = op == Op::none ? "plain" : "transposed";
    const std::string shape = std::to_string(m) + "x" + std::to_string(k) + "x" + std::to_string(n);
    add_row(table + "/" + pass + "/OpenBLAS/" + type_name<T>() + "/" + shape, [=](benchmark::State& state) {
      const bool turned = op == Op::transpose;
      const auto a = random_tensor<T>({m, k}, 1), b = random_tensor<T>({turned ? n : k, turned ? k : n}, 2);
      Tensor<T> c(Shape{m, n});
      measure<T>(state, {.operations = 2.0 * static_cast<double>(m * n * k)}, [&] {
        gemm<T>({c.data(), m, n}, Op::none, {a.data(), m, k}, op, {b.data(), b.dim(0), b.dim(1)});
      });
    });
  }
}

template <class T>
void add_all() {
  for (const Index size : {16, 32, 64, 128, 256, 512, 1024}) add_rows<T>("gemm", size, size, size);
  add_rows<T>("gemm_of_network", 1024, 512, 64);  // LSTM: the input half of all steps
  add_rows<T>("gemm_of_network", 16, 512, 128);   // LSTM: the recurrent half of one step
  add_rows<T>("gemm_of_network", 1024, 79, 256);  // classes
  add_rows<T>("gemm_of_network", 16, 4096, 144);  // im2col, 16 channels, 32 x 128 pixels
  add_rows<T>("gemm_of_network", 64, 64, 576);    // im2col, 64 channels, 4 x 16 pixels
}

const bool added = at_start([] {
  add_all<float>();
  add_all<double>();
});

}  // namespace
}  // namespace tinyhtr::bench
