// parallel_for for kernels that are walked through: with one thread, the kernel itself runs the loop.
#pragma once

#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/shape.hpp"

namespace tinyhtr {

namespace detail {

/// The indices [0, count), for a loop.
struct IndicesLeft {
  struct Iterator {
    Index index;
    Index operator*() const { return index; }
    Iterator& operator++() {
      ++index;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return index != other.index; }
  };

  Index count;
  Iterator begin() const { return {0}; }
  Iterator end() const { return {count}; }
};

struct Piece {
  Index begin, end;
};

/// [0, size) in pieces, for a loop; the last may be shorter.
struct PiecesLeft {
  struct Iterator {
    Index index, size, piece;
    Piece operator*() const {
      const Index first = index * piece;
      return {first, size - first < piece ? size : first + piece};
    }
    Iterator& operator++() {
      ++index;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return index != other.index; }
  };

  Index count, size, piece;
  Iterator begin() const { return {0, size, piece}; }
  Iterator end() const { return {count, size, piece}; }
};

}  // namespace detail

/// parallel_for, cut in two: several threads do all of it here, one thread leaves all of it to the caller.
///
///     const auto image = [&](Index n) { ... };
///     for (const Index n : indices_left(batch, image)) image(n);
///
/// Results are those of parallel_for(batch, image). What differs is the walk in a debugger: with TINYHTR_THREADS=1 the
/// body stands directly below the kernel that wrote it, and `step` goes straight into it.
///
/// The body is compiled twice, here and in the caller's loop. A sum of two products, a b + c d, is rounded as the
/// compiler fuses the one or the other of them: a body with such sums keeps them in a [[gnu::noinline]] function, so
/// that the bits stay the same at any number of threads.
template <class Body>
detail::IndicesLeft indices_left(Index count, const Body body) {
  return {detail::run_on_pool(count, {&body, detail::call_body<Body>}) ? 0 : count};
}

/// The same for parallel_pieces: `for (const auto [begin, end] : pieces_left(size, piece, body)) body(begin, end);`
/// The body comes by value: the caller's own then never left the caller's hands, so that the compiler knows that no
/// write of the loop changes it, and vectorises.
template <class Body>
detail::PiecesLeft pieces_left(Index size, Index piece, const Body body) {
  const Index count = (size + piece - 1) / piece;
  const auto run_piece = [&](Index i) {
    const Body own = body;  // on this thread's stack, see parallel_pieces
    own(i * piece, i + 1 == count ? size : (i + 1) * piece);
  };
  const bool done = detail::run_on_pool(count, {&run_piece, detail::call_body<decltype(run_piece)>});
  return {done ? 0 : count, size, piece};
}

}  // namespace tinyhtr
