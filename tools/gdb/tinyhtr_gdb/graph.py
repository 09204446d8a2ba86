"""The computation graph: walked without recursion, written as a tree, searched for what is not finite."""

import math

import gdb

from .elements import Unreadable, number, shape_text
from .layout import Record
from .objects import Node, base_node_type, node_of
from .pictures import can_write

MOST_NODES = 1_000_000
MOST_LINES = 200


def nodes_below(value):
    """(root, {address: Node}) of all nodes that lead to a Variable's or Node's value."""
    root = node_of(value)
    kind = base_node_type(root.kind)
    found, waiting = {root.address: root}, [root]
    while waiting:
        for address in waiting.pop().inputs:
            if address not in found:
                if len(found) == MOST_NODES:
                    raise Unreadable("more than %d nodes" % MOST_NODES)
                found[address] = Node(Record(kind, address))
                waiting.append(found[address])
    return root, found


def _main_inputs(nodes):
    """{address: address of the input with the longest way to the leaves}; nodes without inputs have none."""
    length, main = {}, {}
    for node in sorted(nodes.values(), key=lambda node: node.id):  # inputs come before what they lead to
        longest = max(node.inputs, key=lambda address: length.get(address, 0), default=None)
        length[node.address] = 1 + length.get(longest, 0)
        if longest is not None and nodes[longest].inputs:
            main[node.address] = longest
    return main


def tree_lines(value, depth, most_lines=MOST_LINES):
    """One line for each node, below it what it was computed from, each node with its inputs once.

    The input with the longest way goes on in the same column, as the trunk; all others are branches before it.
    """
    root, nodes = nodes_below(value)
    fork, last, bar = ("├─ ", "└─ ", "│  ") if can_write("├─└│") else ("|- ", "`- ", "|  ")
    main, uses, trunk = _main_inputs(nodes), {}, set()
    for node in nodes.values():
        for address in node.inputs:
            uses[address] = uses.get(address, 0) + 1
    address = root.address
    while address is not None and address not in trunk:
        trunk.add(address)
        address = main.get(address)
    yield "1 node" if len(nodes) == 1 else "%d nodes" % len(nodes)
    waiting, written, lines, cut = [(root, "", "", 0, True)], set(), 0, False
    while waiting:
        node, mark, indent, level, on_trunk = waiting.pop()
        if lines == most_lines:
            yield "cut off after %d lines: %d nodes not shown" % (lines, len(nodes) - len(written))
            return
        lines += 1
        if node.inputs and (node.address in written or (node.address in trunk and not on_trunk)):
            yield mark + node.label() + ", shared: see " + ("above" if node.address in written else "below")
            continue
        written.add(node.address)
        shared = " (shared by %d)" % uses[node.address] if uses.get(node.address, 0) > 1 else ""
        text = mark + node.summary() + shared
        if level == depth and node.inputs:
            yield text + " ..."
            cut = True
            continue
        yield text
        straight = main.get(node.address)
        branches = list(node.inputs)
        if straight is not None:
            branches.remove(straight)
            waiting.append((nodes[straight], indent, indent, level + 1, on_trunk))
        for i in reversed(range(len(branches))):
            at_end = straight is None and i == len(branches) - 1
            waiting.append((nodes[branches[i]], indent + (last if at_end else fork),
                            indent + ("   " if at_end else bar), level + 1, False))
    if cut:
        yield "cut off below depth %d: %d nodes not shown" % (depth, len(nodes) - len(written))


def _first_not_finite(tensor):
    """Position, value of the first NaN or infinity; None where there is none."""
    for begin in range(0, tensor.size, 1 << 20):
        values = tensor.read(begin, min(1 << 20, tensor.size - begin))
        if not math.isfinite(sum(values)):
            for i, x in enumerate(values):
                if not math.isfinite(x):
                    return begin + i, x
    return None


def _subscripts(position, shape):
    result = []
    for extent in reversed(shape):
        position, subscript = divmod(position, extent)
        result.insert(0, subscript)
    return shape_text(result)


def nan_lines(value):
    """The first node that is not finite: values in the order in which they were computed, then gradients in theirs."""
    _, nodes = nodes_below(value)
    forward = sorted(nodes.values(), key=lambda node: node.id)
    for what, order in (("value", forward), ("grad", forward[::-1])):
        bad = []
        for node in order:
            tensor = getattr(node, what)
            found = _first_not_finite(tensor)
            if found:
                bad.append((node, tensor) + found)
        if not bad:
            continue
        node, tensor, position, element = bad[0]
        yield "%s holds the first: %s%s = %s" % (node.summary().split(", gradient")[0], what,
                                                 _subscripts(position, tensor.shape), number(element))
        yield "  " + tensor.statistics().text(tensor.size)
        if what == "value":
            for address in node.inputs:
                yield "  input %s, finite: %s" % (nodes[address].label(), nodes[address].value.text(one_line=True))
        else:
            users = [user.label() for user in forward if node.address in user.inputs]
            if users:
                yield "  its gradient comes from " + ", ".join(users)
        if len(bad) > 1:
            yield "  then also: " + ", ".join(each[0].label() for each in bad[1:9]) + (", ..." if bad[9:] else "")
        return
    yield "no NaN and no infinity in the values and gradients of %d nodes" % len(nodes)


def youngest_variable():
    """(name, value) of the Variable or Node with the largest id among the variables of all frames."""
    best = None
    frame, frames = gdb.selected_frame(), 0
    while frame is not None and frames < 64:
        for name, value in _variables_of(frame):
            try:
                node = node_of(value)
                if best is None or node.id > best[0]:
                    best = (node.id, "%s in %s" % (name, frame.name()), value)
            except (Unreadable, gdb.error):
                pass
        frame, frames = frame.older(), frames + 1
    if best is None:
        raise Unreadable("no Variable in sight: htr nan VAR")
    return best[1:]


def _variables_of(frame):
    try:
        block = frame.block()
    except RuntimeError:
        return
    while block is not None and not block.is_static:
        for symbol in block:
            if (symbol.is_variable or symbol.is_argument) and symbol.is_valid():
                try:
                    yield symbol.name, symbol.value(frame)
                except (gdb.error, RuntimeError):
                    pass
        if block.function is not None:
            return
        block = block.superblock
