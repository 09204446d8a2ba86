// load_network_file: a network to read with, as the programs take it with --model.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "tinyhtr/core/files.hpp"
#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/io/load_network.hpp"
#include "tinyhtr/train/run_config_yaml.hpp"

namespace tinyhtr::examples {

/// What --model takes, for help texts.
inline constexpr const char* model_help =
    "A network: best.safetensors, last.safetensors or model.onnx of train_iam's run, or another ONNX file of this "
    "architecture, with the vocabulary in it or in configs.yaml beside it";

/// Reads a network; for an ONNX file that does not hold its vocabulary, that is the one of configs.yaml beside it.
/// Throws what load_network and read_config_vocabulary throw.
inline LoadedNetwork<float> load_network_file(const std::filesystem::path& path) {
  return load_network<float>(path, [](const std::filesystem::path& model) -> std::optional<Vocabulary> {
    const std::filesystem::path config = model.parent_path() / "configs.yaml";
    if (!std::filesystem::exists(detail::status_of(config))) return std::nullopt;
    const std::string characters = read_config_vocabulary(config);
    if (characters.empty()) return std::nullopt;
    return Vocabulary(characters);
  });
}

}  // namespace tinyhtr::examples
