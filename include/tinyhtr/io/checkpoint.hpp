// Checkpoints: a network in a safetensors file, with what is needed to build it again.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/data/vocabulary.hpp"
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

/// Copies all parameters and buffers of a network out of a file. Throws FormatError that names the tensor with both
/// shapes where one is missing or does not fit, and for a tensor that the network does not have. Tensors whose names
/// start with "adam." are the optimiser's.
template <class T, class Network>
void copy_members(const Safetensors& file, Network& network) {
  const Members<T> list = members_of<T>(network);
  std::set<std::string> known;
  for (const auto& [name, variable] : list.parameters) {
    file.copy_to(name, variable->value());
    known.insert(name);
  }
  for (const auto& [name, tensor] : list.buffers) {
    file.copy_to(name, *tensor);
    known.insert(name);
  }
  for (const auto& [name, stored] : file.tensors) {
    if (!known.contains(name) && name.rfind("adam.", 0) != 0) {
      throw FormatError(file.path.string() + ": tensor '" + name + "' of shape " + stored.shape.to_string() +
                        " has no place in this network");
    }
  }
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
  if (nlohmann::json(value) != json.at(key))
    throw FormatError(std::string("the ") + key + " is " + json.at(key).dump());
  return value;
}

}  // namespace detail

/// The architecture as JSON text, for a checkpoint's metadata.
inline std::string word_net_to_json(const WordNetOptions& options) {
  nlohmann::json blocks = nlohmann::json::array();
  for (const ResidualBlockOptions& block : options.blocks) {
    blocks.push_back({{"filters", block.filters},
                      {"stride", {block.stride.height, block.stride.width}},
                      {"convolve_skip", block.convolve_skip},
                      {"slope", block.slope}});
  }
  return nlohmann::json{{"architecture", "word_net"},
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
                        {"blocks", blocks}}
      .dump();
}

/// The inverse of word_net_to_json. Throws FormatError for anything else, and for sizes that no network has.
inline WordNetOptions word_net_from_json(const std::string& text) {
  const auto in_range = [](const nlohmann::json& number, Index highest) {
    const auto value = number.get<Index>();
    if (value < 1 || value > highest)
      throw FormatError("the size " + number.dump() + " is outside 1 to " + std::to_string(highest));
    return value;
  };
  try {
    const nlohmann::json json = nlohmann::json::parse(text);
    if (json.at("architecture") != "word_net")
      throw FormatError("the architecture is " + json.at("architecture").dump());
    WordNetOptions options;
    options.height = in_range(json.at("height"), 4096);
    options.width = in_range(json.at("width"), 65536);
    options.channels = in_range(json.at("channels"), 3);
    options.hidden = in_range(json.at("hidden"), 1024);
    options.dropout = json.at("dropout").get<double>();
    options.keep_aspect_ratio = json.at("keep_aspect_ratio").get<bool>();
    options.invert = json.at("invert").get<bool>();
    options.padding = detail::known_name<Padding>(json, "padding");
    options.scan = detail::known_name<Scan>(json, "scan");
    options.batch_norm_momentum = json.at("batch_norm_momentum").get<double>();
    options.blocks.clear();
    for (const nlohmann::json& block : json.at("blocks")) {
      options.blocks.push_back(
          {.filters = in_range(block.at("filters"), 1024),
           .stride = {in_range(block.at("stride").at(0), 16), in_range(block.at("stride").at(1), 16)},
           .convolve_skip = block.at("convolve_skip").get<bool>(),
           .slope = block.at("slope").get<double>()});
    }
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

/// Reads a network with its vocabulary. Throws FileError, or FormatError that names the file and what is wrong with it:
/// truncated, no checkpoint, a tensor missing or of another shape (both are named), a vocabulary that does not fit.
template <class T>
SavedModel<T> load_model(const std::filesystem::path& path) {
  Safetensors file = read_safetensors(path);
  if (file.text("format") != "tinyhtr checkpoint 1") {
    throw FormatError(path.string() + ": is of format '" + file.text("format") + "', expected 'tinyhtr checkpoint 1'");
  }
  try {
    const Vocabulary vocabulary(file.text("vocabulary"));
    const WordNetOptions options = word_net_from_json(file.text("model"));
    const auto classes = file.tensors.find("classes.bias");
    if (classes != file.tensors.end() && classes->second.shape != Shape{vocabulary.classes()}) {
      throw FormatError("tensor 'classes.bias' has shape " + classes->second.shape.to_string() + ", expected " +
                        Shape{vocabulary.classes()}.to_string() + " for its vocabulary of " +
                        std::to_string(vocabulary.size()) + " characters and the blank");
    }
    SavedModel<T> model{vocabulary, WordNet<T>(vocabulary.classes(), 0, options), Safetensors{}};
    copy_members<T>(file, model.network);
    model.file = std::move(file);
    return model;
  } catch (const Error& error) {
    const std::string text = error.what();
    throw FormatError(text.rfind(path.string(), 0) == 0 ? text : path.string() + ": " + text);
  }
}

}  // namespace tinyhtr
