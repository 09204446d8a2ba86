// Checkpoints: a network in a safetensors file, with what is needed to build it again.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/io/parse_json.hpp"
#include "tinyhtr/io/preprocessing_json.hpp"
#include "tinyhtr/io/safetensors.hpp"
#include "tinyhtr/models/word_net.hpp"
#include "tinyhtr/nn/module.hpp"

namespace tinyhtr {

/// Adds all parameters and buffers of a network under their paths.
template <class T, class Network>
void add_members(Safetensors& file, Network& network) {
  const Members<T> list = members_of<T>(network);
  for (const auto& [name, variable] : list.parameters) file.add(name, variable->value());
  for (const auto& [name, tensor] : list.buffers) file.add(name, *tensor);
}

/// Throws FormatError where copy_members would, and changes nothing: it names the tensor with both shapes where one is
/// missing or does not fit, and a tensor that the network does not have. Tensors whose names start with "adam." are the
/// optimiser's, those with "average." are of WeightAverage.
template <class T, class Network>
void check_members(const Safetensors& file, Network& network) {
  const Members<T> list = members_of<T>(network);
  std::set<std::string> known;
  for (const auto& [name, variable] : list.parameters) {
    file.numbers_at(name, variable->shape());
    known.insert(name);
  }
  for (const auto& [name, tensor] : list.buffers) {
    file.numbers_at(name, tensor->shape());
    known.insert(name);
  }
  for (const auto& [name, stored] : file.tensors) {
    if (!known.contains(name) && !name.starts_with("adam.") && !name.starts_with("average.")) {
      throw FormatError(file.path.string() + ": tensor '" + name + "' of shape " + stored.shape.to_string() +
                        " has no place in this network");
    }
  }
}

/// Copies all parameters and buffers of a network out of a file. Throws FormatError as check_members does; then the
/// network is as it was.
template <class T, class Network>
void copy_members(const Safetensors& file, Network& network) {
  check_members<T>(file, network);
  const Members<T> list = members_of<T>(network);
  for (const auto& [name, variable] : list.parameters) file.copy_to(name, variable->value());
  for (const auto& [name, tensor] : list.buffers) file.copy_to(name, *tensor);
}

// The names of Padding and Scan in checkpoints.
NLOHMANN_JSON_SERIALIZE_ENUM(Padding,
                             {{Padding::same, "same"}, {Padding::symmetric, "symmetric"}, {Padding::none, "none"}})
NLOHMANN_JSON_SERIALIZE_ENUM(Scan,
                             {{Scan::rows, "rows"}, {Scan::columns, "columns"}, {Scan::column_maxima, "column_maxima"}})

namespace detail {

/// The value of an enumeration by its name; unlike the library's own conversion, an unknown name is an error.
template <class Enumeration>
Enumeration known_name(const nlohmann::json& json, const char* key) {
  const auto value = json.at(key).get<Enumeration>();
  if (nlohmann::json(value).dump() != json.at(key).dump())
    throw FormatError(std::string("the ") + key + " is " + json.at(key).dump());
  return value;
}

}  // namespace detail

/// The architecture as JSON text, for a checkpoint's metadata.
template <class WhenCalled = void>
std::string word_net_to_json(const WordNetOptions& options) {
  nlohmann::json blocks = nlohmann::json::array();
  for (const ResidualBlockOptions& block : options.blocks) {
    blocks.push_back({{"filters", block.filters},
                      {"stride", {block.stride.height, block.stride.width}},
                      {"convolve_skip", block.convolve_skip},
                      {"slope", block.slope}});
  }
  nlohmann::json json{{"architecture", "word_net"},
                      {"height", options.height},
                      {"width", options.width},
                      {"channels", options.channels},
                      {"keep_aspect_ratio", options.keep_aspect_ratio},
                      {"invert", options.invert},
                      {"hidden", options.hidden},
                      {"dropout", options.dropout},
                      {"padding", options.padding},
                      {"scan", options.scan},
                      {"batch_norm_momentum", options.batch_norm_momentum},
                      {"blocks", blocks}};
  if (options.feature_dropout) json["feature_dropout"] = *options.feature_dropout;
  if (!options.convolution_bias) json["convolution_bias"] = false;
  if (options.normalise_skip) json["normalise_skip"] = true;
  if (options.second_head) json["second_head"] = true;
  if (options.preprocessing) json["preprocessing"] = detail::parse_json(preprocessing_to_json(*options.preprocessing));
  return json.dump();
}

/// The inverse of word_net_to_json. Throws FormatError for anything else, and for numbers that no network has.
template <class WhenCalled = void>
WordNetOptions word_net_from_json(const std::string& text) {
  const auto size = [](const nlohmann::json& number, Index highest) {
    const Index value = number.is_number_integer() ? number.get<Index>() : 0;
    if (value < 1 || value > highest)
      throw FormatError("a size is " + number.dump() + ", expected a whole number from 1 to " +
                        std::to_string(highest));
    return value;
  };
  const auto is_zero = [](const nlohmann::json& number) { return number.is_number() && number.get<double>() == 0; };
  const auto check = [](bool good, const nlohmann::json& number, const char* expected) {
    if (!good) throw FormatError("found " + number.dump() + ", expected " + expected);
  };
  try {
    const nlohmann::json json = detail::parse_json(text);
    const std::string architecture = json.at("architecture").dump();
    if (architecture != "\"word_net\"") throw FormatError("the architecture is " + architecture);
    WordNetOptions options;
    options.height = size(json.at("height"), 4096);
    options.width = is_zero(json.at("width")) ? 0 : size(json.at("width"), 65536);
    options.channels = size(json.at("channels"), 3);
    check(options.channels != 2, json.at("channels"), "1 or 3 channels");
    options.hidden = size(json.at("hidden"), 1024);
    options.dropout = json.at("dropout").get<double>();
    check(options.dropout >= 0 && options.dropout < 1, json.at("dropout"), "a dropout from 0 to less than 1");
    options.keep_aspect_ratio = json.at("keep_aspect_ratio").get<bool>();
    options.invert = json.at("invert").get<bool>();
    options.padding = detail::known_name<Padding>(json, "padding");
    options.scan = detail::known_name<Scan>(json, "scan");
    options.batch_norm_momentum = json.at("batch_norm_momentum").get<double>();
    check(options.batch_norm_momentum >= 0 && options.batch_norm_momentum <= 1, json.at("batch_norm_momentum"),
          "a batch_norm_momentum from 0 to 1");
    if (json.contains("feature_dropout")) {
      options.feature_dropout = json["feature_dropout"].get<double>();
      check(*options.feature_dropout >= 0 && *options.feature_dropout < 1, json["feature_dropout"],
            "a feature_dropout from 0 to less than 1");
    }
    options.convolution_bias = json.value("convolution_bias", true);
    options.normalise_skip = json.value("normalise_skip", false);
    options.second_head = json.value("second_head", false);
    if (json.contains("preprocessing")) options.preprocessing = preprocessing_from_json(json["preprocessing"].dump());
    const nlohmann::json& blocks = json.at("blocks");
    check(blocks.is_array() && blocks.size() <= 64, blocks.size(), "an array of at most 64 blocks");
    options.blocks.clear();
    for (const nlohmann::json& block : blocks) {
      options.blocks.push_back({.filters = size(block.at("filters"), 1024),
                                .stride = {size(block.at("stride").at(0), 16), size(block.at("stride").at(1), 16)},
                                .convolve_skip = block.at("convolve_skip").get<bool>(),
                                .slope = block.at("slope").get<double>()});
    }
    check_options(options);
    static_cast<void>(time_steps(options, options.width == 0
                                              ? column_stride(options)
                                              : options.width));  // throws where a kernel does not fit onto its image
    return options;
  } catch (const std::exception& error) {
    throw FormatError(std::string("the description of the network cannot be used: ") + error.what());
  }
}

/// A network as it was saved, ready to read words.
template <class T>
struct SavedModel {
  Vocabulary vocabulary;
  WordNet<T> network;
  Safetensors file;  ///< everything else that the checkpoint holds
};

/// Fills a file with a network: its description, vocabulary, tensors.
template <class T>
void add_model(Safetensors& file, WordNet<T>& network, const Vocabulary& vocabulary) {
  file.metadata["format"] = "tinyhtr checkpoint 1";
  file.metadata["model"] = word_net_to_json(network.options);
  file.metadata["vocabulary"] = vocabulary.text();
  add_members<T>(file, network);
}

namespace detail {

/// Throws FormatError where the file lacks one of the largest tensors of the network that it describes: to be called
/// before that is built, for a description of some bytes can ask for gigabytes.
inline void check_largest_tensors(const Safetensors& file, const WordNetOptions& options, Index classes) {
  for (std::size_t i = 0; i < options.blocks.size(); ++i) {
    const Index filters = options.blocks[i].filters;
    file.at("blocks." + std::to_string(i) + ".conv2.weight", {filters, filters, 3, 3});
  }
  file.at("lstm.weight_hh_l0", {4 * options.hidden, options.hidden});
  file.at("classes.weight", {classes, 2 * options.hidden});
}

}  // namespace detail

/// The network of a file with its vocabulary. Throws FormatError that names the file and what is wrong with it: no
/// checkpoint, a tensor missing or of another shape (both are named), NaN in it, a vocabulary that does not fit.
template <class T>
SavedModel<T> load_model(Safetensors file) {
  const std::filesystem::path path = file.path;
  if (file.text("format") != "tinyhtr checkpoint 1") {
    throw FormatError(path.string() + ": is of format '" + file.text("format") + "', expected 'tinyhtr checkpoint 1'");
  }
  const std::string &characters = file.text("vocabulary"), &description = file.text("model");
  // What throws here does not know the file.
  const auto with_path = [&path](const auto& make) {
    try {
      return make();
    } catch (const Error& error) {
      throw FormatError(path.string() + ": " + error.what());
    }
  };
  const Vocabulary vocabulary = with_path([&] { return Vocabulary(characters); });
  const WordNetOptions options = with_path([&] { return word_net_from_json(description); });
  const auto classes = file.tensors.find("classes.bias");
  if (classes != file.tensors.end() && classes->second.shape != Shape{vocabulary.classes()}) {
    throw FormatError(path.string() + ": tensor 'classes.bias' has shape " + classes->second.shape.to_string() +
                      ", expected " + Shape{vocabulary.classes()}.to_string() + " for its vocabulary of " +
                      std::to_string(vocabulary.size()) + " characters and the blank");
  }
  detail::check_largest_tensors(file, options, vocabulary.classes());
  SavedModel<T> model = with_path([&] {
    return SavedModel<T>{vocabulary, WordNet<T>(vocabulary.classes(), 0, options), Safetensors{}};
  });
  copy_members<T>(file, model.network);
  model.file = std::move(file);
  return model;
}

/// load_model of the safetensors file at a path. Throws FileError where it cannot be read, FormatError as
/// parse_safetensors does.
template <class T>
SavedModel<T> load_model(const std::filesystem::path& path) {
  return load_model<T>(read_safetensors(path));
}

}  // namespace tinyhtr
