// make_corpus FOLDER: writes the files that fuzzing starts from, one folder per target.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include "tinyhtr/io/checkpoint.hpp"
#include "tinyhtr/io/export_onnx.hpp"
#include "tinyhtr/io/tensorboard_events.hpp"
#include "tinyhtr/io/write_onnx.hpp"
#include "tinyhtr/language/character_model_file.hpp"
#include "tinyhtr/language/train_character_model.hpp"
#include "tinyhtr/train/epoch_row.hpp"
#include "tinyhtr/train/run_config_json.hpp"
#include "tinyhtr/train/run_config_yaml.hpp"
#include "tinyhtr/train/training_state.hpp"

using namespace tinyhtr;

namespace {

void write(const std::filesystem::path& path, std::string_view content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

/// The smallest network that has every kind of layer.
WordNetOptions tiny_options(Scan scan) {
  WordNetOptions options;
  options.height = 8;
  options.width = 8;
  options.channels = 1;
  options.hidden = 2;
  options.scan = scan;
  options.blocks = {{.filters = 2, .stride = 2, .convolve_skip = true},
                    {.filters = 2, .stride = 1, .convolve_skip = false}};
  return options;
}

void write_networks(const std::filesystem::path& folder) {
  const Vocabulary vocabulary("abc");
  TrainingState state;
  state.steps = 3;
  for (const Scan scan : {Scan::rows, Scan::columns, Scan::column_maxima}) {
    WordNet<float> network(vocabulary.classes(), 1, tiny_options(scan));
    Safetensors file;
    add_model(file, network, vocabulary);
    file.metadata["training"] = state.to_json();
    const std::string name = std::to_string(static_cast<int>(scan));
    write_safetensors(folder / "safetensors" / (name + ".safetensors"), file);
    write_onnx(folder / "onnx" / (name + ".onnx"), to_onnx(network, vocabulary));
    write_onnx(folder / "onnx" / (name + "_folded.onnx"), to_onnx(network, vocabulary, {.fold_batch_norm = true}));
    write(folder / "configuration" / (name + ".json"), word_net_to_json(network.options));
  }
  write(folder / "configuration" / "state.json", state.to_json());
  write(folder / "configuration" / "run.json", run_config_json(RunConfig{}));
  write(folder / "configuration" / "configs.yaml", run_config_yaml(RunConfig{}));
}

void write_lists(const std::filesystem::path& folder) {
  write(folder / "list.csv", "0,1\na/b.png,word\nc.png,\"a \"\"quoted\"\", word\"\n");
  write(folder / "list.tsv", "a/b.png\tword\nc.png\ta word\n");
  write(folder / "words.txt", "a01-000u-00-00 ok 154 408 768 27 51 AT A");
  write(folder / "lines.txt", "a01-000u-00 ok 154 19 408 746 1661 89 A|MOVE|to|stop");
  write(folder / "forms.txt", "#comment\na01-000u 000 2 prt 7 5 52 36\n");
  write(folder / "metrics.csv", epoch_rows_csv({EpochRow{}}));
}

void write_events(const std::filesystem::path& folder) {
  std::filesystem::path file;
  {
    EventWriter writer(folder);
    for (int step = 1; step < 4; ++step) writer.add_scalar("epoch_loss", step, 0.5);
    writer.add_text("note", 3, "a text");
    writer.flush();
    file = writer.path();
  }
  std::filesystem::rename(file, folder / "run.events");
}

void write_language(const std::filesystem::path& folder) {
  const std::string bytes =
      character_model_bytes(train_character_model({{"the", 4}, {"hen", 2}, {",", 3}}, {.order = 3}));
  write(folder / "small", bytes.substr(0, bytes.size() - 8));  // the target adds the checksum
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: make_corpus FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  for (const char* target : {"safetensors", "onnx"}) std::filesystem::create_directories(folder / target);
  write_networks(folder);
  write_lists(folder / "lists");
  write_events(folder / "events");
  write_language(folder / "language");
  return 0;
}
