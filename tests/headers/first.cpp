// The first of two translation units that include all of tinyhtr: they have to link.
#include <cstdio>

#include "tinyhtr/tinyhtr.hpp"

// In second.cpp.
tinyhtr::Tensor<float> tensor_from_the_other_unit();

int main() {
  const tinyhtr::Tensor<float> tensor = tensor_from_the_other_unit();
  const bool as_expected = tensor.shape() == tinyhtr::Shape{2, 3} && tensor(1, 2) == 7.0f;
  std::printf("%s %s\n", tensor.shape().to_string().c_str(), as_expected ? "as expected" : "NOT as expected");
  return as_expected ? 0 : 1;
}
