// Initial values of weights.
#pragma once

#include <cmath>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr {

/// Whose initial values a layer takes. Keras's are those of the reference network: convolutions he_uniform, the LSTM
/// glorot_uniform with orthogonal recurrent weights and 1 in the forget gate, linear layers glorot_uniform, other
/// biases 0. PyTorch's are U(-l, l) for weights and biases alike, l = 1 / sqrt(fan_in), and 1 / sqrt(H) in the LSTM.
enum class Initialisation { keras, pytorch };

/// Fills with U(-limit, limit).
template <class T>
void fill_uniform(Tensor<T>& weight, double limit, Random& random) {
  for (T& element : weight) element = static_cast<T>(random.uniform(-limit, limit));
}

/// U(-l, l) with l = sqrt(6 / fan_in), which keeps the variance of a rectified layer.
/// fan_in: inputs per output; KH KW C for a convolution.
/// Source: He, Zhang, Ren, Sun, "Delving deep into rectifiers", 2015; Keras's he_uniform.
template <class T>
void he_uniform(Tensor<T>& weight, Index fan_in, Random& random) {
  fill_uniform(weight, std::sqrt(6.0 / static_cast<double>(fan_in)), random);
}

/// U(-l, l) with l = sqrt(6 / (fan_in + fan_out)).
/// Source: Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
template <class T>
void glorot_uniform(Tensor<T>& weight, Index fan_in, Index fan_out, Random& random) {
  fill_uniform(weight, std::sqrt(6.0 / static_cast<double>(fan_in + fan_out)), random);
}

/// Columns of length one at right angles: weight^T weight = I. weight (R,C) with R >= C.
/// Gram-Schmidt, twice for accuracy, on columns drawn from a normal distribution.
/// Throws ShapeError for R < C. Source: Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of
/// learning in deep linear neural networks", 2014; Keras's orthogonal (its kernels are transposed).
template <class T>
void orthogonal(Tensor<T>& weight, Random& random) {
  check_rank("orthogonal", "weight", weight.shape(), "(R,C)");
  const Index rows = weight.dim(0), columns = weight.dim(1);
  if (rows < columns)
    throw ShapeError("orthogonal: weight has shape " + weight.shape().to_string() + ", expected rows >= columns");
  std::vector<std::vector<double>> basis;
  for (Index c = 0; c < columns; ++c) {
    std::vector<double> column(static_cast<std::size_t>(rows));
    for (double& element : column) element = random.normal();
    for (int pass = 0; pass < 2; ++pass) {
      for (const std::vector<double>& other : basis) {
        double overlap = 0;
        for (std::size_t r = 0; r < column.size(); ++r) overlap += other[r] * column[r];
        for (std::size_t r = 0; r < column.size(); ++r) column[r] -= overlap * other[r];
      }
    }
    double squares = 0;
    for (const double element : column) squares += element * element;
    for (double& element : column) element /= std::sqrt(squares);
    for (Index r = 0; r < rows; ++r) weight(r, c) = static_cast<T>(column[static_cast<std::size_t>(r)]);
    basis.push_back(std::move(column));
  }
}

}  // namespace tinyhtr
