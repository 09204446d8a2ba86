// What the lessons have in common: a number is printed, and held against the one that the page worked out.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

/// Prints `name = found`; ends the program with an error where found differs from expected by more than tolerance,
/// as a share of expected or, where that is smaller than 1, in absolute terms.
inline void expect(const std::string& name, double found, double expected, double tolerance = 1e-5) {
  std::printf("%s = %.6g\n", name.c_str(), found);
  if (std::abs(found - expected) <= tolerance * std::max(1.0, std::abs(expected))) return;  // false for NaN, too
  std::fflush(stdout);
  std::fprintf(stderr, "%s: expected %.10g, found %.10g\n", name.c_str(), expected, found);
  std::exit(1);
}

/// The same for a statement that is true or false.
inline void expect(const std::string& statement, bool holds) {
  std::printf("%s: %s\n", statement.c_str(), holds ? "yes" : "no");
  if (!holds) std::exit(1);
}
