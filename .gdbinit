# gdb reads this when it is started in this folder, if ~/.gdbinit or ~/.config/gdb/gdbinit allows it with the line
#   add-auto-load-safe-path /path/to/this/folder
source tools/gdb/tinyhtr_gdb.py
