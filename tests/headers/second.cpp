// The second of two translation units that include all of tinyhtr.
#include "tinyhtr/tinyhtr.hpp"

tinyhtr::Tensor<float> tensor_from_the_other_unit();

tinyhtr::Tensor<float> tensor_from_the_other_unit() { return tinyhtr::Tensor<float>({2, 3}, 7.0f); }
