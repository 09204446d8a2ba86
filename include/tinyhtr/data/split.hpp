// Which samples train and which ones test.
#pragma once

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <numeric>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/sample.hpp"
#include "tinyhtr/data/text_lines.hpp"

namespace tinyhtr {

/// Samples cut in two; both parts keep the order that the samples had.
struct Split {
  std::vector<Sample> train, validation;
};

/// A random split over samples: round(validation_fraction x count) of them validate, drawn by Random(seed, split).
///
/// Words of one writer land on both sides, so the error that it shows is lower than that on new writers; for that,
/// split by lists of forms. Throws ArgumentError unless 0 < validation_fraction < 1 and neither part is empty.
inline Split random_split(const std::vector<Sample>& samples, double validation_fraction, std::uint64_t seed) {
  if (!(validation_fraction > 0 && validation_fraction < 1)) {
    throw ArgumentError("random_split: expected a validation fraction between 0 and 1, found " +
                        std::to_string(validation_fraction));
  }
  const auto count = static_cast<std::size_t>(std::lround(validation_fraction * static_cast<double>(samples.size())));
  if (count == 0 || count == samples.size()) {
    throw ArgumentError("random_split: a validation fraction of " + std::to_string(validation_fraction) + " of " +
                        std::to_string(samples.size()) + " samples leaves one part empty");
  }
  std::vector<std::size_t> order(samples.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random(seed, Purpose::split).shuffle(order);
  std::vector<bool> validates(samples.size(), false);
  for (std::size_t i = 0; i < count; ++i) validates[order[i]] = true;
  Split split;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    (validates[i] ? split.validation : split.train).push_back(samples[i]);
  }
  return split;
}

/// The samples that a list file names.
struct ListSplit {
  std::vector<Sample> samples;         ///< in the order that they had, not in that of the list
  Index entries = 0;                   ///< different entries of the list
  std::vector<std::string> unmatched;  ///< entries that name no sample, in the order of the list
};

/// The samples named by a text file with one entry a line: the id of a sample (a01-000u-00-00) or of a form (a01-000u,
/// all of its words or lines), mixed as you like. Empty lines and lines that start with # are skipped.
///
/// Throws FileError where the file cannot be read, FormatError where it has no entry or names none of the samples.
inline ListSplit split_by_list(const std::vector<Sample>& samples, const std::filesystem::path& list) {
  ListSplit split;
  std::vector<std::string> entries;
  std::unordered_map<std::string, bool> matched;
  for (std::string& line : detail::read_lines(list)) {
    if (line.empty() || line.front() == '#') continue;
    if (matched.emplace(line, false).second) entries.push_back(std::move(line));
  }
  split.entries = static_cast<Index>(entries.size());
  if (entries.empty()) throw FormatError(list.string() + ": has no entry; expected one id of a word or form a line");
  for (const Sample& sample : samples) {
    bool wanted = false;
    for (const std::string& name : {sample.id, form_of(sample.id)}) {
      const auto entry = matched.find(name);
      if (entry != matched.end()) wanted = entry->second = true;
    }
    if (wanted) split.samples.push_back(sample);
  }
  for (const std::string& entry : entries) {
    if (!matched[entry]) split.unmatched.push_back(entry);
  }
  if (split.samples.empty()) {
    throw FormatError(list.string() + ": none of its " + std::to_string(split.entries) + " entries names one of the " +
                      std::to_string(samples.size()) + " samples; the first is '" + printable(entries.front()) +
                      "', expected ids such as a01-000u-00-00 or a01-000u");
  }
  return split;
}

namespace detail {

/// By what a sample is the same one in another list: the file of its image, whatever the list calls it.
inline std::string image_key(const Sample& sample) {
  return std::filesystem::absolute(sample.image).lexically_normal().string();
}

}  // namespace detail

/// Throws ArgumentError that names a sample which is in both parts, by its id or its image: then the error on
/// validation would mean nothing.
inline void check_no_overlap(const std::vector<Sample>& train, const std::vector<Sample>& validation) {
  std::unordered_set<std::string> ids, images;
  for (const Sample& sample : train) {
    ids.insert(sample.id);
    if (!sample.image.empty()) images.insert(detail::image_key(sample));
  }
  Index count = 0;
  const Sample* first = nullptr;
  for (const Sample& sample : validation) {
    const bool is_shared =
        ids.contains(sample.id) || (!sample.image.empty() && images.contains(detail::image_key(sample)));
    if (!is_shared) continue;
    if (count++ == 0) first = &sample;
  }
  if (count == 0) return;
  throw ArgumentError("training and validation share " + std::to_string(count) +
                      (count == 1 ? " sample: " : " samples, the first of them ") + first->id +
                      "; take it out of one of the lists");
}

}  // namespace tinyhtr
