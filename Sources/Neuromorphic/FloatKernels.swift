/// The inner loops of the float back end.
///
/// Plain pointers and counts, no check and no call inside, and selections in place of branches: so that each becomes
/// vector instructions. The order of operations in a value is that of NIR's equations as the back end states them.
enum FloatKernels {
    typealias Values = UnsafePointer<Double>
    typealias Room = UnsafeMutablePointer<Double>

    /// What a neuron node is made of, each over all neurons, or one value for all.
    @unsafe struct Neurons {
        var gain: Values
        var resistance: Values
        var leak: Values
        var threshold: Values
        var reset: Values
    }

    @inline(__always)
    static func copy(_ from: Values, to: Room, _ count: Int) {
        unsafe to.update(from: from, count: count)
    }

    @inline(__always)
    static func clear(_ room: Room, _ count: Int) {
        for i in 0..<count { unsafe room[i] = 0 }
    }

    @inline(__always)
    static func add(_ from: Values, to: Room, _ count: Int) {
        for i in 0..<count { unsafe to[i] += from[i] }
    }

    @inline(__always)
    static func sum(_ a: Values, _ b: Values, to: Room, _ count: Int) {
        for i in 0..<count { unsafe to[i] = a[i] + b[i] }
    }

    /// y += row · x.
    @inline(__always)
    static func accumulate(_ row: Values, times x: Double, to y: Room, _ count: Int) {
        for i in 0..<count { unsafe y[i] += row[i] * x }
    }

    /// v += k (leak − v + r·drive); a spike where v > threshold, and v = reset.
    ///
    /// The number of spikes is given. `other` is added to `drive` where it is there; `alike`: all neurons share the
    /// constants of the first, which then stay in registers.
    static func leaky(
        _ v: Room, _ drive: Values, plus other: Values?, _ out: Room, _ p: Neurons, alike: Bool, _ count: Int
    ) -> Int64 {
        if let other = unsafe other {
            return unsafe leaky(v, out, p, alike: alike, count) { i in
                unsafe lanes(drive + i) + lanes(other + i)
            } one: {
                i in
                unsafe drive[i] + other[i]
            }
        }
        return unsafe leaky(v, out, p, alike: alike, count) { i in
            unsafe lanes(drive + i)
        } one: { i in
            unsafe drive[i]
        }
    }

    @inline(__always)
    private static func leaky(
        _ v: Room, _ out: Room, _ p: Neurons, alike: Bool, _ count: Int, drive: (Int) -> Lanes, one: (Int) -> Double
    ) -> Int64 {
        var fired = Lanes.zero
        let whole = count / 8 * 8
        if alike {
            let (gain, resistance) = unsafe (Lanes(repeating: p.gain[0]), Lanes(repeating: p.resistance[0]))
            let (leak, threshold) = unsafe (Lanes(repeating: p.leak[0]), Lanes(repeating: p.threshold[0]))
            let reset = unsafe Lanes(repeating: p.reset[0])
            var i = 0
            while i < whole {
                fired += unsafe fire(
                    at: i, v, drive(i), out, gain: gain, resistance: resistance, leak: leak, threshold: threshold,
                    reset: reset)
                i &+= 8
            }
        } else {
            var i = 0
            while i < whole {
                fired += unsafe fire(
                    at: i, v, drive(i), out, gain: lanes(p.gain + i), resistance: lanes(p.resistance + i),
                    leak: lanes(p.leak + i), threshold: lanes(p.threshold + i), reset: lanes(p.reset + i))
                i &+= 8
            }
        }
        var total = Int64(fired.sum())
        for i in whole..<count { total &+= unsafe fireOne(i, v, one(i), out, p) }
        return total
    }

    private typealias Lanes = SIMD8<Double>

    @inline(__always)
    private static func lanes(_ values: Values) -> Lanes {
        unsafe UnsafeRawPointer(values).loadUnaligned(as: Lanes.self)
    }

    /// Eight neurons from `i` on; 1 where one fired.
    @inline(__always)
    private static func fire(
        at i: Int, _ v: Room, _ drive: Lanes, _ out: Room, gain: Lanes, resistance: Lanes, leak: Lanes,
        threshold: Lanes, reset: Lanes
    ) -> Lanes {
        let old = unsafe lanes(v + i)
        let membrane = old + gain * (leak - old + resistance * drive)
        let spike = membrane .> threshold
        let spikes = Lanes.zero.replacing(with: 1, where: spike)
        unsafe UnsafeMutableRawPointer(v + i).storeBytes(
            of: membrane.replacing(with: reset, where: spike), as: Lanes.self)
        unsafe UnsafeMutableRawPointer(out + i).storeBytes(of: spikes, as: Lanes.self)
        return spikes
    }

    @inline(__always)
    private static func fireOne(_ i: Int, _ v: Room, _ drive: Double, _ out: Room, _ p: Neurons) -> Int64 {
        let old = unsafe v[i]
        let membrane = unsafe old + p.gain[i] * (p.leak[i] - old + p.resistance[i] * drive)
        let spike = unsafe membrane > p.threshold[i]
        unsafe v[i] = spike ? p.reset[i] : membrane
        unsafe out[i] = spike ? 1 : 0
        return spike ? 1 : 0
    }

    /// The next index from `start` on whose value is not 0, or `count`: eight silent inputs are passed at once.
    @inline(__always)
    static func nextActive(_ x: Values, from start: Int, _ count: Int) -> Int {
        var i = start
        while i &+ 8 <= count {
            // Without the sign: −0 is silent too.
            let bits = unsafe UnsafeRawPointer(x + i).loadUnaligned(as: SIMD8<UInt64>.self) &<< 1
            let half = bits.lowHalf | bits.highHalf
            let quarter = half.lowHalf | half.highHalf
            if quarter[0] | quarter[1] != 0 { break }
            i &+= 8
        }
        while i < count {
            if unsafe x[i] != 0 { return i }
            i &+= 1
        }
        return count
    }
}
