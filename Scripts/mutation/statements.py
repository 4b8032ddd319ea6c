"""Which runs of tokens are statements that can be left out: calls and assignments."""

from tokens import CLOSERS, OPENERS

TYPES = {"struct", "enum", "extension", "protocol", "class", "actor"}
FUNCTIONS = {"func", "init", "deinit", "subscript"}
CONTROL = {"if", "guard", "for", "while", "switch", "do", "repeat", "else", "catch", "defer"}
ACCESSORS = {"get", "set", "willSet", "didSet"}
MODIFIERS = {
    "public", "private", "fileprivate", "internal", "package", "static", "mutating", "consuming", "borrowing", "lazy",
    "indirect", "final", "nonisolated", "set",
}
KEYWORDS = (
    TYPES | FUNCTIONS | CONTROL | {"let", "var", "case", "default", "return", "break", "continue", "throw", "import",
    "typealias", "precedencegroup", "infix", "prefix", "postfix", "associatedtype", "fallthrough"})
CONTINUES = {"else", "where", "catch", "as", "is", "throws", "in"}


def statements(tokens):
    """Every statement that a mutant may leave out: its first and last token, and whether an initialiser makes it."""
    found = []
    _Blocks(tokens, found).block(0, "type", False)
    return found


class _Blocks:
    def __init__(self, tokens, found):
        self.tokens, self.found = tokens, found

    def block(self, at, kind, is_value):
        """Reads statements from `at` to the closing brace; answers its index."""
        removable, count = [], 0
        while at < len(self.tokens) and self.tokens[at].text != "}":
            if kind == "switch" and self.tokens[at].text in ("case", "default"):
                at = self.label(at)
                continue
            last = self.statement(at)
            count += 1
            if kind not in ("type",) and self.is_removable(at, last):
                removable.append((at, last))
            at = last + 1
        if not (is_value and count == 1):
            self.found.extend((first, last, kind == "init") for first, last in removable)
        return at

    def label(self, at):
        """Behind the colon of `case …:`."""
        depth = 0
        while self.tokens[at].text != ":" or depth:
            depth += (self.tokens[at].text in OPENERS) - (self.tokens[at].text in CLOSERS)
            at += 1
        return at + 1

    def statement(self, first):
        """Index of the last token of the statement that begins at `first`; nested blocks are read on the way."""
        depth, at = 0, first
        while True:
            text = self.tokens[at].text
            if text == "{":
                at = self.nested(first, at, depth)
            elif text in OPENERS:
                depth += 1
            elif text in CLOSERS:
                depth -= 1
            if depth == 0 and self.ends(at):
                return at
            at += 1

    def nested(self, first, brace, depth):
        kind, is_value = self.kind(first, brace, depth)
        start = brace + 1
        if kind == "closure":
            start = self.after_signature(start)
        return self.block(start, kind, is_value)

    def kind(self, first, brace, depth):
        head = first
        while self.tokens[head].text in MODIFIERS or self.tokens[head].text.startswith("@"):
            head += 1
        word = self.tokens[head].text
        header = [token.text for token in self.tokens[head:brace]]
        if depth > 0:
            return "closure", True
        if word in TYPES:
            return "type", False
        if word == "init":
            return "init", False
        if word in FUNCTIONS:
            return "body", "->" in header
        if word in ("var", "let"):
            if "=" not in header:
                return "body", True
            return ("switch" if "switch" in header else "closure"), True
        if word in ACCESSORS:
            return "body", word == "get"
        if word in CONTROL:
            return ("switch" if word == "switch" else "body"), False
        return "closure", True

    def after_signature(self, at):
        """Behind `in` of `{ a, b in`, if this closure has one."""
        for index in range(at, min(at + 24, len(self.tokens))):
            text = self.tokens[index].text
            if text == "in":
                return index + 1
            if text in ("{", "}", "for", "=") or self.tokens[index].line != self.tokens[at].line:
                break
        return at

    def ends(self, at):
        if at + 1 >= len(self.tokens):
            return True
        token, following = self.tokens[at], self.tokens[at + 1]
        if following.text in ("}", ";"):
            return True
        if token.text == ";":
            return True
        if following.line == token.end_line:
            return False
        if token.is_binary or token.text in (",", "=", ".", "else", "where", "(", "[", "->"):
            return False
        return not (following.is_binary or following.text in CONTINUES or following.text in (".", "{", "?", ":"))

    def is_removable(self, first, last):
        head = self.tokens[first]
        if head.text in KEYWORDS or (head.kind not in ("word",) and head.text != "("):
            return False
        depth = 0
        for token in self.tokens[first:last + 1]:
            depth += (token.text in OPENERS) - (token.text in CLOSERS)
            if depth == 0 and token.is_binary and token.text.endswith("=") and token.text not in ("==", "<=", ">=", "!="):
                return True
        return self.tokens[last].text in (")", "}") and first != last
