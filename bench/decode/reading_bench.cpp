// From logits to text, beside what the network takes to make the logits: words of data/, one at a time, by the network
// that comes with tinyhtr. Beam search of the usual width should take no longer than the network.
#include <filesystem>
#include <string>
#include <vector>

#include "support/rows.hpp"
#include "tinyhtr/data/iam.hpp"
#include "tinyhtr/data/loader.hpp"
#include "tinyhtr/data/text_lines.hpp"
#include "tinyhtr/decode/beam_search.hpp"
#include "tinyhtr/decode/best_path.hpp"
#include "tinyhtr/image/read.hpp"
#include "tinyhtr/io/load_network.hpp"
#include "tinyhtr/language/character_model_file.hpp"
#include "tinyhtr/language/lexicon.hpp"
#include "tinyhtr/models/folded_word_net.hpp"

namespace tinyhtr::bench {
namespace {

const std::filesystem::path data = TINYHTR_DATA_FOLDER;

/// The network with some words, what it reads them from, and what it makes of them.
struct Words {
  LoadedNetwork<float> model = load_network<float>(data / "models" / "small.safetensors");
  FoldedWordNet<float> network{model.network};
  VocabularyModel language{read_character_model(data / "language" / "english.htrlm"), model.vocabulary};
  Lexicon lexicon{detail::read_lines(data / "language" / "words.txt"), model.vocabulary};
  std::vector<Tensor<float>> images, logits;

  Words() {
    constexpr std::size_t every = 100;
    const std::vector<Sample> samples = load_iam(data).samples;
    for (std::size_t i = 0; i < samples.size(); i += every) {
      const Image word = (*model.network.options.preprocessing)(read_image(samples[i].image));
      images.push_back(pad_to_batch<float>({word}).images);
      logits.push_back(network.forward(images.back()));
    }
  }
};

const Words& words() {
  static const Words all;
  return all;
}

/// A row of images/s: read(word) makes something of word number `word` that has to be computed.
template <class Read>
void add_reading(const std::string& step, const Read& read) {
  add_row("reading/forward/" + step + "/float/words_of_data", [=](benchmark::State& state) {
    const std::size_t count = words().images.size();
    measure<float>(state, {.images = static_cast<double>(count)}, [&] {
      for (std::size_t word = 0; word < count; ++word) benchmark::DoNotOptimize(read(word));
    });
  });
}

void add_search(const std::string& step, Index width, bool with_language, bool with_lexicon) {
  add_reading(step, [=](std::size_t word) {
    BeamOptions options;
    options.width = width;
    if (with_language) options.model = &words().language;
    if (with_lexicon) options.lexicon = &words().lexicon;
    return beam_search(words().logits[word], words().model.vocabulary.blank(), options);
  });
}

const bool added = at_start([] {
  add_reading("network", [](std::size_t word) { return words().network.forward(words().images[word]); });
  add_reading("best_path",
              [](std::size_t word) { return best_path(words().logits[word], words().model.vocabulary.blank()); });
  add_search("beam_16", 16, false, false);
  add_search("beam_16_language", 16, true, false);
  add_search("beam_16_language_lexicon", 16, true, true);
  add_search("beam_64_language", 64, true, false);
});

}  // namespace
}  // namespace tinyhtr::bench
