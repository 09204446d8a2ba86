// The exceptions that tinyhtr throws. Every message says what was expected, what was found, and where.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace tinyhtr {

/// Base of everything that tinyhtr throws: `catch (const tinyhtr::Error&)` catches all of it.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Two shapes that had to agree did not; the message names both.
class ShapeError : public Error {
 public:
  using Error::Error;
};

/// A value that the caller passed is outside what the function accepts.
class ArgumentError : public Error {
 public:
  using Error::Error;
};

/// A computation gave NaN or infinity, found in check mode; the message names the operation, the parameter, the place.
class NumericError : public Error {
 public:
  explicit NumericError(const std::string& message, std::ptrdiff_t sample_ = -1) : Error(message), sample(sample_) {}
  std::ptrdiff_t sample;  ///< whose number it is, counted in its batch from 0; -1 where it belongs to none
};

/// A file or folder could not be found, opened, read or written; the message names its path.
class FileError : public Error {
 public:
  using Error::Error;
};

/// A file was read, but its content is not what its format promises; the message names path and place.
class FormatError : public Error {
 public:
  using Error::Error;
};

}  // namespace tinyhtr
