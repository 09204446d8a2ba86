// From an ONNX graph back to a WordNet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/io/onnx_constants.hpp"
#include "tinyhtr/io/onnx_model.hpp"
#include "tinyhtr/io/onnx_options.hpp"
#include "tinyhtr/io/onnx_walk.hpp"
#include "tinyhtr/io/onnx_word_net.hpp"
#include "tinyhtr/models/word_net.hpp"

namespace tinyhtr {

/// A network out of an ONNX file, ready to read words.
template <class T>
struct ImportedModel {
  Vocabulary vocabulary;
  WordNet<T> network;
  std::string producer;  ///< what wrote the file, by its own word
};

namespace detail {

/// Throws FormatError where the network would be much larger than its file: one large constant can serve in many
/// places.
inline void check_size(const OnnxModel& model, const OnnxWordNet& found) {
  std::size_t count = element_count(*found.classes_weight);
  for (const OnnxBlock& block : found.blocks) {
    for (const auto* convolution : {&block.conv1, &block.conv2, &block.skip}) {
      if (*convolution) count += element_count(*(*convolution)->weight);
    }
  }
  for (const auto& direction : found.directions) {
    count += element_count(*direction->input_weights) + element_count(*direction->state_weights);
  }
  const std::size_t in_file = count_elements(model);
  if (count > most_elements(in_file)) {
    throw FormatError("its " + std::to_string(in_file) + " numbers make a network of " + std::to_string(count) +
                      "; expected one without constants that serve many times");
  }
}

/// Copies a constant of the same number of elements.
template <class T>
void copy_constant(Tensor<T>& target, const OnnxTensor& constant) {
  for (Index i = 0; i < target.size(); ++i)
    target[i] = static_cast<T>(number_at(constant, static_cast<std::size_t>(i)));
}

template <class T, class Convolution>
void copy_convolution(Convolution& layer, const OnnxConvolution& found) {
  copy_constant(layer.weight.value(), *found.weight);
  if (found.bias) copy_constant(layer.bias.value(), *found.bias);
}

/// Batch norm as it was found; else one that changes nothing. Its variance is 1 - epsilon, so that the sum with epsilon
/// is 1, and folding it into a convolution leaves every bit of the weights.
template <class T>
void copy_batch_norm(BatchNorm2d<T>& norm, const std::optional<OnnxBatchNorm>& found) {
  if (!found) {
    norm.running_var.fill(T(1) - norm.epsilon);
    return;
  }
  copy_constant(norm.weight.value(), *found->weight);
  copy_constant(norm.bias.value(), *found->bias);
  copy_constant(norm.running_mean, *found->running_mean);
  copy_constant(norm.running_var, *found->running_var);
  // Only the sum of variance and epsilon counts, and ours is fixed.
  const double more = found->epsilon - static_cast<double>(norm.epsilon);
  if (static_cast<float>(norm.epsilon) == static_cast<float>(found->epsilon)) return;
  for (T& variance : norm.running_var) variance = static_cast<T>(static_cast<double>(variance) + more);
}

/// One of the LSTM's matrices, (4H,columns), from ONNX's gates i, o, f, c to PyTorch's i, f, g, o. `first`: where it
/// begins in the constant.
template <class T>
void copy_gates(Tensor<T>& target, const OnnxTensor& constant, std::size_t first) {
  const Index block = target.size() / 4;
  const Index place[] = {0, 3, 1, 2};  // of ONNX's gates in ours
  for (std::size_t gate = 0; gate < 4; ++gate) {
    for (Index k = 0; k < block; ++k) {
      target[place[gate] * block + k] = static_cast<T>(
          number_at(constant, first + gate * static_cast<std::size_t>(block) + static_cast<std::size_t>(k)));
    }
  }
}

/// One direction. Of the two biases that ONNX has, only the sum counts.
template <class T>
void copy_direction(Variable<T>& weight_ih, Variable<T>& weight_hh, Variable<T>& bias, const OnnxDirection& found) {
  const auto size = [](const Variable<T>& variable) { return static_cast<std::size_t>(variable.value().size()); };
  copy_gates(weight_ih.value(), *found.input_weights, found.part * size(weight_ih));
  copy_gates(weight_hh.value(), *found.state_weights, found.part * size(weight_hh));
  bias.value().fill(T(0));
  if (!found.biases) return;
  Tensor<T> second(bias.shape());
  copy_gates(bias.value(), *found.biases, 2 * found.part * size(bias));
  copy_gates(second, *found.biases, (2 * found.part + 1) * size(bias));
  for (Index i = 0; i < second.size(); ++i) bias.value()[i] += second[i];
}

/// All weights.
template <class T>
void copy_weights(WordNet<T>& network, const OnnxWordNet& found) {
  for (std::size_t i = 0; i < found.blocks.size(); ++i) {
    const OnnxBlock& block = found.blocks[i];
    copy_convolution<T>(network.blocks[i].conv1, *block.conv1);
    copy_batch_norm(network.blocks[i].bn1, block.bn1);
    copy_convolution<T>(network.blocks[i].conv2, *block.conv2);
    copy_batch_norm(network.blocks[i].bn2, block.bn2);
    if (block.skip) copy_convolution<T>(*network.blocks[i].skip, *block.skip);
  }
  BiLstm<T>& lstm = network.lstm;
  copy_direction(lstm.weight_ih_l0, lstm.weight_hh_l0, lstm.bias_ih_l0, *found.directions[0]);
  copy_direction(lstm.weight_ih_l0_reverse, lstm.weight_hh_l0_reverse, lstm.bias_ih_l0_reverse, *found.directions[1]);
  Tensor<T>& classes = network.classes.weight.value();  // (K,2H)
  for (Index k = 0; k < classes.dim(0); ++k) {
    for (Index j = 0; j < classes.dim(1); ++j) {
      classes(k, j) =
          static_cast<T>(number_at(*found.classes_weight, static_cast<std::size_t>(j * classes.dim(0) + k)));
    }
  }
  copy_constant(network.classes.bias.value(), *found.classes_bias);
}

/// The vocabulary that goes with a number of classes: the file's own, or the one given. Throws FormatError.
inline Vocabulary vocabulary_of(const OnnxModel& model, const std::optional<Vocabulary>& given, std::int64_t classes) {
  std::optional<Vocabulary> vocabulary;
  for (const char* key : {"vocabulary", "vocab"}) {  // the second is the reference system's
    const auto own = model.metadata.find(key);
    if (!vocabulary && own != model.metadata.end()) vocabulary = Vocabulary(own->second);
  }
  const bool own = vocabulary.has_value();
  if (!own) vocabulary = given;
  if (!vocabulary) {
    throw FormatError(
        "expected a vocabulary of " + std::to_string(classes - 1) +
        " characters in its metadata or beside it, found none; put the configs.yaml of its training beside it");
  }
  if (vocabulary->classes() != classes) {
    throw FormatError("the network has " + std::to_string(classes) + " classes, the vocabulary " +
                      (own ? "in its metadata" : "beside it") + " has " + std::to_string(vocabulary->size()) +
                      " characters, which with the blank makes " + std::to_string(vocabulary->classes()));
  }
  return *vocabulary;
}

}  // namespace detail

/// Whether the file holds its vocabulary itself.
inline bool has_vocabulary(const OnnxModel& model) {
  return model.metadata.contains("vocabulary") || model.metadata.contains("vocab");
}

/// The network that an ONNX file computes, if it is a WordNet: written by tinyhtr, or by tf2onnx for the reference
/// system's Keras model. The weights are found by walking the graph from its input, not by names; what only moves
/// values about is followed. Where batch norm is folded into the convolutions, the network's batch norms change
/// nothing.
///
/// vocabulary: for files that do not hold it. The network is one to read and evaluate with: an ONNX file has nothing of
/// what training needs besides. Throws FormatError that names the file, and where it is one, the node with what was
/// expected there, for any other graph.
template <class T>
ImportedModel<T> import_onnx(const OnnxModel& model, const std::optional<Vocabulary>& vocabulary = std::nullopt) {
  if (model.opset < 9 || model.opset > 25) {
    throw FormatError(model.path.string() + ": expected ONNX operations of version 9 to 25, found " +
                      std::to_string(model.opset));
  }
  const auto with_path = [&model](const auto& make) {
    try {
      return make();
    } catch (const Error& error) {
      throw FormatError(model.path.string() + ": " + error.what());
    }
  };
  const std::optional<WordNetOptions> described = with_path([&] { return detail::described_options(model); });
  const bool any_width = described && described->width == 0;
  const detail::OnnxWalk walk(model, any_width ? nominal_width(*described) : 0);
  const detail::OnnxWordNet& found = walk.network();
  return with_path([&] {
    const Vocabulary own = detail::vocabulary_of(model, vocabulary, found.classes);
    const WordNetOptions options = detail::options_of(found, described);
    detail::check_size(model, found);
    ImportedModel<T> result{own, WordNet<T>(own.classes(), 0, options), printable(model.producer)};
    detail::copy_weights(result.network, found);
    return result;
  });
}

}  // namespace tinyhtr
