import Configuration

/// The plane of pulse width and amplitude that a region is drawn in: both axes begin at zero.
struct LimitsPlane {
    let region: PermittedRegion
    /// µs at the right edge.
    let widthEnd: Int64
    /// nA at the upper edge.
    let amplitudeEnd: Int64
    /// Distance of the ticks, µs and nA.
    let widthStep: Int64
    let amplitudeStep: Int64

    init(_ region: PermittedRegion) {
        self.region = region
        var width = region.width.upperBound
        var amplitude = max(1, region.amplitude.upperBound)
        let most = amplitude * 2
        for curve in region.curves {
            switch curve.shape {
            case .amplitude(let value) where value <= most: amplitude = max(amplitude, value)
            case .point(let value, let at): (amplitude, width) = (max(amplitude, min(value, most)), max(width, at))
            case .amplitude, .width, .charge: break
            }
        }
        widthStep = Self.step(width * 5 / 4)
        amplitudeStep = Self.step(amplitude * 6 / 5)
        widthEnd = (width * 5 / 4 + widthStep - 1) / widthStep * widthStep
        amplitudeEnd = (amplitude * 6 / 5 + amplitudeStep - 1) / amplitudeStep * amplitudeStep
    }

    /// 1, 2 or 5 times a power of ten, four to ten of which make `extent`.
    private static func step(_ extent: Int64) -> Int64 {
        var step: Int64 = 1
        while extent / step >= 10 {
            let lead = String(step).first
            step = lead == "2" ? step / 2 * 5 : step * 2
        }
        return max(1, step)
    }

    /// Curves that cross the plane; the others lie above it, or to its right.
    func crosses(_ curve: LimitCurve) -> Bool {
        switch curve.shape {
        case .amplitude(let value): value <= amplitudeEnd
        case .width(let value): value <= widthEnd
        case .charge(let value): UInt128(max(0, value)) < UInt128(amplitudeEnd) * UInt128(widthEnd)
        case .point(let amplitude, let width): amplitude <= amplitudeEnd && width <= widthEnd
        }
    }

    /// What the legend says behind a curve's name.
    func note(_ curve: LimitCurve) -> String {
        let longest = region.width.upperBound
        let above = crosses(curve) ? [] : ["above the picture"]
        var notes: [String] = []
        switch curve.shape {
        case .charge(let charge):
            let leaves = curve.amplitude(at: longest).map { LimitsText.current($0, digits: 3) } ?? ""
            notes = ["\(LimitsText.charge(Fraction(charge), digits: 3)), \(leaves) at \(longest) µs"] + above
        case .amplitude(let value):
            let text = LimitsText.current(Fraction(value), digits: 3)
            notes = (curve.name.contains(" \(text)") ? [] : [text]) + above
        case .width: notes = above
        case .point: return ""
        }
        switch curve.weight {
        case .hard: break
        case .soft: notes.append("until acknowledged")
        case .compared: notes.append("not of a single pulse")
        }
        return notes.joined(separator: ", ")
    }
}
