// After the first step, a training step takes no memory from the heap that grows with its work.
#include "../support/allocations.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include "../support/counted.hpp"
#include "../support/tiny_column_net.hpp"
#include "../support/tiny_word_net.hpp"
#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/core/memory_pool.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/loss/ctc_loss.hpp"
#include "tinyhtr/models/word_net.hpp"
#include "tinyhtr/optim/adam.hpp"
#include "tinyhtr/optim/clip.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

struct HeapUse {
  std::size_t allocations, bytes;
};

/// What `run` takes from the heap once it was run some times before.
template <class Run>
HeapUse heap_use(const Run& run) {
  for (int k = 0; k < 3; ++k) run();
  const HeapUse before{allocations.load(), bytes_allocated.load()};
  run();
  return {allocations.load() - before.allocations, bytes_allocated.load() - before.bytes};
}

/// Of a training step with `batch` images, `width` pixels wide.
HeapUse training_step(Index batch, Index width) {
  WordNetOptions options = tiny_word_net();
  options.width = width;
  WordNet<float> network(5, 1, options);
  Adam<float> adam(parameters_of<float>(network));
  const auto images = counted_tensor<float>({batch, 3, options.height, width}, 1);
  const std::vector<std::vector<int>> labels(static_cast<std::size_t>(batch), {0, 1, 2, 1});
  std::uint32_t step = 0;
  return heap_use([&] {
    const Variable<float> loss = ctc_loss(network.forward(images, Mode::training(1, ++step)), labels);
    adam.zero_grad();
    backward(loss, Keep::leaves);
    clip_gradient_norm(adam.parameters(), 5);
    adam.step();
  });
}

/// The same of a network of any width, where every second word fills half of the batch.
HeapUse padded_training_step(Index batch, Index width) {
  WordNet<float> network(5, 1, tiny_column_net());
  Adam<float> adam(parameters_of<float>(network));
  Lengths widths(static_cast<std::size_t>(batch), width);
  for (std::size_t n = 0; n < widths.size(); n += 2) widths[n] = width / 2;
  const auto images = padded_words<float>(widths, width, 1);
  const std::vector<std::vector<int>> labels(widths.size(), {0, 1, 2});
  std::uint32_t step = 0;
  return heap_use([&] {
    const auto heads = network.forward_heads(images, Mode::training(1, ++step), widths);
    const Lengths lengths = network.lengths(widths);
    const Variable<float> loss =
        add(ctc_loss(heads.logits, labels, lengths), scale(ctc_loss(heads.second, labels, lengths), 0.3f));
    adam.zero_grad();
    backward(loss, Keep::leaves);
    clip_gradient_norm(adam.parameters(), 5);
    adam.step();
  });
}

}  // namespace

TEST_CASE("a padded training step takes no memory that grows with its work, but for lengths") {
  if (!MemoryPool::keeps(1 << 20)) return;
  const int before = thread_count();
  set_thread_count(1);
  const HeapUse small = padded_training_step(4, 32), wide = padded_training_step(4, 64),
                many = padded_training_step(32, 32);
  set_thread_count(before);
  MESSAGE("a padded step takes " << small.allocations << " allocations, " << small.bytes << " bytes");
  CHECK(many.allocations <= small.allocations);
  CHECK(many.bytes <= small.bytes + 28 * 64 * sizeof(Index));  // each layer keeps its lengths
  CHECK(wide.allocations == small.allocations);
  CHECK(wide.bytes == small.bytes);
}

TEST_CASE("a training step takes no memory that grows with its work") {
  if (!MemoryPool::keeps(1 << 20)) return;  // under AddressSanitizer every block goes back at once
  const int before = thread_count();
  set_thread_count(1);
  const HeapUse small = training_step(4, 32), wide = training_step(4, 64), many = training_step(32, 32);
  set_thread_count(before);
  MESSAGE("a step takes " << small.allocations << " allocations, " << small.bytes << " bytes");
  // Eight times the images, twice the width: the same nodes, the same lists, but for one number an image, its loss.
  // (The tensors of a step of 32 of these images are megabytes.)
  CHECK(many.allocations <= small.allocations);
  CHECK(many.bytes <= small.bytes + 28 * sizeof(double));
  CHECK(wide.allocations == small.allocations);
  CHECK(wide.bytes == small.bytes);
}
