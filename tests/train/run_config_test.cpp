#include "tinyhtr/train/run_config.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "tinyhtr/train/run_config_json.hpp"
#include "tinyhtr/train/run_config_yaml.hpp"

using namespace tinyhtr;

namespace {

/// Settings of which none is as by default.
RunConfig other_config() {
  RunConfig config;
  config.batch_size = 8;
  config.height = 48;
  config.width = 256;
  config.learning_rate = 1.0 / 3;
  config.max_text_length = 12;
  config.model_path = "runs/a b";
  config.train_epochs = 3;
  config.train_workers = 0;
  config.vocab = " !\"#'\\:%é€-";
  config.data = "d: [x]";
  config.train_list = "no";
  config.validation_list = "123";
  config.split = 0.25;
  config.split_by = "writers";
  config.limit = 100;
  config.seed = 0xFFFFFFFFFFFFFFFFu;
  config.augment = false;
  config.erode_dilate = 3;
  config.augment_without = "blur,noise";
  config.initial_model = "a, b/best.safetensors";
  config.freeze = "blocks.*,lstm.*";
  config.keep_statistics = true;
  config.network = "small";
  config.initial_weights = "keras";
  config.padding = "symmetric";
  config.scan = "columns";
  config.schedule = "one-cycle";
  config.warm_up_steps = 7;
  config.clip_norm = 5;
  config.weight_average = 0.999;
  config.weight_decay = 1e-4;
  config.second_head_weight = 0.25;
  config.deslant = true;
  config.magnify = 2.5;
  config.stretch = true;
  config.bucket = 16;
  config.patience = 4;
  config.plateau_patience = 5;
  config.plateau_factor = 1e-7;
  config.save_every = 9;
  config.keep = 2;
  config.histograms_every = 1;
  return config;
}

void check_equal(const RunConfig& a, const RunConfig& b) {
  for_each_config_key([&](const ConfigKey& key, auto member) {
    CAPTURE(key.name);
    CHECK(a.*member == b.*member);
  });
}

std::string problem_of(const std::string& yaml) {
  try {
    static_cast<void>(parse_run_config(yaml, "configs.yaml"));
  } catch (const FormatError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("every setting survives YAML and JSON, and has a name of its own") {
  const RunConfig config = other_config();
  std::set<std::string> names;
  for_each_config_key([&](const ConfigKey& key, auto member) {
    CAPTURE(key.name);
    CHECK(config.*member != RunConfig{}.*member);
    CHECK(names.insert(key.name).second);
  });
  const RunConfigFile read = parse_run_config(run_config_yaml(config), "configs.yaml");
  CHECK(read.given == names);
  check_equal(read.config, config);
  RunConfig moved = config;
  moved.model_path = "";  // where a run stands is no part of it
  check_equal(run_config_from_json(run_config_json(config)), moved);
  check_equal(parse_run_config(run_config_yaml(RunConfig{}), "configs.yaml").config, RunConfig{});
}

TEST_CASE("the YAML of the reference system is read, in each way that Python quotes the vocabulary") {
  const std::string keys =
      "batch_size: 16\nheight: 32\nlearning_rate: 0.0005\nmax_text_length: 21\nmodel_path: Models/1\ntrain_epochs: "
      "1000\n"
      "train_workers: 20\nwidth: 128\nvocab: ";
  for (const auto& [written, meant] :
       std::vector<std::pair<std::string, std::string>>{{"abcXYZ09\n", "abcXYZ09"},
                                                        {"'!\"#&''()*+,-./0'\n", "!\"#&'()*+,-./0"},
                                                        {"\"a\\tb\\\\ \\xE9\"\n", "a\tb\\ é"}}) {
    const RunConfigFile read = parse_run_config(keys + written, "configs.yaml");
    CHECK(read.config.vocab == meant);
    CHECK(read.config.train_workers == 20);
    CHECK(read.config.max_text_length == 21);
    CHECK(read.config.learning_rate == 5e-4);
    CHECK(read.given.size() == 9);
  }
  CHECK(parse_run_config("learning_rate: 5.0e-07\nmodel_path: null\n", "c").config.learning_rate == 5e-7);
}

TEST_CASE("what cannot be is refused with file, line, key, what was expected, the nearest known key") {
  CHECK(problem_of("width: 128\nbatchsize: 3\n") ==
        "configs.yaml:2: unknown key 'batchsize'; the nearest known one is 'batch_size'");
  CHECK(problem_of("batch_size: 3.5\n") ==
        "configs.yaml:1: batch_size: expected a whole number from 1 to 4096, found '3.5'");
  CHECK(problem_of("\n\nbatch_size: 010\n") ==
        "configs.yaml:3: batch_size: expected a whole number from 1 to 4096, found '010'");
  CHECK(problem_of("train_epochs: 99999999999\n") ==
        "configs.yaml:1: train_epochs: expected a whole number from 1 to 1000000, found '99999999999'");
  CHECK(problem_of("learning_rate: -1\n") ==
        "configs.yaml:1: learning_rate: expected a number above 0 and up to 1000, found '-1'");
  for (const char* number : {".nan", "nan", ".inf", "0", "1e", "x", "''"}) {
    CHECK(problem_of(std::string("learning_rate: ") + number).find("expected a number above 0") != std::string::npos);
  }
  CHECK(problem_of("augment: maybe\n") == "configs.yaml:1: augment: expected true or false, found 'maybe'");
  CHECK(problem_of("network: large\n") ==
        "configs.yaml:1: network: expected reference, small, column-small, column-medium or initial, found 'large'");
  CHECK(problem_of("vocab: [a, b]\n") == "configs.yaml:1: vocab: expected one value, found a list");
  CHECK(problem_of("width: 8\nwidth: 8\n") == "configs.yaml:2: width: is there twice");
  CHECK(problem_of("- width\n") == "configs.yaml:1: expected lines of `key: value`");
  CHECK(problem_of("") == "configs.yaml: expected lines of `key: value`");
  CHECK(problem_of("width: [1\n").find("configs.yaml:") == 0);
  CHECK(problem_of(std::string("width: 8\0", 9)) == "configs.yaml: is no YAML: it holds a zero byte");
  CHECK_FALSE(problem_of("vocab: \"\xff\"\n").empty());
  CHECK_FALSE(problem_of(std::string(100'000, '[')).empty());
  CHECK_FALSE(problem_of(std::string(100'000, '{') + "a").empty());
  CHECK_THROWS_WITH_AS(static_cast<void>(read_run_config("/nothing/configs.yaml")), doctest::Contains("found nothing"),
                       FileError);
}

TEST_CASE("the vocabulary alone is taken from a file whose other keys are not ours") {
  CHECK(parse_config_vocabulary("other: [1, 2]\nvocab: 'a''b'\nbatch_size: many\n", "c") == "a'b");
  CHECK(parse_config_vocabulary("other: 1\n", "c").empty());
  CHECK_THROWS_WITH_AS(static_cast<void>(parse_config_vocabulary("a: 1\nvocab: [a]\n", "c")),
                       "c:2: vocab: expected one value, found a list", FormatError);
  CHECK_THROWS_AS(static_cast<void>(parse_config_vocabulary("", "c")), FormatError);
  CHECK_THROWS_AS(static_cast<void>(parse_config_vocabulary("a: [", "c")), FormatError);
}

TEST_CASE("JSON with a missing or impossible setting is refused by name") {
  const std::string good = run_config_json(RunConfig{});
  auto json = nlohmann::json::parse(good);
  json.erase("width");
  CHECK_THROWS_WITH_AS(static_cast<void>(run_config_from_json(json.dump())), doctest::Contains("width: is missing"),
                       FormatError);
  json["width"] = -3;
  CHECK_THROWS_WITH_AS(static_cast<void>(run_config_from_json(json.dump())),
                       doctest::Contains("width: expected a whole number from 0 to 16384, found '-3'"), FormatError);
  for (const char* text : {"", "[]", "3", "{\"width\":"}) {
    CHECK_THROWS_AS(static_cast<void>(run_config_from_json(text)), FormatError);
  }
}

TEST_CASE("a list without the other one is refused") {
  RunConfig config;
  check_config(config);
  config.train_list = "train.csv";
  CHECK_THROWS_WITH_AS(check_config(config), doctest::Contains("train_list is given without validation_list"),
                       ArgumentError);
  config.validation_list = "val.csv";
  check_config(config);
}

TEST_CASE("a split by writers makes no sense with lists") {
  RunConfig config;
  config.split_by = "writers";
  CHECK_NOTHROW(check_config(config));
  config.train_list = config.validation_list = "list.txt";
  CHECK_THROWS_WITH_AS(check_config(config),
                       "split_by is writers, but the lists say which words validate; leave one away", ArgumentError);
  config.split_by = "words";
  CHECK_NOTHROW(check_config(config));
  CHECK(problem_of("split_by: forms\n") == "configs.yaml:1: split_by: expected words or writers, found 'forms'");
}

TEST_CASE("what needs an initial model is refused without one, and a network of any width may come from it") {
  RunConfig config;
  config.network = "initial";
  CHECK_THROWS_WITH_AS(check_config(config), doctest::Contains("network is initial without initial_model"),
                       ArgumentError);
  config.initial_model = "a.safetensors";
  config.keep_statistics = true;
  config.width = 0;
  check_config(config);
  config.initial_model = "";
  config.network = "column-small";
  CHECK_THROWS_WITH_AS(check_config(config), doctest::Contains("keep_statistics is given without initial_model"),
                       ArgumentError);
}

TEST_CASE("what a network knows nothing of is refused, naming both") {
  const auto problem = [](const auto& change) -> std::string {
    RunConfig config;
    change(config);
    try {
      check_config(config);
    } catch (const ArgumentError& error) {
      return error.what();
    }
    return "";
  };
  CHECK(problem([](RunConfig& config) { config.magnify = 2; }) ==
        "magnify is given, but network is reference: this is of column-small and column-medium; leave it away");
  CHECK(problem([](RunConfig& config) { config.deslant = true; }).starts_with("deslant is given"));
  CHECK(problem([](RunConfig& config) { config.stretch = true; }).starts_with("stretch is given"));
  CHECK(problem([](RunConfig& config) { config.second_head_weight = 0; }).starts_with("second_head_weight is given"));
  CHECK(problem([](RunConfig& config) { config.augment_without = "blur"; }).starts_with("augment_without is given"));
  const auto column = [&problem](const auto& change) {
    return problem([&change](RunConfig& config) {
      config.network = "column-small";
      config.width = 0;
      change(config);
    });
  };
  CHECK(column([](RunConfig& config) { config.magnify = 2, config.deslant = true; }).empty());
  CHECK(column([](RunConfig& config) { config.erode_dilate = 3; }) ==
        "erode_dilate is given, but network is column-small: words for column networks are eroded and dilated by the "
        "kind morphology; leave it away");
  CHECK(column([](RunConfig& config) { config.scan = "rows"; }) ==
        "scan is rows, but the second head reads column maxima; give second_head_weight 0 for a network without it");
  CHECK(column([](RunConfig& config) { config.scan = "rows", config.second_head_weight = 0; }).empty());
  CHECK(column([](RunConfig& config) { config.stretch = true; }) == "stretch is given with width 0, expected a width");
  CHECK(column([](RunConfig& config) { config.stretch = true, config.width = 128; }).empty());
}

TEST_CASE("the recipes that come with tinyhtr are settings that go together") {
  const std::filesystem::path folder = std::filesystem::path(TINYHTR_TEST_DATA).parent_path() / "examples" / "configs";
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    CAPTURE(entry.path().string());
    const RunConfigFile recipe = read_run_config(entry.path());
    CHECK_NOTHROW(check_config(recipe.config));
    for (const char* key : {"augment", "batch_size", "height", "learning_rate", "network", "schedule", "seed"}) {
      CAPTURE(key);
      CHECK(recipe.given.contains(key));
    }
    CHECK(recipe.given.contains("train_epochs"));
    CHECK(recipe.config.data.empty());
    names.insert(entry.path().stem().string() + " " + recipe.config.network);
  }
  CHECK(names == std::set<std::string>{"medium column-medium", "small column-small", "tutorial reference"});
}
