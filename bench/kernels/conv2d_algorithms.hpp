// The algorithms of the table of convolutions.
#pragma once

#include <tuple>

#include "kernels/conv2d_rows.hpp"
#include "tinyhtr/kernels/conv2d.hpp"

namespace tinyhtr::bench {

/// One line for each: an algorithm of your own needs its header above and its line here, nothing else.
inline constexpr std::tuple conv2d_algorithms{
    ConvChoice<Naive>{"Naive", any_shape, once},
    ConvChoice<Im2col>{"Im2col"},
    ConvChoice<Direct>{"Direct"},
    ConvChoice<Winograd>{"Winograd", kernel_3x3_stride_1},  // the shapes that it can do
    ConvChoice<Automatic>{"Automatic"},
    ConvChoice<Direct>{"Direct_NHWC", any_shape, as_asked, ImageOrder::channels_last},
    ConvChoice<Winograd>{"Winograd_NHWC", kernel_3x3_stride_1, as_asked, ImageOrder::channels_last},
    ConvChoice<Automatic>{"Automatic_NHWC", any_shape, as_asked, ImageOrder::channels_last},  // what Fast trains with
};

}  // namespace tinyhtr::bench
