// parallel_for over a small pool of threads. One thread means: a plain loop in the caller.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/simd.hpp"

namespace tinyhtr {

namespace detail {

/// True on threads that are inside parallel work already: there a parallel_for runs as a plain loop.
inline thread_local bool inside_parallel_work = false;

/// The one compiled copy of a loop's body. Inlined into the plain loop and into the pool's, it could be two, in which
/// the compiler fuses different products into multiply-adds: other last bits with one thread than with several.
template <class Body>
[[gnu::noinline]] void call_body(const void* body, Index i) {
  (*static_cast<const Body*>(body))(i);
}

/// A loop's body that stays where it is: its address, and call_body for its type. Two plain pointers, so that all that
/// the pool does is compiled once; a std::function would be compiled anew for every body.
struct BodyReference {
  const void* body;
  void (*call)(const void* body, Index i);
};

/// Threads that wait for one job at a time. The caller works too, so a pool of n threads starts n - 1.
///
/// A training step is some hundreds of jobs of less than a millisecond each. Putting a thread to sleep and waking it
/// takes as long as a small job, so whoever waits first looks again and again for a moment, and sleeps only then.
/// Every worker takes part in every job, if only to find nothing left: more threads than processors cost time.
/// The indices are cut into a stretch for each thread, always in the same way, so that what a thread made of image n in
/// one layer is in its processor's cache when the next layer takes image n; who is through with his own helps others.
class ThreadPool {
 public:
  explicit ThreadPool(int threads) : stretches_(static_cast<std::size_t>(threads)) {
    try {
      for (int i = 1; i < threads; ++i)
        workers_.emplace_back([this, i] { wait_for_jobs(static_cast<std::size_t>(i)); });
    } catch (const std::system_error& error) {
      const std::string started = std::to_string(workers_.size() + 1);
      stop();
      throw Error("ThreadPool: only " + started + " of " + std::to_string(threads) +
                  " threads could start: " + error.what() + "; set TINYHTR_THREADS to less");
    }
  }

  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  ~ThreadPool() { stop(); }

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  /// Calls body(0) .. body(count - 1), each once, and returns when all are done. Rethrows the exception of
  /// the lowest index that threw, so that errors do not depend on the number of threads either.
  void run(Index count, const BodyReference& body) {
    body_ = &body;
    const Index threads = static_cast<Index>(stretches_.size());
    for (Index t = 0; t < threads; ++t) {
      Stretch& stretch = stretches_[static_cast<std::size_t>(t)];
      stretch.next.store(t * count / threads);
      stretch.end = (t + 1) * count / threads;
    }
    failed_index_ = count;
    failure_ = nullptr;
    busy_.store(static_cast<int>(workers_.size()));
    ++job_;  // workers that look see it from here on
    wake_sleepers(sleeping_workers_, job_posted_);
    take_indices(0);
    wait_until([this] { return busy_.load() == 0; }, sleeping_callers_, job_done_);
    body_ = nullptr;
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

  /// Held by the thread whose job is running; a second caller finds it taken, and runs its loop alone.
  std::mutex owner;

 private:
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    job_posted_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  void wait_for_jobs(std::size_t thread) {
    std::uint64_t seen = 0;
    while (true) {
      wait_until([&] { return stopping_.load() || job_.load() != seen; }, sleeping_workers_, job_posted_);
      if (stopping_) return;
      ++seen;
      take_indices(thread);
      if (--busy_ == 0) wake_sleepers(sleeping_callers_, job_done_);
    }
  }

  /// Looks for a moment, about a tenth of a millisecond, then sleeps until woken.
  template <class Condition>
  void wait_until(const Condition& condition, std::atomic<int>& sleepers, std::condition_variable& signal) {
    for (int look = 0; look < 2000; ++look) {
      if (condition()) return;
      pause_spinning();
      if (look % 64 == 63) std::this_thread::yield();  // to a thread that has no processor of its own
    }
    std::unique_lock lock(mutex_);
    ++sleepers;  // before the condition is looked at again: who makes it true afterwards sees that somebody sleeps
    signal.wait(lock, condition);
    --sleepers;
  }

  /// Called after the condition was made true.
  void wake_sleepers(const std::atomic<int>& sleepers, std::condition_variable& signal) {
    if (sleepers.load() == 0) return;
    { const std::lock_guard lock(mutex_); }  // a sleeper between its last look and its sleep holds the mutex
    signal.notify_all();
  }

  /// First its own, then what others have left.
  void take_indices(std::size_t thread) {
    inside_parallel_work = true;
    for (std::size_t k = 0; k < stretches_.size(); ++k) {
      Stretch& stretch = stretches_[(thread + k) % stretches_.size()];
      for (Index i = stretch.next++; i < stretch.end; i = stretch.next++) run_body(i);
    }
    inside_parallel_work = false;
  }

  void run_body(Index i) {
    try {
      body_->call(body_->body, i);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (i < failed_index_) {
        failed_index_ = i;
        failure_ = std::current_exception();
      }
    }
  }

  /// The indices of one thread, on a cache line of its own.
  struct alignas(64) Stretch {
    std::atomic<Index> next{0};
    Index end = 0;
  };

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable job_posted_, job_done_;
  std::atomic<int> sleeping_workers_{0}, sleeping_callers_{0};
  const BodyReference* body_ = nullptr;
  std::vector<Stretch> stretches_;  // one for each thread
  Index failed_index_ = 0;
  std::exception_ptr failure_;
  std::atomic<std::uint64_t> job_{0};
  std::atomic<int> busy_{0};
  std::atomic<bool> stopping_{false};
};

/// TINYHTR_THREADS where it holds a number from 1 to 1024, else the number of processors.
inline int default_thread_count() {
  if (const char* text = std::getenv("TINYHTR_THREADS")) {
    char* end = nullptr;
    const long threads = std::strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || threads < 1 || threads > 1024) {
      throw ArgumentError("TINYHTR_THREADS is '" + std::string(text) + "', expected a number from 1 to 1024");
    }
    return static_cast<int>(threads);
  }
  const unsigned processors = std::thread::hardware_concurrency();
  return processors == 0 ? 1 : static_cast<int>(processors);
}

inline std::unique_ptr<ThreadPool>& pool() {
  static auto instance = std::make_unique<ThreadPool>(default_thread_count());
  return instance;
}

/// Calls body(i) for every i in [0, count) on the pool's threads; false, and no call, where a plain loop has to do.
inline bool run_on_pool(Index count, const BodyReference& body) {
  if (count <= 1 || inside_parallel_work || pool()->threads() == 1) return false;
  ThreadPool& threads = *pool();
  const std::unique_lock owner(threads.owner, std::try_to_lock);
  if (owner.owns_lock()) threads.run(count, body);
  return owner.owns_lock();
}

}  // namespace detail

/// Number of threads that parallel_for uses, the calling one counted.
inline int thread_count() { return detail::pool()->threads(); }

/// Sets that number; call it while no parallel work runs. Throws ArgumentError outside 1 .. 1024.
/// Results do not depend on it, to the last bit: see parallel_for.
inline void set_thread_count(int threads) {
  if (threads < 1 || threads > 1024) {
    throw ArgumentError("set_thread_count: expected 1 to 1024 threads, found " + std::to_string(threads));
  }
  if (threads != thread_count()) detail::pool() = std::make_unique<detail::ThreadPool>(threads);
}

/// While it lives, parallel_for runs as a plain loop on this thread. For threads that already are one of many,
/// such as those of the data loader.
class SerialScope {
 public:
  SerialScope() : before_(detail::inside_parallel_work) { detail::inside_parallel_work = true; }
  ~SerialScope() { detail::inside_parallel_work = before_; }
  SerialScope(const SerialScope&) = delete;
  SerialScope& operator=(const SerialScope&) = delete;

 private:
  bool before_;
};

/// Calls body(i) for every i in [0, count), each once, on the threads of the pool, and returns when all are done.
///
/// The order is open, so bodies must write to different places; a sum over i is made from one partial result per i,
/// added up in the order of i afterwards. Then the result is the same bits at any number of threads. Nested calls run
/// as plain loops; with one thread everything runs in the caller. The exception of the lowest i is rethrown.
template <class Body>
void parallel_for(Index count, const Body& body) {
  if (detail::run_on_pool(count, {&body, detail::call_body<Body>})) return;
  for (Index i = 0; i < count; ++i) detail::call_body<Body>(&body, i);
}

/// Cuts [0, size) into pieces of `piece` (the last may be shorter) and calls body(begin, end) for each in parallel.
/// The cut depends on the sizes alone, never on the number of threads.
template <class Body>
void parallel_pieces(Index size, Index piece, const Body& body) {
  const Index pieces = (size + piece - 1) / piece;
  parallel_for(pieces, [&](Index i) {
    // A copy on this thread's stack: nothing that the body writes can overlap what it captured by value, so that the
    // compiler keeps pointers and factors in registers, without which it would not vectorise.
    const Body own = body;
    own(i * piece, i + 1 == pieces ? size : (i + 1) * piece);
  });
}

}  // namespace tinyhtr
