// RunConfig: everything that a training run is told, by name.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/metrics/edit_distance.hpp"
#include "tinyhtr/train/config_value.hpp"

namespace tinyhtr {

/// The settings of a run: first those of the reference system's configs.yaml, then ours. for_each_config_key()
/// says what each means, and what it may be.
struct RunConfig {
  Index batch_size = 16;
  Index height = 32, width = 128;
  double learning_rate = 5e-4;
  Index max_text_length = 0;
  std::string model_path;
  int train_epochs = 100;
  int train_workers = 1;
  std::string vocab;

  std::string data, train_list, validation_list;
  double split = 0.9;
  std::string split_by = "words";
  Index limit = 0;
  std::uint64_t seed = 1;
  bool augment = true;
  Index erode_dilate = 1;
  std::string augment_without;
  std::string initial_model, freeze;
  bool keep_statistics = false;
  std::string network = "reference", initial_weights = "default", padding = "same";
  std::string scan = "default";
  std::string schedule = "plateau";
  Index warm_up_steps = 0;
  double clip_norm = 0;
  double weight_average = 0;
  double weight_decay = 0;
  double second_head_weight = 0.1;
  bool deslant = false;
  double magnify = 1;
  bool stretch = false;
  Index bucket = 32;
  int patience = 20;
  int plateau_patience = 10;
  double plateau_factor = 0.9;
  Index save_every = 0;
  int keep = 0;
  int histograms_every = 0;
};

/// Calls visit(key, member) for every setting, where member is a pointer to a member of RunConfig.
template <class Visitor>
void for_each_config_key(const Visitor& visit) {
  using enum ConfigScope;
  constexpr double many = 1e9;
  visit(ConfigKey{"batch_size", "Images per training step", run, 1, 4096}, &RunConfig::batch_size);
  visit(ConfigKey{"height", "Height in pixels to which images are brought", run, 8, 4096}, &RunConfig::height);
  visit(ConfigKey{"width",
                  "Width in pixels to which images are brought; lines of text need more than words; 0: as wide as each "
                  "word needs, which column networks can read",
                  run, 0, 16384},
        &RunConfig::width);
  visit(ConfigKey{"learning_rate", "Of Adam: at the start, or the peak of a cycle", run, 0, 1000, false},
        &RunConfig::learning_rate);
  visit(ConfigKey{"max_text_length",
                  "Longest label in characters, longer ones are left out and counted; 0: as long as the network reads",
                  call, 0, many},
        &RunConfig::max_text_length);
  visit(ConfigKey{"model_path", "Folder of the run's files", call}, &RunConfig::model_path);
  visit(ConfigKey{"train_epochs",
                  "Passes over the training words, those before a resume counted. On a plateau the run ends sooner, "
                  "--patience epochs after the best CER",
                  call, 1, 1e6},
        &RunConfig::train_epochs);
  visit(ConfigKey{"train_workers", "Background threads that prepare images; 0: none", call, 0, 1024},
        &RunConfig::train_workers);
  visit(ConfigKey{"vocab", "Characters in the order of their classes; empty: those of the training words, sorted", run},
        &RunConfig::vocab);

  visit(ConfigKey{"data", "Folder in IAM's layout, folder of images with .gt.txt files, or a list of paths and texts",
                  call},
        &RunConfig::data);
  visit(ConfigKey{"train_list", "File of word or form ids to train on, one a line, or a list of paths and texts", call},
        &RunConfig::train_list);
  visit(ConfigKey{"validation_list", "The same for the words to validate on", call}, &RunConfig::validation_list);
  visit(ConfigKey{"split", "Without lists: share of the words to train on, drawn with the seed", run, 0, 1, false},
        &RunConfig::split);
  visit(
      ConfigKey{"split_by",
                "Without lists, what is drawn to validate on: words, whose writers are trained on too, or writers with "
                "all their words, which needs forms.txt in the folder of --data",
                run,
                0,
                0,
                true,
                {"words", "writers"}},
      &RunConfig::split_by);
  visit(ConfigKey{"limit", "Train and validate on so many words in all; 0: on all of them", run, 0, many},
        &RunConfig::limit);
  visit(ConfigKey{"seed", "Of weights, order, augmentation, dropout, split: equal seeds give equal results", run, 0,
                  18446744073709551615.0},
        &RunConfig::seed);
  visit(ConfigKey{"augment",
                  "Train on images that are changed at random: brightened, sharpened, turned; column networks: moved, "
                  "slanted, warped, eroded and more, see augment_without",
                  run},
        &RunConfig::augment);
  visit(ConfigKey{"erode_dilate", "Kernel of the random erosion and dilation, in pixels; 1 does nothing, 3 works", run,
                  1, 15},
        &RunConfig::erode_dilate);
  visit(ConfigKey{"augment_without",
                  "Column networks: kinds of augmentation to leave out, with commas between: affine, grid_warp, "
                  "elastic, morphology, contrast, gamma, blur, noise, occlusion",
                  run},
        &RunConfig::augment_without);
  visit(
      ConfigKey{"initial_model",
                "Start from the weights of this network, a file that read_words takes: its architecture, preprocessing "
                "and vocabulary are kept, the characters of the training words added",
                run},
      &RunConfig::initial_model);
  visit(
      ConfigKey{"freeze",
                "Parameters that are not trained, by name with * and ?, such as blocks.*,lstm.*; a frozen block keeps "
                "its running statistics, and drops nothing",
                run},
      &RunConfig::freeze);
  visit(ConfigKey{"keep_statistics",
                  "Batch norm keeps the running statistics of the initial model: for a few words, whose own would be "
                  "mostly chance",
                  run},
        &RunConfig::keep_statistics);
  visit(
      ConfigKey{"network",
                "reference, that of the TensorFlow tutorial 'Handwriting words recognition'; small, which reads from "
                "left to right and learns sooner; column-small and column-medium, which also read words of any width, "
                "of 0.6 and 2.2 million parameters, made for people's handwriting; initial, that of initial_model",
                run,
                0,
                0,
                true,
                {"reference", "small", "column-small", "column-medium", "initial"}},
      &RunConfig::network);
  visit(ConfigKey{"initial_weights",
                  "keras, as the tutorial has them, or pytorch; default: pytorch for the reference network, which "
                  "learns sooner with them, keras for the small one",
                  run,
                  0,
                  0,
                  true,
                  {"default", "keras", "pytorch"}},
        &RunConfig::initial_weights);
  visit(
      ConfigKey{
          "padding", "same, as TensorFlow pads, or symmetric, as PyTorch does", run, 0, 0, true, {"same", "symmetric"}},
      &RunConfig::padding);
  visit(
      ConfigKey{
          "scan",
          "Order of the time steps: rows, which sweep the image several times, as the tutorial has them; columns; "
          "column_maxima, one step a column; default: that of the network",
          run,
          0,
          0,
          true,
          {"default", "rows", "columns", "column_maxima"}},
      &RunConfig::scan);
  visit(ConfigKey{"schedule",
                  "Of the learning rate: plateau, lowered after some epochs without a better CER; one-cycle, which "
                  "rises, then falls to nothing at the last epoch; cosine, which only falls; constant",
                  run,
                  0,
                  0,
                  true,
                  {"plateau", "one-cycle", "cosine", "constant"}},
        &RunConfig::schedule);
  visit(ConfigKey{"warm_up_steps", "Steps over which the learning rate rises from nothing; 0: none", run, 0, many},
        &RunConfig::warm_up_steps);
  visit(ConfigKey{"clip_norm", "Largest norm of the gradients together; 0: not clipped", run, 0, many},
        &RunConfig::clip_norm);
  visit(ConfigKey{"weight_average",
                  "Decay, such as 0.999, of the moving average of the weights that words are read with; 0: the weights "
                  "themselves",
                  run, 0, 0.999999},
        &RunConfig::weight_average);
  visit(ConfigKey{"weight_decay", "Of Adam, decoupled (AdamW), of all weights but biases and batch norm", run, 0, 1},
        &RunConfig::weight_decay);
  visit(
      ConfigKey{"second_head_weight",
                "Column networks: weight of the loss of the second head, which trains the blocks without the LSTM; 0: "
                "no such head",
                run, 0, 10},
      &RunConfig::second_head_weight);
  visit(ConfigKey{"deslant", "Column networks: turn slanted writing upright before it is read", run},
        &RunConfig::deslant);
  visit(
      ConfigKey{"magnify",
                "Column networks: by how much an image lower than the network's height may be magnified; by 1, a full "
                "stop stays as small as it was written",
                run, 1, 16},
      &RunConfig::magnify);
  visit(ConfigKey{"stretch",
                  "Column networks: bring images to the width whatever their aspect ratio, as the reference network "
                  "has them; to compare with",
                  run},
        &RunConfig::stretch);
  visit(ConfigKey{"bucket",
                  "Networks of any width: words are sorted by width within so many batches, so that little of a batch "
                  "is padding; 0: not sorted",
                  run, 0, 1e6},
        &RunConfig::bucket);
  visit(ConfigKey{"patience", "Epochs without a better CER after which a run ends, on a plateau or a constant rate",
                  call, 1, 1e6},
        &RunConfig::patience);
  visit(ConfigKey{"plateau_patience", "Epochs without a better CER after which the learning rate is lowered", run, 1,
                  1e6},
        &RunConfig::plateau_patience);
  visit(ConfigKey{"plateau_factor", "By which it is multiplied then", run, 0, 1, false}, &RunConfig::plateau_factor);
  visit(ConfigKey{"save_every", "Also save within an epoch, after so many steps each; 0: after epochs only", call, 0,
                  many},
        &RunConfig::save_every);
  visit(ConfigKey{"keep", "Keep the networks of so many last epochs, beside the best one", call, 0, 1e6},
        &RunConfig::keep);
  visit(ConfigKey{"histograms_every",
                  "Show TensorBoard the histograms of weights and gradients every so many epochs; 0: never", call, 0,
                  1e6},
        &RunConfig::histograms_every);
}

/// The name that a mistyped one is nearest to, by edit distance.
inline std::string nearest_config_key(std::string_view name) {
  std::string nearest;
  Index least = std::numeric_limits<Index>::max();
  for_each_config_key([&](const ConfigKey& key, auto) {
    const std::string_view known = key.name;
    const Index distance = edit_distance(std::span<const char>(known), std::span<const char>(name));
    if (distance >= least) return;
    least = distance;
    nearest = known;
  });
  return nearest;
}

/// Whether the network is one of models/column_net.hpp, which take preprocessed words of any width.
inline bool is_column_network(const RunConfig& config) { return config.network.starts_with("column-"); }

/// Whether the network is built as that of initial_model, or of the checkpoint that goes on from it.
inline bool starts_from_model(const RunConfig& config) { return !config.initial_model.empty(); }

namespace detail {

/// Throws ArgumentError for settings that the network knows nothing of, so that nobody believes in their effect.
inline void check_settings_of_network(const RunConfig& config) {
  const RunConfig unset;
  const auto refuse = [&config](const std::string& key, const std::string& why) {
    throw ArgumentError(key + " is given, but network is " + config.network + ": " + why + "; leave it away");
  };
  if (is_column_network(config)) {
    if (config.erode_dilate != unset.erode_dilate)
      refuse("erode_dilate", "words for column networks are eroded and dilated by the kind morphology");
    const bool by_columns = config.scan == "default" || config.scan == "column_maxima";
    if (config.second_head_weight > 0 && !by_columns) {
      throw ArgumentError("scan is " + config.scan + ", but the second head reads column maxima; give " +
                          "second_head_weight 0 for a network without it");
    }
  } else if (!starts_from_model(config)) {
    const char* why = "this is of column-small and column-medium";
    if (config.augment_without != unset.augment_without) refuse("augment_without", why);
    if (config.second_head_weight != unset.second_head_weight) refuse("second_head_weight", why);
    if (config.deslant) refuse("deslant", why);
    if (config.magnify != unset.magnify) refuse("magnify", why);
    if (config.stretch) refuse("stretch", why);
  }
  if (config.stretch && config.width == 0) throw ArgumentError("stretch is given with width 0, expected a width");
}

}  // namespace detail

/// Throws ArgumentError where a setting makes no sense without another, or with it, naming both.
inline void check_config(const RunConfig& config) {
  if (config.network == "initial" && !starts_from_model(config))
    throw ArgumentError("network is initial without initial_model, the file of a network to start from");
  if (config.keep_statistics && !starts_from_model(config))
    throw ArgumentError("keep_statistics is given without initial_model: a new network has no statistics to keep");
  if (config.width < 8 && !(config.width == 0 && (is_column_network(config) || starts_from_model(config)))) {
    throw ArgumentError("width is " + std::to_string(config.width) +
                        ", expected 8 or more, or 0 with the network column-small or column-medium");
  }
  detail::check_settings_of_network(config);
  const bool has_train = !config.train_list.empty(), has_validation = !config.validation_list.empty();
  if (has_train != has_validation) {
    throw ArgumentError(std::string(has_train ? "train_list" : "validation_list") + " is given without " +
                        (has_train ? "validation_list" : "train_list"));
  }
  if (has_train && config.split_by != "words") {
    throw ArgumentError("split_by is " + config.split_by + ", but the lists say which words validate; leave one away");
  }
}

}  // namespace tinyhtr
