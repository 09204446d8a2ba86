// A network for another vocabulary out of a trained one, which keeps what it knows of the characters that stay.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/models/locate_characters.hpp"
#include "tinyhtr/models/word_net.hpp"

namespace tinyhtr {

/// The vocabulary with the characters of some texts (UTF-8) that it lacks, behind its own, sorted by code point.
/// Throws FormatError for invalid UTF-8.
inline Vocabulary with_characters_of(const Vocabulary& vocabulary, const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += text;
  return Vocabulary(vocabulary.text() + vocabulary.unknown_characters(all));
}

namespace detail {

/// For each class of `wanted` that of `known` for the same character, or for the blank; -1 for a new character.
inline std::vector<Index> kept_classes(const Vocabulary& known, const Vocabulary& wanted) {
  std::vector<Index> kept;
  for (const char32_t character : decode_utf8(wanted.text())) {
    const std::string text = encode_utf8(std::u32string(1, character));
    kept.push_back(known.knows(text) ? known.encode(text).front() : -1);
  }
  kept.push_back(known.blank());
  return kept;
}

/// Fills the classes `to`, freshly initialised, out of the trained ones `from`.
template <class T>
void take_classes(Linear<T>& to, const Linear<T>& from, const std::vector<Index>& kept) {
  constexpr T newness = T(0.1), rareness = T(1);
  const Index inputs = from.weight.shape()[1], known = from.bias.shape()[0] - 1;  // characters, without the blank
  for (std::size_t k = 0; k < kept.size(); ++k) {
    const auto row = static_cast<Index>(k);
    T* weight = to.weight.value().data() + row * inputs;
    if (kept[k] >= 0) {
      const T* trained = from.weight.value().data() + kept[k] * inputs;
      std::copy(trained, trained + inputs, weight);
      to.bias.value()[row] = from.bias.value()[kept[k]];
      continue;
    }
    for (Index i = 0; i < inputs; ++i) {
      T sum = 0;
      for (Index c = 0; c < known; ++c) sum += from.weight.value()(c, i);
      weight[i] = sum / static_cast<T>(known) + newness * weight[i];
    }
    T sum = 0;
    for (Index c = 0; c < known; ++c) sum += from.bias.value()[c];
    to.bias.value()[row] = sum / static_cast<T>(known) - rareness;
  }
}

}  // namespace detail

/// A network for the vocabulary `wanted` out of one for `known`: all its layers, and of its classes the rows of the
/// characters that stay and of the blank, wherever those stand in the new order. Their logits are what they were.
///
/// Characters that `wanted` lacks are dropped. The row of a new one starts as the mean of those of all characters, less
/// 1 in the bias, plus a tenth of a random row:
///
///     logit(new) = mean over known characters c of logit(c) - 1 + noise
///
/// By Jensen's inequality it is then, but for the noise, at most 1/e times as probable as the known characters are on
/// average: rare, until it is trained. Equal seeds give equal rows. Throws ArgumentError where `known` is not of the
/// network's size.
template <class T, class Algorithms>
WordNet<T, Algorithms> with_vocabulary(WordNet<T, Algorithms>& network, const Vocabulary& known,
                                       const Vocabulary& wanted, std::uint64_t seed) {
  if (known.classes() != network.class_count() || known.size() == 0) {
    throw ArgumentError("with_vocabulary: the network has " + std::to_string(network.class_count()) +
                        " classes, expected " + std::to_string(known.classes()) + " for its vocabulary of " +
                        std::to_string(known.size()) + " characters and the blank");
  }
  WordNet<T, Algorithms> result(wanted.classes(), seed, network.options);
  const Members<T> from = members_of<T>(network), to = members_of<T>(result);
  for (std::size_t k = 0; k < from.parameters.size(); ++k) {
    const std::string& name = from.parameters[k].name;
    if (name.starts_with("classes.") || name.starts_with("second_classes.")) continue;
    to.parameters[k].item->value() = from.parameters[k].item->value();
  }
  for (std::size_t k = 0; k < from.buffers.size(); ++k) *to.buffers[k].item = *from.buffers[k].item;
  const std::vector<Index> kept = detail::kept_classes(known, wanted);
  detail::take_classes(result.classes, network.classes, kept);
  if (network.second_classes) detail::take_classes(*result.second_classes, *network.second_classes, kept);
  return result;
}

/// What is known of the places of characters, for the vocabulary `wanted` out of that for `known`; a new character gets
/// the mean lag and the mean width of all. An empty prior stays empty. Throws ArgumentError where a prior is not of the
/// size of `known`.
inline PlacePrior with_vocabulary(const PlacePrior& prior, const Vocabulary& known, const Vocabulary& wanted) {
  const auto taken = [&](const std::vector<double>& values) {
    std::vector<double> result;
    if (values.empty()) return result;
    if (static_cast<Index>(values.size()) != known.size()) {
      throw ArgumentError("with_vocabulary: the prior has " + std::to_string(values.size()) + " values, expected " +
                          std::to_string(known.size()) + ", one for each character");
    }
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    std::vector<Index> kept = detail::kept_classes(known, wanted);
    kept.pop_back();  // the blank
    for (const Index number : kept) result.push_back(number < 0 ? mean : values[static_cast<std::size_t>(number)]);
    return result;
  };
  return {taken(prior.lags), taken(prior.widths)};
}

}  // namespace tinyhtr
