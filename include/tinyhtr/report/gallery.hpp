// The gallery of a report: words with what was read, wrong ones first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/image/read.hpp"
#include "tinyhtr/metrics/edit_alignment.hpp"
#include "tinyhtr/report/image_data.hpp"
#include "tinyhtr/report/word_reading.hpp"

namespace tinyhtr {

/// How many words of each kind a gallery shows at most.
struct GallerySizes {
  std::size_t worst = 45, confident = 15, right = 30;
};

namespace detail {

/// A text under way, in runs of characters that all differ or all do not.
class MarkedText {
 public:
  /// A space that differs shows as an open box, for a mark around nothing is not seen.
  void add(char32_t c, bool differs) {
    if (differs != marked_) html_ += differs ? "<mark>" : "</mark>";
    marked_ = differs;
    html_ += differs && c == U' ' ? "\xE2\x90\xA3" : html_text(encode_utf8(c));
  }
  std::string html() const { return marked_ ? html_ + "</mark>" : html_; }

 private:
  std::string html_;
  bool marked_ = false;
};

/// The label and the reading, HTML, with what differs between them marked.
inline std::pair<std::string, std::string> mark_differences(const std::string& label, const std::string& reading) {
  MarkedText marked_label, marked_reading;
  for (const Edit& edit : edit_alignment(label, reading)) {
    const bool differs = edit.kind != EditKind::match;
    if (edit.kind != EditKind::insertion) marked_label.add(edit.expected, differs);
    if (edit.kind != EditKind::deletion) marked_reading.add(edit.read, differs);
  }
  return {marked_label.html(), marked_reading.html()};
}

/// The picture of a word, or a line that says why there is none: a report is written even if an image has gone.
inline std::string gallery_image(const WordReading& word) {
  constexpr Index most_height = 160, most_width = 480;  // twice what the page shows
  try {
    const Image image = shrink_to(read_image(word.image, 1), most_height, most_width);
    return "<img alt=\"\" loading=\"lazy\" width=\"" + std::to_string(image.width) + "\" height=\"" +
           std::to_string(image.height) + "\" src=\"" + image_data_uri(image) + "\">";
  } catch (const Error&) {
    return "the image cannot be read";
  }
}

inline std::string gallery_word(const CountedWord& word) {
  const auto [label, reading] = mark_differences(word.label, word.reading);
  const auto text = [](const std::string& html) {
    return html.empty() ? std::string("<span class=\"nothing\">nothing</span>") : "<bdi>" + html + "</bdi>";
  };
  const Index edits = word.errors.edits;
  return "<div class=\"word\"><div class=\"image\" title=\"" + html_text(word.word->image.string()) + "\">" +
         gallery_image(*word.word) + "</div>\n<dl><dt>label</dt><dd>" + text(label) + "</dd><dt>read</dt><dd" +
         (edits == 0 ? " class=\"right\"" : "") + ">" + text(reading) + "</dd></dl>\n<p class=\"facts\">" +
         std::to_string(edits) + (edits == 1 ? " edit" : " edits") + ", confidence " + fixed(word.word->confidence, 3) +
         (word.word->id.empty() ? "" : "<br>" + html_text(word.word->id)) + "</p></div>\n";
}

/// The first `count` of the words that `shown` does not have yet, in the order of `before`; adds them to `shown`.
template <class Before>
std::vector<const CountedWord*> take_first(const std::vector<CountedWord>& words, bool right, std::size_t count,
                                           std::vector<bool>& shown, const Before& before) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!shown[i] && (words[i].errors.edits == 0) == right) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return before(words[a], words[b]); });
  order.resize(std::min(order.size(), count));
  std::vector<const CountedWord*> taken;
  for (const std::size_t i : order) {
    taken.push_back(&words[i]);
    shown[i] = true;
  }
  return taken;
}

}  // namespace detail

/// Three galleries: the worst readings (most edits for each character of the label), wrong ones that the network was
/// sure of, right ones that it was least sure of. Each says how many of how many it shows.
inline std::string gallery_html(const std::vector<CountedWord>& words, const GallerySizes& sizes = {}) {
  const ErrorRate sum = sum_of(words);
  const Index right_words = sum.words - sum.wrong_words;
  std::vector<bool> shown(words.size(), false);
  std::string html;
  const auto add = [&html](const std::string& name, const std::string& note,
                           const std::vector<const CountedWord*>& chosen, const std::string& of) {
    if (chosen.empty()) return;
    html += "<h3>" + html_text(name) + "</h3>\n<p class=\"note\">" + html_text(note) +
            " Shown: " + std::to_string(chosen.size()) + " of " + of + ".</p>\n<div class=\"gallery\">\n";
    for (const CountedWord* word : chosen) html += detail::gallery_word(*word);
    html += "</div>\n";
  };
  const auto surer = [](const CountedWord& a, const CountedWord& b) { return a.word->confidence > b.word->confidence; };
  const auto worse = [&surer](const CountedWord& a, const CountedWord& b) {
    if (a.errors.sum_of_ratios != b.errors.sum_of_ratios) return a.errors.sum_of_ratios > b.errors.sum_of_ratios;
    if (a.errors.edits != b.errors.edits) return a.errors.edits > b.errors.edits;
    return surer(a, b);
  };
  const std::string wrong_count =
      detail::grouped(sum.wrong_words) + (sum.wrong_words == 1 ? " wrong word" : " wrong words");
  if (sum.wrong_words == 0 && sum.words > 0) html += "<p>No word was read wrongly.</p>\n";
  if (right_words == 0 && sum.words > 0) html += "<p>No word was read rightly.</p>\n";
  add("Worst readings", "Ordered by edits for each character of the label.",
      detail::take_first(words, false, sizes.worst, shown, worse), wrong_count);
  add("Wrong, but sure of it",
      "What the network was surest of, apart from the words above. A label may be wrong here and there.",
      detail::take_first(words, false, sizes.confident, shown, surer), wrong_count);
  add("Right, but barely", "What the network was least sure of.",
      detail::take_first(words, true, sizes.right, shown,
                         [&surer](const CountedWord& a, const CountedWord& b) { return surer(b, a); }),
      detail::grouped(right_words) + (right_words == 1 ? " right word" : " right words"));
  return html;
}

}  // namespace tinyhtr
