import Conditioning

/// Rows of `channels` values at `rate` Hz through a Butterworth band-pass of fourth order, forwards only.
///
/// - Throws: edges that do not fit the rate.
func causalBandpass(
    _ samples: [Double], channels: Int, rate: Double, from low: Double, to high: Double
) throws -> [Double] {
    let sections = try FilterDesign.butterworthBandpass(from: low, to: high, order: 4, rate: rate)
    var values = samples
    for channel in 0..<channels {
        for section in sections {
            var (one, two) = (0.0, 0.0)
            for index in stride(from: channel, to: values.count, by: channels) {
                let value = values[index]
                let output = section.b0 * value + one
                one = section.b1 * value - section.a1 * output + two
                two = section.b2 * value - section.a2 * output
                values[index] = output
            }
        }
    }
    return values
}
