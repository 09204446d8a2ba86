// read_words: prints the text in images of single words.

#include <CLI/CLI.hpp>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "support/blas_core.hpp"
#include "support/memory.hpp"
#include "support/program.hpp"
#include "support/progress.hpp"
#include "tinyhtr/tinyhtr.hpp"

namespace {

using namespace tinyhtr;
using namespace tinyhtr::examples;

/// From the file to the text: read, fit to the network's size, logits, best path.
void read_word(const FoldedWordNet<float>& network, const Vocabulary& vocabulary, const std::filesystem::path& path) {
  const WordNetOptions& size = network.options();
  const Image image = fit_image(read_image(path, size.channels), images_for(size));
  Tensor<float> batch(Shape{1, size.channels, size.height, size.width});
  copy_to_batch(image, batch, 0);
  const Tensor<float> logits = network.forward(batch);  // (T,1,K)
  const Reading reading = best_path(logits, vocabulary.blank())[0];
  std::cout << path.string() << '\t' << vocabulary.decode(reading.classes) << '\t'
            << fixed(std::exp(reading.log_probability), 4) << '\n';
}

void run(const std::filesystem::path& model_path, const std::vector<std::filesystem::path>& images) {
  const SavedModel<float> model = load_model<float>(model_path);
  const FoldedWordNet<float> network(model.network);
  std::size_t failed = 0;
  for (const std::filesystem::path& path : images) {
    try {
      read_word(network, model.vocabulary, path);
    } catch (const Error& error) {
      std::cerr << "read_words: " << printable(error.what(), 4000) << '\n';
      ++failed;
    }
  }
  if (failed > 0)
    throw Error(std::to_string(failed) + " of " + std::to_string(images.size()) + " images could not be read");
}

}  // namespace

int main(int argc, char** argv) {
  tinyhtr::examples::choose_blas_core(argv);
  CLI::App app(
      "Reads images of single words. Prints a line per image: path, text and confidence, with tabs between them.\n"
      "The confidence is the probability of the best path, from 0 to 1.\n"
      "Example: read_words --model runs/first/best.safetensors word1.png word2.jpg\n"
      "An image that cannot be read is named on stderr; the others are read all the same, and the exit code is 1.");
  std::filesystem::path model;
  std::vector<std::filesystem::path> images;
  app.add_option("--model", model, "Checkpoint of train_iam: best.safetensors or last.safetensors")
      ->type_name("FILE")
      ->required();
  app.add_option("IMAGE", images, "PNG, JPEG, BMP, GIF, TGA, PSD, PNM")->required();
  return run_program(app, argc, argv, [&] { run(model, images); });
}
