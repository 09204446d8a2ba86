// Event files: what TensorBoard shows of a run.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/write.hpp"
#include "tinyhtr/io/event_file.hpp"
#include "tinyhtr/io/histogram.hpp"
#include "tinyhtr/io/replace_file.hpp"
#include "tinyhtr/io/wire_writer.hpp"

namespace tinyhtr {

/// Writes an event file that TensorBoard reads while it grows.
///
/// Every add_ appends one record by one write, so that a kill cuts at most the last one, which TensorBoard leaves out.
/// A series is named by its tag, `losses/ctc` stands in the group `losses`; its steps have to rise, for of two equal
/// ones TensorBoard keeps the later. Two pictures of a step need two tags. Descriptions are Markdown.
/// All functions that write throw FileError, naming the file and the system's reason, where the disk is full for
/// instance; what was cut is taken off the file again, so that later records can be read. They throw ArgumentError for
/// a step below 0, for an empty tag, and for a tag or description that is not UTF-8.
/// Source: tensorflow/core/util/event.proto, framework/summary.proto; tensorboard's summary_v2.py of each kind.
class EventWriter {
 public:
  /// Makes the folder, then a new file in it.
  ///
  /// first_step: the smallest step that will be written, 0 for a new run, S + 1 for one that goes on after step S. The
  /// file begins with the start of a session at that step, upon which TensorBoard's Python reader drops what older
  /// files of the folder hold from there on (new runs have one too, for it takes the first that it meets for the
  /// beginning). TensorBoard's data server drops an old value only when the same tag gets a new one of no larger step;
  /// rewind_events takes orphaned values off the files, for all readers.
  explicit EventWriter(const std::filesystem::path& folder, std::int64_t first_step = 0) {
    check_step(first_step);
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (problem) throw FileError(folder.string() + ": the folder could not be made: " + problem.message());
    for (int number = 0; !file_.is_open(); ++number) {
      path_ = detail::new_event_file(folder, number);
      if (!file_.open(path_, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0644) && errno != EEXIST) fail("created");
    }
    constexpr int file_version = 3, session_log = 7, status = 1;
    constexpr std::uint64_t start = 1;
    write(event(0).bytes(file_version, "brain.Event:2"));
    write(event(first_step).message(session_log, WireWriter().varint(status, start)));
  }

  const std::filesystem::path& path() const { return path_; }

  /// One point of a curve; kept in single precision.
  void add_scalar(std::string_view tag, std::int64_t step, double value) {
    constexpr int simple_value = 2;
    add_value(step, tagged(tag).float32(simple_value, static_cast<float>(value)));
  }

  /// A picture. Throws ArgumentError for an image without pixels.
  void add_image(std::string_view tag, std::int64_t step, const Image& image, std::string_view description = {}) {
    const std::vector<std::uint8_t> png = encode_png(image);
    WireWriter content;
    content.varint(1, static_cast<std::uint64_t>(image.height))
        .varint(2, static_cast<std::uint64_t>(image.width))
        .varint(3, static_cast<std::uint64_t>(image.channels))  // the colour space: 1 is grey, 3 RGB
        .bytes(4, {reinterpret_cast<const char*>(png.data()), png.size()});
    constexpr int image_field = 4;
    add_value(step, tagged(tag, "images", description).message(image_field, content));
  }

  /// A text, which TensorBoard shows as Markdown.
  void add_text(std::string_view tag, std::int64_t step, std::string_view text, std::string_view description = {}) {
    add_value(step, tagged(tag, "text", description).message(tensor, string_tensor({}, {&text, 1})));
  }

  /// A table of texts, each of them Markdown; `cells` row by row. Throws ArgumentError unless they fill whole rows.
  void add_table(std::string_view tag, std::int64_t step, Index columns, std::span<const std::string> cells,
                 std::string_view description = {}) {
    const auto count = static_cast<Index>(cells.size());
    if (columns < 1 || count % columns != 0) {
      throw ArgumentError(std::string(tag) + ": " + std::to_string(count) + " cells do not fill rows of " +
                          std::to_string(columns) + " columns");
    }
    const std::vector<std::string_view> texts(cells.begin(), cells.end());
    add_value(step, tagged(tag, "text", description).message(tensor, string_tensor({count / columns, columns}, texts)));
  }

  /// How often values lie where: `buckets` of equal width from the smallest to the largest, see histogram_of.
  /// TensorBoard shows it among its histograms, distributions too.
  template <class T>
  void add_histogram(std::string_view tag, std::int64_t step, std::span<const T> values, Index buckets = 30,
                     std::string_view description = {}) {
    std::string content;
    for (const HistogramBucket& bucket : histogram_of(values, buckets)) {
      for (const double number : {bucket.left, bucket.right, static_cast<double>(bucket.count)}) {
        content += detail::little_endian_bytes(std::bit_cast<std::uint64_t>(number));
      }
    }
    constexpr int dtype = 1, shape = 2, tensor_content = 4;
    constexpr std::uint64_t float64 = 2;
    WireWriter numbers;
    numbers.varint(dtype, float64).message(shape, shape_of({buckets, 3})).bytes(tensor_content, content);
    add_value(step, tagged(tag, "histograms", description).message(tensor, numbers));
  }

  /// Syncs the file to the disk; what was added is in the system's hands before that already.
  void flush() {
    if (::fsync(file_.number()) != 0) fail("synced to the disk");
  }

 private:
  static constexpr int tensor = 8;  // of a Summary.Value

  /// An Event without what it says.
  static WireWriter event(std::int64_t step) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    WireWriter writer;
    writer.float64(1, std::chrono::duration<double>(now).count()).varint(2, static_cast<std::uint64_t>(step));
    return writer;
  }

  /// A Summary.Value with its tag, and the plugin that shows it.
  static WireWriter tagged(std::string_view tag, std::string_view plugin = {}, std::string_view description = {}) {
    check_text("tag", tag);
    if (tag.empty()) throw ArgumentError("EventWriter: a tag is empty");
    check_text("description", description);
    WireWriter writer;
    writer.bytes(1, tag);
    if (plugin.empty()) return writer;
    constexpr int metadata = 9, plugin_data = 1, summary_description = 3;
    WireWriter inner;
    inner.message(plugin_data, WireWriter().bytes(1, plugin)).bytes(summary_description, description);
    return writer.message(metadata, inner);
  }

  /// A TensorShapeProto.
  static WireWriter shape_of(const Shape& shape) {
    WireWriter writer;
    for (const Index extent : shape) {
      writer.message(2, WireWriter().varint(1, static_cast<std::uint64_t>(extent)));
    }
    return writer;
  }

  /// A TensorProto of texts.
  static WireWriter string_tensor(const Shape& shape, std::span<const std::string_view> texts) {
    constexpr int dtype = 1, shape_field = 2, string_val = 8;
    constexpr std::uint64_t string = 7;
    WireWriter writer;
    writer.varint(dtype, string).message(shape_field, shape_of(shape));
    for (const std::string_view text : texts) writer.bytes(string_val, text);
    return writer;
  }

  static void check_step(std::int64_t step) {
    if (step < 0) throw ArgumentError("EventWriter: expected a step from 0, found " + std::to_string(step));
  }

  static void check_text(const char* what, std::string_view text) {
    for (std::size_t position = 0; position < text.size();) {
      char32_t ignored = 0;
      if (!detail::next_code_point(text, position, ignored)) {
        throw ArgumentError(std::string("EventWriter: the ") + what + " '" + printable(text) + "' is not UTF-8");
      }
    }
  }

  void add_value(std::int64_t step, const WireWriter& value) {
    check_step(step);
    constexpr int summary = 5;
    write(event(step).message(summary, WireWriter().message(1, value)));
  }

  void write(const WireWriter& event) {
    const std::string record = detail::event_record(event.content());
    if (detail::write_all(file_, record)) {
      length_ += static_cast<off_t>(record.size());
      return;
    }
    const int reason = errno;
    static_cast<void>(::ftruncate(file_.number(), length_) == 0);  // else nothing behind the cut record can be read
    errno = reason;
    fail("written");
  }

  [[noreturn]] void fail(const char* action) const {
    throw FileError(path_.string() + ": could not be " + action + ": " + std::strerror(errno));
  }

  std::filesystem::path path_;
  detail::Descriptor file_;
  off_t length_ = 0;  // of the records that are whole
};

}  // namespace tinyhtr
