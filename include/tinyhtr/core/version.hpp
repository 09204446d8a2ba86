// The version of the library; CMakeLists.txt reads it from here.
#pragma once

namespace tinyhtr {

inline constexpr const char* version = "0.1.0";

}  // namespace tinyhtr
