// Writes ONNX files for Python to check, and computes what is in files that Python made:
//
//     onnx_consumer export FOLDER                         networks of all kinds, images, the softmax that is ours
//     onnx_consumer softmax MODEL IMAGES.npy SOFTMAX.npy  of any model file, its vocabulary in configs.yaml beside it
//
// Images are (N,H,W,C), grey levels 0 to 255; softmax (N,T,K): as input and output of the ONNX files.
#include <algorithm>
#include <cmath>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "npy_files.hpp"
#include "support/onnx.hpp"
#include "support/tiny_word_net.hpp"
#include "tinyhtr/io/export_onnx.hpp"
#include "tinyhtr/io/load_network.hpp"
#include "tinyhtr/io/write_onnx.hpp"
#include "tinyhtr/models/folded_word_net.hpp"
#include "tinyhtr/train/run_config_yaml.hpp"

namespace {

using namespace tinyhtr;

/// (N,H,W,C) to (N,C,H,W), or back with the axes' extents so given.
Tensor<float> channels_first(const Tensor<float>& images) {
  check_rank("onnx_consumer", "images", images.shape(), "(N,H,W,C)");
  Tensor<float> result(Shape{images.dim(0), images.dim(3), images.dim(1), images.dim(2)});
  for (Index n = 0; n < images.dim(0); ++n) {
    for (Index h = 0; h < images.dim(1); ++h) {
      for (Index w = 0; w < images.dim(2); ++w) {
        for (Index c = 0; c < images.dim(3); ++c) result(n, c, h, w) = images(n, h, w, c);
      }
    }
  }
  return result;
}

/// Logits (T,N,K) to probabilities (N,T,K).
Tensor<float> softmax(const Tensor<float>& logits) {
  const Index steps = logits.dim(0), batch = logits.dim(1), classes = logits.dim(2);
  Tensor<float> result(Shape{batch, steps, classes});
  for (Index n = 0; n < batch; ++n) {
    for (Index t = 0; t < steps; ++t) {
      double largest = logits(t, n, 0), total = 0;
      for (Index k = 0; k < classes; ++k) largest = std::max<double>(largest, logits(t, n, k));
      for (Index k = 0; k < classes; ++k) total += std::exp(logits(t, n, k) - largest);
      for (Index k = 0; k < classes; ++k) {
        result(n, t, k) = static_cast<float>(std::exp(logits(t, n, k) - largest) / total);
      }
    }
  }
  return result;
}

/// Every option of a WordNet, in networks that look trained.
std::vector<std::pair<std::string, WordNetOptions>> networks() {
  std::vector<std::pair<std::string, WordNetOptions>> list = {{"reference", {}}, {"small", small_word_net()}};
  list.push_back({"reference_symmetric_columns", {}});
  list.back().second.padding = Padding::symmetric;
  list.back().second.scan = Scan::columns;
  list.push_back({"small_symmetric_grey", small_word_net()});
  list.back().second.padding = Padding::symmetric;
  list.back().second.channels = 1;
  list.back().second.scan = Scan::rows;
  list.push_back({"odd", test::tiny_word_net()});
  list.back().second.height = 13;
  list.back().second.width = 27;
  list.back().second.hidden = 1;
  list.back().second.invert = true;
  list.back().second.blocks = {{.filters = 3, .stride = 1, .convolve_skip = false, .slope = 0.25},
                               {.filters = 5, .stride = {2, 1}, .convolve_skip = true, .slope = 0},
                               {.filters = 7, .stride = {1, 3}, .convolve_skip = true}};
  return list;
}

void export_all(const std::filesystem::path& folder) {
  const Vocabulary vocabulary("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!\"#&'()*+,-./:;? é");
  for (const auto& [name, options] : networks()) {
    WordNet<float> network = test::trained_looking_network(options, vocabulary.classes());
    Tensor<float> images(Shape{16, options.height, options.width, options.channels});
    Random random(7);
    for (float& pixel : images) pixel = static_cast<float>(std::floor(random.uniform(0, 256)));
    std::filesystem::create_directories(folder / name);
    test::write_npy(folder / name / "images.npy", images);
    test::write_npy(folder / name / "softmax.npy", softmax(network.forward(channels_first(images)).value()));
    write_onnx(folder / name / "model.onnx", to_onnx(network, vocabulary));
    write_onnx(folder / name / "folded.onnx", to_onnx(network, vocabulary, {.fold_batch_norm = true}));
  }
}

std::optional<Vocabulary> vocabulary_beside(const std::filesystem::path& model) {
  const std::filesystem::path config = model.parent_path() / "configs.yaml";
  if (!std::filesystem::exists(config)) return std::nullopt;
  return Vocabulary(read_run_config(config).config.vocab);
}

/// By way of the layers, and by way of the network that programs read with: both have to agree.
void compute(const std::filesystem::path& model, const std::filesystem::path& images_file,
             const std::filesystem::path& softmax_file) {
  LoadedNetwork<float> loaded = load_network<float>(model, vocabulary_beside);
  const Tensor<float> images = channels_first(test::read_npy(images_file));
  const Tensor<float> found = softmax(loaded.network.forward(images).value());
  const Tensor<float> folded = softmax(FoldedWordNet<float>(loaded.network).forward(images));
  float largest = 0;
  for (Index i = 0; i < found.size(); ++i) largest = std::max(largest, std::abs(found[i] - folded[i]));
  if (!(largest < 1e-5f)) throw Error("FoldedWordNet differs by " + std::to_string(largest));
  test::write_npy(softmax_file, folded);
  std::cout << loaded.source << ", vocabulary " << loaded.vocabulary.text() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  try {
    if (arguments.size() == 2 && arguments[0] == "export") {
      export_all(arguments[1]);
    } else if (arguments.size() == 4 && arguments[0] == "softmax") {
      compute(arguments[1], arguments[2], arguments[3]);
    } else {
      std::cerr << "usage: onnx_consumer export FOLDER | softmax MODEL IMAGES.npy SOFTMAX.npy\n";
      return 1;
    }
  } catch (const std::exception& error) {
    std::cerr << "onnx_consumer: " << error.what() << '\n';
    return 1;
  }
}
