// What locate_characters needs to know of a network and of the hands that it reads, found without a marked character.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/decode/character_widths.hpp"
#include "tinyhtr/decode/cut_characters.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/models/locate_characters.hpp"
#include "tinyhtr/models/word_net.hpp"

namespace tinyhtr {

/// A word of known text, to fit a PlacePrior with.
struct LabelledWord {
  Image image;             ///< as read_image gives it with the network's channels
  std::vector<int> label;  ///< classes, not the blank
};

namespace detail {

/// Of each class, the mean of what is observed and of `pseudo` observations more that are the mean of all.
class ClassMeans {
 public:
  explicit ClassMeans(std::size_t classes) : sums_(classes), counts_(classes) {}

  void add(int number, double value) {
    sums_[static_cast<std::size_t>(number)] += value;
    counts_[static_cast<std::size_t>(number)] += 1;
  }

  std::vector<double> means(double pseudo) const {
    double sum = 0, count = 0;
    for (std::size_t c = 0; c < sums_.size(); ++c) sum += sums_[c], count += counts_[c];
    const double of_all = count > 0 ? sum / count : 0;
    std::vector<double> list;
    for (std::size_t c = 0; c < sums_.size(); ++c) {
      list.push_back((sums_[c] + pseudo * of_all) / (counts_[c] + pseudo));
    }
    return list;
  }

 private:
  std::vector<double> sums_, counts_;
};

}  // namespace detail

/// The lags and widths of the classes.
///
///     widths = fit_character_widths(ink of whole words, pixels)
///     lags   = mean over a class's characters of  (middle between its two cuts - middle of its steps), letters
///
/// where the cuts are those that the lags give, so that both are found in turn, five times; the first ones are made by
/// widths and ink alone. A class gets five observations more that are the mean of all. Widths are those of the original
/// images, which should be of one resolution. words: of the hands in question, some hundreds at least; 1,000 of
/// them, spread over the list, are used for the lags, but those that the network cannot align. blank: the last class.
/// Costs four passes of the network for each of them. Throws ArgumentError for another network than locate_characters
/// takes, or no character at all.
template <class T>
PlacePrior fit_place_prior(WordNet<T>& network, std::span<const LabelledWord> words, int blank) {
  constexpr std::size_t most_aligned = 1000;
  constexpr double pseudo_observations = 5;
  detail::check_any_width(network.options, "fit_place_prior");
  std::vector<WordWidth> word_widths;
  std::vector<detail::SeenWord> seen;
  std::vector<std::span<const int>> labels;  // of the words in `seen`
  for (const LabelledWord& word : words) {
    const PreparedImage prepared = prepare_in_place(*network.options.preprocessing, word.image);
    const SlantedInk ink = detail::ink_to_cut(prepared.image);
    const auto [begin, end] = inked_columns(ink.of_lines());
    word_widths.push_back({word.label, static_cast<double>(end - begin)});
  }
  PlacePrior prior;
  prior.widths = fit_character_widths(word_widths, blank);
  prior.lags.assign(prior.widths.size(), 0);
  const std::size_t every = (words.size() + most_aligned - 1) / most_aligned;
  for (std::size_t k = 0; k < words.size(); k += every) {
    try {
      seen.push_back(detail::see_word(network, words[k].image, words[k].label, blank));
      labels.push_back(words[k].label);
    } catch (const ArgumentError&) {  // more characters than steps
    }
  }
  CutOptions options;
  options.joint = 0;  // lags are between steps and cuts
  options.centre_deviation = std::numeric_limits<double>::infinity();
  for (int round = 0; round < 5; ++round) {
    detail::ClassMeans lags(prior.lags.size());
    for (std::size_t k = 0; k < seen.size(); ++k) {
      const std::vector<double> places = detail::cut_places(seen[k], labels[k], prior, options);
      const std::vector<double> centres = detail::step_centres(seen[k]);
      const double letter = detail::letter_columns(seen[k], labels[k], prior.widths);
      for (std::size_t i = 0; i < centres.size(); ++i) {
        const double middle = seen[k].left + (places[i] + places[i + 1]) / 2;
        lags.add(labels[k][i], (middle - centres[i]) / letter);
      }
    }
    prior.lags = lags.means(pseudo_observations);
    options.centre_deviation = CutOptions().centre_deviation;
  }
  return prior;
}

}  // namespace tinyhtr
