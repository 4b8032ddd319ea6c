import Acquisition
import Testing

/// Expected words: the published test vector of SplitMix64 for seed 1234567 (Rosetta Code, from Vigna's C source).
@Test("SplitMix64 gives the published words")
func publishedWords() {
    var words = SplitMix64(seed: 1_234_567)
    let expected: [UInt64] = [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
        16_408_922_859_458_223_821,
    ]
    for word in expected { #expect(words.next() == word) }
}

/// Expected: moments of the normal distribution; 5 % lie beyond ±1.959964, 0.27 % beyond ±3.
///
/// Four standard errors.
@Test("Normal numbers have mean 0, variance 1, no skew, kurtosis 3 and normal tails")
func normalMoments() {
    var normals = NormalStream(seed: 7, stream: 1)
    let count = 200_000
    var sums = (0.0, 0.0, 0.0, 0.0)
    var beyond = (0, 0)
    for _ in 0..<count {
        let x = normals.next()
        sums = (sums.0 + x, sums.1 + x * x, sums.2 + x * x * x, sums.3 + x * x * x * x)
        if abs(x) > 1.959964 { beyond.0 += 1 }
        if abs(x) > 3 { beyond.1 += 1 }
    }
    let n = Double(count)
    #expect(abs(sums.0 / n) < 4 / n.squareRoot())
    #expect(abs(sums.1 / n - 1) < 4 * (2 / n).squareRoot())
    #expect(abs(sums.2 / n) < 4 * (15 / n).squareRoot())
    #expect(abs(sums.3 / n - 3) < 4 * (96 / n).squareRoot())
    #expect(abs(Double(beyond.0) / n - 0.05) < 0.002)
    #expect(abs(Double(beyond.1) / n - 0.0027) < 0.0005)
}

@Test("Two streams of one seed are unrelated, and a stream is the same each time")
func streams() {
    var first = NormalStream(seed: 3, stream: 1)
    var again = NormalStream(seed: 3, stream: 1)
    var other = NormalStream(seed: 3, stream: 2)
    var product = 0.0
    for _ in 0..<20_000 {
        let x = first.next()
        #expect(again.next() == x)
        product += x * other.next()
    }
    #expect(abs(product / 20_000) < 4 / Double(20_000).squareRoot())
}
