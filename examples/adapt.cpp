// adapt: a trained network learns a writer's hand out of a few dozen words.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/blas_core.hpp"
#include "support/dropped_rows.hpp"
#include "support/initial_model.hpp"
#include "support/network_file.hpp"
#include "support/program.hpp"
#include "support/published.hpp"
#include "support/words_to_read.hpp"
#include "support/writers.hpp"
#include "tinyhtr/tinyhtr.hpp"

namespace {

using namespace tinyhtr;
using namespace tinyhtr::examples;

struct Settings {
  std::filesystem::path model, data, list, test_list, out, writers, json;
  std::string command;
  bool per_writer = false, verbose = false;
  Index words = 50, least_words = 80;
  int threads = 0;
  AdaptOptions adaptation;
};

/// The words that a list names whose images can be read; time_steps: those that a label has to fit into, 0: any.
std::vector<Sample> load_words(const Settings& settings, const std::filesystem::path& list, Index time_steps) {
  WordsToRead words = words_to_read(settings.data, list);
  if (!words.unmatched.empty()) {
    std::cerr << "adapt: " << words.unmatched.size() << " of " << words.entries << " entries of " << list.string()
              << " name no word, the first is " << printable(words.unmatched.front()) << '\n';
  }
  const std::vector<DroppedRow>& dropped = words.data.report.dropped;
  const std::size_t before = dropped.size();  // rows that are no word at all
  keep_usable(words.data, {.time_steps = time_steps});
  if (dropped.size() > before) {
    std::cerr << "adapt: " << dropped.size() - before
              << " words cannot be used, the first: " << printable(dropped[before].to_string(), 1000) << '\n';
  }
  if (settings.verbose) print_dropped_rows(std::cerr, words.data.report);
  return std::move(words.data.samples);
}

ErrorRate read_all(WordNet<float>& network, const Vocabulary& vocabulary, const std::vector<Sample>& words) {
  LoaderOptions loading = images_for(network.options);
  loading.batch_size = 32;
  Loader<float> loader(words, loading);
  return evaluate(network, loader, vocabulary).errors;
}

/// A network for some words: the trained one with the characters that they have and it lacks. The trained one stays.
struct Adapted {
  Vocabulary vocabulary;
  WordNet<float> network;
  Adaptation adaptation;
};

Adapted adapt_copy(LoadedNetwork<float>& model, const std::vector<Sample>& words, const AdaptOptions& options) {
  Vocabulary vocabulary = with_characters_of(model.vocabulary, texts_of(words));
  WordNet<float> network = with_vocabulary(model.network, model.vocabulary, vocabulary, options.seed);
  const Adaptation adaptation = adapt(network, vocabulary, words, options);
  return {std::move(vocabulary), std::move(network), adaptation};
}

nlohmann::json figures(const ErrorRate& errors) {
  return {{"words", errors.words},           {"characters", errors.characters}, {"edits", errors.edits},
          {"cer_micro", errors.cer_micro()}, {"cer_macro", errors.cer_macro()}, {"wer", errors.wer()}};
}

nlohmann::json described(const Settings& settings) {
  const AdaptOptions& options = settings.adaptation;
  return {{"model", base_name(settings.model)},
          {"data", base_name(settings.data)},
          {"test_list", base_name(settings.test_list)},
          {"learning_rate", options.learning_rate},
          {"passes", options.passes},
          {"batch_size", options.batch_size},
          {"augment", options.augment},
          {"keep_statistics", options.keep_statistics},
          {"weight_average", options.weight_average},
          {"weight_decay", options.weight_decay},
          {"freeze", options.freeze},
          {"seed", options.seed}};
}

void print_rates(const char* name, const ErrorRate& errors) {
  std::cout << name << "CER micro " << fixed(errors.cer_micro(), 4) << ", CER macro " << fixed(errors.cer_macro(), 4)
            << ", WER " << fixed(errors.wer(), 4) << '\n';
}

void print_adaptation(const Adaptation& adaptation, Index parameters) {
  std::cout << "adapted      on " << adaptation.words << " words: " << adaptation.passes << " passes, "
            << adaptation.steps << " steps, " << fixed(adaptation.seconds, 1) << " s; ";
  if (adaptation.trained_parameters < parameters)
    std::cout << adaptation.trained_parameters << " of " << parameters << " parameters trained; ";
  std::cout << "loss " << fixed(adaptation.first_loss, 3) << " to " << fixed(adaptation.last_loss, 3) << '\n';
}

/// One writer's words to one network in a file.
void adapt_one(const Settings& settings, LoadedNetwork<float>& model, const std::filesystem::path& program) {
  if (settings.out.empty()) throw ArgumentError("--out is needed: the file of the new network (see --help)");
  check_replaceable(settings.out);  // what cannot be written is known now, not at the end
  const std::vector<Sample> words = load_words(settings, settings.list, most_time_steps(model.network.options));
  std::vector<Sample> test;
  if (!settings.test_list.empty()) {
    test = load_words(settings, settings.test_list, 0);
    check_no_overlap(words, test);
  }
  std::optional<ErrorRate> before, after;
  if (!test.empty()) before = read_all(model.network, model.vocabulary, test);
  Adapted adapted = adapt_copy(model, words, settings.adaptation);
  const std::string added = model.vocabulary.unknown_characters(adapted.vocabulary.text());
  if (!added.empty())
    std::cout << "new          characters that the network did not know: " << printable(added) << '\n';
  print_adaptation(adapted.adaptation, count_parameters<float>(adapted.network));
  if (!test.empty()) {
    after = read_all(adapted.network, adapted.vocabulary, test);
    std::cout << "tested       on " << test.size() << " words of " << settings.test_list.string() << '\n';
    print_rates("before       ", *before);
    print_rates("after        ", *after);
  }

  Safetensors file;
  file.metadata = model.metadata;
  file.metadata["adapted"] = std::to_string(words.size()) + " words of " +
                             base_name(settings.list.empty() ? settings.data : settings.list) + ", " +
                             described(settings).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  file.metadata["library_version"] = version;
  // What was counted and fitted before is not true of this network: the writers it knows, how sure it may be.
  for (const char* key : {"writers", "temperature", "beam_temperature"}) file.metadata.erase(key);
  const PlacePrior prior = place_prior_of(model.metadata, model.vocabulary.size());
  if (!prior.widths.empty()) {
    add_place_prior(file.metadata, with_vocabulary(prior, model.vocabulary, adapted.vocabulary));
  }
  add_model(file, adapted.network, adapted.vocabulary);
  write_safetensors(settings.out, file);
  std::cout << "try it       " << shell_word(program.parent_path() / "read_words") << " --model "
            << shell_word(settings.out) << " IMAGE...\n";
  if (settings.json.empty()) return;
  nlohmann::json json{{"command", settings.command},
                      {"settings", described(settings)},
                      {"words", words.size()},
                      {"passes", adapted.adaptation.passes},
                      {"seconds", adapted.adaptation.seconds}};
  if (before) json["before"] = figures(*before);
  if (after) json["after"] = figures(*after);
  replace_file(settings.json, json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n');
}

/// The words of each writer, by id.
std::map<std::string, std::vector<Sample>> by_writer(std::vector<Sample> words, const Writers& writers) {
  std::sort(words.begin(), words.end(), [](const Sample& a, const Sample& b) { return a.id < b.id; });
  std::map<std::string, std::vector<Sample>> groups;
  Index unknown = 0;
  for (Sample& word : words) {
    const std::string writer = writers.of(word);
    if (writer.empty()) {
      ++unknown;
    } else {
      groups[writer].push_back(std::move(word));
    }
  }
  if (unknown > 0) std::cerr << "adapt: " << unknown << " words are left out: their writer is not known\n";
  return groups;
}

double relative_change(double before, double after) { return before > 0 ? after / before - 1 : 0; }

std::string percent(double share) { return (share > 0 ? "+" : "") + fixed(100 * share, 1) + '%'; }

/// The experiment: of each writer the first words to adapt on, the others to test on, before and after.
void adapt_each(const Settings& settings, LoadedNetwork<float>& model) {
  if (settings.test_list.empty()) throw ArgumentError("--test-list is needed: words of the writers (see --help)");
  if (!settings.json.empty()) check_replaceable(settings.json);
  const Writers writers = find_writers(settings.data, "adapt", settings.writers);
  if (writers.rows == 0) throw ArgumentError("writers are not known: expected forms.txt in --data, or --writers FILE");
  const auto groups =
      by_writer(load_words(settings, settings.test_list, most_time_steps(model.network.options)), writers);

  nlohmann::json rows = nlohmann::json::array(), left_out = nlohmann::json::array();
  ErrorRate before, after;
  std::vector<ErrorRate> each_before, each_after;  // a writer each
  double sum_before = 0, sum_after = 0, sum_change = 0, seconds = 0;
  Index count = 0, better = 0;
  std::cout << "writer  adapted on  tested on  CER micro before  after   change\n";
  for (const auto& [writer, words] : groups) {
    const auto size = static_cast<Index>(words.size());
    if (size < std::max(settings.least_words, settings.words + 1)) {
      left_out.push_back({{"writer", writer}, {"words", size}});
      continue;
    }
    const auto cut = words.begin() + static_cast<std::ptrdiff_t>(settings.words);
    const std::vector<Sample> known(words.begin(), cut), other(cut, words.end());
    Adapted adapted = adapt_copy(model, known, settings.adaptation);
    const ErrorRate old_errors = read_all(model.network, model.vocabulary, other),
                    new_errors = read_all(adapted.network, adapted.vocabulary, other);
    const double change = relative_change(old_errors.cer_micro(), new_errors.cer_micro());
    std::cout << std::left << std::setw(6) << printable(writer) << std::right << std::setw(12) << known.size()
              << std::setw(11) << other.size() << std::setw(18) << fixed(old_errors.cer_micro(), 4) << std::setw(7)
              << fixed(new_errors.cer_micro(), 4) << std::setw(9) << percent(change) << std::endl;
    rows.push_back({{"writer", writer},
                    {"adapted_on", known.size()},
                    {"before", figures(old_errors)},
                    {"after", figures(new_errors)},
                    {"seconds", adapted.adaptation.seconds}});
    before.add(old_errors);
    after.add(new_errors);
    each_before.push_back(old_errors);
    each_after.push_back(new_errors);
    sum_before += old_errors.cer_micro();
    sum_after += new_errors.cer_micro();
    sum_change += change;
    seconds += adapted.adaptation.seconds;
    better += change < 0 ? 1 : 0;
    ++count;
  }
  if (!left_out.empty()) {
    std::cout << "left out     " << left_out.size() << (left_out.size() == 1 ? " writer" : " writers")
              << " of fewer than " << std::max(settings.least_words, settings.words + 1) << " words:";
    for (const nlohmann::json& row : left_out)
      std::cout << ' ' << printable(row["writer"].get<std::string>()) << " (" << row["words"] << ')';
    std::cout << '\n';
  }
  if (count == 0) throw ArgumentError("no writer of the list has enough words; fewer are asked for by --least-words");
  const double mean_before = sum_before / static_cast<double>(count),
               mean_after = sum_after / static_cast<double>(count);
  const auto line = [](const char* name, double old_rate, double new_rate) {
    std::cout << name << fixed(old_rate, 4) << " to " << fixed(new_rate, 4) << " ("
              << percent(relative_change(old_rate, new_rate)) << ")\n";
  };
  std::cout << "writers      " << count << ", of them " << better << " with fewer errors; " << before.words
            << " words tested; " << fixed(seconds / static_cast<double>(count), 1) << " s to adapt to one\n";
  line("by writers   mean CER micro ", mean_before, mean_after);
  std::cout << "             mean change of a writer's CER " << percent(sum_change / static_cast<double>(count))
            << '\n';
  const Interval old_interval = bootstrap_intervals(each_before).cer_micro,
                 new_interval = bootstrap_intervals(each_after).cer_micro;
  line("by words     CER micro ", before.cer_micro(), after.cer_micro());
  const auto bounds = [](const Interval& one) { return fixed(one.low, 4) + " to " + fixed(one.high, 4); };
  std::cout << "             of that 95% by writers: before " << bounds(old_interval) << ", after "
            << bounds(new_interval) << '\n';
  line("             CER macro ", before.cer_macro(), after.cer_macro());
  line("             WER       ", before.wer(), after.wer());
  if (settings.json.empty()) return;
  const nlohmann::json json{{"command", settings.command},
                            {"settings", described(settings)},
                            {"words_each", settings.words},
                            {"least_words", settings.least_words},
                            {"writers", rows},
                            {"left_out", left_out},
                            {"by_writers",
                             {{"writers", count},
                              {"better", better},
                              {"cer_micro_before", mean_before},
                              {"cer_micro_after", mean_after},
                              {"change", relative_change(mean_before, mean_after)},
                              {"mean_change", sum_change / static_cast<double>(count)}}},
                            {"by_words",
                             {{"before", figures(before)},
                              {"before_by_writers", {old_interval.low, old_interval.high}},
                              {"after", figures(after)},
                              {"after_by_writers", {new_interval.low, new_interval.high}},
                              {"change", relative_change(before.cer_micro(), after.cer_micro())}}},
                            {"seconds_each", seconds / static_cast<double>(count)}};
  replace_file(settings.json, json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n');
}

void run(const Settings& settings, const std::filesystem::path& program) {
  if (settings.threads > 0) set_thread_count(settings.threads);
  LoadedNetwork<float> model = load_network_file(settings.model);
  if (settings.per_writer) {
    adapt_each(settings, model);
  } else {
    adapt_one(settings, model, program);
  }
}

void add_options(CLI::App& app, Settings& settings) {
  AdaptOptions& adaptation = settings.adaptation;
  app.add_option("--model", settings.model, model_help)->type_name("FILE")->required();
  app.add_option("--data", settings.data, data_help)->type_name("PATH");
  app.add_option("--list", settings.list, std::string("Words to adapt on. ") + list_help + "; default: all of --data")
      ->type_name("FILE");
  app.add_option("--test-list", settings.test_list, "Other words of that writer, or of the writers of --per-writer")
      ->type_name("FILE");
  app.add_option("--out", settings.out, "File of the new network, which read_words and evaluate take")
      ->type_name("FILE.safetensors");
  app.add_flag("--per-writer", settings.per_writer,
               "Measure: for each writer of --test-list, adapt on the first words, test on the others");
  app.add_option("--words", settings.words, "With --per-writer: words of each writer to adapt on, the first by id")
      ->check(whole_number(1, 1000000))
      ->capture_default_str();
  app.add_option("--least-words", settings.least_words, "With --per-writer: leave out writers of fewer words")
      ->check(whole_number(2, 1000000))
      ->capture_default_str();
  app.add_option("--writers", settings.writers,
                 "Rows 'form writer ...' as IAM's forms.txt has them; default: forms.txt in --data, where there is one")
      ->type_name("FILE");
  app.add_option("--json", settings.json, "Write all figures there")->type_name("FILE.json");
  app.add_option("--learning-rate", adaptation.learning_rate, "Of Adam, the peak of a cycle")
      ->check(positive_number())
      ->capture_default_str();
  app.add_option("--passes", adaptation.passes, "Over the words; default: by their number, 4 to 60")
      ->check(whole_number(1, 100000));
  app.add_option("--batch-size", adaptation.batch_size, "Words to a step")
      ->check(whole_number(1, 4096))
      ->capture_default_str();
  app.add_option("--weight-average", adaptation.weight_average, "Decay of the moving average of the weights; 0: none")
      ->check(CLI::Range(0.0, 0.999999))
      ->capture_default_str();
  app.add_option("--weight-decay", adaptation.weight_decay, "Of AdamW")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--freeze", adaptation.freeze, "Parameters that stay, by name with * and ?, such as blocks.*,lstm.*")
      ->type_name("PATTERNS");
  app.add_flag("--augment,!--no-augment", adaptation.augment, "Another random variant of each word in every pass")
      ->default_str("true");
  app.add_flag("--keep-statistics,!--no-keep-statistics", adaptation.keep_statistics,
               "Batch norm keeps the statistics that the network came with")
      ->default_str("true");
  app.add_option("--seed", adaptation.seed, "Of order, augmentation, dropout: equal seeds give equal results")
      ->capture_default_str();
  app.add_option("--threads", settings.threads, "Threads to compute on (default: all processors)")
      ->check(whole_number(1, 1024));
  app.add_flag("--verbose", settings.verbose, "Name every row that is not used, and why");
}

}  // namespace

int main(int argc, char** argv) {
  tinyhtr::examples::choose_blas_core(argv);
  CLI::App app(
      "Makes a trained network read a writer's hand better, out of a few dozen of his or her words.\n"
      "Example: adapt --model runs/first/best.safetensors --data mine --list mine/some.txt --test-list "
      "mine/others.txt\n"
      "         --out mine.safetensors\n"
      "Characters that the network does not know are added to its vocabulary. Error rates before and after are "
      "printed\n"
      "for the words of --test-list, which have to be others. How well that works is measured by\n"
      "         adapt --per-writer --model MODEL --data DATA --test-list FORMS --json FIGURES.json");
  Settings settings;
  add_options(app, settings);
  const std::filesystem::path program = argc > 0 ? argv[0] : "adapt";
  return run_program(app, argc, argv, [&] {
    settings.command = published_command(argc, argv);
    run(settings, program);
  });
}
