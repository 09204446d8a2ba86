// Tests of check_images.
#include "tinyhtr/data/check_images.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/small_iam.hpp"
#include "tinyhtr/data/iam.hpp"

using namespace tinyhtr;

namespace {

/// Forty words, some of whose images are missing, empty, cut off or no images.
struct DamagedIam : test::SmallIam {
  DamagedIam() {
    for (int i = 0; i < 40; ++i) add_word("a01-000u-00-" + std::to_string(10 + i), "w" + std::to_string(i));
    finish();
    std::filesystem::remove(image_path("a01-000u-00-12"));
    folder().write(image_path("a01-000u-00-15"), "");
    const auto cut = image_path("a01-000u-00-20");
    std::filesystem::resize_file(cut, std::filesystem::file_size(cut) / 2);
    folder().write(image_path("a01-000u-00-30"), "this is a text\n");
    const auto folder_instead = image_path("a01-000u-00-33");
    std::filesystem::remove(folder_instead);
    std::filesystem::create_directory(folder_instead);
  }
};

}  // namespace

TEST_CASE("check_images: drops missing, empty, truncated images and what is none") {
  const DamagedIam iam;
  LabelledImages data = read_iam_rows(iam.path());
  REQUIRE(data.samples.size() == 40);
  check_images(data.samples, data.report);
  CHECK(data.samples.size() == 35);
  CHECK(data.report.missing == 1);
  CHECK(data.report.broken == 4);
  std::vector<std::string> ids;
  for (const DroppedRow& row : data.report.dropped) ids.push_back(row.id);
  CHECK(ids == std::vector<std::string>{"a01-000u-00-12", "a01-000u-00-15", "a01-000u-00-20", "a01-000u-00-30",
                                        "a01-000u-00-33"});
  CHECK(data.report.dropped[0].reason == DropReason::missing);
  CHECK(data.report.dropped[0].line == 5);
  CHECK(data.report.dropped[0].detail.find("a01-000u-00-12.png") != std::string::npos);
  CHECK(data.report.dropped[1].detail.find("a01-000u-00-15.png") != std::string::npos);
  for (std::size_t i = 1; i < data.samples.size(); ++i) CHECK(data.samples[i - 1].line < data.samples[i].line);
}

TEST_CASE("check_images: an image that cannot be reached is not missing") {
  test::SmallIam iam;
  iam.add_word("a01-000u-00-00", "A");
  iam.add_line("a01-000u-00-01 ok 154 408 768 27 51 AT B");
  iam.finish();
  std::filesystem::create_symlink("a01-000u-00-01.png", iam.image_path("a01-000u-00-01"));  // leads to itself
  LabelledImages data = read_iam_rows(iam.path());
  check_images(data.samples, data.report);
  CHECK(data.report.missing == 0);
  REQUIRE(data.report.broken == 1);
  CHECK(data.report.dropped[0].detail.find("cannot be reached: Too many levels") != std::string::npos);
}

TEST_CASE("check_images: the same on any number of threads") {
  const DamagedIam iam;
  const int before = thread_count();
  std::vector<std::string> results;
  for (const int threads : {1, 2, 7}) {
    set_thread_count(threads);
    LabelledImages data = read_iam_rows(iam.path());
    check_images(data.samples, data.report);
    std::string result;
    for (const Sample& sample : data.samples) result += sample.id + " " + sample.text + "\n";
    for (const DroppedRow& row : data.report.dropped) result += row.to_string() + "\n";
    results.push_back(result);
  }
  set_thread_count(before);
  CHECK(results[0] == results[1]);
  CHECK(results[0] == results[2]);
}
