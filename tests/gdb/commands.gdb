# What the commands say; the PNG files that they write are read back afterwards.
echo == tensors\n
htr stats large
htr stats with_nan
htr stats empty
htr stats millions
htr stats garbage
htr png matrix matrix.png
htr png large "large tensor.png"
htr png with_nan nan.png
htr png millions millions.png
htr png row row.png
htr png empty empty.png
htr png zeros zeros.png
print $at(matrix, 1, 2)
next_stop
echo == graph\n
htr graph loss
htr graph loss 1
htr graph node
htr graph nothing
htr graph garbage
htr nan
htr nan garbage
htr stats y
print $value(loss)
print $grad(weight)
print $input(y, 1)
htr png $value(y) y.png
next_stop
echo == an infinity in a value\n
htr nan
next_stop
echo == NaN in a gradient\n
htr nan loss
htr graph loss
next_stop
echo == long graph\n
python import time; started = time.process_time()
htr graph chain 3
htr nan chain
python print("%d nodes in less than 5 seconds of the processor: %s" % (10000, time.process_time() - started < 5))
python print("all of it, in lines: %d" % gdb.execute("htr graph chain 100000", to_string=True).count("\n"))
next_stop
echo == images\n
htr png letter letter.png
htr png colour colour.png
htr png planes planes.png
htr png none none.png
htr png disagrees disagrees.png
next_stop
next_stop
echo == a node's backward\n
delete
break tinyhtr::LinearNode<float>::backward if $reads(this, "classes.weight")
python gdb.execute("kill", to_string=True)
python gdb.execute("run", to_string=True)
backtrace 3
print *this
print $reads(this, "bias")
echo == places\n
htr until kernels/linear.hpp "sum[o] += first" if r == 1
htr way 3
htr next
python
for command in ('until nn/linear.hpp "no such text"', 'until nn/linear.hpp "const"', 'until no_such_file.hpp "x"',
                "until no_such_function", "until", "way up"):
    try:
        gdb.execute("htr " + command)
    except gdb.error as problem:
        print("%s: %s" % (command, problem))
gdb.execute("kill", to_string=True)
for command in ("next", "way"):
    try:
        gdb.execute("htr " + command)
    except gdb.error as problem:
        print("%s: %s" % (command, problem))
end
