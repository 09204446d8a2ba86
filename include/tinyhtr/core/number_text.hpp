// Numbers as people read them.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <iomanip>
#include <locale>
#include <sstream>
#include <string>

namespace tinyhtr {

/// A number with so many digits after the point.
inline std::string fixed(double value, int digits) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << std::fixed << std::setprecision(digits) << value;
  return text.str();
}

/// A number with as few digits as tell it from all others of its type: 0.0005, 1.0e-07. What has an exponent has a
/// point too, or YAML 1.1 would take it for text.
inline std::string shortest(double value) {
  std::array<char, 32> text;
  const double size = std::abs(value);
  const bool is_plain = value == 0 || (size >= 1e-5 && size < 1e15);
  const char* end = is_plain
                        ? std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed).ptr
                        : std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  std::string digits(static_cast<const char*>(text.data()), end);
  const std::size_t exponent = digits.find('e');
  if (exponent != std::string::npos && digits.find('.') == std::string::npos) digits.insert(exponent, ".0");
  return digits;
}

/// A time of so many seconds: "1:02:03" or "02:03".
inline std::string clock_time(double seconds) {
  const long total = seconds > 0 && seconds < 1e9 ? static_cast<long>(seconds + 0.5) : 0;
  const auto two = [](long n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return (total >= 3600 ? std::to_string(total / 3600) + ":" : "") + two(total / 60 % 60) + ":" + two(total % 60);
}

}  // namespace tinyhtr
