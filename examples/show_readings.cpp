// show_readings: a picture of words, each with what a network reads in it.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "support/blas_core.hpp"
#include "support/network_file.hpp"
#include "support/program.hpp"
#include "support/words_to_read.hpp"
#include "tinyhtr/report/html.hpp"
#include "tinyhtr/report/image_data.hpp"
#include "tinyhtr/tinyhtr.hpp"

namespace {

using namespace tinyhtr;
using namespace tinyhtr::examples;

struct Settings {
  std::filesystem::path model, data, list, out;
  Index words = 30, columns = 6;
};

constexpr Index cell_width = 150, cell_height = 92;    // of a word with its reading, in pixels of the picture
constexpr Index image_width = 130, image_height = 44;  // the most that a word itself takes

/// At most `count` samples, spread evenly over all.
std::vector<Sample> choose(const std::vector<Sample>& samples, Index count) {
  std::vector<Sample> chosen;
  const auto size = static_cast<Index>(samples.size());
  for (Index i = 0; i < std::min(count, size); ++i) {
    chosen.push_back(samples[static_cast<std::size_t>(i * size / std::min(count, size))]);
  }
  return chosen;
}

/// The word, below it the reading: dark where it is right, else red, with the label in grey.
std::string draw_word(const Sample& sample, const std::string& reading, Index left, Index top) {
  const Image image = read_image(sample.image, 1);
  const double scale = std::min({static_cast<double>(image_width) / static_cast<double>(image.width),
                                 static_cast<double>(image_height) / static_cast<double>(image.height), 1.5});
  const double width = scale * static_cast<double>(image.width), height = scale * static_cast<double>(image.height);
  const double x = static_cast<double>(left) + (static_cast<double>(cell_width) - width) / 2;
  const double y = static_cast<double>(top) + 6 + (static_cast<double>(image_height) - height) / 2;
  const auto text = [&](Index below, const char* size, const char* colour, const std::string& content) {
    return "<text x=\"" + std::to_string(left + cell_width / 2) + "\" y=\"" + std::to_string(top + below) +
           "\" font-size=\"" + size + "\" fill=\"" + colour + "\" text-anchor=\"middle\" xml:space=\"preserve\">" +
           html_text(content) + "</text>\n";
  };
  const bool right = reading == sample.text;
  return "<image x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\" width=\"" + std::to_string(width) +
         "\" height=\"" + std::to_string(height) + "\" href=\"" + image_data_uri(image) + "\"/>\n" +
         text(68, "17", right ? "#1f2328" : "#c62828", reading.empty() ? "(nothing)" : reading) +
         (right ? "" : text(83, "11", "#6e7781", "is " + sample.text));
}

void run(const Settings& settings) {
  check_replaceable(settings.out);  // a path that cannot be written is known now, not at the end
  LoadedNetwork<float> model = load_network_file(settings.model);
  LabelledImages data = words_to_read(settings.data, settings.list).data;
  keep_usable(data, {.time_steps = 0});
  const std::vector<Sample> samples = choose(data.samples, settings.words);
  Loader<float> loader(samples, images_for(model.network.options));
  const Evaluation evaluation = evaluate(model.network, loader, model.vocabulary);

  const Index rows = (static_cast<Index>(samples.size()) + settings.columns - 1) / settings.columns;
  const std::string width = std::to_string(settings.columns * cell_width), height = std::to_string(rows * cell_height);
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + width + "\" height=\"" + height +
                    "\" font-family=\"Georgia, serif\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
  for (const Prediction& prediction : evaluation.predictions) {
    svg += draw_word(samples[static_cast<std::size_t>(prediction.sample)], prediction.reading,
                     prediction.sample % settings.columns * cell_width,
                     prediction.sample / settings.columns * cell_height);
  }
  replace_file(settings.out, svg + "</svg>\n");
  std::cout << settings.out.string() << ": " << evaluation.errors.words << " words, "
            << evaluation.errors.words - evaluation.errors.wrong_words << " read without an error\n";
}

}  // namespace

int main(int argc, char** argv) {
  tinyhtr::examples::choose_blas_core(argv);
  CLI::App app(
      "Draws words with what a network reads in them, as an SVG picture: wrong readings in red, with the label.\n"
      "Example: show_readings --model runs/demo/best.safetensors --data data --list data/splits/validation_words.txt "
      "--out readings.svg");
  Settings settings;
  app.add_option("--model", settings.model, model_help)->type_name("FILE")->required();
  app.add_option("--data", settings.data, data_help)->type_name("PATH");
  app.add_option("--list", settings.list, std::string(list_help) + "; default: all usable words")->type_name("FILE");
  app.add_option("--out", settings.out, "The picture, replaced where there is one")->type_name("FILE")->required();
  app.add_option("--words", settings.words, "How many words, spread evenly over the list")
      ->check(whole_number(1, 10'000))
      ->capture_default_str();
  app.add_option("--columns", settings.columns, "Words side by side")
      ->check(whole_number(1, 100))
      ->capture_default_str();
  return run_program(app, argc, argv, [&] { run(settings); });
}
