"""Puts printers, commands and skip rules into gdb."""

import gdb
import gdb.printing

from . import commands, layers, layout, printers, skips


def _forget(event):
    layout.forget(event)
    layers.forget(event)


def install():
    gdb.printing.register_pretty_printer(None, printers.Printers(), replace=True)
    commands.install()
    skips.install()
    gdb.events.new_objfile.connect(_forget)
    gdb.events.clear_objfiles.connect(_forget)
