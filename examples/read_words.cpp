// read_words: prints the text in images of single words or lines.

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <iostream>
#include <limits>
#include <map>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "support/blas_core.hpp"
#include "support/decoder.hpp"
#include "support/default_model.hpp"
#include "support/image_source.hpp"
#include "support/network_file.hpp"
#include "support/program.hpp"
#include "support/reading_printer.hpp"
#include "tinyhtr/tinyhtr.hpp"

namespace {

using namespace tinyhtr;
using namespace tinyhtr::examples;

struct Settings {
  std::filesystem::path model, list;
  std::vector<std::filesystem::path> inputs;
  DecoderOptions decoder;
  ReadingFormat format = ReadingFormat::tab_separated;
  Index batch_size = 8, n_best = 1;
  int threads = 0;
};

/// The next multiple of eight. The network cuts its products by the number of images, and sums are rounded as they are
/// cut: in a batch that is filled up so, an image has the same confidence to the last bit, whatever else is in it.
Index filled_up(Index images) { return (images + 7) / 8 * 8; }

/// The images of a source in batches, for several threads.
class ImageBatches {
 public:
  ImageBatches(ImageSource& source, Index size) : source_(source), size_(size) {}

  /// Batch `number`, empty behind the last one. Each may be asked for once, in any order.
  std::vector<NamedImage> take(Index number) {
    const std::lock_guard lock(mutex_);
    for (; next_ <= number; ++next_) {
      std::vector<NamedImage>& batch = waiting_[next_];
      while (static_cast<Index>(batch.size()) < size_) {
        auto image = source_.next();
        if (!image) break;
        batch.push_back(std::move(*image));
      }
    }
    return std::move(waiting_.extract(number).mapped());
  }

 private:
  ImageSource& source_;
  Index size_, next_ = 0;
  std::mutex mutex_;
  std::map<Index, std::vector<NamedImage>> waiting_;  // those that another thread will ask for
};

/// What reading takes, made once.
struct Reader {
  FoldedWordNet<float> network;
  Vocabulary vocabulary;
  Decoder decoder;
  double temperature;  ///< of the confidences
  Index n_best;        ///< more than 1: so many readings of each image, by a decoder that searches

  /// Logits (T,N,K) to texts, for those readings that have no error yet; sample n is readings[n].
  void read(std::vector<ImageReading>& readings, const Tensor<float>& logits) const {
    if (n_best > 1) return read_several(readings, logits);
    const std::vector<Reading> texts = decoder(logits, {}, vocabulary.blank());
    for (std::size_t n = 0; n < readings.size(); ++n) {
      if (!readings[n].error.empty()) continue;
      readings[n].text = vocabulary.decode(texts[n].classes);
      const auto own = [&] {
        return log_text_probability(logits, static_cast<Index>(n), texts[n].classes, vocabulary.blank(), temperature);
      };
      readings[n].confidence = texts[n].confidence ? *texts[n].confidence : std::exp(own());
    }
  }

  void read_several(std::vector<ImageReading>& readings, const Tensor<float>& logits) const {
    const auto found = decoder.n_best(logits, {}, vocabulary.blank(), n_best);
    for (std::size_t n = 0; n < readings.size(); ++n) {
      if (!readings[n].error.empty()) continue;
      for (const ScoredReading& one : found[n]) {
        readings[n].ranked.push_back({vocabulary.decode(one.classes), one.score, one.confidence.value_or(0)});
      }
      if (readings[n].ranked.empty()) continue;  // an infinite penalty lets no text through
      readings[n].text = readings[n].ranked.front().text;
      readings[n].confidence = readings[n].ranked.front().confidence;
    }
  }
};

/// Calls make() and writes into the reading what went wrong in it; true where nothing did.
template <class Make>
bool succeeds(ImageReading& reading, const Make& make) {
  if (!reading.error.empty()) return false;
  try {
    make();
    return true;
  } catch (const std::bad_alloc&) {
    reading.error = reading.name + ": there is not enough memory to decode it";
  } catch (const std::exception& error) {
    reading.error = error.what();
  }
  return false;
}

/// One image after the other, by a network that takes any width: so the result does not depend, to the last bit, on
/// which ones stand together.
std::vector<ImageReading> read_one_by_one(const Reader& reader, const std::vector<NamedImage>& images,
                                          const LoaderOptions& fit) {
  std::vector<ImageReading> readings;
  for (const NamedImage& image : images) {
    std::vector<ImageReading> reading{{image.name, "", 0, image.error}};
    succeeds(reading[0], [&] {
      const Image word = fit_image(read_image(image.path, fit.channels), fit);
      reader.read(reading, reader.network.forward(pad_to_batch<float>({word}).images));
    });
    readings.push_back(std::move(reading[0]));
  }
  return readings;
}

/// From the files to the texts: read, fit to the network's size, logits, decoder.
std::vector<ImageReading> read_images(const Reader& reader, const std::vector<NamedImage>& images) {
  const WordNetOptions& size = reader.network.options();
  const LoaderOptions fit = images_for(size);
  if (size.width == 0) return read_one_by_one(reader, images, fit);
  const Index places = filled_up(static_cast<Index>(images.size()));
  Tensor<float> batch(Shape{places, fit.channels, size.height, size.width});
  std::vector<ImageReading> readings;
  bool any = false;
  for (const NamedImage& image : images) {
    readings.push_back({image.name, "", 0, image.error});
    const Index place = static_cast<Index>(readings.size()) - 1;
    any |= succeeds(readings.back(),
                    [&] { copy_to_batch(fit_image(read_image(image.path, fit.channels), fit), batch, place); });
  }
  if (any) reader.read(readings, reader.network.forward(batch));
  return readings;
}

void run(const Settings& settings) {
  if (settings.threads > 0) set_thread_count(settings.threads);
  const LoadedNetwork<float> model = load_network_file(settings.model.empty() ? default_model() : settings.model);
  const Reader reader{FoldedWordNet<float>(model.network), model.vocabulary, settings.decoder.make(model),
                      model.temperature(), settings.n_best};
  ImageSource source(settings.inputs, settings.list);
  ImageBatches batches(source, filled_up(settings.batch_size));
  ReadingPrinter printer(std::cout, settings.format);

  // Each thread takes batches from files to texts; they come out in the order of the images, a few ahead of the one
  // that is printed.
  const int workers = thread_count() > 1 ? thread_count() : 0;
  Prefetcher<std::vector<ImageReading>> readings(
      0, std::numeric_limits<Index>::max(), workers, 4 * thread_count(),
      [&](Index number) { return read_images(reader, batches.take(number)); });
  std::size_t read = 0, failed = 0;
  while (true) {
    const std::vector<ImageReading> batch = readings.next();
    if (batch.empty()) break;
    for (const ImageReading& reading : batch) {
      printer.print(reading);
      ++read;
      if (reading.error.empty()) continue;
      ++failed;
      std::cerr << "read_words: " << printable(reading.error, 4000) << '\n';
    }
    if (!std::cout.flush()) throw Error("the output could not be written");
  }
  if (source.skipped() > 0) {
    std::cerr << "read_words: " << source.skipped() << " files in folders do not have the name of an image: skipped\n";
  }
  if (read == 0) throw Error("there is no image to read: the list is empty");
  if (failed > 0) throw Error(std::to_string(failed) + " of " + std::to_string(read) + " images could not be read");
}

}  // namespace

int main(int argc, char** argv) {
  tinyhtr::examples::choose_blas_core(argv);
  CLI::App app(
      "Reads images of single words, or of what the network was trained on. Prints a line per image: path, text and\n"
      "confidence, with tabs between them. The confidence is the probability of the text, from 0 to 1;\n"
      "with --decoder beam or --confidence beam its share among the texts that the search ends with.\n"
      "Example: read_words word.png\n"
      "         read_words --model runs/first/best.safetensors word1.png word2.jpg scans/\n"
      "         find scans -name '*.png' | read_words --model runs/first/best.safetensors --json -\n"
      "An image that cannot be read is named on stderr; the others are read all the same, and the exit code is 1.");
  Settings settings;
  app.add_option("--model", settings.model,
                 std::string(model_help) + "; default: the one that comes with tinyhtr, for English handwriting")
      ->type_name("FILE");
  auto* inputs = app.add_option("IMAGE", settings.inputs,
                                "PNG, JPEG, BMP, GIF, TGA, PSD, PNM, HDR; a folder, for all images in it and in the "
                                "folders in it, sorted by path; - for a list of paths on standard input, one a line");
  auto* list = app.add_option("--list", settings.list,
                              "File of paths, one a line, or a list of images with texts, such as a run's val.csv; "
                              "relative ones count from its own folder, else from the current one")
                   ->type_name("FILE");
  settings.decoder.add_to(app);
  settings.decoder.add_confidence_to(app);
  bool json = false, csv = false;
  auto* json_flag =
      app.add_flag("--json", json,
                   "Print a JSON object a line: path, text, confidence; or path, error for an image that was not read");
  app.add_flag("--csv", csv, "Print CSV with the header path,text,confidence,error")->excludes(json_flag);
  app.add_option("--n-best", settings.n_best,
                 "With --decoder beam and --json: so many readings of each image, with scores, the best first")
      ->check(whole_number(1, 1000))
      ->capture_default_str();
  app.add_option("--batch-size", settings.batch_size,
                 "Images that a thread reads at a time, rounded up to a multiple of 8; does not change the result")
      ->check(whole_number(1, 1024))
      ->capture_default_str();
  app.add_option("--threads", settings.threads,
                 "Threads to read on; does not change the result (default: all processors)")
      ->check(whole_number(1, 1024));
  return run_program(app, argc, argv, [&] {
    if (inputs->count() == 0 && list->count() == 0) throw CLI::RequiredError("an IMAGE, a folder, - or --list");
    if (settings.n_best > 1 && !(json && settings.decoder.searches())) {
      throw ArgumentError(
          "--n-best needs --decoder beam, which finds several readings, and --json, which has room for "
          "them");
    }
    settings.format = json ? ReadingFormat::json_lines : csv ? ReadingFormat::csv : ReadingFormat::tab_separated;
    run(settings);
  });
}
