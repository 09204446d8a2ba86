#include "tinyhtr/io/checkpoint.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"
#include "support/tiny_column_net.hpp"
#include "support/tiny_word_net.hpp"
#include "tinyhtr/core/random.hpp"

using namespace tinyhtr;

namespace {

Safetensors saved_network(WordNet<float>& network, const Vocabulary& vocabulary) {
  Safetensors file;
  add_model(file, network, vocabulary);
  return file;
}

}  // namespace

TEST_CASE("a saved network reads as the one that was saved") {
  const test::TemporaryFolder folder;
  const Vocabulary vocabulary("abc é");
  WordNet<float> network(vocabulary.classes(), 7, test::tiny_word_net());
  network.blocks[0].bn1.running_mean[2] = 0.25f;
  write_safetensors(folder.path() / "model", saved_network(network, vocabulary));

  SavedModel<float> loaded = load_model<float>(folder.path() / "model");
  CHECK(loaded.vocabulary == vocabulary);
  CHECK(loaded.network.options.height == 16);
  CHECK(loaded.network.blocks[0].bn1.running_mean[2] == 0.25f);
  Tensor<float> images(Shape{2, 3, 16, 32});
  Random random(1);
  for (float& pixel : images) pixel = static_cast<float>(random.uniform(0, 255));
  const Tensor<float> before = network.forward(images).value(), after = loaded.network.forward(images).value();
  CHECK(std::equal(before.begin(), before.end(), after.begin()));

  SavedModel<double> wider = load_model<double>(folder.path() / "model");  // F32 into a network in double
  CHECK(wider.network.blocks[0].bn1.running_mean[2] == 0.25);
}

TEST_CASE("everything that a network is built from survives") {
  const WordNetOptions small = word_net_from_json(word_net_to_json(small_word_net()));
  CHECK(small.keep_aspect_ratio);
  CHECK(small.invert);
  CHECK(small.scan == Scan::column_maxima);
  CHECK(small.padding == small_word_net().padding);
  CHECK(small.batch_norm_momentum == 0.9);
  CHECK(small.dropout == small_word_net().dropout);
  REQUIRE(small.blocks.size() == small_word_net().blocks.size());
  CHECK(small.blocks[3].stride == Stride(2, 1));
  for (const Padding padding : {Padding::same, Padding::symmetric, Padding::none}) {
    for (const Scan scan : {Scan::rows, Scan::columns, Scan::column_maxima}) {
      WordNetOptions options;
      options.height = options.width = 256;  // large enough for every block without padding
      options.padding = padding;
      options.scan = scan;
      const WordNetOptions read = word_net_from_json(word_net_to_json(options));
      CHECK(read.padding == padding);
      CHECK(read.scan == scan);
    }
  }
}

TEST_CASE("what does not fit is refused with the tensor's name and both shapes") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "model";
  const Vocabulary vocabulary("abc");
  WordNet<float> network(vocabulary.classes(), 7, test::tiny_word_net());
  const Safetensors good = saved_network(network, vocabulary);
  const auto refused_with = [&](const Safetensors& file, const char* text) {
    write_safetensors(path, file);
    CHECK_THROWS_WITH_AS(static_cast<void>(load_model<float>(path)), doctest::Contains(text), FormatError);
    CHECK_THROWS_WITH_AS(static_cast<void>(load_model<float>(path)), doctest::Contains(path.c_str()), FormatError);
  };

  Safetensors file = good;
  file.add("blocks.1.conv1.weight", Tensor<float>(Shape{8, 4, 5, 5}));
  refused_with(file, "'blocks.1.conv1.weight' has shape (8,4,5,5), expected (8,4,3,3)");
  file = good;
  file.tensors.erase("lstm.weight_hh_l0_reverse");
  refused_with(file, "no tensor 'lstm.weight_hh_l0_reverse', expected one of shape (48,12)");
  file = good;
  file.add("blocks.9.conv1.weight", Tensor<float>(Shape{1}));
  refused_with(file, "'blocks.9.conv1.weight' of shape (1) has no place");
  file = good;
  file.metadata["vocabulary"] = "abcd";
  refused_with(file, "'classes.bias' has shape (4), expected (5)");
  file = good;
  file.metadata["vocabulary"] = "aba";  // a character twice
  refused_with(file, "model");
  file = good;
  file.metadata.erase("vocabulary");
  refused_with(file, "vocabulary");
  file = good;
  file.metadata["format"] = "something else";
  refused_with(file, "something else");
  for (const char* model : {"", "{}", "[]", R"({"architecture":"other"})"}) {
    file = good;
    file.metadata["model"] = model;
    refused_with(file, "the description of the network cannot be used");
  }
  file = good;
  file.metadata["model"] = R"({"architecture":)" + std::string(100000, '[');
  refused_with(file, "nested at most 16 deep");

  // One number of the description changed.
  const auto refused_where = [&](const std::string& key, const nlohmann::json& value, const char* text) {
    file = good;
    auto model = nlohmann::json::parse(file.metadata["model"]);
    model[nlohmann::json::json_pointer(key)] = value;
    file.metadata["model"] = model.dump();
    CAPTURE(key);
    refused_with(file, text);
  };
  refused_where("/hidden", -3, "-3");
  refused_where("/height", 16.9, "16.9");
  refused_where("/channels", 2, "1 or 3 channels");
  refused_where("/dropout", 7, "a dropout from 0 to less than 1");
  refused_where("/dropout", 1, "a dropout from 0 to less than 1");
  refused_where("/batch_norm_momentum", -0.5, "a batch_norm_momentum from 0 to 1");
  refused_where("/blocks", std::vector<int>(65, 1), "at most 64 blocks");
  refused_where("/blocks", std::vector<int>(), "blocks is empty");
  refused_where("/blocks/0/filters", 1025, "1025");
  {
    WordNetOptions flat = test::tiny_word_net();
    flat.height = 1;
    flat.padding = Padding::none;
    file = good;
    file.metadata["model"] = word_net_to_json(flat);
    const char* text = "the description of the network cannot be used: convolution: an input of 1";
    refused_with(file, text);
    CHECK_THROWS_WITH_AS(static_cast<void>(word_net_from_json(word_net_to_json(flat))), doctest::Contains(text),
                         FormatError);
  }
  refused_where("/blocks/0/filters", 1024, "'blocks.0.conv2.weight' has shape (4,4,3,3), expected (1024,1024,3,3)");
  refused_where("/hidden", 1024, "'lstm.weight_hh_l0' has shape (48,12), expected (4096,1024)");

  for (const char* key : {"architecture", "height", "keep_aspect_ratio", "scan", "blocks"}) {
    file = good;
    auto model = nlohmann::json::parse(file.metadata["model"]);
    model.erase(key);
    file.metadata["model"] = model.dump();
    refused_with(file, ("key '" + std::string(key) + "' not found").c_str());
  }
}

TEST_CASE("a checkpoint that is refused leaves the network as it was") {
  const Vocabulary vocabulary("abc");
  WordNet<float> other(vocabulary.classes(), 8, test::tiny_word_net());
  const Safetensors good = saved_network(other, vocabulary);
  WordNet<float> network(vocabulary.classes(), 7, test::tiny_word_net());
  const auto all_of = [&] {
    Safetensors file;
    add_members<float>(file, network);
    std::string bytes;
    for (const auto& [name, tensor] : file.tensors) bytes += name + tensor.bytes;
    return bytes;
  };
  const std::string before = all_of();
  const auto refused_with = [&](const Safetensors& file, const char* text) {
    CHECK_THROWS_WITH_AS(check_members<float>(file, network), doctest::Contains(text), FormatError);
    CHECK_THROWS_WITH_AS(copy_members<float>(file, network), doctest::Contains(text), FormatError);
    CHECK(all_of() == before);
  };

  Safetensors file = good;
  file.tensors.erase("classes.bias");  // the last of the parameters
  refused_with(file, "no tensor 'classes.bias'");
  file = good;
  file.add("blocks.0.bn1.running_var", Tensor<float>(Shape{5}));
  refused_with(file, "'blocks.0.bn1.running_var' has shape (5), expected (4)");
  file = good;
  file.tensors["classes.bias"].dtype = "I32";
  refused_with(file, "'classes.bias' holds I32, expected F32 or F64");
  file = good;
  Tensor<float> broken(network.classes.bias.shape());
  broken[2] = std::numeric_limits<float>::quiet_NaN();
  file.add("classes.bias", broken);
  refused_with(file, "'classes.bias' holds NaN or infinity at position 2");
  file = good;
  file.add("zzz", Tensor<float>(Shape{1}));
  refused_with(file, "'zzz' of shape (1) has no place");

  file = good;
  file.add("adam.step", Tensor<float>(Shape{1}));
  copy_members<float>(file, network);
  CHECK(all_of() != before);
}

TEST_CASE("the message names the file once, whatever its name") {
  const test::TemporaryFolder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  Safetensors file;
  file.metadata = {{"format", "tinyhtr checkpoint 1"}, {"vocabulary", "abc"}, {"model", "{}"}};
  std::string message;
  try {
    write_safetensors("the", file);  // as the message goes on
    static_cast<void>(load_model<float>("the"));
  } catch (const FormatError& error) {
    message = error.what();
  }
  std::filesystem::current_path(before);
  CHECK(message.rfind("the: the description of the network cannot be used: ", 0) == 0);
}

TEST_CASE("the description of a network survives JSON") {
  WordNetOptions options = test::tiny_word_net();
  options.padding = Padding::symmetric;
  options.dropout = 0.35;
  const WordNetOptions read = word_net_from_json(word_net_to_json(options));
  CHECK(word_net_to_json(read) == word_net_to_json(options));
  CHECK(read.padding == Padding::symmetric);
  CHECK(read.blocks.size() == 2);
  CHECK(word_net_to_json(word_net_from_json(word_net_to_json({}))) == word_net_to_json({}));
}

TEST_CASE("a column network reads as the one that was saved, with its preprocessing and its second head") {
  const test::TemporaryFolder folder;
  const Vocabulary vocabulary("abcd");
  WordNetOptions options = test::tiny_column_net();
  options.feature_dropout = 0.45;
  options.preprocessing->steps.emplace_back(Deslant());
  options.preprocessing->fit.margin = 7;
  WordNet<float> network(vocabulary.classes(), 7, options);
  network.blocks[0].skip_bn->running_mean[2] = 0.25f;
  write_safetensors(folder.path() / "model", saved_network(network, vocabulary));
  SavedModel<float> loaded = load_model<float>(folder.path() / "model");
  const WordNetOptions& read = loaded.network.options;
  CHECK(word_net_to_json(read) == word_net_to_json(options));
  CHECK(read.width == 0);
  CHECK(read.feature_dropout == 0.45);
  CHECK(loaded.network.dropout.probability == 0.45f);
  CHECK(read.dropout == 0);
  CHECK_FALSE(read.convolution_bias);
  CHECK(read.normalise_skip);
  CHECK(read.second_head);
  REQUIRE(read.preprocessing.has_value());
  CHECK(*read.preprocessing == *options.preprocessing);
  CHECK(loaded.network.blocks[0].skip_bn->running_mean[2] == 0.25f);
  const Lengths widths{32, 12};
  const Tensor<float> images = test::padded_words<float>(widths, 32, 1);
  const auto before = network.forward_heads(images, Mode::inference(), widths);
  const auto after = loaded.network.forward_heads(images, Mode::inference(), widths);
  const auto same = [](const Tensor<float>& a, const Tensor<float>& b) {
    return std::equal(a.begin(), a.end(), b.begin());
  };
  CHECK(same(before.logits.value(), after.logits.value()));
  CHECK(same(before.second.value(), after.second.value()));
}

TEST_CASE("a checkpoint from before column networks loads, as the network that it was") {
  // As it was written then: no key of feature_dropout, convolution_bias, normalise_skip, second_head, preprocessing.
  const std::string old =
      R"({"architecture":"word_net","batch_norm_momentum":0.99,"blocks":[{"convolve_skip":true,)"
      R"("filters":4,"slope":0.1,)"
      R"("stride":[2,2]},{"convolve_skip":true,"filters":8,"slope":0.1,"stride":[2,2]}],"channels":3,"dropout":0.2,)"
      R"("height":16,"hidden":12,"invert":false,"keep_aspect_ratio":false,"padding":"same","scan":"rows","width":32})";
  const WordNetOptions read = word_net_from_json(old);
  CHECK_FALSE(read.feature_dropout.has_value());
  CHECK_FALSE(read.preprocessing.has_value());
  CHECK(read.convolution_bias);
  CHECK_FALSE(read.normalise_skip);
  CHECK_FALSE(read.second_head);
  CHECK(word_net_to_json(read) == old);  // nor does such a network write them now
  CHECK(word_net_to_json(test::tiny_word_net()) == old);
}

TEST_CASE("descriptions of column networks that cannot be used are refused") {
  const auto with = [](const std::string& key, const nlohmann::json& value) {
    nlohmann::json json = nlohmann::json::parse(word_net_to_json(test::tiny_column_net()));
    json[key] = value;
    return json.dump();
  };
  CHECK_NOTHROW(word_net_from_json(with("feature_dropout", 0)));
  CHECK_THROWS_AS(word_net_from_json(with("feature_dropout", 1)), FormatError);
  CHECK_THROWS_AS(word_net_from_json(with("feature_dropout", -0.1)), FormatError);
  CHECK_THROWS_AS(word_net_from_json(with("feature_dropout", "much")), FormatError);
  CHECK_THROWS_AS(word_net_from_json(with("second_head", 1)), FormatError);
  CHECK_THROWS_AS(word_net_from_json(with("convolution_bias", "no")), FormatError);
  CHECK_THROWS_AS(word_net_from_json(with("scan", "rows")), FormatError);  // any width needs columns
  CHECK_THROWS_AS(word_net_from_json(with("width", -4)), FormatError);
  CHECK_THROWS_AS(word_net_from_json(with("width", nullptr)), FormatError);
  CHECK_THROWS_AS(word_net_from_json(with("preprocessing", 5)), FormatError);
  CHECK_THROWS_AS(word_net_from_json(with("blocks", nlohmann::json::array())), FormatError);
}
