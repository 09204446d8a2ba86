"""What debuggers say about the objects of tinyhtr; elements.py needs no gdb, and serves lldb too."""
