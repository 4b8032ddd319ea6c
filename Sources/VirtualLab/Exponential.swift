/// e to the power of `x`, within 1e-12 of the true value, the same bits wherever multiplication is fused.
///
/// ### Implementation Notes
///
/// x = n·ln 2 + r with |r| ≤ 0.35; Taylor's polynomial of degree 11 at r (remainder below 1e-14), in Estrin's order
/// to keep chains short; 2ⁿ by its bits. Outside ±700 the result is that of ±700, which is far beyond any rate's
/// reach.
@inline(__always)
func exponential(_ x: Double) -> Double {
    let limited = max(-700, min(700, x))
    let shifted = (limited * 1.4426950408889634).addingProduct(1, 0x1.8p52)
    let n = shifted - 0x1.8p52
    let r = limited.addingProduct(n, -0x1.62e42fefa3800p-1).addingProduct(n, -0x1.ef35793c76730p-45)
    let r2 = r * r
    let r4 = r2 * r2
    let a = (1 + r).addingProduct(r2, Double(0.5).addingProduct(r, 1.0 / 6))
    let b = (1.0 / 24).addingProduct(r, 1.0 / 120).addingProduct(r2, (1.0 / 720).addingProduct(r, 1.0 / 5_040))
    let c = (1.0 / 40_320).addingProduct(r, 1.0 / 362_880)
        .addingProduct(r2, (1.0 / 3_628_800).addingProduct(r, 1.0 / 39_916_800))
    let polynomial = a.addingProduct(r4, b.addingProduct(r4, c))
    let power = Double(bitPattern: (shifted.bitPattern &+ 1_023) << 52)
    return polynomial * power
}
