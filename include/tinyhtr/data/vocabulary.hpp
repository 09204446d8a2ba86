// Vocabulary: which class of the network's output stands for which character.
#pragma once

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/utf8.hpp"

namespace tinyhtr {

/// The characters that a network can write: class i is the i-th character, the last class is the CTC blank.
///
/// A character is one Unicode code point. A vocabulary made from texts is sorted by code point, so that equal data
/// give equal classes on every run; text() is stored beside the weights and Vocabulary(text) gives it back.
class Vocabulary {
 public:
  /// No characters: the blank is the only class.
  Vocabulary() = default;

  /// The characters of one UTF-8 string, in its order: weights that were trained under an order keep it.
  /// Throws ArgumentError for a character that comes twice or for an empty string, FormatError for invalid UTF-8.
  explicit Vocabulary(std::string_view characters) : Vocabulary(decode_utf8(characters)) {}

  /// Every character that occurs in `texts` (UTF-8), sorted by code point.
  /// Throws ArgumentError where there is none, FormatError for invalid UTF-8.
  static Vocabulary from_texts(const std::vector<std::string>& texts) {
    std::set<char32_t> found;
    for (const std::string& text : texts) {
      for (const char32_t character : decode_utf8(text)) found.insert(character);
    }
    return Vocabulary(std::u32string(found.begin(), found.end()));
  }

  /// Number of characters, without the blank.
  Index size() const { return static_cast<Index>(characters_.size()); }

  /// Number of classes K of the network: the characters and the blank.
  Index classes() const { return size() + 1; }

  /// The class of the CTC blank, K - 1.
  int blank() const { return static_cast<int>(size()); }

  /// All characters in the order of their classes, as UTF-8.
  const std::string& text() const { return text_; }

  /// Whether every character of `text` has a class. Throws FormatError for invalid UTF-8, as encode does.
  bool knows(std::string_view text) const { return unknown_characters(text).empty(); }

  /// The characters of `text` that have no class, each once, sorted by code point. Throws FormatError for invalid
  /// UTF-8.
  std::string unknown_characters(std::string_view text) const {
    std::set<char32_t> unknown;
    for (const char32_t character : decode_utf8(text)) {
      if (!class_of_.contains(character)) unknown.insert(character);
    }
    return encode_utf8(std::u32string(unknown.begin(), unknown.end()));
  }

  /// The classes of a UTF-8 text, one per code point.
  /// Throws ArgumentError that names the first character without a class, FormatError for invalid UTF-8.
  std::vector<int> encode(std::string_view text) const {
    std::vector<int> classes;
    for (const char32_t character : decode_utf8(text)) {
      const auto found = class_of_.find(character);
      if (found == class_of_.end()) {
        throw ArgumentError("the character " + describe_character(character) + " of '" + printable(text) +
                            "' is not in the vocabulary of " + std::to_string(size()) +
                            " characters; leave the text out, or train with a vocabulary that has it");
      }
      classes.push_back(found->second);
    }
    return classes;
  }

  /// encode() of each text: the labels that a CTC loss takes.
  std::vector<std::vector<int>> encode(const std::vector<std::string>& texts) const {
    std::vector<std::vector<int>> labels;
    labels.reserve(texts.size());
    for (const std::string& text : texts) labels.push_back(encode(std::string_view(text)));
    return labels;
  }

  std::vector<int> encode(const std::string& text) const { return encode(std::string_view(text)); }
  std::vector<int> encode(const char* text) const { return encode(std::string_view(text)); }

  /// The UTF-8 text of a row of classes; throws ArgumentError for a class that is no character, so for the blank too.
  std::string decode(std::span<const int> classes) const {
    std::string text;
    for (const int number : classes) {
      if (number < 0 || number >= size()) {
        throw ArgumentError("Vocabulary::decode: expected classes from 0 to " + std::to_string(size() - 1) +
                            ", found " + std::to_string(number) + (number == blank() ? ", the blank" : ""));
      }
      text += encode_utf8(characters_[static_cast<std::size_t>(number)]);
    }
    return text;
  }

  /// Equal where every class stands for the same character.
  bool operator==(const Vocabulary& other) const { return characters_ == other.characters_; }

 private:
  explicit Vocabulary(std::u32string characters) : characters_(std::move(characters)) {
    if (characters_.empty()) throw ArgumentError("a vocabulary needs at least one character, found none");
    for (const char32_t character : characters_) {
      if (!class_of_.emplace(character, static_cast<int>(class_of_.size())).second) {
        throw ArgumentError("a vocabulary has each character once, found " + describe_character(character) +
                            " twice in '" + printable(encode_utf8(characters_)) + "'");
      }
    }
    text_ = encode_utf8(characters_);
  }

  std::u32string characters_;
  std::string text_;
  std::unordered_map<char32_t, int> class_of_;
};

}  // namespace tinyhtr
