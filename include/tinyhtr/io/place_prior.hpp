// A PlacePrior beside a network's weights, in the metadata of its file.
#pragma once

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/models/locate_characters.hpp"

namespace tinyhtr {

namespace detail {

template <class WhenCalled = void>
std::string rounded_list(const std::vector<double>& numbers) {
  nlohmann::json list = nlohmann::json::array();
  for (const double number : numbers) list.push_back(std::round(100 * number) / 100);
  return list.dump();
}

/// A list of `count` finite numbers; empty where the metadata have none of that name.
template <class WhenCalled = void>
std::vector<double> number_list(const std::map<std::string, std::string>& metadata, const std::string& key,
                                Index count) {
  const auto stored = metadata.find(key);
  if (stored == metadata.end()) return {};
  const std::string& text = stored->second;
  const nlohmann::json list = nlohmann::json::parse(text.data(), text.data() + text.size(), nullptr, false);
  bool good = list.is_array() && static_cast<Index>(list.size()) == count;
  std::vector<double> numbers;
  for (std::size_t i = 0; good && i < list.size(); ++i) {
    good = list[i].is_number() && std::isfinite(list[i].get<double>());
    if (good) numbers.push_back(list[i].get<double>());
  }
  if (good) return numbers;
  throw FormatError("the " + key + " of the network: expected a list of " + std::to_string(count) +
                    " numbers, one for each character of its vocabulary, found " + printable(text, 80));
}

}  // namespace detail

/// Adds "character_lags" and "character_widths", JSON lists with a number for each class but the blank.
template <class WhenCalled = void>
void add_place_prior(std::map<std::string, std::string>& metadata, const PlacePrior& prior) {
  metadata["character_lags"] = detail::rounded_list(prior.lags);
  metadata["character_widths"] = detail::rounded_list(prior.widths);
}

/// Reads it back: an empty one where the metadata have none. classes: how many numbers are expected, those of the
/// vocabulary. Throws FormatError for values that are no such thing.
template <class WhenCalled = void>
PlacePrior place_prior_of(const std::map<std::string, std::string>& metadata, Index classes) {
  PlacePrior prior{detail::number_list(metadata, "character_lags", classes),
                   detail::number_list(metadata, "character_widths", classes)};
  if (prior.lags.empty() != prior.widths.empty()) {
    throw FormatError("the network has only one of character_lags and character_widths, expected both or neither");
  }
  for (const double width : prior.widths) {
    if (!(width > 0)) {
      throw FormatError("the character_widths of the network: expected numbers above 0, found " +
                        std::to_string(width));
    }
  }
  return prior;
}

}  // namespace tinyhtr
