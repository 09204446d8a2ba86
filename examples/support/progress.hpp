// What the programs show a long loop with.
#pragma once

#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/train/progress.hpp"

namespace tinyhtr::examples {

using tinyhtr::clock_time;
using tinyhtr::fixed;
using tinyhtr::Progress;

}  // namespace tinyhtr::examples
