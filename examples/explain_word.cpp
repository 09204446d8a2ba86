// explain_word: the story of how an image became a text, as one page of pictures.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "explain_word/explanation.hpp"
#include "explain_word/page.hpp"
#include "explain_word/reading_sections.hpp"
#include "explain_word/seeing_sections.hpp"
#include "support/blas_core.hpp"
#include "support/default_model.hpp"
#include "support/network_file.hpp"
#include "support/program.hpp"
#include "tinyhtr/tinyhtr.hpp"

namespace {

using namespace tinyhtr;
using namespace tinyhtr::examples;

struct Settings {
  std::filesystem::path model, image, out;
  std::string text;
  std::vector<std::string> layers;
  int threads = 0;
};

std::string title(const Explanation& e) {
  if (e.text != e.read) return "What speaks for “" + e.text + "” in this image";
  return e.text.empty() ? "How this image became an empty text" : "How this image became “" + e.text + "”";
}

/// The figures at the top of the page.
std::string head_html(const Explanation& e, WordNet<float>& network, const std::string& source) {
  const auto card = [](const std::string& name, const std::string& figure, const std::string& meaning) {
    return "<div class=\"card\"><h2>" + name + "</h2>\n<div class=\"figure\" style=\"overflow-wrap: anywhere\">" +
           figure + "</div>\n<p>" + meaning + "</p></div>\n";
  };
  const std::string text = e.text.empty() ? "<span class=\"nothing\">nothing</span>" : html_text(e.text);
  return "<p class=\"split\"><span class=\"soft\">image</span> " + html_text(e.path.string()) + "</p>\n" +
         "<p class=\"split\"><span class=\"soft\">network</span> " + html_text(source) +
         "</p>\n<div class=\"cards\">\n" +
         (e.text == e.read
              ? card("It reads", text, "likeliest class of each step")
              : card("Explained", text, "what it reads is " + (e.read.empty() ? "nothing" : html_text(e.read)))) +
         card("Confidence", fixed(100 * e.confidence, 1) + "%", "probability of the text, all its paths summed") +
         card("Steps", std::to_string(e.steps), "columns of numbers that the LSTM reads") +
         card("Numbers", detail::grouped(count_parameters<float>(network)), "that were learned from examples") +
         "</div>\n";
}

void run(const Settings& settings) {
  if (settings.threads > 0) set_thread_count(settings.threads);
  const std::filesystem::path file = settings.model.empty() ? default_model() : settings.model;
  LoadedNetwork<float> model = load_network_file(file);
  const Explanation e = explain(model, settings.image, settings.text);
  const WordNetOptions& network = model.network.options;
  check_layers(e, settings.layers);

  make_writable_folder(settings.out);
  Page page(settings.out);
  add_image(page, e);
  add_preprocessing(page, e, network);
  add_feature_maps(page, e, network, settings.layers);
  add_sequence(page, e, network);
  add_gates(page, e);
  add_probabilities(page, e, model.vocabulary);
  add_collapse(page, e, model.vocabulary);
  add_lattice(page, e, model.vocabulary);
  add_alternatives(page, e, model);
  add_saliency(page, e, model.vocabulary);
  add_confidence(page, e, model);
  add_computation(page, e, model);
  page.write(title(e), head_html(e, model.network, file.filename().string() + ", " + model.source));
  std::cout << printable(e.path.string()) << '\t' << printable(e.text) << '\t' << fixed(e.confidence, 4) << '\n'
            << (settings.out / "index.html").string() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  tinyhtr::examples::choose_blas_core(argv);
  CLI::App app(
      "Explains how the image of a word became its text: one HTML page with the preprocessing, the feature maps of\n"
      "each block, what the LSTM's gates do, probabilities at each step, the CTC lattice, other readings, the pixels\n"
      "that each letter hangs on, confidences, and the graph of the computation; all pictures stand beside it, too.\n"
      "Prints path, text and confidence as read_words does, then where the page is.\n"
      "Example: explain_word word.png --out explained\n"
      "         explain_word --model runs/first/best.safetensors word.png --text informed --out explained");
  Settings settings;
  app.add_option("--model", settings.model,
                 std::string(model_help) + "; default: the one that comes with tinyhtr, for English handwriting")
      ->type_name("FILE");
  app.add_option("IMAGE", settings.image, "Image of a single word, of a kind that read_words takes")->required();
  app.add_option("--out", settings.out, "Folder for index.html and the pictures; files of the same names are replaced")
      ->type_name("FOLDER")
      ->required();
  app.add_option("--text", settings.text, "Explain this text instead of the one that is read");
  app.add_option("--layer", settings.layers,
                 "Draw the feature maps of this layer, such as blocks.0.conv1, instead of each block's; may come "
                 "several times")
      ->type_name("PATH");
  app.add_option("--threads", settings.threads, "Threads to compute on (default: all processors)")
      ->check(whole_number(1, 1024));
  return run_program(app, argc, argv, [&] { run(settings); });
}
