// RunFolder: where the files of a training run stand.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/io/replace_file.hpp"

namespace tinyhtr {

/// The files that a run writes into its folder, all of them by the names that the reference system and ours have.
class RunFolder {
 public:
  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path config() const { return path_ / "configs.yaml"; }
  std::filesystem::path train_list() const { return path_ / "train.csv"; }
  std::filesystem::path validation_list() const { return path_ / "val.csv"; }
  std::filesystem::path log() const { return path_ / "logs.log"; }
  std::filesystem::path metrics() const { return path_ / "metrics.csv"; }
  std::filesystem::path events() const { return path_ / "logs"; }
  std::filesystem::path best() const { return path_ / "best.safetensors"; }
  std::filesystem::path last() const { return path_ / "last.safetensors"; }
  std::filesystem::path onnx() const { return path_ / "model.onnx"; }
  std::filesystem::path report() const { return path_ / "report.html"; }

  /// Makes the folder for a new run. Throws ArgumentError where it holds anything, unless it is to be overwritten: then
  /// the files of the run in it are deleted, and everything else stays. Throws FileError where it cannot be made or
  /// written to.
  void start_new(bool overwrite) const {
    std::error_code nothing_there;
    const bool is_used =
        std::filesystem::is_directory(path_, nothing_there) && !std::filesystem::is_empty(path_, nothing_there);
    if (is_used && !overwrite) {
      throw ArgumentError(path_.string() + " is there already, and not empty; go on with that run by --resume, " +
                          "replace it with --overwrite, or choose another --out");
    }
    make_writable_folder(path_);
    if (is_used) remove_files();
  }

  /// Makes the folder ready for its run to go on: deletes unfinished files that a kill left. Throws FileError where it
  /// cannot be written to.
  void go_on() const {
    make_writable_folder(path_);
    remove_unfinished();
  }

  /// Brings the files of another run that this one goes on with: its best network, its tables and logs.
  void take_along(const RunFolder& other) const {
    for (const auto file : {&RunFolder::best, &RunFolder::onnx, &RunFolder::metrics, &RunFolder::log}) {
      const std::filesystem::path from = (other.*file)();
      if (!std::filesystem::exists(from)) continue;
      std::filesystem::copy_file(from, (this->*file)(), std::filesystem::copy_options::overwrite_existing);
    }
  }

 private:
  /// Those that have one name each.
  std::vector<std::filesystem::path> files() const {
    return {config(), train_list(), validation_list(), log(), metrics(), best(), last(), onnx(), report()};
  }

  /// What PartFile calls its files: last.safetensors.4711.0.part
  static bool is_unfinished(std::string_view name) {
    if (!name.ends_with(".part")) return false;
    name.remove_suffix(5);
    for (int number = 0; number < 2; ++number) {
      const std::size_t digits = name.find_last_not_of("0123456789") + 1;  // 0 where there is nothing else
      if (digits == name.size() || digits < 2 || name[digits - 1] != '.') return false;
      name = name.substr(0, digits - 1);
    }
    return true;
  }

  void remove_unfinished() const {
    remove_where([](std::string_view name) { return is_unfinished(name); }, path_);
  }

  void remove_files() const {
    remove_unfinished();
    for (const std::filesystem::path& file : files()) remove(file);
    const auto is_epoch = [](std::string_view name) {
      return name.starts_with("epoch_") && name.ends_with(".safetensors");
    };
    remove_where(is_epoch, path_);
    const auto is_event_file = [](std::string_view name) { return name.starts_with("events.out.tfevents."); };
    for (const char* part : {"train", "validation"}) remove_where(is_event_file, events() / part);
  }

  static void remove(const std::filesystem::path& file) {
    std::error_code problem;
    std::filesystem::remove(file, problem);
    if (problem) throw FileError(file.string() + ": could not be deleted: " + problem.message());
  }

  template <class Condition>
  static void remove_where(const Condition& condition, const std::filesystem::path& folder) {
    if (!std::filesystem::is_directory(folder)) return;
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (condition(entry.path().filename().string())) found.push_back(entry.path());
    }
    for (const std::filesystem::path& file : found) remove(file);
  }

  std::filesystem::path path_;
};

}  // namespace tinyhtr
