// The network that a training starts from: a new one as the settings describe it, or a trained one from a file.
#pragma once

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "support/network_file.hpp"
#include "support/run_options.hpp"
#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/sample.hpp"
#include "tinyhtr/io/checkpoint.hpp"
#include "tinyhtr/models/column_net.hpp"
#include "tinyhtr/models/extend_vocabulary.hpp"
#include "tinyhtr/train/run_config.hpp"

namespace tinyhtr::examples {

/// The network that the settings describe, one with new weights.
inline WordNetOptions architecture_of(const RunConfig& config) {
  WordNetOptions options;
  if (config.network == "small") options = small_word_net();
  if (config.network == "column-small") options = small_column_net();
  if (config.network == "column-medium") options = medium_column_net();
  if (options.preprocessing) {
    options.preprocessing->fit.height = config.height;
    options.preprocessing->fit.width = config.width;
    options.preprocessing->fit.magnify_at_most = config.magnify;
    options.preprocessing->fit.stretch = config.stretch;
    if (config.deslant) options.preprocessing->steps.push_back(Deslant{});
    options.second_head = config.second_head_weight > 0;
  }
  options.height = config.height;
  options.width = config.width;
  options.initialisation = config.initial_weights == "keras" ? Initialisation::keras : Initialisation::pytorch;
  if (config.scan == "rows") options.scan = Scan::rows;
  if (config.scan == "columns") options.scan = Scan::columns;
  if (config.scan == "column_maxima") options.scan = Scan::column_maxima;
  if (config.padding == "symmetric") options.padding = Padding::symmetric;
  static_cast<void>(time_steps(
      options, std::max(options.width, column_stride(options))));  // throws where a kernel does not fit onto its image
  return options;
}

/// The steps into which labels have to fit; those that a network of any width reads its widest images in.
inline Index most_time_steps(const WordNetOptions& options) {
  return options.width > 0 ? time_steps(options) : time_steps(options, options.preprocessing->fit.max_width);
}

inline std::vector<std::string> texts_of(const std::vector<Sample>& samples) {
  std::vector<std::string> texts;
  for (const Sample& sample : samples) texts.push_back(sample.text);
  return texts;
}

/// What differs between two networks, by the names in checkpoints.
inline std::string network_differences(const WordNetOptions& asked, const WordNetOptions& found) {
  const auto a = nlohmann::json::parse(word_net_to_json(asked)), b = nlohmann::json::parse(word_net_to_json(found));
  std::string names;
  for (const nlohmann::json& description : {a, b}) {
    for (const auto& [key, value] : description.items()) {
      const bool differs = !a.contains(key) || !b.contains(key) || a[key] != b[key];
      if (differs && (", " + names + ",").find(", " + key + ",") == std::string::npos)
        names += (names.empty() ? "" : ", ") + key;
    }
  }
  return names;
}

/// Takes what a run's settings say of the network from that of initial_model. Throws ArgumentError for a setting that
/// was given and contradicts it, with both values.
inline void take_settings(RunConfig& config, const RunOptions& call, const WordNetOptions& model) {
  const auto take = [&](const char* key, auto& setting, const auto& value) {
    if (call.was_given(key) && setting != value) {
      throw ArgumentError(option_name(key) + " is " + config_text(setting) + ", but the network of initial_model has " +
                          config_text(value) + "; leave it away to take that");
    }
    setting = value;
  };
  take("height", config.height, model.height);
  take("width", config.width, model.width);
  take("padding", config.padding, std::string(model.padding == Padding::symmetric ? "symmetric" : "same"));
  const std::string scan = model.scan == Scan::rows      ? "rows"
                           : model.scan == Scan::columns ? "columns"
                                                         : "column_maxima";
  if (config.scan == "default") config.scan = scan;
  take("scan", config.scan, scan);
  const bool deslants =
      model.preprocessing && std::any_of(model.preprocessing->steps.begin(), model.preprocessing->steps.end(),
                                         [](const auto& step) { return std::holds_alternative<Deslant>(step); });
  take("deslant", config.deslant, deslants);
  take("magnify", config.magnify, model.preprocessing ? model.preprocessing->fit.magnify_at_most : 1.0);
  take("stretch", config.stretch, model.preprocessing && model.preprocessing->fit.stretch);
  if (call.was_given("network") && config.network != "initial") {
    WordNetOptions asked = architecture_of(config);
    asked.second_head = model.second_head;  // its weight is a setting of the training
    const std::string names = network_differences(asked, model);
    if (!names.empty()) {
      throw ArgumentError("--network is " + config.network + ", but the network of initial_model is another one (" +
                          names + " differ); leave it away to take that");
    }
  }
  config.network = "initial";
}

/// Says what a training starts from, and what becomes of its vocabulary.
inline void print_initial_model(const std::filesystem::path& path, const LoadedNetwork<float>& initial,
                                const Vocabulary& vocabulary) {
  const std::string added = initial.vocabulary.unknown_characters(vocabulary.text()),
                    dropped = vocabulary.unknown_characters(initial.vocabulary.text());
  std::cout << "initial      " << printable(path.string(), 4000) << " (" << initial.source
            << "): network and preprocessing are its own; characters " << initial.vocabulary.size();
  if (!added.empty()) std::cout << ", new: " << printable(added);
  if (!dropped.empty()) std::cout << ", dropped: " << printable(dropped);
  std::cout << '\n';
}

}  // namespace tinyhtr::examples
