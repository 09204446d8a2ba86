// Preprocessing as JSON, for a checkpoint's metadata.
#pragma once

#include <cstddef>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/preprocessing.hpp"
#include "tinyhtr/io/parse_json.hpp"

namespace tinyhtr {

namespace detail {

/// {"step": name, parameters}, of the parameters that are on or off those that are on
template <class Step>
nlohmann::json step_to_json(Step step) {
  nlohmann::json json{{"step", Step::name}};
  visit_parameters(step, [&json](const char* name, auto value, auto, auto) {
    if (!std::is_same_v<decltype(value), bool> || value) json[name] = value;
  });
  return json;
}

/// The inverse of step_to_json, where json is an object of this step. Throws FormatError for a parameter that is
/// unknown, of another type or out of its range, and for a number that is missing.
template <class Step>
Step step_from_json(const nlohmann::json& json) {
  Step step;
  nlohmann::json unknown = json;
  unknown.erase("step");
  visit_parameters(step, [&](const char* name, auto& value, auto lowest, auto highest) {
    const std::string where = std::string(Step::name) + ": " + name;
    const auto found = json.find(name);
    using Number = std::remove_reference_t<decltype(value)>;
    if constexpr (std::is_same_v<Number, bool>) {
      if (found != json.end() && !found->is_boolean())
        throw FormatError(where + " is " + found->dump() + ", expected true or false");
      value = found != json.end() && found->template get<bool>();
    } else {
      if (found == json.end()) throw FormatError(where + " is missing");
      constexpr bool whole = std::is_same_v<Number, Index>;
      // As doubles: a whole number of 20 digits must not wrap.
      const bool good = (whole ? found->is_number_integer() : found->is_number()) &&
                        found->template get<double>() >= static_cast<double>(lowest) &&
                        found->template get<double>() <= static_cast<double>(highest);
      if (!good) {
        throw FormatError(where + " is " + found->dump() + ", expected a " + (whole ? "whole " : "") + "number from " +
                          nlohmann::json(lowest).dump() + " to " + nlohmann::json(highest).dump());
      }
      value = found->template get<Number>();
    }
    unknown.erase(name);
  });
  if (!unknown.empty()) {
    throw FormatError(std::string(Step::name) + ": the parameter '" + unknown.begin().key() + "' is unknown");
  }
  return step;
}

/// The alternative of PreprocessingStep that has this name.
template <std::size_t i = 0>
PreprocessingStep any_step_from_json(const nlohmann::json& json, const std::string& name) {
  if constexpr (i < std::variant_size_v<PreprocessingStep>) {
    using Step = std::variant_alternative_t<i, PreprocessingStep>;
    return name == Step::name ? PreprocessingStep(step_from_json<Step>(json)) : any_step_from_json<i + 1>(json, name);
  } else {
    throw FormatError("the step '" + name + "' is unknown");
  }
}

/// The "step" of an object.
template <class WhenCalled = void>
std::string step_name_of(const nlohmann::json& json) {
  if (!json.is_object() || !json.contains("step") || !json["step"].is_string()) {
    throw FormatError("expected an object with a \"step\", found " + json.dump());
  }
  return json["step"].get<std::string>();
}

}  // namespace detail

/// A list of {"step": name, parameters} as JSON text, the last one being "fit_height". Throws ArgumentError for
/// parameters out of range.
template <class WhenCalled = void>
std::string preprocessing_to_json(const Preprocessing& preprocessing) {
  detail::check_steps(preprocessing.steps);
  detail::check_fit(preprocessing.fit);
  nlohmann::json list = nlohmann::json::array();
  for (const PreprocessingStep& step : preprocessing.steps) {
    list.push_back(std::visit([](const auto& one) { return detail::step_to_json(one); }, step));
  }
  list.push_back(detail::step_to_json(preprocessing.fit));
  return list.dump();
}

/// The inverse of preprocessing_to_json. Throws FormatError for anything else, which names the step and the parameter
/// that is unknown, missing or out of its range.
template <class WhenCalled = void>
Preprocessing preprocessing_from_json(const std::string& text) {
  try {
    const nlohmann::json list = detail::parse_json(text);
    if (!list.is_array() || list.empty() || list.size() > 64) {
      throw FormatError("expected a list of 1 to 64 steps, found " + std::string(list.type_name()) + " of " +
                        std::to_string(list.size()));
    }
    Preprocessing preprocessing;
    for (std::size_t i = 0; i + 1 < list.size(); ++i) {
      preprocessing.steps.push_back(detail::any_step_from_json(list[i], detail::step_name_of(list[i])));
    }
    const std::string last = detail::step_name_of(list.back());
    if (last != FitHeight::name) throw FormatError("the last step is '" + last + "', expected fit_height");
    preprocessing.fit = detail::step_from_json<FitHeight>(list.back());
    detail::check_fit(preprocessing.fit);
    return preprocessing;
  } catch (const std::exception& error) {
    throw FormatError(std::string("the description of the preprocessing cannot be used: ") + error.what());
  }
}

}  // namespace tinyhtr
