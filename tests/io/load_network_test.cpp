#include "tinyhtr/io/load_network.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "support/compare.hpp"
#include "support/onnx.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_word_net.hpp"
#include "tinyhtr/io/export_onnx.hpp"
#include "tinyhtr/io/write_onnx.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("the content says what a file is, not its name") {
  const TemporaryFolder folder;
  const Vocabulary vocabulary("abc é");
  WordNet<float> network = trained_looking_network(tiny_word_net(), vocabulary.classes());
  const Tensor<float> images = random_images(network.options, 2), expected = network.forward(images).value();
  Safetensors checkpoint;
  add_model(checkpoint, network, vocabulary);
  write_safetensors(folder.path() / "a.onnx", checkpoint);
  write_onnx(folder.path() / "b.safetensors", to_onnx(network, vocabulary));
  for (const char* name : {"a.onnx", "b.safetensors"}) {
    LoadedNetwork<float> loaded = load_network<float>(folder.path() / name);
    CHECK(loaded.vocabulary == vocabulary);
    CHECK(loaded.source == (std::string(name) == "a.onnx" ? "checkpoint" : "ONNX by tinyhtr"));
    CHECK(same_bits(loaded.network.forward(images).value(), expected));
  }
}

TEST_CASE("the vocabulary is looked for where the file has none") {
  const std::filesystem::path path = std::filesystem::path(TINYHTR_TEST_DATA) / "references/onnx/model.onnx";
  const auto find = [&path](const std::filesystem::path& asked) {
    CHECK(asked == path);
    return std::optional<Vocabulary>(Vocabulary("ab'c\"é 0"));
  };
  const LoadedNetwork<float> loaded = load_network<float>(path, find);
  CHECK(loaded.source == "ONNX by tf2onnx");
  CHECK(loaded.vocabulary.size() == 8);
  CHECK_THROWS_WITH_AS(static_cast<void>(load_network<float>(path)), doctest::Contains("configs.yaml"), FormatError);
}

TEST_CASE("what is neither") {
  const TemporaryFolder folder;
  const auto refused = [](const std::filesystem::path& path, const char* text) {
    CHECK_THROWS_WITH_AS(static_cast<void>(load_network<float>(path)), doctest::Contains(text), Error);
    CHECK_THROWS_WITH_AS(static_cast<void>(load_network<float>(path)), doctest::Contains(path.c_str()), Error);
  };
  refused(folder.path() / "nothing", "found nothing");
  refused(folder.path(), "found a folder");
  refused(folder.write("empty", ""), "");
  refused(folder.write("text", "some words of text, no network"), "expected a checkpoint of train_iam or an ONNX file");
  refused(folder.write("image", "\x89PNG\r\n\x1A\n and so on"), "expected a checkpoint of train_iam or an ONNX file");
  refused(folder.write("cut", std::string("\x08\x07\x12", 3)), "byte 2: the message ends within a number");
}
