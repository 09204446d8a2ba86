// Counter-based random numbers: the same (seed, purpose, epoch, sample) gives the same numbers, on any thread.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/simd.hpp"

namespace tinyhtr {

/// Philox4x32-10: four random words that depend on nothing but `counter` and `key`.
///
/// Ten rounds of (hi, lo) = multiplier x word, crossed over and mixed with the key. There is no state to
/// advance, so any number of threads may draw any numbers in any order.
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 3.3.
inline std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53u} * counter[0];
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57u} * counter[2];
    const auto high0 = static_cast<std::uint32_t>(product0 >> 32), low0 = static_cast<std::uint32_t>(product0);
    const auto high1 = static_cast<std::uint32_t>(product1 >> 32), low1 = static_cast<std::uint32_t>(product1);
    counter = {high1 ^ counter[1] ^ key[0], low1, high0 ^ counter[3] ^ key[1], low0};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

/// What a stream of numbers is for; two purposes never share a number.
enum class Purpose : std::uint32_t { init, shuffle, split, augment, dropout, user };

/// A stream of random numbers named by (seed, purpose, epoch, sample).
///
/// `epoch` and `sample` are whatever the caller counts by: dropout uses step and layer. Equal names give equal
/// numbers on every machine and thread; a stream holds 2^34 words.
class Random {
 public:
  explicit Random(std::uint64_t seed, Purpose purpose = Purpose::user, std::uint32_t epoch = 0,
                  std::uint32_t sample = 0)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        counter_{0, sample, epoch, static_cast<std::uint32_t>(purpose)} {}

  /// The next 32 random bits.
  std::uint32_t next() {
    if (used_ == 4) {
      words_ = philox(counter_, key_);
      ++counter_[0];
      used_ = 0;
    }
    return words_[used_++];
  }

  /// Writes the words of the blocks [first, first + 16), four each, without touching the stream: for loops cut over
  /// threads. Word i of the stream is word i % 4 of block i / 4. Several blocks go through the rounds of philox() side
  /// by side, one in each lane; a word is the lower half of its lane, and what is above it is never looked at.
  void blocks(std::uint32_t first, std::array<std::uint32_t, 64>& words) const {
    constexpr std::uint32_t lanes = vector_lanes<std::uint64_t>;
    using Lanes = Vector<std::uint64_t>;
    for (std::uint32_t part = 0; part < 16; part += lanes) {
      Lanes c0{}, c1{}, c2{}, c3{};
      for (std::uint32_t lane = 0; lane < lanes; ++lane) c0[lane] = first + part + lane;
      c1 += counter_[1];
      c2 += counter_[2];
      c3 += counter_[3];
      std::array<std::uint32_t, 2> key = key_;
      for (int round = 0; round < 10; ++round) {
        const Lanes product0 = multiply_lower_halves(c0, Lanes{} + 0xD2511F53u);
        const Lanes product1 = multiply_lower_halves(c2, Lanes{} + 0xCD9E8D57u);
        c0 = (product1 >> 32) ^ c1 ^ key[0];
        c2 = (product0 >> 32) ^ c3 ^ key[1];
        c1 = product1;
        c3 = product0;
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
      }
      for (std::uint32_t lane = 0; lane < lanes; ++lane) {
        std::uint32_t* block = words.data() + 4 * (part + lane);
        block[0] = static_cast<std::uint32_t>(c0[lane]);
        block[1] = static_cast<std::uint32_t>(c1[lane]);
        block[2] = static_cast<std::uint32_t>(c2[lane]);
        block[3] = static_cast<std::uint32_t>(c3[lane]);
      }
    }
  }

  /// Uniform in [0, 1), a multiple of 2^-53.
  double uniform() {
    const std::uint64_t high = next() >> 5, low = next() >> 6;
    return static_cast<double>((high << 26) | low) * 0x1p-53;
  }

  /// Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }

  /// Normal with the given mean and standard deviation (Box, Muller 1958).
  double normal(double mean = 0, double deviation = 1) {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return mean + deviation * radius * std::cos(2 * 3.141592653589793 * uniform());
  }

  /// Uniform integer in [0, bound) without bias; throws ArgumentError unless bound > 0.
  std::uint32_t below(std::uint32_t bound) {
    if (bound == 0) throw ArgumentError("Random::below: the bound has to be positive");
    const std::uint32_t rest = (0u - bound) % bound;  // 2^32 mod bound: that many values would come once too often
    std::uint32_t word = next();
    while (word < rest) word = next();
    return word % bound;
  }

  /// True with the given probability.
  bool chance(double probability) { return uniform() < probability; }

  /// Puts the items in random order (Fisher, Yates 1938; Durstenfeld 1964).
  template <class Item>
  void shuffle(std::vector<Item>& items) {
    for (std::size_t i = items.size(); i > 1; --i) {
      std::swap(items[i - 1], items[below(static_cast<std::uint32_t>(i))]);
    }
  }

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> words_{};
  std::size_t used_ = 4;
};

}  // namespace tinyhtr
