/// What somebody who steers a cursor towards a target that the computer shows is taken to intend.
///
/// The velocity points from the cursor to the target and is as fast as the cursor was; inside the target it is zero.
/// The computer knows all three, so that nothing of the body's movement is needed.
/// Source: Gilja et al. 2012, Nat. Neurosci. 15:1752 (intention towards the target).
///
/// - Parameters:
///   - cursor: Metres.
///   - target: Metres.
///   - speed: The cursor's, m/s.
///   - radius: The target's, m.
/// - Returns: m/s.
public func intendedVelocity(
    cursor: SIMD2<Double>, target: SIMD2<Double>, speed: Double, radius: Double
) -> SIMD2<Double> {
    let way = target - cursor
    let distance = (way * way).sum().squareRoot()
    return distance <= radius ? .zero : way * (speed / distance)
}
