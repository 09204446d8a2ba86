# What `print` and `info locals` say of each kind of object.
echo == tensors\n
info locals
set $copy = matrix
print $copy
print *pointer
next_stop
echo == graph\n
info locals
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
set htr unfold on
set print pretty on
print convolution
set htr unfold off
