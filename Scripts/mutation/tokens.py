"""Swift text as tokens: enough of the language to find operators, literals, conditions and statements.

The sources are formatted by swift-format, which this relies on: a binary operator stands between spaces, a prefix
operator touches its operand.
"""

OPERATOR = set("/=-+!*%<>&|^~?")
OPENERS, CLOSERS = set("([{"), set(")]}")


class Token:
    """A piece of source text; `start` and `end` are offsets, `line` counts from 1."""

    def __init__(self, kind, text, start, line, source):
        self.kind, self.text, self.start, self.line = kind, text, start, line
        self.end = start + len(text)
        self.end_line = line + text.count("\n")
        self.spaced_before = start == 0 or source[start - 1] in " \n\t"
        self.spaced_after = self.end >= len(source) or source[self.end] in " \n\t"

    @property
    def is_binary(self):
        return self.kind == "operator" and self.spaced_before and self.spaced_after

    @property
    def is_prefix(self):
        return self.kind == "operator" and not self.spaced_after

    def __repr__(self):
        return f"{self.text}@{self.line}"


def tokenize(source):
    """All tokens of `source` but comments and white space."""
    tokens, at, line = [], 0, 1
    while at < len(source):
        end, kind = _next(source, at)
        if kind not in ("space", "comment"):
            tokens.append(Token(kind, source[at:end], at, line, source))
        line += source.count("\n", at, end)
        at = end
    return tokens


def _next(source, at):
    character = source[at]
    if character.isspace():
        return at + 1, "space"
    if source.startswith("//", at):
        end = source.find("\n", at)
        return (len(source) if end < 0 else end), "comment"
    if source.startswith("/*", at):
        return _block_comment(source, at), "comment"
    if character == '"':
        return _string(source, at), "string"
    if character.isdigit():
        return _span(source, at, lambda c: c.isalnum() or c == "_"), "number"
    if character.isalpha() or character in "_$#@`":
        return _span(source, at + 1, lambda c: c.isalnum() or c in "_`"), "word"
    for range_operator in ("...", "..<"):
        if source.startswith(range_operator, at):
            return at + 3, "range"
    if character in OPERATOR:
        return _span(source, at, lambda c: c in OPERATOR), "operator"
    return at + 1, "mark"


def _span(source, at, belongs):
    while at < len(source) and belongs(source[at]):
        at += 1
    return at


def _block_comment(source, at):
    depth = 0
    while at < len(source):
        if source.startswith("/*", at):
            depth, at = depth + 1, at + 2
        elif source.startswith("*/", at):
            depth, at = depth - 1, at + 2
            if depth == 0:
                break
        else:
            at += 1
    return at


def _string(source, at):
    quote = '"""' if source.startswith('"""', at) else '"'
    at += len(quote)
    while not source.startswith(quote, at):
        at += 2 if source[at] == "\\" else 1
    return at + len(quote)
