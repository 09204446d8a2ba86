// Tests of Prefetcher.
#include "tinyhtr/data/prefetch.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <doctest/doctest.h>

using namespace tinyhtr;

TEST_CASE("Prefetcher: every item once, in order, for any number of workers") {
  for (const int workers : {0, 1, 2, 5, 20}) {
    for (const Index depth : {1, 2, 7}) {
      CAPTURE(workers);
      CAPTURE(depth);
      Prefetcher<Index> items(3, 50, workers, depth, [](Index i) {
        if (i % 5 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
        return i * i;
      });
      for (Index i = 3; i < 50; ++i) {
        REQUIRE_FALSE(items.done());
        CHECK(items.next() == i * i);
      }
      CHECK(items.done());
      CHECK_THROWS_AS(items.next(), ArgumentError);
    }
  }
}

TEST_CASE("Prefetcher: at most `depth` items ahead") {
  std::atomic<Index> begun{0};
  Index handed = 0, most_ahead = 0;
  Prefetcher<Index> items(0, 60, 4, 3, [&](Index i) {
    ++begun;
    return i;
  });
  while (!items.done()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    most_ahead = std::max(most_ahead, begun.load() - handed);
    items.next();
    ++handed;
  }
  CHECK(most_ahead == 3);
}

TEST_CASE("Prefetcher: an exception comes at its item's turn, and ends it") {
  for (const int workers : {0, 1, 4}) {
    CAPTURE(workers);
    Prefetcher<Index> items(0, 20, workers, 6, [](Index i) -> Index {
      if (i >= 5) throw std::runtime_error("item " + std::to_string(i));
      return i;
    });
    for (Index i = 0; i < 5; ++i) CHECK(items.next() == i);
    CHECK_FALSE(items.done());
    CHECK_THROWS_WITH_AS(items.next(), "item 5", std::runtime_error);
    CHECK(items.done());
    CHECK_THROWS_AS(items.next(), ArgumentError);
  }
}

TEST_CASE("Prefetcher: can be left at any point") {
  for (int taken = 0; taken < 8; ++taken) {
    for (const int workers : {0, 1, 3}) {
      Prefetcher<Index> items(0, 1000, workers, 2, [](Index i) { return i; });
      for (Index i = 0; i < taken; ++i) CHECK(items.next() == i);
    }
  }
}

TEST_CASE("Prefetcher: threads hold a SerialScope, the caller does not") {
  Prefetcher<bool> behind(0, 1, 1, 1, [](Index) { return detail::inside_parallel_work; });
  CHECK(behind.next());
  Prefetcher<bool> here(0, 1, 0, 1, [](Index) { return detail::inside_parallel_work; });
  CHECK_FALSE(here.next());
}

TEST_CASE("Prefetcher: items that can only be moved, and no items") {
  Prefetcher<std::unique_ptr<Index>> items(0, 2, 1, 1, [](Index i) { return std::make_unique<Index>(i); });
  CHECK(*items.next() == 0);
  CHECK(*items.next() == 1);
  Prefetcher<Index> none(4, 4, 2, 1, [](Index i) { return i; });
  CHECK(none.done());
}

TEST_CASE("Prefetcher: bad input") {
  const auto make = [](Index i) { return i; };
  CHECK_THROWS_AS(Prefetcher<Index>(5, 4, 1, 1, make), ArgumentError);
  CHECK_THROWS_AS(Prefetcher<Index>(0, 4, -1, 1, make), ArgumentError);
  CHECK_THROWS_AS(Prefetcher<Index>(0, 4, 1, 0, make), ArgumentError);
}
