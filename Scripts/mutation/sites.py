"""Every place of a source file that can be mutated, and what it can become.

A site is a piece of text that is replaced by a call or an operator of its own, which behaves as the original unless
one of the site's mutants is the active one.
"""

import re
from dataclasses import dataclass, field

from statements import statements
from tokens import CLOSERS, OPENERS, tokenize

COMPARISONS = {
    "<": ["<=", ">=", "!="], "<=": ["<", ">", "=="], ">": [">=", "<=", "!="], ">=": [">", "<", "=="],
    "==": ["!="], "!=": ["=="],
}
ARITHMETIC = {"+": ["-"], "-": ["+"], "*": ["+"], "/": ["*"], "%": ["/"]}
BITWISE = {"<<": [">>"], ">>": ["<<"], "&": ["|"], "|": ["&"], "^": ["&"]}
COMPOUND = {"+=": ["-="], "-=": ["+="], "*=": ["+="], "|=": ["&="], "&=": ["|="]}
LOGIC = {"&&": ["||", "left", "right"], "||": ["&&", "left", "right"]}
OVERFLOW = {
    "multipliedReportingOverflow": ["added", "overflow lost"], "addingReportingOverflow": ["subtracted", "overflow lost"],
    "subtractingReportingOverflow": ["added", "overflow lost"],
}
EXTREMA = {"min": ["max", "first", "second"], "max": ["min", "first", "second"]}
CONDITION_HEADS = {"if", "guard", "while", "where"}
NO_CONDITION = {"let", "var", "case"}


@dataclass
class Site:
    """`kind` names the template in support.py; `edits` are (start, end, replacement with {n} for the site's name)."""

    kind: str
    file: str
    line: int
    original: str
    mutants: list
    edits: list = field(default_factory=list)
    text: str = ""
    ordinal: int = 1
    number: int = 0

    def keys(self):
        """What names each mutant across edits of other lines."""
        which = self.original + (f" #{self.ordinal}" if self.ordinal > 1 else "")
        return [f"{self.file}: {self.text}: {which} → {mutant}" for mutant in self.mutants]


def find_sites(file, source):
    """All sites of one file, in the order of the text."""
    tokens = tokenize(source)
    finder = _Finder(file, source, tokens)
    for index in range(len(tokens)):
        finder.token(index)
    for first, last, is_initial in statements(tokens):
        if not is_initial or _has_defaults(source, tokens[first:last + 1]):
            finder.statement(first, last)
    sites = sorted(finder.sites, key=lambda site: (site.line, site.edits[0][0]))
    lines, seen = source.split("\n"), {}
    for site in sites:
        site.text = lines[site.line - 1].strip()
        key = (site.text, site.original, site.kind)
        site.ordinal = seen[key] = seen.get(key, 0) + 1
    return sites


class _Finder:
    def __init__(self, file, source, tokens):
        self.file, self.source, self.tokens, self.sites = file, source, tokens, []
        self.fixed = _fixed_literals(tokens)

    def add(self, kind, token, original, mutants, edits):
        self.sites.append(Site(kind, self.file, token.line, original, mutants, edits))

    def replace(self, kind, token, mutants, replacement="{n}"):
        self.add(kind, token, token.text, mutants, [(token.start, token.end, replacement)])

    def token(self, index):
        token = self.tokens[index]
        before = self.tokens[index - 1].text if index else ""
        after = self.tokens[index + 1].text if index + 1 < len(self.tokens) else ""
        if token.kind == "operator" and before != "func":
            self.operator(index, token, after)
        elif token.kind == "range" and token.text == "..<":
            self.replace("range", token, ["one later", "one longer"])
        elif token.kind == "number" and index not in self.fixed and before != ".":
            self.literal(token)
        elif token.kind == "word":
            self.word(index, token, before, after)
        elif token.text == "[":
            self.elements(index)

    def operator(self, index, token, after):
        text = token.text
        if token.is_binary and text in COMPARISONS:
            kind = "nil" if after == "nil" else "equality" if text in ("==", "!=") else "comparison"
            self.replace(kind, token, COMPARISONS[text])
        elif token.is_binary and text in LOGIC:
            self.replace("logic", token, LOGIC[text])
        elif token.is_binary and text in ARITHMETIC:
            self.replace("arithmetic", token, ARITHMETIC[text])
        elif token.is_binary and text in BITWISE:
            self.replace("shift" if text in ("<<", ">>") else "bitwise", token, BITWISE[text])
        elif token.is_binary and text in COMPOUND:
            self.replace("compound", token, COMPOUND[text])
        elif token.is_binary and text == "??":
            self.replace("coalescing", token, ["default"])
        elif token.is_binary and text == "?":
            self.condition(self.tokens[index - 1], "?")
        elif token.is_prefix and not token.spaced_after and text == "!":
            self.replace("not", token, ["left out"])
        elif token.is_prefix and text == "-" and self.tokens[index + 1].kind != "number":
            self.replace("minus", token, ["left out"])

    def condition(self, last, what):
        """A condition that ends with token `last` becomes true, or false."""
        self.add("condition", last, what, ["true", "false"], [(last.end, last.end, " {n} mutationPoint")])

    def literal(self, token):
        value = int(token.text.replace("_", ""), 0)
        mutants = [f"{token.text} + 1", f"{token.text} - 1"] + ([] if value in (0, 1) else ["0"])
        self.replace("literal", token, mutants, "{n}(" + token.text + ")")

    def word(self, index, token, before, after):
        if token.text in ("true", "false") and index not in self.fixed:
            self.replace("truth", token, ["false" if token.text == "true" else "true"], "{n}(" + token.text + ")")
        elif token.text in EXTREMA and after == "(" and before not in (".", "func"):
            self.replace("extremum", token, EXTREMA[token.text])
        elif token.text in EXTREMA and before == "." and after != "(":
            self.replace("bound", token, ["min" if token.text == "max" else "max"])
        elif token.text in OVERFLOW and before == ".":
            self.replace("overflow", token, OVERFLOW[token.text])
        elif token.text in CONDITION_HEADS and after != ":":
            self.conditions(index)

    def conditions(self, head):
        """Each Boolean element between `if`, `guard`, `while` or `where` and its block; a list of bindings once."""
        depth, start, found = 0, head + 1, len(self.sites)
        for index in range(head + 1, len(self.tokens)):
            text = self.tokens[index].text
            if depth == 0 and text in ("{", ",", "else", ":"):
                last = self.tokens[index - 1]
                if self.tokens[start].text not in NO_CONDITION:
                    self.condition(last, self.tokens[head].text)
                start = index + 1
                if text != ",":
                    break
            depth += (text in OPENERS) - (text in CLOSERS)
        if len(self.sites) == found:
            self.add("binding", self.tokens[head], self.tokens[head].text, ["false"], [(last.end, last.end, ", {n}()")])

    def elements(self, opening):
        """The members of an array literal such as `[.stop, .clock]`."""
        index = opening + 1
        members = []
        while self.tokens[index].text == "." and self.tokens[index + 1].kind == "word":
            members.append(self.tokens[index + 1])
            index += 2
            if self.tokens[index].text != ",":
                break
            index += 1
        if self.tokens[index].text != "]":
            return
        for member in members:
            edits = [(member.start - 1, member.end, "{n}(." + member.text + ")")]
            self.add("element", member, "." + member.text, ["left out"], edits)

    def statement(self, first, last):
        start, end = self.tokens[first].start, self.tokens[last].end
        edits = [(start, start, "if {n}() { "), (end, end, " }")]
        self.add("statement", self.tokens[first], "statement", ["left out"], edits)


def _has_defaults(source, statement):
    """True if an initialiser need not make this assignment, because its properties have values already."""
    names = []
    for before, token in zip([None] + statement, statement):
        if token.text == "=":
            break
        if token.kind == "word" and token.text != "self" and (before is None or before.text in ("(", ",", ".")):
            names.append(token.text)
    return all(re.search(rf"\bvar {name}\b[^\n{{,]* = ", source) for name in names)


def _fixed_literals(tokens):
    """Literals that the language wants as literals: raw values of cases, patterns, arguments of attributes."""
    fixed = set()
    for index, token in enumerate(tokens):
        if token.text == "case":
            for later in range(index + 1, len(tokens)):
                if tokens[later].text == ":" or tokens[later].line != token.line:
                    break
                fixed.add(later)
        if token.text.startswith("@") and index + 1 < len(tokens) and tokens[index + 1].text == "(":
            for later in range(index + 1, len(tokens)):
                fixed.add(later)
                if tokens[later].text == ")":
                    break
    return fixed
