// From the image to the states of the LSTM: the first half of the page.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "explain_word/explanation.hpp"
#include "explain_word/page.hpp"
#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/debug/feature_sheet.hpp"
#include "tinyhtr/debug/gate_activity.hpp"
#include "tinyhtr/debug/layer_output.hpp"
#include "tinyhtr/debug/step_maps.hpp"
#include "tinyhtr/image/preprocessing.hpp"

namespace tinyhtr::examples {

inline std::string size_text(const Image& image) {
  return std::to_string(image.height) + " x " + std::to_string(image.width) +
         (image.channels == 1 ? " pixels, grey" : " pixels, colour");
}

inline void add_image(Page& page, const Explanation& e) {
  page.add(
      "image", "The image",
      paragraph("This is all that the network gets: a grid of numbers from 0, black, to 255, white. Nothing in it "
                "says where a letter begins.") +
          page.figure("01_original", enlarged(e.original), html_text(e.path.string()) + ", " + size_text(e.original)));
}

/// What a step of preprocessing is for.
inline std::string purpose(const std::string& step) {
  if (step == "to_grey") return "colour says nothing about letters: one number for each pixel is left";
  if (step == "normalise_polarity") return "light ink on dark paper is turned over; the network knows dark ink only";
  if (step == "normalise_contrast") return "paper becomes white, ink black, whatever the light was";
  if (step == "crop_to_ink") return "empty paper around the word goes, so that the letters get all of the height";
  if (step == "deslant") return "a word that leans is sheared upright";
  return "";
}

inline void add_preprocessing(Page& page, const Explanation& e, const WordNetOptions& network) {
  std::string body;
  if (network.preprocessing) {
    body = paragraph(
        "Words come in all sizes, inks and lights; each step takes one of these differences away. What is "
        "the same for all words, the network does not have to learn.");
    body += "<div class=\"columns\">\n";
    Image image = e.original;
    std::size_t number = 1;
    for (const PreprocessingStep& step : network.preprocessing->steps) {
      const Image before = image;
      image = std::visit([&before](const auto& one) { return one(before); }, step);
      const std::string name = step_name(step);
      body += page.figure("02_step_" + std::to_string(number++) + "_" + name, enlarged(image),
                          code(name) + " " + purpose(name) + ". " +
                              (image == before ? "Here there was nothing to do" : "Now " + size_text(image)));
    }
    body += page.figure("02_step_" + std::to_string(number) + "_fit_height", enlarged(e.fitted),
                        code("fit_height") +
                            " the height that the network reads, as wide as it then is, some paper "
                            "around it: " +
                            size_text(e.fitted)) +
            "</div>\n";
  } else {
    body = paragraph(std::string("This network has no steps of preprocessing. The image is only ") +
                     (network.keep_aspect_ratio ? "made as large as fits into the network's size, with paper beside it."
                                                : "stretched to the network's size, whatever its own shape was.")) +
           page.figure("02_fitted", enlarged(e.fitted), "What the network is given: " + size_text(e.fitted));
  }
  body += paragraph(std::string("The network divides the grey levels by 255") +
                    (network.invert ? " and turns them over: ink is 1, paper is 0, as are the zeros that a convolution "
                                      "finds beyond the edge."
                                    : ": paper is 1, ink is 0."));
  page.add("preprocessing", "Made ready, step by step", body);
}

/// Throws ArgumentError for a layer that is not there, or whose result is no maps.
inline void check_layers(const Explanation& e, const std::vector<std::string>& layers) {
  for (const std::string& layer : layers) {
    const Shape& shape = layer_output(e.logits, layer).value.shape();
    if (shape.rank() == 4) continue;
    throw ArgumentError("--layer " + layer + ": its result has the shape " + shape.to_string() +
                        ", expected maps (N,C,H,W)");
  }
}

/// layers: paths of layers whose results are maps; empty: every block.
inline void add_feature_maps(Page& page, const Explanation& e, const WordNetOptions& network,
                             std::vector<std::string> layers) {
  if (layers.empty()) {
    for (std::size_t b = 0; b < network.blocks.size(); ++b) layers.push_back("blocks." + std::to_string(b));
  }
  std::string body =
      paragraph(
          "Each small picture is one channel: what one filter of the block's last convolution answers at each "
          "place of the image, after the skip path was added. White is the channel's smallest answer, black its "
          "largest; the numbers below say how much that is.") +
      paragraph(
          "Early blocks have many pixels and simple answers, strokes and their edges. Each stride makes the maps "
          "smaller and what a pixel sees of the image larger; the last ones answer to parts of letters.");
  for (const std::string& layer : layers) {
    const Tensor<float>& maps = layer_output(e.logits, layer).value;
    body += page.figure("03_features_" + layer, feature_sheet(maps, 0, layer),
                        code(layer) + " " + maps.shape().to_string());
  }
  page.add("features", "Feature maps, block by block", body);
}

inline void add_sequence(Page& page, const Explanation& e, const WordNetOptions& network) {
  const Tensor<float>& sequence = layer_output(e.logits, "lstm").inputs[0]->value;  // (T,1,C)
  const std::string steps = std::to_string(sequence.dim(0)), channels = std::to_string(sequence.dim(2));
  std::string how;
  if (network.scan == Scan::column_maxima) {
    how = "Of each column of the last maps, every channel keeps its largest pixel: " + steps + " columns become " +
          steps + " steps of " + channels +
          " numbers. Where in the column it stood is forgotten; what is left goes "
          "from left to right, as the text does.";
  } else if (network.scan == Scan::columns) {
    how = "The pixels of the last maps are read column by column: " + steps + " steps of " + channels +
          " numbers, from left to right, and in each column from top to bottom.";
  } else {
    how = "The pixels of the last maps are read row by row: " + steps + " steps of " + channels +
          " numbers. So time goes through the image " + std::to_string(e.sweeps) +
          " times from left to right, once for "
          "each row of the maps: the picture shows the image as often, the row in hand clearly.";
  }
  StepMap map = own_range("sequence", rows_over_time(sequence, 0));
  map.low = 0;  // what is below is next to nothing, behind a LeakyReLU
  page.add("sequence", "From maps to a sequence",
           paragraph(how + " Below, a column is a step, a row a channel, under the part of the image it comes from.") +
               page.figure("04_sequence", step_maps(e.fitted, {map}, e.sweeps),
                           "What the LSTM is given: " + sequence.shape().to_string() + " as (T,N,C)"));
}

inline void add_gates(Page& page, const Explanation& e) {
  std::string body =
      paragraph(
          "At each step a unit of the LSTM decides three things: how much it writes into its cell (input gate "
          "<i>i</i>), how much of that it keeps (forget gate <i>f</i>), how much it shows (output gate <i>o</i>); "
          "<i>g</i> is what it would write. "
          "<i>c</i><sub>t</sub> = <i>f c</i><sub>t-1</sub> + <i>i g</i>, and the result is <i>o</i> "
          "tanh(<i>c</i><sub>t</sub>).") +
      paragraph(
          "A row is a unit. They are sorted by the step at which they remember most: where they have learned to share "
          "the word among them, the cells make a band from one corner to the other. Dark is an open gate; in "
          "<i>g</i> and <i>c</i>, red is positive, blue negative. "
          "A unit's cell is drawn as a share of its own largest size.");
  for (const GateActivity& activity : e.gates) {
    const bool forward = activity.direction == Direction::forward;
    body += page.figure(forward ? "05_gates_forward" : "05_gates_reverse", gate_picture(e.fitted, activity, e.sweeps),
                        (forward ? std::string("Reading forward, from the first step to the last: ")
                                 : std::string("Reading backward, from the last step to the first: ")) +
                            std::to_string(activity.cell.dim(0)) + " units");
  }
  page.add("gates", "The LSTM at work", body);
}

}  // namespace tinyhtr::examples
