"""From a layer's call to the loop that does its arithmetic: prints the frames on the way, run by gdb."""

import os

import gdb
from tinyhtr_gdb import places

# what it is; the function from which the way is counted; a line of the loop
STEPPED_THROUGH = (
    ("convolution", "Conv2d<float, tinyhtr::Naive>::forward", 'kernels/conv2d_naive.hpp "sum += weight(f"'),
    ("batch norm, mean", "BatchNorm2d<float>::forward", 'kernels/interleaved_sum.hpp "sums[lane] += term"'),
    ("batch norm", "BatchNorm2d<float>::forward", 'kernels/batch_norm.hpp "out[k] = is_real"'),
    ("activation", "leaky_relu<float>", 'kernels/elementwise.hpp "out[i] = in[i] * (in[i] > 0"'),
    ("sum", "add<float>", 'kernels/elementwise.hpp "out[i] = left[i] + right[i]"'),
    ("dropout", "Dropout<float>::forward", 'kernels/elementwise.hpp "out[i] = in[i] * factor[i]"'),
    ("sequence", "image_to_sequence<float>", 'kernels/column_maxima.hpp "y(t, n, c) = largest["'),
    ("LSTM", "BiLstm<float>::forward", 'kernels/lstm_cell.hpp "cell[j] = input_gate[j]"'),
    ("linear", "Linear<float>::forward", 'blas/gemm.hpp "cxxblas::gemm("'),
    ("CTC, lattice", "ctc_loss<tinyhtr::LogDomain, float>", 'kernels/ctc.hpp "alpha(t, s) = sum"'),
    ("CTC, gradient", "ctc_loss<tinyhtr::LogDomain, float>", 'kernels/ctc.hpp "-= scale * static_cast<T>(mass)"'),
    ("softmax", "ctc_loss<tinyhtr::LogDomain, float>", 'kernels/softmax.hpp "out[k] = (in[k] - largest)"'),
    ("CTC backward", "CtcLossNode<float>::backward", 'kernels/elementwise.hpp "out[i] = scale * in[i]"'),
    ("linear backward", "LinearNode<float>::backward", 'blas/gemm.hpp "cxxblas::gemm("'),
    ("linear backward, bias", "LinearNode<float>::backward", 'kernels/linear.hpp "sum[o] += first"'),
    ("dropout backward", "DropoutNode<float>::backward", 'kernels/elementwise.hpp "out[i] += g[i] * factor[i]"'),
    ("sequence backward", "ColumnMaximaNode<float>::backward", 'kernels/column_maxima.hpp "dx(n, c, rows["'),
    ("LSTM backward", "LstmNode<float>::backward", 'kernels/lstm_cell.hpp "dc_carried[j] = dc * f"'),
    ("activation backward", "LeakyReluNode<float>::backward", 'kernels/elementwise.hpp "out[i] += g[i] * (in[i] > 0"'),
    ("sum backward", "AddNode<float>::backward", 'kernels/elementwise.hpp "out[i] += scale * g[i]"'),
    ("batch norm backward", "BatchNormNode<float>::backward", 'kernels/batch_norm.hpp "out[k] += scale * (g[k]"'),
    ("convolution backward", "Conv2dNode<float, tinyhtr::Naive>::backward",
     'kernels/conv2d_naive.hpp "(*dweight)(f, c, i, j) +="'),
    ("Adam", "Adam<float>::step", 'optim/adam.hpp "p[i] = kept * p[i]"'),
)

STEPPED_FAST = (
    ("channels last", "reorder<float>", 'kernels/transpose.hpp "for (Index k = r < whole_rows"'),
    ("convolution, direct", "Conv2d<float, tinyhtr::Automatic>::forward",
     'kernels/small_product.hpp "sums[r][v] += left["'),
    ("convolution, Winograd", "Conv2d<float, tinyhtr::Automatic>::forward",
     'kernels/winograd_transforms.hpp "sum = is_first"'),
    ("batch norm, mean", "BatchNorm2d<float>::forward_fused",
     'kernels/channel_sums.hpp "partial[part] += term(load, (p + part) * channels)"'),
    ("batch norm", "BatchNorm2d<float>::forward_fused",
     'kernels/norm_tail.hpp "factor_of(shift, k);"'),
    ("sequence", "image_to_sequence<float>", 'kernels/column_maxima.hpp "y(t, n, c) = largest["'),
    ("LSTM", "BiLstm<float>::forward", 'kernels/lstm_cell.hpp "cell[j] = input_gate[j]"'),
    ("linear", "Linear<float>::forward", 'blas/gemm.hpp "cxxblas::gemm("'),
    ("softmax", "ctc_loss<tinyhtr::Scaled, float>", 'kernels/softmax.hpp "out[k] = below < T(-87)"'),
    ("CTC, lattice", "ctc_loss<tinyhtr::Scaled, float>", 'kernels/ctc_scaled.hpp "store_vector(now + s, value)"'),
    ("CTC, gradient", "ctc_loss<tinyhtr::Scaled, float>", 'kernels/ctc_scaled.hpp "out[states.classes[s]] -="'),
    ("CTC backward", "CtcLossNode<float>::backward", 'kernels/elementwise.hpp "out[i] = scale * in[i]"'),
    ("linear backward", "LinearNode<float>::backward", 'blas/gemm.hpp "cxxblas::gemm("'),
    ("LSTM backward", "LstmNode<float>::backward", 'kernels/lstm_cell.hpp "dc_carried[j] = dc * f"'),
    ("sequence backward", "ColumnMaximaNode<float>::backward", 'kernels/column_maxima.hpp "dx(n, c, rows["'),
    ("batch norm backward", "BatchNormFusedNode<float>::backward",
     'kernels/batch_norm_fused_pixels.hpp "++k) g[k] = scale[k] * (g[k] - mean_of_g[k])"'),
    ("convolution backward, direct", "Conv2dNode<float, tinyhtr::Automatic>::backward",
     'kernels/conv2d_weight_gradient.hpp "block[k][m] += x[k * x_row + m] * gradient"'),
    ("convolution backward, Winograd", "Conv2dNode<float, tinyhtr::Automatic>::backward",
     'kernels/winograd_transforms.hpp "sum = is_first"'),
    ("channels last backward", "ReorderNode<float>::backward", 'core/simd.hpp "store_vector<T>(to + i * to_stride"'),
    ("Adam", "Adam<float>::step", 'optim/adam.hpp "p[i] = kept * p[i]"'),
)


def way(caller, place):
    """The full names of the frames from the loop out to the caller, which is the last."""
    places.go_to("tinyhtr::" + caller)
    places.go_to(place)
    wanted, names, frame = caller.replace("tinyhtr::", ""), [], gdb.newest_frame()
    while frame is not None:
        names.append(frame.name() or "?")
        short = places.frame_name(frame)
        if short == wanted:
            return names
        frame = frame.older()
    raise gdb.GdbError("%s is not among the frames %s" % (caller, names))


for setting in ("confirm off", "print thread-events off", "debuginfod enabled off", "startup-with-shell off"):
    gdb.execute("set " + setting)
WAYS = {"stepped_through": STEPPED_THROUGH, "stepped_fast": STEPPED_FAST}
ways = WAYS[os.path.basename(gdb.current_progspace().filename)]
for what, caller, place in ways:
    if gdb.selected_inferior().pid != 0:
        gdb.execute("kill", to_string=True)
    print("way of %s: %s" % (what, " <- ".join(way(caller, place))))
print("ways: %d" % len(ways))
