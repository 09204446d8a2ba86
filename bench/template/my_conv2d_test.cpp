// Holds the convolution of one's own against the naive one.
#include "template/my_conv2d.hpp"

#include <doctest/doctest.h>

#include "support/odd_convolutions.hpp"

TEST_CASE_TEMPLATE("Shifted gives what Naive gives", T, float, double) {
  tinyhtr::test::check_against_naive<Shifted, T>();
}

TEST_CASE_TEMPLATE("Shifted gives what Naive gives with channels last", T, float, double) {
  tinyhtr::test::check_against_naive<Shifted, T>(tinyhtr::ImageOrder::channels_last);
}

TEST_CASE("Shifted gives the same bits at any number of threads") {
  tinyhtr::test::check_same_bits_at_any_thread_count<Shifted>();
}
