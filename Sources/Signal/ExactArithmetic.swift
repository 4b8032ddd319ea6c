// The arithmetic of the safety core: what does not fit is nil, never wrapped and never a trap.

/// a·b; nil if a factor is missing or the product does not fit.
package func product(_ a: Int64?, _ b: Int64?) -> Int64? { fitting(a, b) { $0.multipliedReportingOverflow(by: $1) } }

/// a + b; nil if a term is missing or the sum does not fit.
package func sum(_ a: Int64?, _ b: Int64?) -> Int64? { fitting(a, b) { $0.addingReportingOverflow($1) } }

/// a − b; nil if a term is missing or the difference does not fit.
package func difference(_ a: Int64?, _ b: Int64?) -> Int64? { fitting(a, b) { $0.subtractingReportingOverflow($1) } }

private func fitting(_ a: Int64?, _ b: Int64?, _ form: (Int64, Int64) -> (Int64, Bool)) -> Int64? {
    guard let a, let b else { return nil }
    let (value, overflow) = form(a, b)
    return overflow ? nil : value
}

/// 0 ≤ value ≤ bound.
package func isMagnitude(_ value: Int64, atMost bound: Int64) -> Bool { value >= 0 && value <= bound }

/// ⌈a / b⌉ of a ≥ 0 and b ≥ 1.
package func quotientRoundedUp(_ a: Int64, _ b: Int64) -> Int64 { a / b + (a % b > 0 ? 1 : 0) }

/// a·b·c ≤ d·e·f, exact; false if a factor is negative or a product does not fit into 128 bits.
package func isProduct(_ a: Int64, _ b: Int64, _ c: Int64 = 1, atMost d: Int64, _ e: Int64, _ f: Int64 = 1) -> Bool {
    guard let left = wideProduct(a, b, c), let right = wideProduct(d, e, f) else { return false }
    return left <= right
}

private func wideProduct(_ a: Int64, _ b: Int64, _ c: Int64) -> UInt128? {
    guard a >= 0, b >= 0, c >= 0 else { return nil }
    let (ab, first) = UInt128(a).multipliedReportingOverflow(by: UInt128(b))
    let (abc, second) = ab.multipliedReportingOverflow(by: UInt128(c))
    return first || second ? nil : abc
}
