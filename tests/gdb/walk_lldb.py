"""What walk.py does, in lldb: steps from where layers, losses, optimisers begin, and prints the place of each step."""

import lldb

STARTS = (
    ("BatchNorm2d<float>::forward", "kernels/batch_norm.hpp"),
    ("image_to_sequence<float>", "kernels/column_maxima.hpp"),
    ("BiLstm<float>::forward", "kernels/lstm.hpp"),
    ("lstm_cell_forward<float>", "kernels/lstm_cell.hpp"),
    ("gemm<float>", "blas/gemm.hpp"),
    ("ctc_loss<tinyhtr::LogDomain, float>", "kernels/ctc_log_domain.hpp"),
    ("log_softmax_row<float>", "kernels/softmax.hpp"),
    ("fill_ctc_lattice<float>", "kernels/ctc.hpp"),
    ("CtcLossNode<float>::backward", "kernels/elementwise.hpp"),
    ("LinearNode<float>::backward", "kernels/linear.hpp"),
    ("DropoutNode<float>::backward", "kernels/elementwise.hpp"),
    ("BatchNormNode<float>::backward", "kernels/batch_norm.hpp"),
    ("Adam<float>::step", "optim/adam.hpp"),
)
STEPS = 80


def here(thread):
    frame = thread.GetFrameAtIndex(0)
    entry = frame.GetLineEntry()
    return "%s:%d %s" % (entry.GetFileSpec().fullpath or "?", entry.GetLine(), frame.GetFunctionName())


def show_network(thread):
    """The network of the example, as main has it."""
    for frame in thread:
        if frame.GetFunctionName() == "main":
            print("network = " + frame.FindVariable("network").GetSummary())


def __lldb_init_module(debugger, _dictionary):
    debugger.SetAsync(False)
    target = debugger.GetSelectedTarget()
    stops = {start: target.BreakpointCreateByRegex(r"tinyhtr::(detail::)?" + start) for start, _ in STARTS}
    process, left = target.LaunchSimple(None, None, "."), dict(STARTS)
    while process.GetState() == lldb.eStateStopped and left:
        thread = process.GetSelectedThread()
        name = thread.GetFrameAtIndex(0).GetFunctionName()
        start = next((each for each in left if each in name), None)
        if start:  # else in a function whose name has the beginning of ours
            if len(left) == len(STARTS):
                show_network(thread)
            print("from %s to %s" % (start, left.pop(start)))
            target.DisableAllBreakpoints()
            for _ in range(STEPS):
                print("at " + here(thread))
                thread.StepInto()
            for each in left:
                stops[each].SetEnabled(True)
        process.Continue()
    if process.GetState() != lldb.eStateExited:
        process.Kill()
    if not left:
        print("walks are over")
