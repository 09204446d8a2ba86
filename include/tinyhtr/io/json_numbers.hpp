// Numbers out of JSON that somebody may have changed.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "tinyhtr/core/error.hpp"

namespace tinyhtr::detail {

/// A whole number from 0 to the largest of its type. Throws FormatError for another, and what json.at throws where
/// there is none.
template <class Number>
void read_count(const nlohmann::json& json, const char* key, Number& value) {
  const nlohmann::json& found = json.at(key);
  constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<Number>::max());
  if (!found.is_number_unsigned() || found.get<std::uint64_t>() > largest)
    throw FormatError(std::string(key) + " is " + found.dump() + ", expected a whole number from 0 to " +
                      std::to_string(largest));
  value = found.get<Number>();
}

/// A finite number. Throws as read_count does.
template <class WhenCalled = void>
void read_number(const nlohmann::json& json, const char* key, double& value) {
  const nlohmann::json& found = json.at(key);
  if (!found.is_number() || !std::isfinite(found.get<double>()))
    throw FormatError(std::string(key) + " is " + found.dump() + ", expected a number");
  value = found.get<double>();
}

}  // namespace tinyhtr::detail
