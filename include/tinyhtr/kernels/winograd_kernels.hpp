// Kernels as Winograd's convolution multiplies with them: transformed, a matrix for each position of a tile.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/simd.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/transpose.hpp"
#include "tinyhtr/kernels/winograd_images.hpp"
#include "tinyhtr/kernels/winograd_transforms.hpp"

namespace tinyhtr {

namespace detail {

/// The layout (position, from, lanes): from the channels of an input to those of an output, and zeros behind them.
template <class T, int outputs>
struct WinogradKernels {
  static constexpr Index tile = outputs + 2;       // inputs that a tile of outputs sees, along each axis
  static constexpr Index positions = tile * tile;  // products of a tile, for each channel and filter

  Index from, to, lanes;
  /// Elements from the matrix of one position to that of the next: a vector more than the matrix, for places of 36
  /// matrices that are a power of two apart would crowd into the same cache sets.
  Index between_positions;

  WinogradKernels(Index from_, Index to_)
      : from(from_), to(to_), lanes(whole_lanes<T>(to_)), between_positions(from * lanes + vector_lanes<T>) {}

  Index size() const { return positions * between_positions; }

  /// G g G^T of weight (F,C,3,3): from C to F for the forward pass; turned round, from F to C, for dx.
  /// Not inlined: its sums are fused in one way, whoever calls it.
  [[gnu::noinline]] void transform(T* result, const Tensor<T>& weight, bool turned_round) const {
    T* const taps_of_all = scratch<T, 6>(from * 9 * lanes);
    if (lanes != to) std::fill_n(taps_of_all, from * 9 * lanes, T(0));
    if (!turned_round) transpose(taps_of_all, lanes, weight.data(), from * 9, to, from * 9);
    for (Index k = 0; k < from; ++k) {
      T* const taps = taps_of_all + k * 9 * lanes;  // (9, lanes) of the kernels from channel k
      if (turned_round) {                           // the last tap first
        transpose(taps + 8 * lanes, -lanes, weight.data() + k * to * 9, Index{9}, to, Index{9});
      }
      for (Index lane = 0; lane < lanes; lane += vector_lanes<T>) {
        T* const transformed = result + k * lanes + lane;
        transform_tile<WinogradKernel<outputs>, T>(
            [&](Index i, Index j) { return load_vector(taps + (i * 3 + j) * lanes + lane); },
            [&](Index i, Index j, const Vector<T>& value) {
              store_vector(transformed + (i * tile + j) * between_positions, value);
            });
      }
    }
  }
};

inline std::uint64_t next_winograd_call() {
  static std::atomic<std::uint64_t> calls = 0;
  return ++calls;
}

/// The call whose kernels are in the calling thread's scratch memory, whatever the size of their tiles.
template <class T>
std::uint64_t& winograd_kernels_in_scratch() {
  thread_local std::uint64_t call = 0;
  return call;
}

/// Where the pieces of a convolution have their transformed kernels from: laid out beforehand, or transformed by every
/// thread for itself. Threads that each transform a share would read what lies in each other's caches: 590 KB for 64
/// channels and filters, which takes longer than to transform them twice. (On two cores, in a step of batch 16, all 3x3
/// convolutions of 64 channels: 4.3 ms shared, 4.0 ms each for itself; those of 16 channels 7.0 and 6.9.) With many
/// more threads than that, the work that all do again would be felt: 10 to 25 us for 64 channels.
template <class T, int outputs>
class WinogradKernelSource {
 public:
  const WinogradKernels<T, outputs> layout;

  WinogradKernelSource(const WinogradKernels<T, outputs>& layout_, const T* transformed)
      : layout(layout_), transformed_(transformed) {}

  WinogradKernelSource(const Tensor<T>& weight, bool turned_round)
      : layout(weight.dim(turned_round ? 0 : 1), weight.dim(turned_round ? 1 : 0)),
        weight_(&weight),
        turned_round_(turned_round),
        call_(next_winograd_call()) {}

  /// Valid until the thread asks another source. (Slots 5 and 6 of its scratch memory are this file's.)
  const T* of_this_thread() const {
    if (transformed_) return transformed_;
    T* const own = scratch<T, 5>(layout.size());
    std::uint64_t& transformed = winograd_kernels_in_scratch<T>();
    if (transformed != call_) layout.transform(own, *weight_, turned_round_);
    transformed = call_;
    return own;
  }

 private:
  const T* transformed_ = nullptr;
  const Tensor<T>* weight_ = nullptr;
  bool turned_round_ = false;
  std::uint64_t call_ = 0;
};

}  // namespace detail

}  // namespace tinyhtr
