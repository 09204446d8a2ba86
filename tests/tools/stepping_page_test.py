#!/usr/bin/env python3
"""tools/stepping_page.py finds what a page and a session do not share: stepping_page_test.py"""

import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools"))
import stepping_page  # noqa: E402: the tool, in its folder

SCRIPT = "echo == one\\n\nprint x\necho == two\\n\ncontinue\n"
SESSION = ("+echo == one\\n\n== one\n+print x\n$1 = 0.439585328\n\n+echo == two\\n\n== two\n+continue\nwords 7\n"
           "[Inferior 1 (process 4711) exited normally]\n")


class SteppingPage(unittest.TestCase):
    def page(self, first="(gdb) print x\n$1 = 0.43959\n", second="(gdb) continue\nwords 7\n", name="two"):
        return f"# Page\n\n<!-- stop: one -->\n```text\n{first}```\n\n<!-- stop: {name} -->\n```text\n{second}```\n"

    def faults(self, **parts):
        return stepping_page.compare(self.page(**parts), stepping_page.blocks_of(SESSION))

    def test_a_page_that_is_right(self):
        self.assertEqual(self.faults(), [])
        self.assertEqual(self.faults(first="(gdb) print x\n$1 = 0.43958\n"), [])  # the last digit may differ

    def test_a_page_that_is_stale(self):
        self.assertIn("stop one, line 2", self.faults(first="(gdb) print x\n$1 = 0.43979\n")[0])
        self.assertIn("stop one, line 1", self.faults(first="(gdb) print y\n$1 = 0.43959\n")[0])
        self.assertIn("stop one, line 2", self.faults(first="(gdb) print x\n")[0])
        self.assertIn("stop one, line 3", self.faults(first="(gdb) print x\n$1 = 0.43959\nmore\n")[0])
        self.assertIn("stop two, line 2", self.faults(second="(gdb) continue\nwords 8\n")[0])
        self.assertIn("the session has", self.faults(name="three")[0])

    def test_update(self):
        page = stepping_page.updated(self.page(first="", second="old\n"), stepping_page.blocks_of(SESSION))
        self.assertEqual(page, self.page())
        with self.assertRaises(stepping_page.Fault):
            stepping_page.updated(self.page(name="three"), stepping_page.blocks_of(SESSION))

    def test_sessions_that_do_not_come_through(self):
        stepping_page.check_stops(SESSION, SCRIPT)
        for bad in (SESSION.replace("== two\n+", "+"), SESSION.replace("exited normally", "exited with code 01"),
                    SESSION.replace("$1 =", "No symbol \"x\" in current context.\n$1 ="),
                    SESSION.replace("words 7", "htr: stopped before main was reached")):
            with self.assertRaises(stepping_page.Fault):
                stepping_page.check_stops(bad, SCRIPT)


if __name__ == "__main__":
    unittest.main()
