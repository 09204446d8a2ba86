// A network to read with, from whatever file holds one.
#pragma once

#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/files.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/io/checkpoint.hpp"
#include "tinyhtr/io/import_onnx.hpp"
#include "tinyhtr/io/read_onnx.hpp"
#include "tinyhtr/models/word_net.hpp"

namespace tinyhtr {

template <class T>
struct LoadedNetwork {
  Vocabulary vocabulary;
  WordNet<T> network;
  std::string source;                           ///< "checkpoint", or "ONNX by <its producer>"
  std::map<std::string, std::string> metadata;  ///< what else the file says: words, configuration, figures

  /// What the logits are divided by for confidences that are met: fitted on validation words, 1 where nobody did.
  double temperature() const { return temperature_of("temperature"); }

  /// The same for what beam_search divides scores by.
  double beam_temperature() const { return temperature_of("beam_temperature"); }

  /// A number of the metadata, `otherwise` where they do not have it. Throws FormatError where it is none.
  double number(const std::string& key, double otherwise) const {
    const auto stored = metadata.find(key);
    if (stored == metadata.end()) return otherwise;
    double value = 0;
    const char* const end = stored->second.data() + stored->second.size();
    const auto [rest, problem] = std::from_chars(stored->second.data(), end, value);
    if (problem != std::errc() || rest != end || !std::isfinite(value)) {
      throw FormatError("the " + key + " of the network is '" + printable(stored->second) + "', expected a number");
    }
    return value;
  }

 private:
  double temperature_of(const std::string& key) const {
    const double value = number(key, 1);
    if (!(value > 0)) throw FormatError("the " + key + " of the network is not above 0");
    return value;
  }
};

namespace detail {

/// Whether a file begins as safetensors does: eight bytes of a length, then the brace of its JSON header.
inline bool is_safetensors(const std::filesystem::path& path) {
  char start[9] = {};
  std::ifstream stream(path, std::ios::binary);
  return stream.read(start, sizeof start) && start[8] == '{' && start[7] == 0;
}

/// Whether a file begins as ONNX files do, with the field ir_version or the producer's name.
inline bool is_onnx(const std::filesystem::path& path) {
  char start[2] = {};
  std::ifstream stream(path, std::ios::binary);
  if (!stream.read(start, sizeof start)) return false;
  return (start[0] == 0x08 && start[1] > 0 && start[1] < 0x40) || start[0] == 0x12 || start[0] == 0x3A;
}

}  // namespace detail

/// Reads a network out of a checkpoint of train_iam or out of an ONNX file; which it is, the content says, not the
/// name.
///
/// find_vocabulary(path) is asked for the vocabulary of an ONNX file that does not hold it; std::nullopt where there is
/// none. Throws FileError, or FormatError that names the file and what is wrong with it.
template <class T, class FindVocabulary>
LoadedNetwork<T> load_network(const std::filesystem::path& path, const FindVocabulary& find_vocabulary) {
  const std::string expected = "expected a checkpoint of train_iam or an ONNX file, found ";
  const std::filesystem::file_status status = detail::status_of(path);
  if (!std::filesystem::exists(status)) throw FileError(path.string() + ": " + expected + "nothing");
  if (!std::filesystem::is_regular_file(status))
    throw FileError(path.string() + ": " + expected + "a folder or device");
  const bool checkpoint = detail::is_safetensors(path);
  if (!checkpoint && detail::is_onnx(path)) {
    const OnnxModel model = read_onnx(path);
    std::optional<Vocabulary> vocabulary;
    if (!has_vocabulary(model)) vocabulary = find_vocabulary(path);
    ImportedModel<T> imported = import_onnx<T>(model, vocabulary);
    return {std::move(imported.vocabulary), std::move(imported.network), "ONNX by " + imported.producer,
            model.metadata};
  }
  if (!checkpoint) throw FormatError(path.string() + ": " + expected + "something else");
  SavedModel<T> saved = load_model<T>(path);
  return {std::move(saved.vocabulary), std::move(saved.network), "checkpoint", std::move(saved.file.metadata)};
}

/// The same, for files that hold their vocabulary.
template <class T>
LoadedNetwork<T> load_network(const std::filesystem::path& path) {
  return load_network<T>(path, [](const std::filesystem::path&) { return std::optional<Vocabulary>(); });
}

}  // namespace tinyhtr
