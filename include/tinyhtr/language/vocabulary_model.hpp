// VocabularyModel: a character model that speaks in a network's classes.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/language/character_model.hpp"

namespace tinyhtr {

/// A CharacterModel for the characters of a Vocabulary: class i of the network is its i-th character.
///
///     p(class | state) = p(character | state),   or p(unknown | state) / U
///
/// where U of the vocabulary's characters are none of the model's: they share evenly what the model keeps for all that
/// it never saw. What the model gives to characters that the network cannot write is not handed out again, so the
/// classes and the end of the word add up to one at most.
class VocabularyModel {
 public:
  using State = CharacterModel::State;

  /// Copies the model, or takes it over.
  VocabularyModel(CharacterModel model, const Vocabulary& vocabulary) : model_(std::move(model)) {
    Index unknown = 0;
    for (const char32_t character : decode_utf8(vocabulary.text())) {
      symbols_.push_back(model_.symbol(character));
      if (symbols_.back() == model_.unknown()) ++unknown;
    }
    log_share_ = unknown == 0 ? 0 : -std::log(static_cast<double>(unknown));
  }

  const CharacterModel& model() const { return model_; }

  /// Number of classes, without the blank.
  Index size() const { return static_cast<Index>(symbols_.size()); }

  State begin() const { return model_.begin(); }
  State next(State state, int number) const { return model_.next(state, symbol_of(number)); }

  /// log p(class | state), natural logarithm.
  double log_probability(State state, int number) const {
    const int symbol = symbol_of(number);
    return model_.log_probability(state, symbol) + (symbol == model_.unknown() ? log_share_ : 0);
  }

  /// log p(the word ends | state).
  double end_log_probability(State state) const { return model_.log_probability(state, model_.end()); }

  /// log p of a text, its end included. Throws ArgumentError for a class that is no character.
  double text_log_probability(std::span<const int> classes) const {
    State state = begin();
    double sum = 0;
    for (const int number : classes) {
      if (number < 0 || number >= size()) {
        throw ArgumentError("VocabularyModel: expected classes from 0 to " + std::to_string(size() - 1) + ", found " +
                            std::to_string(number));
      }
      sum += log_probability(state, number);
      state = next(state, number);
    }
    return sum + end_log_probability(state);
  }

 private:
  int symbol_of(int number) const { return symbols_[static_cast<std::size_t>(number)]; }

  CharacterModel model_;
  std::vector<int> symbols_;  // of each class
  double log_share_ = 0;
};

}  // namespace tinyhtr
