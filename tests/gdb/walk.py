"""Steps from where layers, losses, optimisers begin into their loops, and prints the place of each step: run by gdb."""

import os

import gdb
from tinyhtr_gdb import places

# Of each program, where a walk begins, in the order in which the program comes there; the file that it has to reach.
STARTS = {
    "walked_objects": (
        ('tests/gdb/walked_objects.cpp "// walked into: a layer"', "nn/conv2d.hpp"),
        ('tests/gdb/walked_objects.cpp "// walked into: a kernel"', "kernels/conv2d_naive.hpp"),
    ),
    "stepped_through": (
        ("tinyhtr::BatchNorm2d<float>::forward", "kernels/batch_norm.hpp"),
        ('kernels/batch_norm.hpp "const double mean = sum / count"', "kernels/interleaved_sum.hpp"),
        ("tinyhtr::BiLstm<float>::forward", "kernels/lstm.hpp"),
        ("tinyhtr::lstm_cell_forward<float>", "kernels/lstm_cell.hpp"),
        ("tinyhtr::gemm<float>", "blas/gemm.hpp"),
        ("tinyhtr::ctc_loss<tinyhtr::LogDomain, float>", "kernels/ctc_log_domain.hpp"),
        ("tinyhtr::detail::log_softmax_row<float>", "kernels/softmax.hpp"),
        ("tinyhtr::detail::fill_ctc_lattice<float>", "kernels/ctc.hpp"),
        ("tinyhtr::ctc_backward<float>", "kernels/ctc.hpp"),
        ("tinyhtr::CtcLossNode<float>::backward", "kernels/elementwise.hpp"),
        ("tinyhtr::LinearNode<float>::backward", "kernels/linear.hpp"),
        ("tinyhtr::LstmNode<float>::backward", "kernels/lstm.hpp"),
        ("tinyhtr::lstm_cell_backward<float>", "kernels/lstm_cell.hpp"),
        ("tinyhtr::BatchNormNode<float>::backward", "kernels/batch_norm.hpp"),
        ("tinyhtr::Adam<float>::step", "optim/adam.hpp"),
    ),
}
STEPS = 80


def here():
    frame = gdb.selected_frame()
    place = frame.find_sal()
    return "%s:%d %s" % (place.symtab.fullname() if place.symtab else "?", place.line, frame.name().split("<")[0])


for setting in ("confirm off", "print thread-events off", "debuginfod enabled off", "startup-with-shell off",
                "disable-randomization off"):
    gdb.execute("set " + setting)
for start, goal in STARTS[os.path.basename(gdb.current_progspace().filename)]:
    places.go_to(start)
    print("from %s to %s" % (start, goal))
    for _ in range(STEPS):
        print("at " + here())
        gdb.execute("step", to_string=True)
print("walks are over")
