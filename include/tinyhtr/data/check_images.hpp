// check_images: finds the images that cannot be read before training does.
#pragma once

#include <exception>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/data/report.hpp"
#include "tinyhtr/data/sample.hpp"
#include "tinyhtr/image/read.hpp"

namespace tinyhtr {

namespace detail {

/// What is wrong with an image file; an empty text where nothing is.
struct ImageProblem {
  DropReason reason = DropReason::broken;
  std::string text;
};

inline ImageProblem find_image_problem(const std::filesystem::path& path) {
  std::error_code problem;
  const bool missing = std::filesystem::status(path, problem).type() == std::filesystem::file_type::not_found;
  if (missing) return {DropReason::missing, path.string()};
  try {
    read_image(path);
  } catch (const std::exception& error) {
    return {DropReason::broken, error.what()};
  }
  return {};
}

}  // namespace detail

/// Decodes every image, in parallel, and drops the samples whose image is missing or cannot be decoded (empty,
/// truncated, no image at all, not to be reached); `report` counts and names each. The order stays, on any number of
/// threads.
inline void check_images(std::vector<Sample>& samples, DataReport& report) {
  std::vector<detail::ImageProblem> problems(samples.size());
  parallel_for(static_cast<Index>(samples.size()), [&](Index i) {
    const auto place = static_cast<std::size_t>(i);
    problems[place] = detail::find_image_problem(samples[place].image);
  });
  std::vector<Sample> kept;
  kept.reserve(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (problems[i].text.empty()) {
      kept.push_back(std::move(samples[i]));
    } else {
      report.drop(samples[i].line, samples[i].id, problems[i].reason, std::move(problems[i].text));
    }
  }
  samples = std::move(kept);
}

}  // namespace tinyhtr
