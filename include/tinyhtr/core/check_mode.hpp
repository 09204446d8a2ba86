// Check mode: whether every operation looks for NaN and infinity in what it computed.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace tinyhtr {

namespace detail {

inline bool environment_asks_for_checks() {
  const char* text = std::getenv("TINYHTR_CHECK");
  const std::string_view value = text == nullptr ? "" : text;
  return !value.empty() && value != "0";
}

inline std::atomic<bool> checking{environment_asks_for_checks()};
inline std::atomic<std::uint64_t> backward_passes{0};  // in check mode: which step it was, for messages

}  // namespace detail

/// Whether operations, gradients and the optimiser's updates are held against NaN and infinity. At first what the
/// environment's TINYHTR_CHECK says: 1 is on; not there, empty or 0 is off. Off, it costs the look at one bool for each
/// operation.
inline bool check_mode() { return detail::checking.load(std::memory_order_relaxed); }

/// Turns it on or off, for all threads.
inline void set_check_mode(bool on) { detail::checking.store(on, std::memory_order_relaxed); }

}  // namespace tinyhtr
