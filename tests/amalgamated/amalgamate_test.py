#!/usr/bin/env python3
"""tools/amalgamate keeps order, macros and conditions, and refuses what it cannot put in order: amalgamate_test.py"""

import pathlib
import subprocess
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().parent.parent.parent / "tools" / "amalgamate"
VERSION = '// Version.\n#pragma once\n\ninline constexpr const char* version = "1.2.3";\n'


class Amalgamate(unittest.TestCase):
    """A small library, in a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.write("core/version.hpp", VERSION)
        self.write("core/a.hpp", "// A.\n#pragma once\n\n#include <vector>\n\nstruct A {};\n")
        self.write("core/b.hpp", '#pragma once\n#include <map>\n#include <vector>\n\n#include "tinyhtr/core/a.hpp"\n\nA b;\n')
        self.write("tinyhtr.hpp", '#pragma once\n#include "tinyhtr/core/b.hpp"\n#include "tinyhtr/core/a.hpp"\n')

    def write(self, header, text):
        path = self.folder / "tinyhtr" / header
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run_tool(self, *options):
        return subprocess.run([TOOL, "--include", self.folder, "--out", self.folder / "out" / "one.hpp", *options],
                              capture_output=True, text=True, check=False)

    def text(self, *options):
        done = self.run_tool(*options)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return (self.folder / "out" / "one.hpp").read_text(encoding="utf-8")

    def refused(self, header, text):
        self.write(header, text)
        done = self.run_tool("--header", "tinyhtr/" + header)
        self.assertEqual(done.returncode, 1)
        self.assertFalse((self.folder / "out").exists())
        self.assertEqual(done.stderr.count("\n"), 1)
        return done.stderr

    def test_each_header_once_and_in_order(self):
        text = self.text()
        places = [text.index(part) for part in ("// ==== tinyhtr/core/a.hpp ", "#include <vector>", "struct A {};",
                                                "// ==== tinyhtr/core/b.hpp ", "#include <map>", "A b;",
                                                "// ==== tinyhtr/tinyhtr.hpp ")]
        self.assertEqual(places, sorted(places))
        for part in ("struct A {};", "A b;", "#include <vector>", "#include <map>"):
            self.assertEqual(text.count(part), 1, part)
        self.assertNotIn("#pragma once", text)
        self.assertNotIn('#include "', text)

    def test_version_and_licence_on_top(self):
        head = self.text().partition("// ====")[0]
        self.assertTrue(head.startswith("// tinyhtr 1.2.3: "))
        self.assertIn("Permission is hereby granted, free of charge", head)
        self.assertTrue(all(line.startswith("//") for line in head.splitlines() if line))

    def test_part(self):
        text = self.text("--header", "tinyhtr/core/a.hpp")
        self.assertIn("struct A {};", text)
        self.assertNotIn("A b;", text)

    def test_macros_and_conditions_stay(self):
        code = ("#if defined(__SSE2__)\n#include <vector>\n#else\n#include <list>\n#endif\n"
                '#include "tinyhtr/core/b.hpp"\n\n#define TEXT R"(\n\n\n#x)"\n#undef TEXT\n#include <list>\n')
        self.write("core/c.hpp", "#pragma once\n" + code)
        text = self.text("--header", "tinyhtr/core/c.hpp")
        self.assertIn(code.replace('#include "tinyhtr/core/b.hpp"\n', "").replace("#endif\n\n", "#endif\n\n"), text)
        self.assertEqual(text.count("#include <list>"), 2)  # the one under a condition may not be there

    def test_libraries_are_named(self):
        self.write("core/a.hpp", "#include <sys/stat.h>\n#include <math.h>\n#include <xtensor/xarray.hpp>\n")
        head = self.text().partition("// ====")[0]
        self.assertIn("<xtensor/xarray.hpp>", head)
        self.assertNotIn("sys/stat.h", head)
        self.assertNotIn("math.h", head)

    def test_what_is_refused(self):
        include = '#include "tinyhtr/core/a.hpp"\n'
        self.assertIn("tinyhtr/core/c.hpp:2: ", self.refused("core/c.hpp", "#define SMALL\n" + include))
        self.assertIn("tinyhtr/core/c.hpp:3: ", self.refused("core/c.hpp", "#pragma once\nint before;\n" + include))
        self.assertIn("condition", self.refused("core/c.hpp", "#ifdef SMALL\n" + include + "#endif\n"))
        self.assertIn("no such file", self.refused("core/c.hpp", '#include "tinyhtr/core/d.hpp"\n'))
        self.assertIn("includes itself", self.refused("core/c.hpp", '#include "tinyhtr/core/c.hpp"\n'))
        self.assertIn("no such file", self.run_tool("--header", "tinyhtr/none.hpp").stderr)


if __name__ == "__main__":
    unittest.main()
