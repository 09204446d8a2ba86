// Mode: whether a forward pass trains or reads, and where its random numbers come from.
#pragma once

#include <cstdint>

#include "tinyhtr/core/random.hpp"

namespace tinyhtr {

/// Passed through every layer's forward(). Explicit, so that nobody evaluates with dropout on because a switch
/// was forgotten, and so that a resumed run draws the numbers that it would have drawn.
class Mode {
 public:
  /// Reading: running statistics, no dropout.
  static Mode inference() { return Mode(Kind::inference, 0, 0); }

  /// Training step `step`: batch statistics, dropout masks named by (seed, step, layer).
  static Mode training(std::uint64_t seed, std::uint32_t step) { return Mode(Kind::training, seed, step); }

  /// The same with running statistics, which stay as they are: for a few words, whose own would be mostly chance.
  static Mode fine_tuning(std::uint64_t seed, std::uint32_t step) { return Mode(Kind::fine_tuning, seed, step); }

  bool is_training() const { return kind_ != Kind::inference; }
  bool uses_batch_statistics() const { return kind_ == Kind::training; }

  /// The random numbers of the next layer that wants some; layers are counted in the order of the forward pass.
  Random next_random() { return Random(seed_, Purpose::dropout, step_, layer_++); }

 private:
  enum class Kind { inference, training, fine_tuning };

  Mode(Kind kind, std::uint64_t seed, std::uint32_t step) : kind_(kind), seed_(seed), step_(step) {}

  Kind kind_;
  std::uint64_t seed_;
  std::uint32_t step_;
  std::uint32_t layer_ = 0;
};

}  // namespace tinyhtr
