// RunFolder: where the files of a training run stand.
#pragma once

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
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
  std::filesystem::path summary() const { return path_ / "summary.json"; }

  /// Throws ArgumentError where a new run cannot be started in the folder: it holds something (but what a kill left
  /// unfinished), unless that is a run, and to be overwritten. Changes nothing.
  void check_free(bool overwrite) const {
    if (!is_used()) return;
    if (!overwrite) {
      throw ArgumentError(path_.string() + " is there already, and not empty; go on with that run by --resume, " +
                          "replace it with --overwrite, or choose another --out");
    }
    if (!std::filesystem::exists(last()) && !std::filesystem::exists(config())) {
      throw ArgumentError(path_.string() + " holds other things than a run, so that nothing in it is overwritten; " +
                          "choose another --out");
    }
  }

  /// Makes the folder for a new run, and deletes the files of a run that is to be overwritten; everything else stays.
  /// Throws ArgumentError as check_free does, and where another process trains there; FileError where the folder cannot
  /// be made or written to.
  void start_new(bool overwrite) {
    check_free(overwrite);
    std::error_code problem;
    std::filesystem::create_directories(path_, problem);
    if (problem) throw FileError(path_.string() + ": the folder could not be made: " + problem.message());
    lock();
    remove_files();
    make_writable_folder(path_);
  }

  /// Makes the folder ready for its run to go on: deletes unfinished files that a kill left. Throws FileError where it
  /// cannot be written to, ArgumentError where another process trains there.
  void go_on() {
    lock();
    remove_unfinished();
    make_writable_folder(path_);
  }

  /// Brings the files of another run that this one goes on with: its best network, its tables, its logs.
  void take_along(const RunFolder& other) const {
    if (std::filesystem::is_directory(other.events())) {
      std::filesystem::copy(other.events(), events(), std::filesystem::copy_options::recursive);
    }
    for (const auto file :
         {&RunFolder::best, &RunFolder::onnx, &RunFolder::metrics, &RunFolder::log, &RunFolder::summary}) {
      const std::filesystem::path from = (other.*file)();
      if (!std::filesystem::exists(from)) continue;
      std::filesystem::copy_file(from, (this->*file)(), std::filesystem::copy_options::overwrite_existing);
    }
  }

 private:
  /// Those that have one name each.
  std::vector<std::filesystem::path> files() const {
    return {config(), train_list(), validation_list(), log(), metrics(), best(), last(), onnx(), report(), summary()};
  }

  bool is_used() const {
    if (!std::filesystem::exists(path_)) return false;
    if (!std::filesystem::is_directory(path_)) throw FileError(path_.string() + ": expected a folder, found a file");
    const std::filesystem::directory_iterator entries(path_);
    return std::any_of(begin(entries), end(entries),
                       [](const auto& entry) { return !is_unfinished(entry.path().filename().string()); });
  }

  /// Held as long as this object lives, and let go by the system when the process is killed.
  void lock() {
    if (!lock_.open(path_, O_RDONLY | O_DIRECTORY)) {
      throw FileError(path_.string() + ": the folder cannot be opened: " + std::strerror(errno));
    }
    if (::flock(lock_.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      throw ArgumentError(path_.string() + ": another process trains in this folder; wait for it, or end it");
    }  // a filesystem without locks has none
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
  detail::Descriptor lock_;
};

}  // namespace tinyhtr
