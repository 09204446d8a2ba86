// Tensor: a dense row-major array of numbers. The only header that includes xtensor.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <new>
#include <string>
#include <utility>
#include <vector>
#include <xtensor/xarray.hpp>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/memory_pool.hpp"
#include "tinyhtr/core/shape.hpp"

namespace tinyhtr {

/// Allocates on 64-byte boundaries, out of the pool of tensors.
template <class T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) {}

  T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
    return static_cast<T*>(MemoryPool::instance().allocate(count * sizeof(T)));
  }
  void deallocate(T* pointer, std::size_t count) { MemoryPool::instance().deallocate(pointer, count * sizeof(T)); }

  template <class U>
  bool operator==(const AlignedAllocator<U>&) const {
    return true;
  }
};

/// A dense, row-major, 64-byte aligned array of T (float to train, double to check).
///
/// Copies are deep, moves are cheap. A new tensor holds zeros. `x(n, c, h, w)` is the element at
/// ((n * C + c) * H + h) * W + w; subscripts are checked where TINYHTR_CHECK_SUBSCRIPTS is defined
/// (the debug, step and sanitizer presets do so) and never in release.
/// Throws ShapeError where shapes do not agree. xtensor holds the elements: see array().
template <class T>
class Tensor {
 public:
  using value_type = T;
  using Array = xt::xarray_container<xt::uvector<T, AlignedAllocator<T>>, xt::layout_type::row_major,
                                     xt::dynamic_shape<std::size_t>>;

  /// An empty tensor of shape (0): it holds nothing.
  Tensor() : Tensor(Shape{0}) {}

  explicit Tensor(const Shape& shape) : Tensor(shape, T(0)) {}

  Tensor(const Shape& shape, T value) : Tensor(uninitialized(shape)) { fill(value); }

  /// Takes the elements in row-major order.
  Tensor(const Shape& shape, std::initializer_list<T> values) : Tensor(uninitialized(shape)) {
    copy_in(values.begin(), static_cast<Index>(values.size()));
  }

  Tensor(const Shape& shape, const std::vector<T>& values) : Tensor(uninitialized(shape)) {
    copy_in(values.data(), static_cast<Index>(values.size()));
  }

  /// A tensor whose elements hold anything: for results that are written in full.
  static Tensor uninitialized(const Shape& shape) {
    Tensor tensor{NoElements{}};
    tensor.array_.resize(std::vector<std::size_t>(shape.begin(), shape.end()));
    tensor.shape_ = shape;
    return tensor;
  }

  Tensor(const Tensor&) = default;
  Tensor& operator=(const Tensor&) = default;
  /// The tensor moved from is empty afterwards.
  Tensor(Tensor&& other) noexcept : array_(std::move(other.array_)), shape_(std::exchange(other.shape_, Shape{0})) {}
  Tensor& operator=(Tensor&& other) noexcept {
    array_ = std::move(other.array_);
    shape_ = std::exchange(other.shape_, Shape{0});
    return *this;
  }
  ~Tensor() = default;

  const Shape& shape() const { return shape_; }
  Index dim(Index axis) const { return shape_[axis]; }
  Index rank() const { return shape_.rank(); }
  Index size() const { return shape_.size(); }
  bool empty() const { return size() == 0; }

  T* data() { return array_.data(); }
  const T* data() const { return array_.data(); }
  T* begin() { return data(); }
  T* end() { return data() + size(); }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size(); }

  /// Element by row-major position.
  T& operator[](Index position) { return data()[checked(position)]; }
  const T& operator[](Index position) const { return data()[checked(position)]; }

  /// Element by one subscript per dimension.
  template <class... Subscripts>
  T& operator()(Subscripts... subscripts) {
    return data()[offset(subscripts...)];
  }
  template <class... Subscripts>
  const T& operator()(Subscripts... subscripts) const {
    return data()[offset(subscripts...)];
  }

  void fill(T value) { std::fill(begin(), end(), value); }

  /// Takes on a shape; afterwards the elements hold anything. Memory is kept where the shape stays as it is.
  void resize(const Shape& shape) {
    if (shape != shape_) *this = uninitialized(shape);
  }

  /// The same elements under another shape of the same size; on an expiring tensor nothing is copied.
  Tensor reshaped(const Shape& shape) const& {
    Tensor copy(*this);
    return std::move(copy).reshaped(shape);
  }
  Tensor reshaped(const Shape& shape) && {
    if (shape.size() != size()) {
      throw ShapeError("reshape: " + shape_.to_string() + " holds " + std::to_string(size()) + " elements, " +
                       shape.to_string() + " would hold " + std::to_string(shape.size()));
    }
    array_.reshape(std::vector<std::size_t>(shape.begin(), shape.end()));
    shape_ = shape;
    return std::move(*this);
  }

  /// The xtensor array inside, for expressions of your own. Do not resize it.
  Array& array() { return array_; }
  const Array& array() const { return array_; }

 private:
  struct NoElements {};
  explicit Tensor(NoElements) {}

  void copy_in(const T* values, Index count) {
    if (count != size()) {
      throw ShapeError("a tensor of shape " + shape_.to_string() + " takes " + std::to_string(size()) +
                       " values, found " + std::to_string(count));
    }
    std::copy(values, values + count, begin());
  }

  template <class... Subscripts>
  Index offset(Subscripts... subscripts) const {
    const Index list[] = {static_cast<Index>(subscripts)...};
    constexpr Index count = sizeof...(Subscripts);
    const Index* extents = shape_.begin();
#ifdef TINYHTR_CHECK_SUBSCRIPTS
    if (count != shape_.rank()) {
      throw ShapeError(std::to_string(count) + " subscripts for a tensor of shape " + shape_.to_string());
    }
    for (Index axis = 0; axis < count; ++axis) {
      if (list[axis] < 0 || list[axis] >= extents[axis]) {
        throw ShapeError("subscript " + std::to_string(list[axis]) + " on axis " + std::to_string(axis) +
                         " is outside the tensor's shape " + shape_.to_string());
      }
    }
#endif
    Index position = list[0];
    for (Index axis = 1; axis < count; ++axis) position = position * extents[axis] + list[axis];
    return position;
  }

  Index checked(Index position) const {
#ifdef TINYHTR_CHECK_SUBSCRIPTS
    if (position < 0 || position >= size()) {
      throw ShapeError("position " + std::to_string(position) + " is outside the tensor's shape " + shape_.to_string());
    }
#endif
    return position;
  }

  Array array_;
  Shape shape_;
};

}  // namespace tinyhtr
