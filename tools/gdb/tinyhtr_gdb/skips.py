"""What `step` does not enter: the standard library, xtensor, other libraries, what makes and reads tensors."""

import gdb

# Extended regular expressions without backslashes and blanks, which gdb would take for its own.
FUNCTIONS = (
    "^(std|__gnu_cxx|__cxxabiv1|xt|xtl|cxxblas|flens|nlohmann|YAML)::",
    "^operator.(new|delete)",
    "^__",  # of the C library, where its debug information is installed
    # x(n,c,h,w), y.shape(), Tensor<float> y: stepping into each of them would hide the loop that they stand in
    "^tinyhtr::(Shape|Tensor<[a-z]+>|AlignedAllocator<[a-z]+>|MemoryPool)::",
    "^tinyhtr::Variable<[a-z]+>::(value|grad|shape|node|shared_node|requires_grad|name|operator.bool)[(]",
    "^tinyhtr::.*::~",
    "^tinyhtr::make_node<",
    # what stands between a kernel and the body of its loop: see core/left_to_caller.hpp
    "^tinyhtr::(indices|pieces)_left<",
    "^tinyhtr::detail::(IndicesLeft|PiecesLeft)::",
)
FILES = ("c++/*/*", "c++/*/*/*", "bits/*", "xtensor/*", "xtensor-blas/*", "xtl/*", "nlohmann/*", "stb/*")


def install():
    known = gdb.execute("info skip", to_string=True)
    for pattern in FUNCTIONS:
        if pattern not in known:
            gdb.execute("skip -rfu " + pattern, to_string=True)
    for pattern in FILES:
        if " " + pattern not in known:
            gdb.execute("skip -gfi " + pattern, to_string=True)
