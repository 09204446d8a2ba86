// The file of a CharacterModel: written, and read with every byte looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/files.hpp"
#include "tinyhtr/language/character_model.hpp"

namespace tinyhtr {

namespace detail {

inline constexpr std::string_view language_magic = "tinyhtr-language";
inline constexpr std::uint32_t language_version = 1;

/// FNV-1a, 64 bits: finds a damaged byte, not a forger. Source: Fowler, Noll, Vo; RFC 9923.
inline std::uint64_t fnv1a(std::string_view bytes) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash;
}

/// Little-endian numbers from untrusted bytes.
class LanguageReader {
 public:
  LanguageReader(std::string_view bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  std::uint64_t number(int size, const char* what) {
    if (left() < static_cast<std::size_t>(size)) refuse(std::string("the file ends within ") + what);
    std::uint64_t value = 0;
    for (int i = 0; i < size; ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(bytes_[position_ + static_cast<std::size_t>(i)])} << (8 * i);
    }
    position_ += static_cast<std::size_t>(size);
    return value;
  }
  std::size_t left() const { return bytes_.size() - position_; }
  [[noreturn]] void refuse(const std::string& problem) const {
    throw FormatError(name_ + ": byte " + std::to_string(position_) + ": " + problem +
                      "; the file is damaged, or is no language model of tinyhtr");
  }

 private:
  std::string_view bytes_;
  const std::string& name_;
  std::size_t position_ = 0;
};

}  // namespace detail

/// The bytes of a language model's file. All numbers are little-endian:
///
///     "tinyhtr-language"                       16 bytes
///     u32 version = 1, u32 order, u32 V        V characters, order from 1 to 16
///     u32 x V                                  code points, sorted; symbol i is the i-th, then come V unknown, V + 1
///                                              end of word, V + 2 begin of word
///     u32 E                                    number of n-grams
///     for every context, breadth first, starting with the empty one, which has every symbol:
///       for every n-gram, sorted by symbol:
///         u8 symbol, or u16 where V + 3 > 256
///         u8 level                             log p = -16 (level / 255)^2; see CharacterModel
///         u8 or u16, as a symbol               how many n-grams go on from this one; 0 is no context. Not there
///                                              where none can: after the end of word, and at the full order
///     u64                                      FNV-1a of all bytes before
///
/// Backoffs are not stored: they follow from the probabilities.
inline std::string character_model_bytes(const CharacterModel& model) {
  const NgramTree& tree = model.tree();
  std::string bytes(detail::language_magic);
  const auto put = [&](std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
  };
  put(detail::language_version, 4);
  put(static_cast<std::uint64_t>(tree.order), 4);
  put(tree.characters.size(), 4);
  for (const char32_t c : tree.characters) put(c, 4);
  put(tree.symbols.size(), 4);
  const int size = tree.symbol_count() > 256 ? 2 : 1;
  std::vector<std::uint8_t> depth(tree.first.size(), 0);
  for (std::size_t n = 0; n + 1 < tree.first.size(); ++n) {
    for (std::size_t e = tree.first[n]; e < tree.first[n + 1]; ++e) {
      put(tree.symbols[e], size);
      put(tree.levels[e], 1);
      const std::uint32_t child = tree.children[e];
      if (child != 0) depth[child] = static_cast<std::uint8_t>(depth[n] + 1);
      if (tree.symbols[e] != tree.end() && depth[n] + 1 < tree.order) {
        put(child == 0 ? 0 : tree.first[child + 1] - tree.first[child], size);
      }
    }
  }
  put(detail::fnv1a(bytes), 8);
  return bytes;
}

/// The model in the bytes of a file; `name` is what messages call it. Throws FormatError for all that
/// character_model_bytes would not write, naming the byte.
inline CharacterModel parse_character_model(std::string_view bytes, const std::string& name) {
  const std::string_view magic = detail::language_magic;
  if (bytes.substr(0, magic.size()) != magic) {
    throw FormatError(name + ": expected a language model, which starts with '" + std::string(magic) + "', found '" +
                      printable(bytes.substr(0, magic.size())) + "'");
  }
  if (bytes.size() < magic.size() + 8) throw FormatError(name + ": the file ends within its header");
  const std::string_view body = bytes.substr(0, bytes.size() - 8);
  detail::LanguageReader checksum(bytes.substr(body.size()), name), reader(body.substr(magic.size()), name);
  const std::uint64_t written = reader.number(4, "the version");
  if (written != detail::language_version) {
    reader.refuse("expected version 1, found " + std::to_string(written));
  }
  if (checksum.number(8, "the checksum") != detail::fnv1a(body)) reader.refuse("the checksum does not match");
  NgramTree tree;
  tree.order = static_cast<int>(reader.number(4, "the order") & 0xFFFF);
  if (tree.order < 1 || tree.order > NgramTree::highest_order) reader.refuse("expected an order from 1 to 16");
  const std::uint64_t characters = reader.number(4, "the number of characters");
  if (characters > 65000 || characters > reader.left() / 4) {
    reader.refuse("claims " + std::to_string(characters) + " characters");
  }
  for (std::uint64_t i = 0; i < characters; ++i) {
    const std::uint64_t c = reader.number(4, "the characters");
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) reader.refuse("expected a code point");
    tree.characters += static_cast<char32_t>(c);
  }
  const std::uint64_t entries = reader.number(4, "the number of n-grams");
  if (entries > reader.left() / 2) reader.refuse("claims " + std::to_string(entries) + " n-grams");
  const int size = tree.symbol_count() > 256 ? 2 : 1;
  std::vector<std::uint32_t> sizes{static_cast<std::uint32_t>(tree.symbol_count())};  // of each node
  std::vector<std::uint8_t> depth{0};
  for (std::size_t n = 0; n < sizes.size(); ++n) {
    tree.first.push_back(static_cast<std::uint32_t>(tree.symbols.size()));
    if (sizes[n] > entries - tree.symbols.size()) reader.refuse("more n-grams than the header has");
    for (std::uint32_t i = 0; i < sizes[n]; ++i) {
      tree.symbols.push_back(static_cast<std::uint16_t>(reader.number(size, "an n-gram")));
      tree.levels.push_back(static_cast<std::uint8_t>(reader.number(1, "an n-gram")));
      tree.children.push_back(0);
      if (tree.symbols.back() == tree.end() || depth[n] + 1 >= tree.order) continue;
      const auto longer = static_cast<std::uint32_t>(reader.number(size, "an n-gram"));
      if (longer == 0) continue;
      tree.children.back() = static_cast<std::uint32_t>(sizes.size());
      depth.push_back(static_cast<std::uint8_t>(depth[n] + 1));
      sizes.push_back(longer);
    }
  }
  tree.first.push_back(static_cast<std::uint32_t>(tree.symbols.size()));
  if (tree.symbols.size() != entries || reader.left() != 0) reader.refuse("bytes are left behind the last n-gram");
  try {
    return CharacterModel(std::move(tree), name);
  } catch (const ArgumentError& error) {
    throw FormatError(error.what());
  }
}

/// Reads a language model's file. Throws FileError where it cannot be read, FormatError as parse_character_model does.
inline CharacterModel read_character_model(const std::filesystem::path& path) {
  const auto bytes = detail::read_file<std::string>(path, "a language model", std::uintmax_t{1} << 30);
  return parse_character_model(bytes, path.string());
}

}  // namespace tinyhtr
