/// A violation planted in a file, and its twin that does the same in the allowed way.
struct Plant: Sendable, CustomStringConvertible {
    let rule: InterlockRule
    let violation: String
    let twin: String

    var description: String {
        let line = violation.split(separator: "\n").first { !$0.hasPrefix("func probe") } ?? ""
        return "\(rule.rawValue): \(line.drop { $0 == " " })"
    }

    init(_ rule: InterlockRule, _ violation: String, clean twin: String) {
        (self.rule, self.violation, self.twin) = (rule, violation, twin)
    }

    /// A violation inside a function body.
    static func body(_ rule: InterlockRule, _ violation: String, clean twin: String) -> Plant {
        let wrap = { (text: String) in "func probe(_ a: Int64, _ b: Int64?) -> Int64 {\n    \(text)\n    return a\n}" }
        return Plant(rule, wrap(violation), clean: wrap(twin))
    }
}

extension Plant {
    static let all = structure + loops + growth + judges + forced + text + wrapping + outside + state + types + units

    /// `count` lines of a function, its brackets included.
    private static func lines(_ count: Int) -> String {
        "func long(_ a: Int64) -> Int64 {\n" + String(repeating: "    _ = a\n", count: count - 3) + "    return a\n}"
    }

    private static func decisions(_ count: Int, _ text: String) -> String {
        "func many(_ a: Int64) {\n" + String(repeating: text + "\n", count: count) + "}"
    }

    private static let cases = (0..<11).map { "    case \($0): return 1\n" }

    static let structure: [Plant] = [
        Plant(.imports, "import Foundation", clean: "import Signal"),
        Plant(.imports, "public import Glibc", clean: "public import Signal"),
        Plant(.imports, "@_implementationOnly import CLinux", clean: "/// import CLinux"),
        Plant(
            .size, String(repeating: "/// A line.\n", count: 1001),
            clean: String(repeating: "/// A line.\n", count: 1000)),
        Plant(
            .recursion, "func f(_ n: Int64) -> Int64 { n > 0 ? f(n - 1) : 0 }",
            clean: "func f(_ n: Int64) -> Int64 { n > 0 ? g(n - 1) : 0 }\nfunc g(_ n: Int64) -> Int64 { n }"),
        Plant(
            .recursion, "func f(_ n: Int64) { g(n) }\nfunc g(_ n: Int64) { h(n: n) }\nfunc h(n: Int64) { f(n) }",
            clean: "func f(_ n: Int64) { g(n) }\nfunc g(_ n: Int64) { h(n: n) }\nfunc h(n: Int64) { f(m: n) }"),
        Plant(
            .recursion, "extension A {\n    func f(by n: Int64, more: Bool = true) { self.f(by: n) }\n}",
            clean: "extension A {\n    func f(by n: Int64, more: Bool) { self.f(by: n) }\n}"),
        Plant(
            .recursion, "func f(_ n: Int64, _ then: (Int64) -> Int64) -> Int64 { f(n) { $0 } }",
            clean: "func f(_ n: Int64, _ then: (Int64) -> Int64) -> Int64 { g(n) { $0 } }"),
        Plant(
            .recursion, "struct A {\n    var x: Int64 { y }\n    var y: Int64 { self.x }\n}",
            clean: "struct A {\n    var x: Int64 { y }\n    var y: Int64 { z.x }\n    let z: B\n}"),
        Plant(
            .recursion, "struct A {\n    init(n: Int64) { self = A(n: n) }\n}",
            clean: "struct A {\n    init(n: Int64) { self = A(m: n) }\n    init(m: Int64) {}\n}"),
        Plant(
            .recursion, "struct A {\n    var b: B\n    func f() { b.f() }\n}\nstruct B {\n    func f() { a.f() }\n}",
            clean: "struct A {\n    var b: [B]\n    func f() { b[0].f() }\n}\nstruct B {\n    func f() {}\n}"),
        Plant(.length, lines(61), clean: lines(60)),
        Plant(
            .complexity, decisions(10, "    if a > 0 { return }"), clean: decisions(9, "    if a > 0 { return }")),
        Plant(
            .complexity, decisions(10, "    guard a > 0 else { return }"),
            clean: decisions(9, "    guard a > 0 else { return }")),
        Plant(
            .complexity, decisions(10, "    let b = a > 0 ? 1 : 2"), clean: decisions(9, "    let b = a > 0 ? 1 : 2")),
        Plant(
            .complexity, "func f(_ a: Int64) -> Int64 {\n    switch a {\n" + cases.dropFirst().joined() + "    }\n}",
            clean: "func f(_ a: Int64) -> Int64 {\n    switch a {\n" + cases.dropFirst(2).joined() + "    }\n}"),
    ]

    static let loops: [Plant] = [
        .body(.loops, "while a > 0 { _ = a }", clean: "for index in 0..<4 { _ = index }"),
        .body(.loops, "repeat { _ = a } while a > 0", clean: "for index in 0...64 { _ = index }"),
        .body(.loops, "for index in 0..<a { _ = index }", clean: "for index in 0..<Ledger.slots { _ = index }"),
        .body(.loops, "for index in 0..<a * 2 { _ = index }", clean: "for index in 0..<cells.count { _ = index }"),
        .body(
            .loops, "for index in 0..<min(a, 1 + a) { _ = index }",
            clean: "for index in 0..<min(a, CompiledCeilings.pulses) { _ = index }"),
        .body(
            .loops, "for index in 0..<min(Int64(a), a) { _ = index }",
            clean: "for index in 0..<min(Int64(Ledger.slots), a) { _ = index }"),
        .body(
            .loops, "guard a <= b ?? 9 else { return 0 }\n    for index in 0..<a { _ = index }",
            clean: "guard a <= CompiledCeilings.pulses else { return 0 }\n    for index in 0..<a { _ = index }"),
        .body(
            .loops, "let each = a + 1\n    for index in 0..<each { _ = index }",
            clean: "let each = min(a, CompiledCeilings.pulses)\n    for index in 0..<each { _ = index }"),
        .body(
            .loops, "for index in places(until: a) { _ = index }",
            clean: "for (index, dose) in limits.doseWindows.enumerated() { _ = (index, dose) }"),
        .body(.loops, "for index in 0... { _ = index }", clean: "for index in limits.contacts.indices { _ = index }"),
        .body(
            .loops, "for index in stride(from: 0, to: a, by: 2) { _ = index }",
            clean: "for index in pair.cathodes where index > 0 { _ = index }"),
        .body(.loops, "cells.forEach { _ = $0 }", clean: "for cell in cells { _ = cell }"),
    ]

    static let growth: [Plant] = [
        .body(.allocation, "cells.append(a)", clean: "cells[0] = a"),
        .body(.allocation, "let copy = Array(cells)", clean: "let count = cells.count"),
        .body(.allocation, "let copy = Array<Int64>()", clean: "let copy: Array.Index = 0"),
        .body(
            .allocation, "let some = cells.filter { $0 > 0 }.sorted()", clean: "let some = cells.contains { $0 > 0 }"),
        .body(.allocation, "let set = Set(cells)", clean: "let set = InterlockSet(bit: 3)"),
        Plant(
            .allocation, "struct A {\n    mutating func start() { cells.reserveCapacity(64) }\n}",
            clean: "struct A {\n    init() { cells.reserveCapacity(64) }\n}"),
    ]

    static let judges: [Plant] = [
        Plant(
            .checks, "func judgeA(_ a: Bool, _ broken: inout InterlockSet) {\n    broken.clear(.stop, when: a)\n}",
            clean: "func judgeA(_ a: Bool, _ broken: inout InterlockSet) {\n    broken.clear(.stop, when: a)\n"
                + "    broken.clear(.latchSet, when: a)\n}"),
        .body(.checks, "assert(a > 0)", clean: "guard a > 0 else { return 0 }"),
        .body(.checks, "precondition(a > 0)", clean: "guard a > 0 else { return 1 }"),
        .body(.checks, "assertionFailure()", clean: "return 0"),
        .body(.checks, "preconditionFailure()", clean: "return 1"),
    ]

    static let forced: [Plant] = [
        .body(.traps, "_ = b!", clean: "_ = !isSet"),
        .body(.traps, "_ = cells[0]!.value", clean: "_ = cells[0]?.value"),
        .body(.traps, "_ = (b)! + 1", clean: "_ = a != 1"),
        Plant(.traps, "struct A {\n    let x: Int64!\n}", clean: "struct A {\n    let x: Int64?\n}"),
        Plant(.traps, "struct A {\n    let x: Box<Int64>!\n}", clean: "struct A {\n    let x: Box<Int64>?\n}"),
        .body(.traps, "_ = try! f()", clean: "_ = try f()"),
        .body(.traps, "_ = a as! B", clean: "_ = a as? B"),
        .body(.traps, "fatalError()", clean: "return 0 // fatalError()"),
        .body(.traps, "exit(1)", clean: "let exit = 1"),
        Plant(
            .traps, "struct A {\n    unowned(unsafe) let x: B\n}", clean: "struct A {\n    let x: B\n}"),
        Plant(
            .traps, "func f(_ p: UnsafePointer<Int64>) {}", clean: "func f(_ p: borrowing Segment) {}"),
        .body(.traps, "_ = unsafe a", clean: "_ = a"),
        .body(.traps, "_ = unsafeBitCast(a, to: UInt64.self)", clean: "_ = UInt64(bitPattern: a)"),
    ]

    static let text: [Plant] = [
        .body(.numbersAndText, "let x = Double(a)", clean: "let x = Int64(a)"),
        .body(.numbersAndText, "let x: Float = 1", clean: "let x: UInt128 = 1"),
        .body(.numbersAndText, "let x = String(a)", clean: "let x: StaticString = \"a\""),
        .body(.numbersAndText, "let x: StaticString = \"\\(a)\"", clean: "let x: StaticString = \"(a)\""),
        .body(.numbersAndText, "let x = a.formatted()", clean: "let x = a.magnitude"),
        Plant(
            .numbersAndText, "extension A: CustomStringConvertible {}", clean: "extension A: Hashable {}"),
    ]

    static let wrapping: [Plant] = ["&+", "&-", "&*", "&<<", "&>>", "&+=", "&*="].map { form in
        let plain = String(form.dropFirst())
        return .body(.wrapping, "var x = a\n    x = x \(form) a", clean: "var x = a\n    x = x \(plain) a")
    }

    static let outside: [Plant] = [
        .body(.switches, "switch a {\n    case 1: return 2\n    default: break\n    }", clean: "f(default: a)"),
        .body(
            .switches, "switch mode {\n    case .off: return 2\n    @unknown default: return 1\n    }",
            clean: "switch mode {\n    case .off: return 2\n    case .armed, .latched: return 1\n    }"),
        Plant(
            .discards, "@discardableResult func f() -> Bool { true }", clean: "func f() -> Bool { true }"),
        .body(.world, "let now = ContinuousClock.now", clean: "let then = now"),
        .body(.world, "clock_gettime(CLOCK_MONOTONIC, &t)", clean: "let clock = InterlockSet(bit: 36)"),
        .body(.world, "let now = time(nil)", clean: "let time = a"),
        .body(.world, "print(a)", clean: "let printed = a"),
        .body(.world, "let x = Int64.random(in: 0...9)", clean: "let random = a"),
        .body(.world, "_ = getenv(name)", clean: "_ = limits.name"),
        .body(.world, "_ = write(1, p, 8)", clean: "let write = a"),
    ]

    static let state: [Plant] = [
        Plant(.state, "var count: Int64 = 0", clean: "let count: Int64 = 0"),
        Plant(
            .state, "struct A {\n    static var count = 0\n}", clean: "struct A {\n    static let count = 0\n}"),
        Plant(
            .state, "struct A {\n    public static var count: Int64\n}",
            clean: "struct A {\n    public static var count: Int64 { 3 }\n}"),
        Plant(
            .state, "struct A {\n    nonisolated static var a = 1 { didSet {} }\n}",
            clean: "struct A {\n    var a = 1\n}"),
    ]

    static let types: [Plant] = [
        Plant(.settings, "struct A: @unchecked Sendable {}", clean: "struct A: Sendable {}"),
        Plant(.settings, "#if DEBUG\nlet a = 1\n#endif", clean: "let a = 1"),
        Plant(.concurrency, "actor A {}", clean: "struct A {}"),
        Plant(.concurrency, "final class A {}", clean: "enum A {}"),
        Plant(.concurrency, "func f() async {}", clean: "func f() {}"),
        Plant(.concurrency, "protocol P: AnyObject {}", clean: "protocol P: Sendable {}"),
        Plant(
            .permits, "struct Permit: Sendable {\n    let a: Int64\n    fileprivate init(_ a: Int64) { self.a = a }\n}",
            clean: "struct Permit: ~Copyable {\n    let a: Int64\n    fileprivate init(_ a: Int64) { self.a = a }\n}"),
        Plant(
            .permits, "struct ArmToken: ~Copyable {\n    let a: Int64\n    init(_ a: Int64) { self.a = a }\n}",
            clean: "struct ArmToken: ~Copyable {\n    let a: Int64\n    private init(_ a: Int64) { self.a = a }\n}"),
        Plant(
            .permits, "struct Permit: ~Copyable {\n    let a: Int64\n}",
            clean: "struct Verdict: ~Copyable {\n    let a: Int64\n}"),
    ]

    static let units: [Plant] = [
        Plant(
            .units, "struct A {\n    public var amplitude: Int64\n}",
            clean: "struct A {\n    public var amplitude: Nanoamperes\n}"),
        Plant(
            .units, "struct A {\n    public let longestWidth: UInt64?\n}",
            clean: "struct A {\n    let longestWidth: UInt64?\n}"),
        Plant(
            .units, "public func f(_ charge: Int64) {}", clean: "public func f(_ charge: Femtocoulombs) {}"),
        .body(.units, "let x = Nanoamperes(1_000)", clean: "let x = Nanoamperes(0)"),
        .body(.units, "let x = Microseconds(-1)", clean: "let x = Microseconds(.min)"),
    ]
}
