// Puts oneDNN's version into the head of the output.
#include <benchmark/benchmark.h>

#include <string>

#include "support/onednn.hpp"
#include "support/rows.hpp"

namespace tinyhtr::bench {
namespace {

const bool added = at_start([] {
  const dnnl_version_t* version = dnnl_version();
  benchmark::AddCustomContext("onednn", std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
                                            std::to_string(version->patch) + ", one thread of OpenMP");
});

}  // namespace
}  // namespace tinyhtr::bench
