// What stands between layers of different layouts: images to the other memory order, and to sequences.
#include <string>

#include "support/network_shapes.hpp"
#include "support/numbers.hpp"
#include "support/rows.hpp"
#include "tinyhtr/kernels/column_maxima.hpp"
#include "tinyhtr/kernels/reorder.hpp"

namespace tinyhtr::bench {
namespace {

template <class T>
std::string row(const std::string& table_pass_algorithm, const MapCase& shape) {
  return table_pass_algorithm + "/" + type_name<T>() + "/" + shape.name();
}

/// Forward from planes to pixels, backward back.
template <class T>
void add_reorder(const std::string& table, const MapCase& shape) {
  for (const ImageOrder from : {ImageOrder::channels_first, ImageOrder::channels_last}) {
    const std::string pass = from == ImageOrder::channels_first ? "forward" : "backward";
    add_row(row<T>(table + "/" + pass + "/Blocks", shape), [=](benchmark::State& state) {
      const ImageSizes sizes("bench", "maps", shape.shape, ImageOrder::channels_first);
      const auto x = random_tensor<T>(sizes.shape(from), 1);
      Tensor<T> y;
      measure<T>(state, {.bytes = 2 * shape.size() * sizeof(T)}, [&] { reorder(y, x, from); });
    });
  }
}

/// Of the images all pixels are read, of the sequences one for each column; on the way back only those.
template <class T>
void add_column_maxima(const std::string& table, const MapCase& shape) {
  const double columns = shape.size() / static_cast<double>(shape.shape[2]);
  add_row(row<T>(table + "/forward/Columns", shape), [=](benchmark::State& state) {
    const auto x = random_tensor<T>(shape.shape, 1);
    Tensor<T> y;
    MaximaRows rows;
    measure<T>(state, {.bytes = (shape.size() + columns) * sizeof(T) + columns * sizeof(Index)},
               [&] { column_maxima_forward(y, rows, x); });
  });
  add_row(row<T>(table + "/backward/Columns", shape), [=](benchmark::State& state) {
    const auto x = random_tensor<T>(shape.shape, 1);
    Tensor<T> y, dx(shape.shape);
    MaximaRows rows;
    column_maxima_forward(y, rows, x);
    measure<T>(state, {.bytes = 3 * columns * sizeof(T) + columns * sizeof(Index)},
               [&] { column_maxima_backward(dx, y, rows); });
  });
}

const bool added = at_start([] {
  for (const MapCase& shape : network_maps()) {
    add_reorder<float>("reorder", shape);
    add_reorder<double>("reorder", shape);
  }
  for (const Index batch : {1, 4, 16, 64}) add_reorder<float>("reorder_by_batch", {Shape{batch, 16, 32, 128}});
  // What a column network of 40 pixels ends with.
  add_column_maxima<float>("column_maxima", {Shape{network_batch, 64, 5, 32}});
  add_column_maxima<double>("column_maxima", {Shape{network_batch, 64, 5, 32}});
  for (const Index width : {16, 32, 64, 128, 256}) {
    add_column_maxima<float>("column_maxima_by_width", {Shape{network_batch, 64, 5, width}});
  }
});

}  // namespace
}  // namespace tinyhtr::bench
