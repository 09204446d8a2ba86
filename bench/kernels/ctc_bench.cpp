// CTC: loss with gradient of a batch, over the network's shape, over steps, letters, batch.
#include <string>
#include <tuple>
#include <vector>

#include "support/numbers.hpp"
#include "support/rows.hpp"
#include "tinyhtr/kernels/ctc_log_domain.hpp"
#include "tinyhtr/kernels/ctc_scaled.hpp"
#include "tinyhtr/models/word_net.hpp"

namespace tinyhtr::bench {
namespace {

/// One line for each.
constexpr std::tuple ctc_algorithms{
    Choice<LogDomain>{"LogDomain"},
    Choice<Scaled>{"Scaled"},
};

struct CtcCase {
  Index steps, batch, classes, letters;  ///< T, N, K, L
  Index layers = 0;

  /// "t64/l6/n16/k79"
  std::string name() const {
    return "t" + std::to_string(steps) + "/l" + std::to_string(letters) + "/n" + std::to_string(batch) + "/k" +
           std::to_string(classes);
  }
};

/// Labels without equal neighbours, so that they need as many steps as they have letters.
std::vector<std::vector<int>> labels_of(const CtcCase& shape) {
  std::vector<std::vector<int>> labels(static_cast<std::size_t>(shape.batch));
  int letter = 0;
  for (std::vector<int>& label : labels) {
    for (Index i = 0; i < shape.letters; ++i) label.push_back(letter++ % static_cast<int>(shape.classes - 1));
  }
  return labels;
}

template <class Algorithm, class T>
void add_rows(const std::string& table, const char* name, const CtcCase& shape) {
  for (const bool with_gradient : {false, true}) {
    const std::string pass = with_gradient ? "loss+gradient" : "loss";
    add_row(table + "/" + pass + "/" + name + "/" + type_name<T>() + "/" + shape.name(), [=](benchmark::State& state) {
      const auto logits = random_tensor<T>({shape.steps, shape.batch, shape.classes}, 1);
      const auto labels = labels_of(shape);
      Tensor<T> gradient(logits.shape());
      const Work work{.images = static_cast<double>(shape.batch), .layers = static_cast<double>(shape.layers)};
      measure<T>(state, work, [&] {
        for (Index n = 0; n < shape.batch; ++n) {
          benchmark::DoNotOptimize(Algorithm::loss(with_gradient ? &gradient : nullptr, logits, n,
                                                   labels[static_cast<std::size_t>(n)],
                                                   static_cast<int>(shape.classes - 1)));
        }
      });
    });
  }
}

const bool added = at_start([] {
  for_each_choice(ctc_algorithms, []<class Algorithm>(const auto& choice) {
    const Index steps = time_steps(WordNetOptions{}), batch = 16, classes = 79, letters = 6;
    add_rows<Algorithm, float>("ctc", choice.name, {steps, batch, classes, letters, 1});
    add_rows<Algorithm, double>("ctc", choice.name, {steps, batch, classes, letters, 1});
    for (const Index t : {32, 64, 128, 256, 512})
      add_rows<Algorithm, float>("ctc_by_steps", choice.name, {t, 16, 79, 6});
    for (const Index l : {1, 2, 4, 8, 16, 32})
      add_rows<Algorithm, float>("ctc_by_letters", choice.name, {64, 16, 79, l});
    for (const Index n : {1, 4, 16, 64}) add_rows<Algorithm, float>("ctc_by_batch", choice.name, {64, n, 79, 6});
  });
});

}  // namespace
}  // namespace tinyhtr::bench
