// Prefetcher: makes items on background threads, hands them out in order.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/shape.hpp"

namespace tinyhtr {

/// Makes the items first .. last - 1 ahead of the one who asks for them, and hands them out in that order.
///
/// `workers` threads call make(number), each under a SerialScope; at most `depth` items are being made or waiting at
/// any time. With 0 workers there are no threads: next() calls make itself. What make throws, next() throws when that
/// item's turn comes, and nothing follows it. The destructor stops after the items being made, and joins.
template <class Item>
class Prefetcher {
 public:
  /// Throws ArgumentError for negative workers, a depth below 1 or first > last; Error where no thread can start.
  Prefetcher(Index first, Index last, int workers, Index depth, std::function<Item(Index)> make)
      : make_(std::move(make)), last_(last), next_to_make_(first), next_to_hand_(first) {
    if (first > last || workers < 0 || depth < 1) {
      throw ArgumentError("Prefetcher: expected first <= last, workers >= 0 and depth >= 1, found first " +
                          std::to_string(first) + ", last " + std::to_string(last) + ", workers " +
                          std::to_string(workers) + ", depth " + std::to_string(depth));
    }
    slots_.resize(static_cast<std::size_t>(depth));
    if (first == last) return;
    try {
      for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
    } catch (const std::system_error& error) {
      stop();
      throw Error("Prefetcher: worker thread " + std::to_string(threads_.size() + 1) + " of " +
                  std::to_string(workers) + " could not start: " + error.what());
    }
  }

  ~Prefetcher() { stop(); }
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// Whether every item was handed out, or one of them threw.
  bool done() const { return next_to_hand_ == last_; }

  /// The next item; waits for it where it is not made yet. Call it only while not done().
  Item next() {
    if (done()) throw ArgumentError("Prefetcher::next: every item was handed out already");
    if (threads_.empty()) {
      const Index number = std::exchange(next_to_hand_, last_);  // what if make throws: nothing follows
      Item item = make_(number);
      next_to_hand_ = number + 1;
      return item;
    }
    std::unique_lock lock(mutex_);
    Slot& slot = slot_of(next_to_hand_);
    item_made_.wait(lock, [&] { return slot.item.has_value() || slot.failure; });
    if (slot.failure) {
      next_to_hand_ = last_;
      stopping_ = true;
      std::rethrow_exception(std::exchange(slot.failure, nullptr));
    }
    Item item = std::move(*slot.item);
    slot.item.reset();
    ++next_to_hand_;
    room_made_.notify_one();
    return item;
  }

 private:
  struct Slot {
    std::optional<Item> item;
    std::exception_ptr failure;
  };

  Slot& slot_of(Index number) { return slots_[static_cast<std::size_t>(number) % slots_.size()]; }

  /// What each thread does. Item number n waits for its slot, which item n - depth leaves when it is handed out.
  void work() {
    const SerialScope serial;
    std::unique_lock lock(mutex_);
    while (true) {
      room_made_.wait(lock, [this] {
        return stopping_ || next_to_make_ == last_ || next_to_make_ - next_to_hand_ < static_cast<Index>(slots_.size());
      });
      if (stopping_ || next_to_make_ == last_) return;
      const Index number = next_to_make_++;
      if (next_to_make_ == last_) room_made_.notify_all();  // the others have nothing left to wait for
      lock.unlock();
      Slot made;
      try {
        made.item.emplace(make_(number));
      } catch (...) {
        made.failure = std::current_exception();
      }
      lock.lock();
      slot_of(number) = std::move(made);
      item_made_.notify_one();
    }
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    room_made_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  const std::function<Item(Index)> make_;
  const Index last_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable item_made_, room_made_;
  std::vector<Slot> slots_;  ///< a ring: item n lies in slot n mod depth
  Index next_to_make_;
  Index next_to_hand_;  ///< written by the one who asks, under the mutex where there are threads
  bool stopping_ = false;
};

}  // namespace tinyhtr
