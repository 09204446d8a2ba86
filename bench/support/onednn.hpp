// oneDNN's memory, filled from and read into tensors.
#pragma once

#include <algorithm>
#include <dnnl.hpp>
#include <string>
#include <unordered_map>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/tensor.hpp"

#if DNNL_VERSION_MAJOR != 2
#error "these rows are written for oneDNN 2, as Debian 12 has it; configure with -DTINYHTR_BENCH_ONEDNN=OFF"
#endif

namespace tinyhtr::bench {

using Tag = dnnl::memory::format_tag;
using Arguments = std::unordered_map<int, dnnl::memory>;

inline dnnl::engine& onednn_engine() {
  static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

inline dnnl::stream& onednn_stream() {
  static dnnl::stream stream(onednn_engine());
  return stream;
}

/// Runs a primitive to its end.
inline void run_onednn(const dnnl::primitive& primitive, const Arguments& arguments) {
  primitive.execute(onednn_stream(), arguments);
  onednn_stream().wait();
}

inline dnnl::memory::dims onednn_dims(const Shape& shape) { return {shape.begin(), shape.end()}; }

/// float numbers of that shape: Tag::any leaves the order in memory to oneDNN.
inline dnnl::memory::desc onednn_desc(const Shape& shape, Tag tag = Tag::any) {
  return {onednn_dims(shape), dnnl::memory::data_type::f32, tag};
}

/// Memory of a kind that a primitive asks for, holding anything.
inline dnnl::memory onednn_memory(const dnnl::memory::desc& desc) { return {desc, onednn_engine()}; }

/// Memory of a kind that a primitive asks for, holding the numbers of `from` in the order `tag` of its dimensions.
inline dnnl::memory onednn_memory(const dnnl::memory::desc& desc, const Tensor<float>& from, const Shape& shape,
                                  Tag tag) {
  dnnl::memory plain(onednn_desc(shape, tag), onednn_engine());
  std::copy(from.begin(), from.end(), static_cast<float*>(plain.get_data_handle()));
  dnnl::memory result(desc, onednn_engine());
  dnnl::reorder(plain, result).execute(onednn_stream(), plain, result);
  onednn_stream().wait();
  return result;
}

/// The numbers of a memory, brought into the order `tag` of its dimensions.
inline Tensor<float> onednn_tensor(dnnl::memory from, const Shape& shape, Tag tag) {
  dnnl::memory plain(onednn_desc(shape, tag), onednn_engine());
  dnnl::reorder(from, plain).execute(onednn_stream(), from, plain);
  onednn_stream().wait();
  auto result = Tensor<float>::uninitialized(shape);
  const auto* numbers = static_cast<const float*>(plain.get_data_handle());
  std::copy(numbers, numbers + result.size(), result.begin());
  return result;
}

/// Throws Error unless oneDNN's numbers are ours, within 1e-3 of the largest: else its rows would measure something
/// else.
inline void check_peer(const std::string& what, const Tensor<float>& peer, const Tensor<float>& ours) {
  float difference = 0, largest = 0;
  check_shape(what, "oneDNN's result", peer.shape(), ours.shape());
  for (Index i = 0; i < ours.size(); ++i) {
    difference = std::max(difference, std::abs(peer[i] - ours[i]));
    largest = std::max(largest, std::abs(ours[i]));
  }
  if (difference <= 1e-3f * largest) return;
  throw Error(what + ": oneDNN computes something else than tinyhtr, largest difference " + std::to_string(difference) +
              " where the largest number is " + std::to_string(largest) +
              ", expected at most a thousandth of it; its rows would compare unlike things");
}

}  // namespace tinyhtr::bench
