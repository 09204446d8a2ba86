// check_text: what cannot be a label.
#pragma once

#include <string>
#include <string_view>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"

namespace tinyhtr {

/// Throws FormatError for a text that is no label: empty or of blanks alone, not UTF-8, or with a control character
/// (a line break, a tab, NUL).
inline void check_text(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) throw FormatError("the text is empty");
  for (const char32_t character : decode_utf8(text)) {
    if (character < 0x20 || character == 0x7F) {
      throw FormatError("the text '" + printable(text) + "' holds the control character " +
                        describe_character(character));
    }
  }
}

}  // namespace tinyhtr
