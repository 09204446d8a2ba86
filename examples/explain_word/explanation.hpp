// Explanation: one image read by a network, with everything that is shown of it.
#pragma once

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "tinyhtr/data/loader.hpp"
#include "tinyhtr/debug/gate_activity.hpp"
#include "tinyhtr/debug/layer_output.hpp"
#include "tinyhtr/debug/letter_saliency.hpp"
#include "tinyhtr/decode/best_path.hpp"
#include "tinyhtr/decode/character_confidence.hpp"
#include "tinyhtr/decode/text_probability.hpp"
#include "tinyhtr/image/read.hpp"
#include "tinyhtr/io/load_network.hpp"
#include "tinyhtr/models/word_net_images.hpp"
#include "tinyhtr/report/ctc_picture.hpp"

namespace tinyhtr::examples {

struct Explanation {
  std::filesystem::path path;
  Image original, fitted;       ///< as read_image gives it; as the network is given it
  Variable<float> images;       ///< (1,C,H,W) the same as a leaf that requires a gradient
  Variable<float> logits;       ///< (T,1,K) of a recorded pass: its graph holds what every layer computed
  Index steps = 0, sweeps = 1;  ///< T; how often they go through the image
  Reading reading;              ///< by best path
  std::string read, text;       ///< what was read; what is explained, which is the same where nobody asks for another
  std::vector<int> classes;     ///< of the text
  double confidence = 0;        ///< probability of the text, at the network's temperature
  std::vector<double> letter_confidences;
  std::vector<GateActivity> gates;
  std::vector<LetterSaliency> saliency;
};

/// Reads an image as read_words does, once, and looks at what is left in the graph. text: what to explain; empty: what
/// was read. Throws what read_image and preprocessing throw; ArgumentError for a text with characters that the network
/// cannot write, or that does not fit into its steps.
inline Explanation explain(LoadedNetwork<float>& model, const std::filesystem::path& path, const std::string& text) {
  Explanation e;
  e.path = path;
  const LoaderOptions fit = images_for(model.network.options);
  e.original = read_image(path, fit.channels);
  e.fitted = fit_image(e.original, fit);
  e.images = Variable<float>(pad_to_batch<float>({e.fitted}).images, /*requires_grad=*/true);
  e.logits = model.network.forward(e.images, Mode::inference());

  const int blank = model.vocabulary.blank();
  const Tensor<float>& logits = e.logits.value();
  e.steps = logits.dim(0);
  e.sweeps = sweeps_of(model.network.options);
  e.reading = best_path(logits, blank)[0];
  e.read = model.vocabulary.decode(e.reading.classes);
  e.text = text.empty() ? e.read : text;
  e.classes = model.vocabulary.encode(e.text);
  e.gates = gate_activity(layer_output(e.logits, "lstm"), 0);
  e.saliency = letter_saliency(e.logits, e.images, 0, e.classes, blank);  // throws for a text that does not fit
  e.confidence = std::exp(log_text_probability(logits, 0, e.classes, blank, model.temperature()));
  e.letter_confidences = character_confidence(logits, 0, e.classes, blank, model.temperature());
  return e;
}

}  // namespace tinyhtr::examples
