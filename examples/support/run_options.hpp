// RunOptions: the command line of a training run.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <type_traits>

#include "support/program.hpp"
#include "tinyhtr/core/error.hpp"
#include "tinyhtr/train/run_config.hpp"
#include "tinyhtr/train/run_config_yaml.hpp"

namespace tinyhtr::examples {

/// The option that stands for a setting: --batch-size for batch_size; some have the names that people expect.
inline std::string option_name(const std::string& key) {
  if (key == "model_path") return "--out";
  if (key == "train_epochs") return "--epochs";
  if (key == "train_workers") return "--workers";
  std::string name = "--" + key;
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

/// One option per setting of a run, and those of the call. Settings come from the command line, else from the file of
/// --config, else from the run to be resumed, else they are as by default.
class RunOptions {
 public:
  std::filesystem::path config_file, resume;
  int threads = 0;  ///< 0: as many as there are processors
  bool overwrite = false, verbose = false;

  void add_to(CLI::App& app) {
    for_each_config_key([&](const ConfigKey& key, auto member) {
      using Value = std::decay_t<decltype(config_.*member)>;
      const std::string name = option_name(key.name);
      const auto take = [this, key, member](const std::string& text) {
        try {
          config_.*member = config_value<Value>(key, text);
        } catch (const FormatError& error) {
          throw CLI::ValidationError(option_name(key.name), error.what());
        }
        given_.insert(key.name);
      };
      CLI::Option* option = nullptr;
      if constexpr (std::is_same_v<Value, bool>) {
        option = app.add_flag_function(
            name + ",!--no-" + name.substr(2), [take](std::int64_t count) { take(count > 0 ? "true" : "false"); },
            key.help);
      } else {
        option = app.add_option_function<std::string>(name, take, key.help)->type_name(type_name<Value>(key));
        const std::string value = config_text(config_.*member);
        if (!value.empty()) option->default_str(value);
      }
      option->group(key.scope == ConfigScope::run ? "Options of the run" : "Options of this call");
    });
    const std::string here = "Options of this call";
    app.add_option("--config", config_file, "Take settings from a configs.yaml; options of the command line come first")
        ->type_name("FILE")
        ->group(here);
    app.add_option("--resume", resume, "Go on with the run in this folder, with the options that it was started with")
        ->type_name("RUN")
        ->group(here);
    app.add_option("--threads", threads,
                   "Threads to compute on; the result does not depend on it (default: all processors)")
        ->check(whole_number(1, 1024))
        ->group(here);
    app.add_flag("--overwrite", overwrite, "Replace the run that the folder of --out holds")->group(here);
    app.add_flag("--verbose", verbose, "Name every row that is not used, and why")->group(here);
  }

  /// Whether a setting was given, on the command line or in the file of --config; to be asked after of_new_run().
  bool was_given(const std::string& key) const { return given_.contains(key); }

  /// The settings of a new run. Throws what read_run_config and check_config throw.
  RunConfig of_new_run() {
    take_from_file();
    check_config(config_);
    return config_;
  }

  /// The settings of a run that goes on. What belongs to the run from its first step to its last has to be the same
  /// where it is given again: a run that changes its data or batches half-way is another run. Throws ArgumentError.
  RunConfig of_resumed_run(const RunConfig& stored) {
    take_from_file();
    // A cycle is as long as its run; on a plateau a run may be made longer.
    const bool has_fixed_length = stored.schedule == "one-cycle" || stored.schedule == "cosine";
    for_each_config_key([&](const ConfigKey& key, auto member) {
      const std::string name = key.name;
      // A run keeps what such a value stood for when it was started.
      const bool stands_for_another = (name == "initial_weights" || name == "vocab" || name == "max_text_length") &&
                                      config_.*member == RunConfig{}.*member;
      if (!given_.contains(name) || stands_for_another) {
        if (name != "model_path") config_.*member = stored.*member;
        return;
      }
      const bool is_fixed = key.scope == ConfigScope::run || (name == "train_epochs" && has_fixed_length);
      if (is_fixed && config_.*member != stored.*member) {
        throw ArgumentError(option_name(name) + " differs from what the run was started with (" +
                            config_text(stored.*member) + "); leave it out to go on, or start a new run with --out");
      }
    });
    if (config_.model_path.empty()) config_.model_path = resume.string();
    check_config(config_);
    return config_;
  }

 private:
  template <class Value>
  static std::string type_name(const ConfigKey& key) {
    if constexpr (!std::is_same_v<Value, std::string>) return "NUMBER";
    const std::string name = key.name;
    if (name == "data") return "PATH";
    if (name == "model_path") return "RUN";
    if (name.ends_with("_list") || name == "initial_model") return "FILE";
    return "TEXT";
  }

  void take_from_file() {
    if (!config_file.empty()) {
      const RunConfigFile file = read_run_config(config_file);
      for_each_config_key([&](const ConfigKey& key, auto member) {
        if (!file.given.contains(key.name) || !given_.insert(key.name).second) return;
        config_.*member = file.config.*member;
      });
    }
    if (config_.initial_model.empty()) return;
    // As it is stored: the same file is the same setting from any folder.
    config_.initial_model = std::filesystem::absolute(config_.initial_model).lexically_normal().string();
  }

  RunConfig config_;
  std::set<std::string> given_;  // on the command line, later in the file too
};

}  // namespace tinyhtr::examples
