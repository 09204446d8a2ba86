#!/usr/bin/env python3
"""tools/formula.py: formulas of docstrings as LaTeX; tools/doxygen_filter.py, which finds them."""

import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))
sys.dont_write_bytecode = True

import doxygen_filter  # noqa: E402
import formula  # noqa: E402


def latex(*lines):
    return formula.to_latex(list(lines))


class Formula(unittest.TestCase):
    def test_symbols(self):
        self.assertEqual(latex("y = alpha x"), r"y = \alpha \, x")
        self.assertEqual(latex("W_ih^T = h_{t-1}"), r"W_{\text{ih}}^{\top} = h_{t - 1}")
        self.assertEqual(latex("dweight = sum dy x^"), r"\text{dweight} = \sum \, \mathit{dy} \, \hat{x}")
        self.assertEqual(latex("p' = M2_n"), r"p' = {M_{2}}_{n}")
        self.assertEqual(latex("p = mean_n"), r"p = \operatorname{mean}_{n}")
        self.assertEqual(latex("m = beta1 m"), r"m = \beta_{1} \, m")
        self.assertEqual(latex("p -= learning_rate v"), r"p \mathrel{-}= \mathrm{learning\_rate} \, v")

    def test_subscripts_of_brackets(self):
        self.assertEqual(latex("a = x[n,c]"), r"a = x_{n , c}")
        self.assertEqual(latex("a = y[t, path[t]]"), r"a = y_{t , \mathrm{path}_{t}}")
        self.assertEqual(latex("a = [p != q]"), r"a = [ p \ne q ]")
        self.assertEqual(latex("a = M_i[y,x]"), r"a = M_{i} [ y , x ]")  # never two subscripts

    def test_functions(self):
        self.assertEqual(latex("y = sqrt(v + epsilon) / 2"), r"y = \sqrt{v + \epsilon} / 2")
        self.assertEqual(latex("n = sqrt(sum over all g of g^2)"), r"n = \sqrt{\sum_{\text{all} \ g} g^{2}}")
        self.assertEqual(latex("y = tanh^2(x)"), r"y = \tanh^{2} ( x )")
        self.assertEqual(latex("y = max over h of x[h]"), r"y = \max_{h} x_{h}")
        self.assertEqual(latex("y = log of the sum"), r"y = \text{log of the sum}")

    def test_words_keep_their_blanks(self):
        self.assertEqual(latex("a = b where a skip is allowed"), r"a = b \ \text{where a skip is allowed}")
        self.assertEqual(latex("a = 1 - p, or 2"), r"a = 1 - p , \ \text{or} \ 2")
        self.assertEqual(latex("rate = weight x"), r"\text{rate} = \text{weight} \ x")
        self.assertEqual(latex("p = n-gram"), r"p = \text{n-gram}")

    def test_several_formulas(self):
        self.assertEqual(latex("a = b,   c = d"), r"a = b , \qquad c = d")
        self.assertEqual(latex("a  = b", "cd = e"), r"\begin{aligned} & a = b \\ & \text{cd} = e \end{aligned}")
        self.assertEqual(latex("a = b", "    + c"), "a = b + c")

    def test_what_is_no_formula(self):
        self.assertTrue(formula.is_formula(["T >= L + 1"]))
        self.assertTrue(formula.is_formula(["y = x", "+ 1"]))
        for block in (
            ["for (auto i = 0; i < n; ++i) {", "}"],
            ["u32 version = 1"],
            ["| -1   -1 |"],
            ["(N,1,32,W) - blocks - (T = W/4, N, C)"],
            ["run_begins", "  step_begins"],
            [],
        ):
            self.assertFalse(formula.is_formula(block), block)

    def test_brackets_that_nobody_closes(self):
        self.assertEqual(latex("a = (b"), "a = ( b")
        self.assertEqual(latex("a = sqrt(b"), r"a = \mathrm{sqrt} ( b")


class Filter(unittest.TestCase):
    def test_a_formula_keeps_its_lines(self):
        text = "/// Words.\n///\n///     a = b\n///     c = d\n///\n/// More.\nint i;\n"
        filtered = doxygen_filter.filter_header(text).split("\n")
        self.assertEqual(len(filtered), len(text.split("\n")))
        self.assertEqual(filtered[2], r"/// \f[ \begin{aligned} & a = b \\ & c = d \end{aligned} \f]")
        self.assertEqual(filtered[3:6], ["///", "///", "/// More."])

    def test_members(self):
        text = "struct S {\n  /// Words.\n  ///\n  ///     a = b\n  int i;\n};"
        self.assertIn("\n  /// \\f[ a = b \\f]\n  int i;", doxygen_filter.filter_header(text))

    def test_what_is_not_set_off_by_an_empty_line_stays(self):
        text = "/// Words go on,\n///     a = b.\n"
        self.assertEqual(doxygen_filter.filter_header(text), text)

    def test_pages(self):
        text = "So $a_1$ and `$b$` for 5$ or 6$.\n\n$$\nc\n$$\n\n```math\nd\n```\n\n```sh\necho $e $f\n```\n"
        expected = "So \\f$a_1\\f$ and `$b$` for 5$ or 6$.\n\n\\f[\nc\n\\f]\n\n\\f[\nd\n\\f]\n\n```sh\necho $e $f\n```\n"
        self.assertEqual(doxygen_filter.filter_page(text, ROOT / "README.md"), expected)

    def test_links(self):
        page = ROOT / "docs" / "lessons" / "01_tensor_and_gradient.md"
        for text, expected in (
            ("# A title", "# A title {#docs_lessons_01_tensor_and_gradient}"),
            ("## The `loss`, again", "## The `loss`, again {#docs_lessons_01_tensor_and_gradient__the-loss-again}"),
            ("[a](#the-loss)", "[a](@ref docs_lessons_01_tensor_and_gradient__the-loss)"),
            ("[a](../index.md)", "[a](@ref docs_index)"),
            ("[a](../../bench/README.md#b-c)", "[a](@ref bench_README__b-c)"),
            ("[`a`](../../include/tinyhtr/core/shape.hpp)", "[<tt>a</tt>](@ref tinyhtr/core/shape.hpp)"),
            ("[a](../../tools/pages.py)", "a"),
            ("``a ' <b>`` and `c`", "<tt>a &apos; &lt;b&gt;</tt> and `c`"),
            ("![a](b.svg) [c](https://d.org/e.md) `[f](g.md)`", "![a](b.svg) [c](https://d.org/e.md) `[f](g.md)`"),
        ):
            self.assertEqual(doxygen_filter.filter_page(text, page), expected)

    def test_all_headers(self):
        """Every formula of the library has its brackets in pairs, and no subscript behind a subscript."""
        found = 0
        for path in sorted((ROOT / "include").rglob("*.hpp")):
            for line in doxygen_filter.filter_header(path.read_text(encoding="utf-8")).split("\n"):
                if r"\f[" not in line:
                    continue
                found += 1
                text = line.replace(r"\{", "").replace(r"\}", "")
                self.assertEqual(text.count("{"), text.count("}"), f"{path}: {line}")
                self.assertNotRegex(text, r"_\{[^{}]*\}_\{", f"{path}: {line}")
        self.assertGreater(found, 70)


if __name__ == "__main__":
    unittest.main()
