"""Swift text of a mutated file, and of the operators and functions that its sites call."""

import re

INFIX = {"comparison", "equality", "nil", "logic", "arithmetic", "shift", "bitwise", "compound", "coalescing", "range",
         "condition"}
PREFIX = {"not", "minus"}
PRECEDENCE = {
    "comparison": "ComparisonPrecedence", "equality": "ComparisonPrecedence", "nil": "ComparisonPrecedence",
    "shift": "BitwiseShiftPrecedence", "compound": "AssignmentPrecedence", "coalescing": "NilCoalescingPrecedence",
    "range": "RangeFormationPrecedence", "condition": "MutatedConditionPrecedence",
}
OPERATORS = {
    "&&": "LogicalConjunctionPrecedence", "||": "LogicalDisjunctionPrecedence", "+": "AdditionPrecedence",
    "-": "AdditionPrecedence", "|": "AdditionPrecedence", "^": "AdditionPrecedence", "*": "MultiplicationPrecedence",
    "/": "MultiplicationPrecedence", "%": "MultiplicationPrecedence", "&": "MultiplicationPrecedence",
}

HEAD = """
import MutationSwitch

precedencegroup MutatedConditionPrecedence { higherThan: TernaryPrecedence lowerThan: LogicalDisjunctionPrecedence }

/// Right operand of every mutated condition.
@inline(__always) var mutationPoint: Void { () }

/// Which of a site's mutants is active: 0 none, 1 the first.
@inline(__always) func active(_ first: Int) -> Int { Int(mutation_active()) - first + 1 }
"""

# {op} the site's operator or name, {o} the original, {a} {b} {c} its mutants, {n} the number of its first mutant.
TEMPLATES = {
    "comparison": """func {op}<T: Comparable>(a: T, b: T) -> Bool {
    switch active({n}) { case 1: a {a} b  case 2: a {b} b  case 3: a {c} b  default: a {o} b }
}
@_disfavoredOverload func {op}<A: BinaryInteger, B: BinaryInteger>(a: A, b: B) -> Bool {
    switch active({n}) { case 1: a {a} b  case 2: a {b} b  case 3: a {c} b  default: a {o} b }
}""",
    "equality": "func {op}<T: Equatable>(a: T, b: T) -> Bool { active({n}) == 1 ? a {a} b : a {o} b }",
    "nil": """func {op}<T>(a: T?, b: _OptionalNilComparisonType) -> Bool {
    active({n}) == 1 ? a {a} b : a {o} b
}""",
    "logic": """func {op}(a: Bool, b: @autoclosure () -> Bool) -> Bool {
    switch active({n}) { case 1: a {a} b()  case 2: a  case 3: b()  default: a {o} b() }
}""",
    "arithmetic": "func {op}<T: BinaryInteger>(a: T, b: T) -> T { active({n}) == 1 ? a {a} b : a {o} b }",
    "bitwise": "func {op}<T: BinaryInteger>(a: T, b: T) -> T { active({n}) == 1 ? a {a} b : a {o} b }",
    "shift": """func {op}<T: BinaryInteger, S: BinaryInteger>(a: T, b: S) -> T {
    active({n}) == 1 ? a {a} b : a {o} b
}""",
    "compound": """func {op}<T: BinaryInteger>(a: inout T, b: T) {
    if active({n}) == 1 { a {a} b } else { a {o} b }
}""",
    "coalescing": """func {op}<T>(a: T?, b: @autoclosure () -> T) -> T { active({n}) == 1 ? b() : a ?? b() }
@_disfavoredOverload func {op}<T>(a: T?, b: @autoclosure () -> T?) -> T? { active({n}) == 1 ? b() : a ?? b() }""",
    "range": """func {op}<T: FixedWidthInteger>(a: T, b: T) -> Range<T> {
    switch active({n}) { case 1: a + 1..<max(a + 1, b)  case 2: a..<b + 1  default: a..<b }
}""",
    "condition": """func {op}(a: @autoclosure () -> Bool, b: Void) -> Bool {
    switch active({n}) { case 1: true  case 2: false  default: a() }
}""",
    "not": "prefix func {op}(a: Bool) -> Bool { active({n}) == 1 ? a : !a }",
    "minus": "prefix func {op}<T: SignedNumeric>(a: T) -> T { active({n}) == 1 ? a : -a }",
    "literal": """func {op}<T: FixedWidthInteger>(_ a: T) -> T {
    switch active({n}) { case 1: a &+ 1  case 2: a &- 1  case 3: %s  default: a }
}""",
    "truth": "func {op}(_ a: Bool) -> Bool { active({n}) == 1 ? !a : a }",
    "extremum": """func {op}<T: Comparable>(_ a: T, _ b: T) -> T {
    switch active({n}) { case 1: {a}(a, b)  case 2: a  case 3: b  default: {o}(a, b) }
}""",
    "bound": "extension FixedWidthInteger { static var {op}: Self { active({n}) == 1 ? {a} : {o} } }",
    "overflow": """extension FixedWidthInteger {
    func {op}({label}b: Self) -> (partialValue: Self, overflow: Bool) {
        switch active({n}) {
        case 1: {other}
        case 2: ({o}({argument}b).partialValue, false)
        default: {o}({argument}b)
        }
    }
}""",
    "element": """func {op}<T: SetAlgebra>(_ a: T) -> T { active({n}) == 1 ? T() : a }""",
    "statement": "func {op}() -> Bool { active({n}) != 1 }",
    "binding": "func {op}() -> Bool { active({n}) != 1 }",
}
PLUS_ARRAYS = """
@_disfavoredOverload func {op}<T>(a: [T], b: [T]) -> [T] { active({n}) == 1 ? a : a + b }"""


def symbol(site):
    """The operator or the name of a site: two characters of the box drawings behind one mark, or a word."""
    if site.kind in INFIX or site.kind in PREFIX:
        return "÷" + chr(0x2500 + site.number // 128) + chr(0x2500 + site.number % 128)
    return f"mutated{site.number}"


def definition(site, first_mutant):
    """Swift text that defines what a site calls."""
    template = TEMPLATES[site.kind]
    lines = []
    op = symbol(site)
    if site.kind in INFIX:
        group = PRECEDENCE.get(site.kind) or OPERATORS[site.original]
        lines.append(f"infix operator {op}: {group}")
    if site.kind in PREFIX:
        lines.append(f"prefix operator {op}")
    if site.kind == "arithmetic" and site.original == "+":
        template += PLUS_ARRAYS
    if site.kind == "literal":
        template = template % ("0" if len(site.mutants) == 3 else "a")
    values = dict(zip("abc", site.mutants), op=op, o=site.original, n=str(first_mutant))
    if site.kind == "overflow":
        by = "multiplied" in site.original
        values["label"], values["argument"] = ("by ", "by: ") if by else ("_ ", "")
        other = "subtractingReportingOverflow" if "adding" in site.original else "addingReportingOverflow"
        values["other"] = f"{other}(b)"
    for name, value in values.items():
        template = template.replace("{" + name + "}", value)
    # Public, because default arguments of public functions may call them.
    template = re.sub(r"^(\s*|@_\w+ )(prefix func|func|static var)", r"\1public \2", template, flags=re.M)
    return "\n".join(lines + [template])


def mutated(source, sites):
    """`source` with every site replaced by its call, and the place of each site in the new text."""
    edits = []
    for site in sites:
        for part, (start, end, text) in enumerate(site.edits):
            # At one place: a statement's opening before all else, its closing behind all else.
            order = (0 if part == 0 else 2) if site.kind == "statement" else 1
            edits.append((start, end, order, text.replace("{n}", symbol(site)), site))
    edits.sort(key=lambda edit: (edit[0], edit[2], edit[1]))
    pieces, at, places = [], 0, {}
    for start, end, _, text, site in edits:
        pieces.append(source[at:start])
        places.setdefault(id(site), len("".join(pieces)))
        pieces.append(text)
        at = max(at, end)
    pieces.append(source[at:])
    text = "".join(pieces)
    return text.replace("@inlinable ", ""), places
