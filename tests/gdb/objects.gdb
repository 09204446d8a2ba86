# What `print` and `info locals` say of each kind of object.
echo == tensors\n
info locals
set $copy = matrix
print $copy
print *pointer
python import tinyhtr_gdb.elements as elements
python usual, elements.MOST_FOR_STATISTICS = elements.MOST_FOR_STATISTICS, 1
print with_nan
python elements.MOST_FOR_STATISTICS = usual
next_stop
echo == graph\n
info locals
python elements.MOST_FOR_STATISTICS = 1
print weight
python elements.MOST_FOR_STATISTICS = usual
next_stop
next_stop
next_stop
print chain
next_stop
echo == images\n
info locals
set host-charset ASCII
print letter
set host-charset auto
next_stop
echo == text\n
info locals
set host-charset ASCII
print umlauts
print lattice
set host-charset auto
next_stop
echo == layers\n
print convolution
print norm
print block
print blocks
print plain_block
print lstm
python elements.MOST_FOR_STATISTICS = 10
print convolution
python elements.MOST_FOR_STATISTICS = usual
set htr unfold on
set print pretty on
print convolution
set htr unfold off
