// Tests of parallel_for: each index once, nested, with exceptions, at any number of threads.
#include "tinyhtr/core/parallel.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/threads.hpp"

using namespace tinyhtr;
using tinyhtr::test::Threads;

namespace {

/// Sets an environment variable, and sets it back at the end of the scope.
struct Environment {
  Environment(const char* name_, const char* value) : name(name_) {
    if (const char* text = std::getenv(name_)) {
      was_set = true;
      before = text;
    }
    if (value == nullptr) {
      unsetenv(name_);
    } else {
      setenv(name_, value, 1);
    }
  }
  ~Environment() {
    if (was_set) {
      setenv(name, before.c_str(), 1);
    } else {
      unsetenv(name);
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  const char* name;
  std::string before;
  bool was_set = false;
};

/// How often each index was called.
std::vector<int> calls_of(Index count) {
  std::vector<std::atomic<int>> calls(static_cast<std::size_t>(count));
  parallel_for(count, [&](Index i) { ++calls[static_cast<std::size_t>(i)]; });
  return {calls.begin(), calls.end()};
}

}  // namespace

TEST_CASE("each index is called once, at any number of threads") {
  for (const int threads : {1, 2, 3, 8}) {
    const Threads scope(threads);
    CHECK(thread_count() == threads);
    for (const Index count : {0, 1, 2, 7, 1000}) {
      CHECK(calls_of(count) == std::vector<int>(static_cast<std::size_t>(count), 1));
    }
  }
}

TEST_CASE("a negative count is no work") {
  const Threads scope(2);
  parallel_for(-3, [](Index) { FAIL("called"); });
}

TEST_CASE("with one thread all runs in the caller, in order") {
  const Threads scope(1);
  std::vector<Index> order;
  const std::thread::id caller = std::this_thread::get_id();
  parallel_for(5, [&](Index i) {
    CHECK(std::this_thread::get_id() == caller);
    order.push_back(i);
  });
  CHECK(order == std::vector<Index>{0, 1, 2, 3, 4});
}

TEST_CASE("more than one thread takes part") {
  const Threads scope(2);
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::atomic<int> arrived{0};
  parallel_for(2, [&](Index) {
    {
      const std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
    }
    ++arrived;
    while (arrived < 2) std::this_thread::yield();  // each body waits for the other: one thread would never end
  });
  CHECK(threads.size() == 2);
}

TEST_CASE("a nested call runs as a plain loop on its own thread") {
  const Threads scope(4);
  constexpr Index outer = 20, inner = 30;
  std::vector<int> calls(outer * inner, 0);
  std::atomic<int> strangers{0};
  parallel_for(outer, [&](Index i) {
    const std::thread::id self = std::this_thread::get_id();
    parallel_for(inner, [&](Index j) {
      if (std::this_thread::get_id() != self) ++strangers;
      ++calls[static_cast<std::size_t>(i * inner + j)];
    });
  });
  CHECK(strangers == 0);
  CHECK(calls == std::vector<int>(outer * inner, 1));
}

TEST_CASE("the exception of the lowest index is rethrown, at any number of threads") {
  for (const int threads : {1, 2, 5}) {
    const Threads scope(threads);
    for (int repeat = 0; repeat < 50; ++repeat) {
      std::string caught;
      try {
        parallel_for(100, [](Index i) {
          if (i % 10 == 7) throw ArgumentError("index " + std::to_string(i));
        });
      } catch (const ArgumentError& error) {
        caught = error.what();
      }
      REQUIRE(caught == "index 7");
      REQUIRE(calls_of(10) == std::vector<int>(10, 1));  // the pool works on
    }
  }
}

TEST_CASE("an exception from a nested call comes out as well, and the caller is free again") {
  const Threads scope(3);
  CHECK_THROWS_AS(parallel_for(4, [](Index) { parallel_for(4, [](Index) { throw std::runtime_error("inner"); }); }),
                  std::runtime_error);
  CHECK(!detail::inside_parallel_work);
}

TEST_CASE("many small jobs, one after the other") {
  const Threads scope(4);
  std::vector<Index> sums(8);
  for (Index job = 0; job < 20000; ++job) {
    parallel_for(8, [&](Index i) { sums[static_cast<std::size_t>(i)] += job; });
  }
  for (const Index sum : sums) CHECK(sum == Index{20000} * 19999 / 2);
}

TEST_CASE("two threads may both call it: one has the pool, the other runs alone") {
  const Threads scope(3);
  std::atomic<Index> sum{0};
  const auto work = [&] {
    for (int job = 0; job < 500; ++job) parallel_for(10, [&](Index i) { sum += i; });
  };
  std::thread first(work), second(work);
  first.join();
  second.join();
  CHECK(sum == 2 * 500 * 45);
}

TEST_CASE("the number of threads can be changed between jobs, and has bounds") {
  const Threads scope(2);
  for (const int threads : {1, 4, 2, 7, 1, 3}) {
    set_thread_count(threads);
    CHECK(thread_count() == threads);
    CHECK(calls_of(25) == std::vector<int>(25, 1));
  }
  CHECK_THROWS_WITH_AS(set_thread_count(0), "set_thread_count: expected 1 to 1024 threads, found 0", ArgumentError);
  CHECK_THROWS_AS(set_thread_count(-1), ArgumentError);
  CHECK_THROWS_AS(set_thread_count(1025), ArgumentError);
  CHECK(thread_count() == 3);
}

TEST_CASE("inside a SerialScope work stays on this thread") {
  const Threads scope(4);
  const std::thread::id caller = std::this_thread::get_id();
  std::atomic<int> strangers{0};
  {
    const SerialScope serial;
    {
      const SerialScope nested;
    }
    parallel_for(100, [&](Index) {
      if (std::this_thread::get_id() != caller) ++strangers;
    });
  }
  CHECK(strangers == 0);
  CHECK(!detail::inside_parallel_work);
}

TEST_CASE("parallel_pieces cuts by the sizes alone") {
  for (const int threads : {1, 2, 5}) {
    const Threads scope(threads);
    std::mutex mutex;
    std::set<std::pair<Index, Index>> pieces;
    parallel_pieces(10, 4, [&](Index begin, Index end) {
      const std::lock_guard lock(mutex);
      pieces.insert({begin, end});
    });
    CHECK(pieces == std::set<std::pair<Index, Index>>{{0, 4}, {4, 8}, {8, 10}});
    parallel_pieces(0, 4, [](Index, Index) { FAIL("called"); });
  }
}

TEST_CASE("TINYHTR_THREADS is a number from 1 to 1024, and nothing else") {
  for (const auto& [text, threads] : {std::pair{"1", 1}, {"7", 7}, {"1024", 1024}}) {
    const Environment variable("TINYHTR_THREADS", text);
    CHECK(detail::default_thread_count() == threads);
  }
  for (const char* text : {"", "0", "-2", "1025", "four", "4x", "2.5", "99999999999999999999"}) {
    const Environment variable("TINYHTR_THREADS", text);
    CHECK_THROWS_WITH_AS(
        detail::default_thread_count(),
        ("TINYHTR_THREADS is '" + std::string(text) + "', expected a number from 1 to 1024").c_str(), ArgumentError);
  }
  const Environment variable("TINYHTR_THREADS", nullptr);
  CHECK(detail::default_thread_count() >= 1);
}
