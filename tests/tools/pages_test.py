#!/usr/bin/env python3
"""tools/pages.py finds blocks that are not what they say: pages_test.py"""

import importlib.util
import pathlib
import stat
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location("pages", ROOT / "tools" / "pages.py")
pages = importlib.util.module_from_spec(spec)
spec.loader.exec_module(pages)


class Pages(unittest.TestCase):
    """One page at a time, in a folder of its own that stands for the project."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        pages.ROOT = pathlib.Path(self.folder.name).resolve()
        (pages.ROOT / "loop.hpp").write_text("void loop() {\n  for (;;) {\n    one();\n    two();\n    three();\n  }\n}\n")
        program = pages.ROOT / "lesson"
        program.write_text("#!/bin/sh\necho 'loss = 0.1234'\necho 'words = 7'\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def faults(self, marker, language, block, update=False):
        self.page = pages.ROOT / "page.md"
        self.page.write_text(f"# Page\n\n{marker}```{language}\n{block}```\n")
        return pages.visit(self.page, pages.ROOT, update)

    def excerpt(self, block):
        return self.faults("<!-- from loop.hpp -->\n", "cpp", block)

    def output(self, block, share=""):
        return self.faults(f"<!-- output of lesson{share} -->\n", "text", block)

    def test_excerpts(self):
        self.assertEqual(self.excerpt("for (;;) {\n  one();\n"), [])
        self.assertEqual(self.excerpt("void loop() {\n  ...\n    one();\n...\n    three();\n"), [])
        self.assertIn("not in it", self.excerpt("one();\nthree();\n")[0])
        self.assertIn("not in it", self.excerpt("three();\n...\none();\n")[0])
        self.assertIn("not in it", self.excerpt("for (;;) {\none();\n")[0])
        self.assertIn("page.md:3", self.excerpt("four();\n")[0])
        self.assertIn("no such file", self.faults("<!-- from lop.hpp -->\n", "cpp", "one();\n")[0])

    def test_cpp_must_say_where_it_is_from(self):
        self.assertIn("no compiler sees", self.faults("", "cpp", "one();\n")[0])
        self.assertEqual(self.faults("", "sh", "ls\n"), [])

    def test_outputs(self):
        self.assertEqual(self.output("loss = 0.1234\nwords = 7\n"), [])
        self.assertEqual(self.output("loss = 0.1235\nwords = 7\n"), [])
        self.assertIn("line 1", self.output("loss = 0.1237\nwords = 7\n")[0])
        self.assertIn("line 2", self.output("loss = 0.1234\nwords = 8\n")[0])
        self.assertIn("line 2", self.output("loss = 0.1234\n")[0])
        self.assertIn("line 3", self.output("loss = 0.1234\nwords = 7\nmore\n")[0])
        self.assertIn("line 1", self.output("lost = 0.1234\nwords = 7\n")[0])
        self.assertIn("line 1", self.output("")[0])

    def test_outputs_within_a_share(self):
        self.assertEqual(self.output("loss = 0.14\nwords = 8\n", ", within 0.2"), [])
        self.assertIn("line 1", self.output("loss = 0.2\nwords = 7\n", ", within 0.2")[0])

    def test_links(self):
        def faults(text):
            page = pages.ROOT / "page.md"
            page.write_text(f"# A page, of `code`\n\n## 2. What else?\n\n{text}\n")
            return pages.visit(page, None, False)

        self.assertEqual(faults("[a](loop.hpp) [b](#2-what-else) [c](page.md#a-page-of-code) [d](https://x.org/y#z)"), [])
        self.assertIn("gone.md is not there", faults("[a](gone.md)")[0])
        self.assertIn("no heading", faults("[a](page.md#more)")[0])
        self.assertEqual(faults("`[a](gone.md)`\n\n```text\n[a](gone.md)\n```"), [])

    def test_the_page_of_a_room_leads_to_each_header(self):
        for path in ("include/tinyhtr/core/shape.hpp", "include/tinyhtr/core/tensor.hpp"):
            (pages.ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (pages.ROOT / path).touch()
        page = pages.ROOT / "docs/rooms/core.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("# core\n\n[shape.hpp](../../include/tinyhtr/core/shape.hpp)\n")
        self.assertEqual(
            pages.visit(page, None, False), ["docs/rooms/core.md: no link to include/tinyhtr/core/tensor.hpp"]
        )

    def write(self, path, text=""):
        file = pages.ROOT / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def test_each_room_has_a_page(self):
        for path in ("include/tinyhtr/tinyhtr.hpp", "include/tinyhtr/core/shape.hpp", "include/tinyhtr/nn/linear.hpp"):
            self.write(path)
        self.write("docs/rooms/core.md")
        self.assertEqual(pages.check_rooms(), ["include/tinyhtr/nn: docs/rooms/nn.md is not there"])
        self.write("docs/rooms/nn.md")
        self.assertEqual(pages.check_rooms(), [])

    def test_lessons_are_short(self):
        self.write("examples/lessons/01_graph.cpp", "int x;\n" * 119)
        self.write("examples/lessons/01_layer.hpp", "int x;\n" * 119)
        self.write("docs/lessons/01_graph.md", "![a graph](graph.svg)\n\n$$a = b$$\n")
        self.assertEqual(pages.check_lessons(), [])
        self.write("examples/lessons/01_graph.cpp", "int x;\n" * 120)
        self.assertIn("01_graph.cpp: 120 lines", pages.check_lessons()[0])
        self.write("examples/lessons/01_graph.cpp", "int x;\n")
        self.write("examples/lessons/01_layer.hpp", "int x;\n" * 121)
        self.assertIn("01_layer.hpp: 121 lines", pages.check_lessons()[0])

    def test_each_lesson_has_a_page_with_a_picture_and_a_formula(self):
        def faults(page):
            self.write("docs/lessons/01_graph.md", page)
            return pages.check_lessons()

        picture, formula = "![a graph](graph.svg)\n", "$$a =\nb$$\n"
        self.write("examples/lessons/01_graph.cpp")
        self.assertEqual(pages.check_lessons(), ["examples/lessons/01_graph.cpp: docs/lessons/01_graph.md is not there"])
        self.assertEqual(faults(f"{picture}\n{formula}"), [])
        self.assertEqual(faults(f"[a graph](graph.svg)\n\n{formula}"), ["docs/lessons/01_graph.md: no picture"])
        self.assertEqual(faults(f"{picture}\nhere $a = b$\n"), ["docs/lessons/01_graph.md: no formula"])
        self.assertEqual(len(faults(f"```text\n{picture}\n{formula}```\n")), 2)
        self.write("docs/lessons/02_check.md", picture + formula)
        self.assertIn("examples/lessons/02_check.cpp is not there", faults(picture + formula)[0])

    def test_programs_that_fail(self):
        (pages.ROOT / "lesson").write_text("#!/bin/sh\necho 'no such word' >&2\nexit 3\n")
        self.assertIn("failed with 3: no such word", self.output("loss = 0.1234\n")[0])
        (pages.ROOT / "lesson").unlink()
        self.assertIn("is not built", self.output("loss = 0.1234\n")[0])

    def test_update(self):
        for block in ("old\n", ""):
            self.assertEqual(self.faults("<!-- output of lesson -->\n", "text", block, update=True), [])
            self.assertTrue(self.page.read_text().endswith("```text\nloss = 0.1234\nwords = 7\n```\n"))


if __name__ == "__main__":
    unittest.main()
