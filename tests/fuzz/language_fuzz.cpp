// Bytes as a language model's file, with the checksum made to fit, so that what lies behind it is reached.
#include <cstdint>
#include <string>

#include "target.hpp"
#include "tinyhtr/language/character_model_file.hpp"

TINYHTR_FUZZ(content) {
  using namespace tinyhtr;
  std::string bytes(content);
  const std::uint64_t hash = detail::fnv1a(content);
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(hash >> (8 * i) & 0xFF);
  const CharacterModel model = parse_character_model(bytes, "fuzz");
  static_cast<void>(model.word_log_probability("then"));
}
