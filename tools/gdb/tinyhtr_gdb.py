"""Teaches gdb what the objects of tinyhtr are: `source tools/gdb/tinyhtr_gdb.py`. See docs/debugging.md."""

import os
import sys

_folder = os.path.dirname(os.path.abspath(__file__))
if _folder not in sys.path:
    sys.path.insert(0, _folder)
for _name in [name for name in sys.modules if name.split(".")[0] == "tinyhtr_gdb"]:
    del sys.modules[_name]  # sourced once more: take the files as they are now

from tinyhtr_gdb import install  # noqa: E402: the package beside this file

install.install()
