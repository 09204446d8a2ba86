// Somebody else's program: multiplies two small matrices with tinyhtr.
#include <iostream>

#include "tinyhtr/blas/gemm.hpp"
#include "tinyhtr/core/tensor.hpp"

int main() {
  using tinyhtr::Matrix, tinyhtr::Op, tinyhtr::Tensor;
  const Tensor<float> a({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor<float> b({3, 2}, {7, 8, 9, 10, 11, 12});
  Tensor<float> c({2, 2});
  tinyhtr::gemm(Matrix<float>(c.data(), 2, 2), Op::none, Matrix<const float>(a.data(), 2, 3), Op::none,
                Matrix<const float>(b.data(), 3, 2));
  std::cout << c.shape().to_string() << ":";
  for (const float value : c) std::cout << ' ' << value;
  std::cout << '\n';
}
