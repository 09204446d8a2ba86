// From probabilities to a text and how sure it is: the second half of the page.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <system_error>
#include <vector>

#include "explain_word/explanation.hpp"
#include "explain_word/page.hpp"
#include "support/decoder.hpp"
#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/debug/graph_dot.hpp"
#include "tinyhtr/debug/graph_svg.hpp"
#include "tinyhtr/debug/lattice_picture.hpp"
#include "tinyhtr/debug/saliency_picture.hpp"
#include "tinyhtr/decode/beam_search.hpp"
#include "tinyhtr/io/place_prior.hpp"
#include "tinyhtr/language/character_model_file.hpp"
#include "tinyhtr/models/locate_characters.hpp"
#include "tinyhtr/report/alignment_picture.hpp"
#include "tinyhtr/report/ctc_picture.hpp"

namespace tinyhtr::examples {

/// A class as a reader takes it in; the blank as a dash on the line.
inline std::string class_text(int number, const Vocabulary& vocabulary) {
  if (number == vocabulary.blank()) return "<span class=\"soft\">\xC2\xB7</span>";
  return code(vocabulary.decode(std::vector<int>{number}));
}

inline void add_probabilities(Page& page, const Explanation& e, const Vocabulary& vocabulary) {
  page.add(
      "probabilities", "Probabilities, step by step",
      paragraph("The last layer gives each step a number for each of " + std::to_string(vocabulary.classes()) +
                " classes, " + std::to_string(vocabulary.size()) +
                " characters and the blank, and the softmax "
                "makes probabilities of them. Rows are the characters of the text and the blank, dark is "
                "probable. In a trained network most steps say blank: a letter is one peak, not its whole width.") +
          page.figure("06_probabilities", ctc_picture(e.fitted, e.logits.value(), 0, e.text, vocabulary, e.sweeps),
                      "Red frames: the most probable way to write the text"));
}

/// Three rows over the steps: the likeliest class, what is left where equal neighbours are one, the same without
/// blanks.
inline void add_collapse(Page& page, const Explanation& e, const Vocabulary& vocabulary) {
  const Tensor<double> log_probs = detail::log_probabilities_of(e.logits.value(), 0, e.steps);
  std::string head = "<th>step</th>", path = "<th>likeliest class</th>", probability = "<th>its probability</th>",
              merged = "<th>neighbours merged</th>", text = "<th>blanks taken out</th>";
  int before = vocabulary.blank();
  const auto cell = [](const std::string& content) { return "<td>" + content + "</td>"; };
  for (Index t = 0; t < e.steps; ++t) {
    const double* row = log_probs.data() + t * log_probs.dim(2);
    const int best = static_cast<int>(std::max_element(row, row + log_probs.dim(2)) - row);
    const bool is_new = t == 0 || best != before;
    head += cell(std::to_string(t));
    path += cell(class_text(best, vocabulary));
    probability += cell(fixed(100 * std::exp(row[best]), 0) + "%");
    merged += cell(is_new ? class_text(best, vocabulary) : "");
    text += cell(is_new && best != vocabulary.blank() ? class_text(best, vocabulary) : "");
    before = best;
  }
  std::string table = "<div class=\"wide\"><table><tbody>\n";
  for (const std::string& row : {head, path, probability, merged, text}) table += "<tr>" + row + "</tr>\n";
  page.add("collapse", "From the best path to the text",
           paragraph("Best path decoding takes the likeliest class of each step, makes one of equal neighbours, and "
                     "takes the blanks out. The blank is what lets a letter stand twice: without one between, two "
                     "would be merged.") +
               table + "</tbody></table></div>\n" +
               paragraph("What is left: " + (e.read.empty() ? "nothing" : code(e.read)) +
                         ". This one path has the "
                         "probability " +
                         probability_text(e.reading.log_probability) + "."));
}

inline void add_lattice(Page& page, const Explanation& e, const Vocabulary& vocabulary) {
  page.add("lattice", "The lattice: every way to write it",
           paragraph("The text can be written in many ways: a letter a step earlier, a blank longer. The lattice has "
                     "them all: a row for each letter and for each blank around it, and a path goes right, and down by "
                     "one or, from letter to other letter, by two. A cell shows the share of all paths, each by its "
                     "probability, that pass through it: forward variable times backward variable, over the sum.") +
               paragraph("Where the band is narrow the network knows where the letter is; where it is wide and pale it "
                         "does not care. The CTC loss is the negative logarithm of the sum, <i>p</i>, and its gradient "
                         "is the probability of a class minus its mass here.") +
               page.figure("07_lattice", lattice_picture(e.fitted, e.logits.value(), 0, e.text, vocabulary, e.sweeps),
                           "Every column sums to 1. Red frames: the best alignment"));
}

inline std::string readings_table(const std::vector<ScoredReading>& readings, const Explanation& e,
                                  const Vocabulary& vocabulary, bool with_model) {
  std::string html = "<div class=\"wide\"><table><thead><tr><th>text</th><th>p by the network</th>" +
                     std::string(with_model ? "<th>log p by the language</th>" : "") +
                     "<th>score</th><th>share</th></tr></thead><tbody>\n";
  for (const ScoredReading& reading : readings) {
    const std::string text = vocabulary.decode(reading.classes);
    html += "<tr><th>" + (text.empty() ? "<span class=\"nothing\">nothing</span>" : code(text)) +
            (text == e.text ? " <span class=\"soft\">this one</span>" : "") + "</th><td>" +
            probability_text(reading.log_probability) + "</td>" +
            (with_model ? "<td>" + fixed(reading.model_log_probability, 2) + "</td>" : "") + "<td>" +
            fixed(reading.score, 2) + "</td><td>" + fixed(100 * reading.confidence.value_or(0), 1) + "%</td></tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

inline void add_alternatives(Page& page, const Explanation& e, const LoadedNetwork<float>& model) {
  const int blank = model.vocabulary.blank();
  const double temperature = model.beam_temperature();
  BeamOptions options{.n_best = 8, .confidence_temperature = temperature};
  const auto search = [&] { return beam_search(e.logits.value(), blank, options)[0]; };
  std::string body =
      paragraph(
          "Beam search sums the paths of each text, and so finds texts where best path finds one path. Score is "
          "what it ranks them by, a logarithm; the share is that of e<sup>score</sup> among the texts that the "
          "search ends with.") +
      "<h3>The network alone</h3>\n" + readings_table(search(), e, model.vocabulary, false);
  std::error_code problem;
  if (std::filesystem::is_regular_file(default_language_model(), problem)) {
    const VocabularyModel language(read_character_model(default_language_model()), model.vocabulary);
    options.model = &language;
    body += "<h3>With a character model of English</h3>\n" +
            paragraph("The model adds how probable the letters are one after the other: score = log p + " +
                      fixed(options.model_weight, 1) + " log p<sub>language</sub> + " +
                      fixed(options.character_bonus, 1) + " for each character, but takes off no more than " +
                      fixed(options.escape_cost, 1) + ". What nobody writes goes down.") +
            readings_table(search(), e, model.vocabulary, true);
  } else {
    body += note("There is no character model at " + html_text(default_language_model().string()) +
                 ": texts are ranked by the network alone.");
  }
  page.add("alternatives", "What else it could be", body);
}

inline void add_saliency(Page& page, const Explanation& e, const Vocabulary& vocabulary) {
  std::string body =
      paragraph(
          "A row for each letter. Its score is the logarithm of its probability, summed over the steps at which "
          "the best alignment has it (the bar below); red is how fast the score changes with each grey level, the "
          "size of its gradient by the pixel: "
          "<i>S</i><sub>i</sub> = \xCE\xA3 log <i>y</i><sub>t,k</sub> over the steps of the letter, "
          "|d<i>S</i><sub>i</sub>/d<i>x</i>| (Simonyan, Vedaldi, Zisserman 2013).") +
      paragraph(
          "It says which pixels the letter hangs on here, not what a letter looks like: one that the network is "
          "sure of has a small gradient everywhere, and each row is drawn by its own largest. Red far from the "
          "letter is what the LSTM has carried there.");
  if (e.saliency.empty()) body += note("The text has no letters, so there is only the image.");
  page.add("saliency", "Which pixels each letter hangs on",
           body + page.figure("08_saliency", saliency_picture(e.fitted, e.saliency, e.steps, vocabulary, e.sweeps),
                              "The image pale, the saliency of each letter over it"));
}

/// Where each letter stands on the original image with its confidence; where the network cannot say it, a table.
inline void add_confidence(Page& page, const Explanation& e, LoadedNetwork<float>& model) {
  const double temperature = model.temperature();
  std::string body =
      paragraph("The confidence is the probability of the whole text, all paths summed: " + fixed(e.confidence, 4) +
                ". That of a letter is its share among everything that could stand in its place while the others "
                "stay.") +
      (temperature == 1 ? note("No temperature is stored with this network: its confidences are as it has them, and "
                               "networks are usually surer of themselves than they are right (see calibrate).")
                        : note("Logits are divided by " + fixed(temperature, 3) +
                               " first. calibrate has found that number: of words like those it was given, about "
                               "nine in ten are right where the confidence is 0.9."));
  if (e.classes.empty()) {
    page.add("confidence", "How sure it is", body + note("The text has no letters."));
    return;
  }
  const WordNetOptions& network = model.network.options;
  if (network.width == 0 && network.preprocessing) {
    const PlacePrior prior = place_prior_of(model.metadata, model.vocabulary.size());
    const auto boxes = locate_characters(model.network, e.original, e.classes, model.vocabulary.blank(), prior);
    body += page.figure("09_confidence", alignment_picture(e.original, boxes, e.text, e.letter_confidences),
                        "Where each character stands, and its confidence in percent");
  } else {
    body += note(
        "Where characters stand on the image can be said for networks that read images of any width, column by "
        "column; this one does not. So here are the letters alone.");
  }
  std::string table =
      "<div class=\"wide\" style=\"max-width: "
      "480px\"><table><thead><tr><th>letter</th><th>confidence</th><th></th></tr></thead>"
      "<tbody>\n";
  for (std::size_t i = 0; i < e.classes.size(); ++i) {
    const std::string percent = fixed(100 * e.letter_confidences[i], 1);
    table += "<tr><th>" + class_text(e.classes[i], model.vocabulary) + "</th><td>" + percent +
             "%</td><td class=\"bar\"><i style=\"width: " + percent + "%\"></i></td></tr>\n";
  }
  page.add("confidence", "How sure it is", body + table + "</tbody></table></div>\n");
}

inline void add_computation(Page& page, const Explanation& e, LoadedNetwork<float>& model) {
  const Tensor<float>& before = layer_output(e.logits, "blocks.0.conv1").inputs[0]->value;
  Mode mode = Mode::inference();
  const Variable<float> block = model.network.blocks[0].forward(Variable<float>(before), mode);
  page.write_text("10_network.dot", graph_dot(e.logits));
  page.add(
      "computation", "The computation, node by node",
      paragraph("Every box is an operation with the shape of its result, orange ones are parameters, and arrows go "
                "the way of the data. This is what <code>backward()</code> walks through the other way round when "
                "the network learns.") +
          "<h3>One residual block</h3>\n" +
          paragraph("Two convolutions, and a path that skips them: the block adds something to its input instead "
                    "of replacing it.") +
          page.drawing("10_block", graph_svg(block), "The first block, <kbd>blocks.0</kbd>") +
          "<h3>The whole network</h3>\n" +
          page.drawing("10_network", graph_svg(e.logits),
                       "From the image to the logits; 10_network.dot has it for graphviz"));
}

}  // namespace tinyhtr::examples
