"""Formulas of docstrings, which are written to be read in an editor, as LaTeX.

    alpha[t,s] = log y[t,s] + sum over k of exp(x[k] - m)   where a skip is allowed

becomes

    \\alpha_{t,s} = \\log y_{t,s} + \\sum_{k} \\exp(x_{k} - m) \\qquad \\text{where a skip is allowed}

Known are: subscripts in brackets behind a name or after an underscore, x^ for x hat, x', ^T, Greek names, functions by
their names, "sum over ... of", two blanks behind a comma and three elsewhere between formulas of one line. A line that
begins with an operator goes on with the line before. What is no symbol is a word, and stays one.
"""

import re

GREEK = "alpha beta gamma delta epsilon lambda mu phi pi sigma theta".split()
FUNCTIONS = "log exp ln max min tanh cos sin".split()  # those that LaTeX has
OPERATORS = """argmax argmin col2im dropout floor im2col leaky_relu log_softmax logsum mean quantile round sigmoid
               softmax""".split()
SUMS = {"sum": r"\sum", "prod": r"\prod"}
GRADIENTS = "dx dy dh dc dg dS dY".split()
SIGNS = {
    "+=": r"\mathrel{+}=",
    "-=": r"\mathrel{-}=",
    "*=": r"\mathrel{\cdot}=",
    ":=": r"\mathrel{:=}",
    "!=": r"\ne",
    "<=": r"\le",
    ">=": r"\ge",
    "...": r"\cdots",
    "..": r"\ldots",
    "<": r"\lt",
    ">": r"\gt",
    "{": r"\{",
    "}": r"\}",
    "\\": r"\setminus",
}
RELATION = re.compile(r"(?<![<>!=:+*/-])(=|\+=|-=|\*=|>=|<=)(?!=)")
# code, the layout of a file, a matrix, a chain of shapes, a line of a log
NO_FORMULA = re.compile(r"[;{]\s*(\n|$)|\); \w|\bauto\b|\bu\d+\b|^\s*\| +-|^\(N,|^\d{4}-", re.M)
# floating-point, n-gram, network's, rows.source, Direction::reverse
WORD = re.compile(r"[A-Za-z]{2,}(-[A-Za-z]+)+|[A-Za-z]-[A-Za-z]{2,}|[A-Za-z]+'s\b|[A-Za-z]\w*((\.|::)[A-Za-z]\w*)+")
NAME = re.compile(r"(?P<stem>[A-Za-z][A-Za-z0-9]*)(?P<star>\*(?=_|$|\W*$))?"
                  r"(?P<index>(_([A-Za-z0-9]+|\{[^}]*\}|\([^)]*\)))*)(?P<primes>'*)")  # fmt: skip
NUMBER = re.compile(r"\d+(\.\d+)?(e-?\d+)?")
SIGN = re.compile(r"\+=|-=|\*=|:=|!=|<=|>=|\.\.\.|\.\.|.")
OVER = re.compile(r"\b(sum|mean|max|min|logsum) over (.+?(?: of class \w+)?) of\b(?! class)")
POWER = re.compile(r"\^(\w+|\([^)]*\)|\{[^}]*\})")
OPENING = {"(": ")", "[": "]"}


def is_formula(lines):
    """Whether an indented block of a docstring is one formula or several: not code, a picture, the layout of a file."""
    if NO_FORMULA.search("\n".join(lines)):
        return False
    return bool(lines) and all(RELATION.search(line) or (i > 0 and goes_on(line)) for i, line in enumerate(lines))


def goes_on(line):
    return re.match(r"\s*[+\-] ", line) is not None


def to_latex(lines):
    """LaTeX of a block for which is_formula holds, without the signs that begin and end it."""
    formulas = []
    for line in lines:
        if formulas and goes_on(line):
            formulas[-1] += " " + line.strip()
        else:
            formulas.append(line.strip())
    if len(formulas) == 1:
        return line_to_latex(formulas[0])
    return r"\begin{aligned} " + r" \\ ".join("& " + line_to_latex(formula) for formula in formulas) + r" \end{aligned}"


def line_to_latex(line):
    line = re.sub(r" +(?=(=|>=|<=) )", " ", line)  # signs that stand below each other
    line = re.sub(r"\b(of|argmin|argmax) {2,}", r"\1 ", line)
    return r" \qquad ".join(expression(part) for part in re.split(r"(?<=,) {2,}| {3,}", line))


def expression(text):
    """LaTeX of a text without gaps."""
    pieces, at = [], 0
    for over in OVER.finditer(text):
        if depth_of(text[: over.start()]) > 0:
            continue  # within brackets, whose inside is an expression by itself
        pieces.append(tokens(text[at : over.start()]))
        pieces.append(rf"{SUMS.get(over[1]) or operator(over[1])}_{{{tokens(over[2])}}}")
        at = over.end()
    pieces.append(tokens(text[at:]))
    return " ".join(piece for piece in pieces if piece)


def tokens(text):
    out = Line()
    at = 0
    while at < len(text):
        before, rest = text[:at], text[at:]
        if rest[0].isspace():
            out.blank = True
            at += 1
        elif word := WORD.match(rest):
            out.word(word[0])
            at += word.end()
        elif name := NAME.match(rest):
            at += name.end()
            at += name_token(out, name, before, text, at)
        elif number := NUMBER.match(rest):
            mantissa, _, exponent = number[0].partition("e")
            out.symbol(mantissa if not exponent else rf"{mantissa} \cdot 10^{{{exponent}}}")
            at += number.end()
        elif power := POWER.match(rest):
            exponent = power[1].strip("(){}")
            out.attach("^{" + (r"\top" if exponent == "T" else tokens(exponent)) + "}")
            at += power.end()
        else:
            at += sign_token(out, SIGN.match(rest)[0], before, rest)
    return out.latex


def name_token(out, name, before, text, at):
    """A name with its subscript: a symbol, a function, a word. Returns how much of text[at:] the subscript takes."""
    rest = text[at:]
    if name[0] == "in" and re.match(r" ((?!a )\w(_\w)?\b|\[)", rest) and re.search(r"(?<![A-Za-z])\w+ $", before):
        out.sign(r"\in")
        return 0
    end = closing(rest)
    if name[0] == "sqrt" and rest.startswith("(") and end:
        out.symbol(rf"\sqrt{{{expression(rest[1:end])}}}")
        return end + 1
    symbol = symbol_of(name, before, rest)
    if symbol is None:
        out.word(name[0])
        return 0
    if re.match(r"\^(?![\w({\-])", rest):
        out.symbol(rf"\hat{{{symbol}}}")
        return 1
    if rest.startswith("[") and not name["index"] and end:
        out.symbol(f"{symbol}_{{{expression(rest[1:end])}}}")
        return end + 1
    out.symbol(symbol)
    return 0


def symbol_of(name, before, rest):
    """LaTeX of a name, or None where it is a word of a sentence."""
    stem, index = name["stem"], name["index"][1:]
    whole = stem + name["index"]
    tail = ("^{*}" if name["star"] else "") + (f"_{{{tokens(index.strip('{}()'))}}}" if index else "") + name["primes"]
    article = whole in ("a", "A") and re.match(r" [a-z]{3,}", rest) and not re.search(r"[^a-z ,] *$", before)
    if article:
        return None
    if whole in OPERATORS or (stem in OPERATORS and len(index) == 1):
        applied = re.match(r"[(_\[]| [\w(|\-]", rest) and not re.match(r" (of|in|where)\b", rest)
        return operator(whole) if whole in OPERATORS and applied else operator(stem).replace("*", "") + tail if index else None
    if index and not (len(index) == 1 or len(stem) == 1 or "{" in index or "(" in index):
        return r"\mathrm{" + whole.replace("_", r"\_") + "}" + name["primes"]
    if stem in SUMS:
        if re.match(r",| of\b|$", rest):
            return None
        return r"\operatorname{sum}" if not index and rest.startswith("(") else SUMS[stem] + tail
    if stem in FUNCTIONS:
        return None if re.match(r" of\b", rest) and stem not in ("cos", "sin") else operator(stem) + tail
    if stem in GREEK:
        return "\\" + stem + tail
    numbered = re.fullmatch(rf"([A-Za-z]|{'|'.join(GREEK)})(\d+)", stem)
    if numbered:
        letter = ("\\" if numbered[1] in GREEK else "") + f"{numbered[1]}_{{{numbered[2]}}}"
        return f"{{{letter}}}{tail}" if index else letter + tail
    if len(stem) == 1:
        return stem + tail
    if stem in GRADIENTS:
        return rf"\mathit{{{stem}}}" + tail
    if tail or rest.startswith("[") or rest.startswith("("):
        return rf"\mathrm{{{stem}}}" + tail
    return None


def sign_token(out, sign, before, rest):
    """Signs and brackets. Returns how much of the rest that is."""
    if sign in OPENING and (end := closing(rest)):
        out.symbol(sign + " " + expression(rest[1:end]) + " " + rest[end])
        return end + 1
    after = rest[len(sign) :]
    between = (not before or before.endswith(" ")) and after.startswith(" ")
    if sign == "|":
        out.sign(r"\mid") if between or re.search(r"\w$", before) and re.match(r"\w", after) else out.symbol("|")
    elif sign == "*":
        operand = re.search(r"[\w)\]}] $", before) and not before.endswith("not ")
        out.sign(r"\cdot") if operand and re.match(r" [\w(]", after) else out.symbol("{*}")
    elif sign == "." and between:
        out.sign(r"\odot")
    elif sign in ",:;.?" and out.in_word:
        out.attach_to_word(sign)
    else:
        out.sign(SIGNS.get(sign, sign))
    return len(sign)


def operator(name):
    return "\\" + name if name in FUNCTIONS else rf"\operatorname*{{{name}}}".replace("_", r"\_")


def depth_of(text):
    return sum((sign in "([") - (sign in ")]") for sign in text)


def closing(text):
    """The place of the bracket that closes the one with which the text begins; 0 where there is none."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign in "([") - (sign in ")]")
        if depth == 0:
            return place  # 0 where the text does not begin with one
    return 0


class Line:
    """LaTeX that grows. A blank counts beside a word, and between two factors; elsewhere LaTeX sets its own."""

    def __init__(self):
        self.latex = ""
        self.blank = False
        self.in_word = False  # the last piece is \text{...}
        self.after_symbol = False
        self.after_comma = False

    def word(self, word):
        if self.in_word:
            self.attach_to_word((" " if self.blank else "") + word)
        else:
            self._add((r"\ " if self.blank and (self.after_symbol or self.after_comma) else "") + rf"\text{{{word}}}", in_word=True)

    def symbol(self, symbol):
        blank = "" if not self.blank else r"\ " if self.in_word else r"\, " if self.after_symbol else ""
        self._add(blank + symbol, after_symbol=True)

    def sign(self, sign):
        """An operator, a relation, a comma."""
        self._add(sign)
        self.after_comma = sign in (",", ":", ";")

    def attach(self, suffix):
        self.latex += suffix

    def attach_to_word(self, text):
        self.latex = self.latex[:-1] + text + "}"
        self.blank, self.after_symbol = False, False

    def _add(self, piece, in_word=False, after_symbol=False):
        self.latex += (" " if self.latex else "") + piece
        self.blank, self.in_word, self.after_symbol, self.after_comma = False, in_word, after_symbol, False
