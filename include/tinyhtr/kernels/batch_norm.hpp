// Batch normalisation over the channels of (N,C,H,W).
#pragma once

#include <cmath>

#include "tinyhtr/core/image_order.hpp"
#include "tinyhtr/core/left_to_caller.hpp"
#include "tinyhtr/core/lengths.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/interleaved_sum.hpp"

namespace tinyhtr {

/// What the training pass found in the batch; backward and the running statistics take it.
template <class T>
struct BatchStatistics {
  Tensor<T> mean;               ///< (C)
  Tensor<T> variance;           ///< (C), biased: divided by N H W
  Tensor<T> inverse_deviation;  ///< (C), 1 / sqrt(variance + epsilon)
};

namespace detail {

template <class T>
void check_batch_norm(const char* where, const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>& bias,
                      ImageOrder order = ImageOrder::channels_first) {
  const ImageSizes sizes(where, "x", x.shape(), order);
  check_shape(where, "weight", weight.shape(), {sizes.channels});
  check_shape(where, "bias", bias.shape(), {sizes.channels});
}

/// Which pixels of sample n are real, and how many of a channel are in the whole batch.
struct RealPixels {
  const Lengths& widths;
  Index width;
  double count = 0;

  RealPixels(const char* where, const Shape& shape, const Lengths& widths_) : widths(widths_), width(shape[3]) {
    check_lengths(where, widths, shape[0], width);
    for (Index n = 0; n < shape[0]; ++n) count += static_cast<double>(shape[2] * length_of(widths, n, width));
  }

  /// Pixel k = h W + w of sample n.
  bool operator()(Index n, Index k) const { return widths.empty() || k % width < length_of(widths, n, width); }
};

}  // namespace detail

/// Normalises every channel with the mean and variance of this batch.
///
///     y = weight (x - mean) / sqrt(variance + epsilon) + bias,   mean, variance over n, h, w for each c
///
/// y, x (N,C,H,W); weight, bias (C); statistics are kept for backward. widths (N), where given: only the first
/// widths[n] columns of sample n count, and y is 0 behind them. Sums run in double. About 8 N C H W operations.
/// Source: Ioffe, Szegedy, "Batch normalization", 2015, algorithm 1.
template <class T>
void batch_norm_forward_training(Tensor<T>& y, BatchStatistics<T>& statistics, const Tensor<T>& x,
                                 const Tensor<T>& weight, const Tensor<T>& bias, T epsilon,
                                 const Lengths& widths = {}) {
  detail::check_batch_norm("batch_norm_forward_training", x, weight, bias);
  const Index batch = x.dim(0), channels = x.dim(1), pixels = x.dim(2) * x.dim(3);
  const detail::RealPixels is_real("batch_norm_forward_training", x.shape(), widths);
  const double count = is_real.count;
  y.resize(x.shape());
  statistics.mean.resize({channels});
  statistics.variance.resize({channels});
  statistics.inverse_deviation.resize({channels});
  const auto channel = [&](Index c) {
    double sum = 0;
    for (Index n = 0; n < batch; ++n) {
      const T* plane = x.data() + (n * channels + c) * pixels;
      sum +=
          detail::interleaved_sum(pixels, [=](Index k) { return is_real(n, k) ? static_cast<double>(plane[k]) : 0; });
    }
    const double mean = sum / count;
    double squares = 0;
    for (Index n = 0; n < batch; ++n) {
      const T* plane = x.data() + (n * channels + c) * pixels;
      squares += detail::interleaved_sum(pixels, [=](Index k) {
        const double distance = is_real(n, k) ? static_cast<double>(plane[k]) - mean : 0;
        return distance * distance;
      });
    }
    const double variance = squares / count;
    const double inverse_deviation = 1 / std::sqrt(variance + static_cast<double>(epsilon));
    statistics.mean[c] = static_cast<T>(mean);
    statistics.variance[c] = static_cast<T>(variance);
    statistics.inverse_deviation[c] = static_cast<T>(inverse_deviation);

    const T scale = weight[c] * static_cast<T>(inverse_deviation);
    const T shift = bias[c] - static_cast<T>(mean) * scale;
    for (Index n = 0; n < batch; ++n) {
      const T* in = x.data() + (n * channels + c) * pixels;
      T* out = y.data() + (n * channels + c) * pixels;
      for (Index k = 0; k < pixels; ++k) {
        out[k] = is_real(n, k) ? in[k] * scale + shift : T(0);
      }
    }
  };
  for (const Index c : indices_left(channels, channel)) channel(c);
}

/// Gradients of the training pass. With x^ = (x - mean) / sqrt(variance + epsilon) and M = N H W:
///
///     dbias += sum dy,   dweight += sum dy x^
///     dx += weight / sqrt(variance + epsilon) (dy - mean(dy) - x^ mean(dy x^))
///
/// dx (N,C,H,W), dweight, dbias (C): added to; null where not wanted. widths: as forward had them; with them, sums and
/// M leave the padding out, and it has no gradient. Source: as forward, section 3.
template <class T>
void batch_norm_backward(Tensor<T>* dx, Tensor<T>* dweight, Tensor<T>* dbias, const Tensor<T>& dy, const Tensor<T>& x,
                         const Tensor<T>& weight, const BatchStatistics<T>& statistics, const Lengths& widths = {}) {
  check_shape("batch_norm_backward", "dy", dy.shape(), x.shape());
  if (dx) check_shape("batch_norm_backward", "dx", dx->shape(), x.shape());
  const Index batch = x.dim(0), channels = x.dim(1), pixels = x.dim(2) * x.dim(3);
  const detail::RealPixels is_real("batch_norm_backward", x.shape(), widths);
  const double count = is_real.count;
  const auto channel = [&](Index c) {
    const T mean = statistics.mean[c], inverse_deviation = statistics.inverse_deviation[c];
    double sum = 0, sum_normalised = 0;  // of dy, and of dy x^
    for (Index n = 0; n < batch; ++n) {
      const T* in = x.data() + (n * channels + c) * pixels;
      const T* g = dy.data() + (n * channels + c) * pixels;
      sum += detail::interleaved_sum(pixels, [=](Index k) { return is_real(n, k) ? static_cast<double>(g[k]) : 0; });
      sum_normalised += detail::interleaved_sum(pixels, [=](Index k) {
        if (!is_real(n, k)) return 0.0;
        return static_cast<double>(g[k]) * static_cast<double>((in[k] - mean) * inverse_deviation);
      });
    }
    if (dbias) (*dbias)[c] += static_cast<T>(sum);
    if (dweight) (*dweight)[c] += static_cast<T>(sum_normalised);
    if (!dx) return;
    const T mean_dy = static_cast<T>(sum / count), mean_dy_normalised = static_cast<T>(sum_normalised / count);
    const T scale = weight[c] * inverse_deviation;
    for (Index n = 0; n < batch; ++n) {
      const T* in = x.data() + (n * channels + c) * pixels;
      const T* g = dy.data() + (n * channels + c) * pixels;
      T* out = dx->data() + (n * channels + c) * pixels;
      for (Index k = 0; k < pixels; ++k) {
        if (!is_real(n, k)) continue;
        out[k] += scale * (g[k] - mean_dy - (in[k] - mean) * inverse_deviation * mean_dy_normalised);
      }
    }
  };
  for (const Index c : indices_left(channels, channel)) channel(c);
}

/// Moves the running statistics towards those of a batch.
///
///     running = momentum running + (1 - momentum) batch
///
/// The running variance takes the unbiased one, M / (M - 1) times the biased, as PyTorch and TensorFlow's fused kernel
/// do. running_mean, running_variance (C); count M = N H W; momentum as Keras counts it (PyTorch's is 1 - momentum).
template <class T>
void update_running_statistics(Tensor<T>& running_mean, Tensor<T>& running_variance,
                               const BatchStatistics<T>& statistics, Index count, T momentum) {
  check_shape("batch_norm", "running_mean", running_mean.shape(), statistics.mean.shape());
  check_shape("batch_norm", "running_var", running_variance.shape(), statistics.mean.shape());
  const T unbiased = count > 1 ? static_cast<T>(count) / static_cast<T>(count - 1) : T(1);
  for (Index c = 0; c < running_mean.size(); ++c) {
    running_mean[c] = momentum * running_mean[c] + (1 - momentum) * statistics.mean[c];
    running_variance[c] = momentum * running_variance[c] + (1 - momentum) * unbiased * statistics.variance[c];
  }
}

/// Normalises with the running statistics: for reading, every image by itself.
///
///     y = weight (x - running_mean) / sqrt(running_variance + epsilon) + bias
///
/// y, x (N,C,H,W); weight, bias, running_mean, running_variance (C).
template <class T>
void batch_norm_forward_inference(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>& bias,
                                  const Tensor<T>& running_mean, const Tensor<T>& running_variance, T epsilon) {
  detail::check_batch_norm("batch_norm_forward_inference", x, weight, bias);
  check_shape("batch_norm_forward_inference", "running_mean", running_mean.shape(), weight.shape());
  check_shape("batch_norm_forward_inference", "running_var", running_variance.shape(), weight.shape());
  const Index channels = x.dim(1), pixels = x.dim(2) * x.dim(3);
  y.resize(x.shape());
  const auto one_plane = [&](Index plane) {
    const Index c = plane % channels;
    const T scale = weight[c] / std::sqrt(running_variance[c] + epsilon);
    const T shift = bias[c] - running_mean[c] * scale;
    for (Index k = plane * pixels; k < (plane + 1) * pixels; ++k) y.data()[k] = x.data()[k] * scale + shift;
  };
  for (const Index plane : indices_left(x.dim(0) * channels, one_plane)) one_plane(plane);
}

/// Gradients of the inference pass, in which mean and variance are constants (a frozen layer).
///
///     dx += weight / sqrt(running_variance + epsilon) dy,   dweight += sum dy x^,   dbias += sum dy
template <class T>
void batch_norm_backward_inference(Tensor<T>* dx, Tensor<T>* dweight, Tensor<T>* dbias, const Tensor<T>& dy,
                                   const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>& running_mean,
                                   const Tensor<T>& running_variance, T epsilon) {
  check_shape("batch_norm_backward_inference", "dy", dy.shape(), x.shape());
  const Index batch = x.dim(0), channels = x.dim(1), pixels = x.dim(2) * x.dim(3);
  const auto channel = [&](Index c) {
    const T inverse_deviation = T(1) / std::sqrt(running_variance[c] + epsilon);
    for (Index n = 0; n < batch; ++n) {
      for (Index k = (n * channels + c) * pixels; k < (n * channels + c + 1) * pixels; ++k) {
        const T g = dy.data()[k];
        if (dbias) (*dbias)[c] += g;
        if (dweight) (*dweight)[c] += g * (x.data()[k] - running_mean[c]) * inverse_deviation;
        if (dx) dx->data()[k] += g * weight[c] * inverse_deviation;
      }
    }
  };
  for (const Index c : indices_left(channels, channel)) channel(c);
}

}  // namespace tinyhtr
