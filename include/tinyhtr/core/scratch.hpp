// Scratch memory for kernels: one growing buffer per thread, reused from call to call.
#pragma once

#include <cstddef>
#include <vector>

#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr {

/// Memory for `size` elements that belongs to the calling thread until it asks for the same slot again.
/// Its content is whatever the last user left. A kernel that needs two buffers uses two slots.
template <class T, int slot = 0>
T* scratch(Index size) {
  thread_local std::vector<T, AlignedAllocator<T>> buffer;
  if (static_cast<Index>(buffer.size()) < size) buffer.resize(static_cast<std::size_t>(size));
  return buffer.data();
}

}  // namespace tinyhtr
