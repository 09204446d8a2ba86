// Tests of indices_left and pieces_left: each index once, by threads or by the caller, and what is left to whom.
#include "tinyhtr/core/left_to_caller.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <utility>
#include <vector>

#include "support/threads.hpp"

using namespace tinyhtr;
using tinyhtr::test::Threads;

TEST_CASE("each index is called once, by the threads or by the caller's own loop") {
  for (const int threads : {1, 2, 3}) {
    const Threads scope(threads);
    for (const Index count : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> calls(static_cast<std::size_t>(count));
      const auto body = [&](Index i) { ++calls[static_cast<std::size_t>(i)]; };
      Index left = 0;
      for (const Index i : indices_left(count, body)) {
        CHECK(i == left++);
        body(i);
      }
      for (const auto& number : calls) CHECK(number == 1);
      CHECK(left == (threads == 1 || count <= 1 ? count : 0));
    }
  }
}

TEST_CASE("the pieces are those of parallel_pieces, at any number of threads") {
  using Cut = std::vector<std::pair<Index, Index>>;
  for (const int threads : {1, 3}) {
    const Threads scope(threads);
    for (const Index size : {0, 1, 9, 10, 11, 95}) {
      constexpr Index piece = 10;
      const auto count = static_cast<std::size_t>((size + piece - 1) / piece);
      Cut expected(count), found(count);
      parallel_pieces(size, piece, [&](Index begin, Index end) {
        expected[static_cast<std::size_t>(begin / piece)] = {begin, end};
      });
      const auto body = [&](Index begin, Index end) { found[static_cast<std::size_t>(begin / piece)] = {begin, end}; };
      for (const auto [begin, end] : pieces_left(size, piece, body)) body(begin, end);
      CHECK(found == expected);
      if (size > 0) CHECK(found.back().second == size);
    }
  }
}

TEST_CASE("inside parallel work everything is left to the caller") {
  const Threads scope(2);
  std::vector<Index> left(4);
  parallel_for(4, [&](Index outer) {
    const auto body = [](Index) { FAIL("called by indices_left"); };
    for (const Index i : indices_left(5, body)) left[static_cast<std::size_t>(outer)] += i;
  });
  CHECK(left == std::vector<Index>(4, 0 + 1 + 2 + 3 + 4));
}

TEST_CASE("what a body throws reaches the caller") {
  for (const int threads : {1, 2}) {
    const Threads scope(threads);
    const auto body = [](Index i) {
      if (i == 3) throw std::runtime_error("three");
    };
    const auto run = [&] {
      for (const Index i : indices_left(8, body)) body(i);
    };
    CHECK_THROWS_WITH(run(), "three");
  }
}
