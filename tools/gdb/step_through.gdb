# From the pixel to the updated weight, with a stop at each layer: docs/stepping.md explains it. In the project's folder:
#   TINYHTR_THREADS=1 gdb -x tools/gdb/step_through.gdb build/step/examples/step_through
# Every place is a function, a node, or the text of a line, so that it is found when lines have moved.
# "echo == NAME" begins the block NAME of the page.
source tools/gdb/tinyhtr_gdb.py
set confirm off
set width 0
set pagination off
set print thread-events off
set debuginfod enabled off
set startup-with-shell off
set trace-commands on

echo == image\n
htr until tinyhtr::letterbox
print image

echo == batch\n
htr until tinyhtr::scale<float>
print x
print $at(x, 0, 0, 15, 40)
print $at(x, 0, 0, 15, 41)

echo == convolution\n
htr until kernels/conv2d_naive.hpp "sum += weight(f" if f == 0 && p == 7 && q == 20 && i == 1 && j == 1
htr way 5
print weight
print $at(weight, f, c, i, j)
print $at(x, n, c, h, w)
print sum
htr next
print sum

echo == batch norm\n
htr until kernels/batch_norm.hpp "out[k] = is_real" if c == 0 && k == 7 * 64 + 20
htr way 4
print mean
print variance
print in[k]
htr next
print out[k]

echo == rectifier\n
htr until kernels/elementwise.hpp "out[i] = in[i] * (in[i] > 0" if i == 7 * 64 + 20
htr way 4
print in[i]
htr next
print out[i]

echo == sum\n
htr until kernels/elementwise.hpp "out[i] = left[i] + right[i]" if i == 7 * 64 + 20
htr way 4
print left[i]
print right[i]
htr next
print out[i]

echo == dropout\n
htr until kernels/elementwise.hpp "out[i] = in[i] * factor[i]" if factor[i] == 0
htr way 4
print i
print in[i]
print factor[i-1]

echo == sequence\n
htr until kernels/column_maxima.hpp "y(t, n, c) = largest[" if t == 10 && c == 0
print $at(x, n, c, 0, t)
print where[c * width + t]
print largest[c * width + t]

echo == lstm\n
htr until kernels/lstm_cell.hpp "cell[j] += forget_gate[j]" if j == 0
htr way 4
print forget_gate[j]
print cell_before[j]
print input_gate[j]
print candidate[j]
htr next
print cell[j]

echo == linear\n
htr until tinyhtr::Linear<float>::forward
print weight
htr until blas/gemm.hpp "cxxblas::gemm("
htr way 4
print m
print k
print n

echo == softmax\n
htr until kernels/softmax.hpp "out[k] = (in[k] - largest)"
htr way 4
print in[k]
print largest
print log_sum
htr next
print out[k]

echo == ctc\n
htr until kernels/ctc.hpp "alpha(t, s) = sum + log_y(t, s)" if t == 2 && s == 1
htr way 4
print lattice.states
print $at(alpha, t-1, 0)
print $at(alpha, t-1, 1)
print sum

echo == lattice\n
htr until tinyhtr::ctc_backward<float>
print lattice

echo == probability to gradient\n
htr until kernels/ctc.hpp "-= scale * static_cast<T>(mass)" if t == 8 && s == 3
htr way 4
print lattice.states[s]
print $at(dlogits, t, n, 7)
print mass
htr next
print $at(dlogits, t, n, 7)

echo == loss\n
htr until tinyhtr::CtcLossNode<float>::backward
print *this
htr graph *this 6

echo == linear backward\n
htr until tinyhtr::LinearNode<float>::backward if $reads(this, "classes.weight")
print $at(this->grad, 8, 0, 7)
htr until kernels/linear.hpp "sum[o] += first" if o == 7 && r == 8
htr way 3
print sum[o]
htr next
print sum[o]

echo == feature dropout backward\n
htr until kernels/elementwise.hpp "out[i] += g[i] * factor[i]" if factor[i] == 0
htr way 3
print i
print g[i]
htr next
print out[i]

echo == lstm backward\n
htr until kernels/lstm_cell.hpp "dc_carried[j] = dc * f" if j == 0
htr way 4
print dc
print f

echo == sequence backward\n
htr until kernels/column_maxima.hpp "dx(n, c, rows[" if t == 10 && c == 0
htr way 3
print $at(dy, t, n, c)
htr next
print $at(dx, n, c, 4, t)
print $at(dx, n, c, 0, t)

echo == dropout backward\n
htr until kernels/elementwise.hpp "out[i] += g[i] * factor[i]" if i == 4 * 32 + 10
htr way 3
print g[i]
print factor[i]
htr next
print out[i]

echo == rectifier backward\n
htr until kernels/elementwise.hpp "out[i] += g[i] * (in[i] > 0" if i == 4 * 32 + 10
htr way 3
print g[i]
print in[i]
htr next
print out[i]

echo == sum backward\n
htr until tinyhtr::AddNode<float>::backward
print *this
htr until kernels/elementwise.hpp "out[i] += scale * g[i]" if i == 4 * 32 + 10
htr way 3
print g[i]
print scale
htr next
print out[i]

echo == batch norm backward\n
htr until kernels/batch_norm.hpp "out[k] += scale * (g[k]" if c == 0 && k == 4 * 32 + 10
htr way 3
print g[k]
print mean_dy
print (in[k] - mean) * inverse_deviation
print mean_dy_normalised
print scale
print out[k]
htr next
print out[k]

echo == convolution backward\n
htr until tinyhtr::Conv2dNode<float, tinyhtr::Naive>::backward if $reads(this, "blocks.0.conv1.weight")
htr until kernels/conv2d_naive.hpp "(*dweight)(f, c, i, j) +=" if f == 0 && p == 7 && q == 20 && i == 1 && j == 1
htr way 4
print g
print $at(x, n, c, h, w)
print $at(*dweight, f, c, i, j)
htr next
print $at(*dweight, f, c, i, j)

echo == adam\n
htr until optim/adam.hpp "m[i] = beta1 * m[i]" if i == 4
htr way 3
print g[i]
print p[i]
htr next
htr next
htr next
print m[i]
print v[i]
print p[i]

echo == end\n
continue
