import Configuration
import Foundation
import Interlocks
import Testing

/// `ansa.campaign/1`: what is read, and what is said of what is wrong.
struct CampaignTests {
    static let text = """
        schema: ansa.campaign/1
        name: sensors
        summary: What an amplifier can do
        profile: adaptive-dbs
        seed: 7
        required_tiers: [0]
        devices:
          - {id: virtual-patient, tier: 0}
          - {id: my-amplifier, tier: real}
        cases:
          - name: stall
            summary: Nothing arrives
            duration: 8 s
            repetitions: 3
            steps:
              - {at: 0 s, do: arm}
            faults:
              - {at: 5 s, signal: stall, lasts: 15 s}
              - {every: 500 ms, from: 1 s, to: 2 s, signal: duplicate}
              - {random: {count: 3, from: 2 s, to: 6 s}, stimulator: nack, count: 2}
            expect:
              - {interlock: IL-26, within: 70 ms}
              - {no_pulse_after: 5.5 s}
              - {gap_reported: {min: 1}}
        """

    private func load(_ text: String) throws(ConfigurationError) -> Campaign {
        try loadCampaign([UInt8](text.utf8), file: "c.yaml")
    }

    /// The first problem of the text with `old` replaced.
    private func problem(_ old: String, _ new: String) -> String {
        guard let range = Self.text.range(of: old) else { return "\(old) is not there" }
        do {
            _ = try load(Self.text.replacingCharacters(in: range, with: new))
            return "no problem"
        } catch { return error.problems[0].description }
    }

    @Test("A campaign is read with its times in microseconds, its schedules, its faults and its bounds")
    func whole() throws {
        let campaign = try load(Self.text)
        #expect(campaign.devices.map(\.tier) == [0, nil] && campaign.requiredTiers == [0])
        let entry = try #require(campaign.cases.first)
        #expect(entry.duration == 8_000_000 && entry.repetitions == 3 && entry.arms)
        #expect(
            entry.faults.map(\.schedule) == [
                .at(5_000_000), .every(500_000, from: 1_000_000, to: 2_000_000),
                .random(count: 3, from: 2_000_000, to: 6_000_000),
            ])
        #expect(entry.faults.map(\.kind) == [.signal(.stall), .signal(.duplicate), .stimulator(.nack)])
        #expect(entry.faults[0].duration == 15_000_000 && entry.faults[2].count == 2)
        #expect(
            entry.expectations.map(\.subject) == [
                .interlock(26, happens: true), .noPulseAfter(5_500_000), .gapReported(1...Int64.max),
            ])
        #expect(entry.expectations[0].within == 70_000)
    }

    /// Lines and columns are counted by hand in the text above.
    @Test(
        "What is wrong is said with its place and the nearest right word",
        arguments: [
            ("signal: stall", "signal: stal", "c.yaml:18:27", "Did you mean \"stall\"?"),
            ("stimulator: nack", "stimulator: nak", "c.yaml:20:62", "Did you mean \"nack\"?"),
            ("repetitions: 3", "repetition: 3", "c.yaml:14:5", "Did you mean \"repetitions\"?"),
            ("lasts: 15 s", "lasts: 15", "c.yaml:18:41", "has no unit"),
            ("IL-26", "IL-99", "c.yaml:22:21", "IL-01 to IL-46"),
            ("within: 70 ms", "withn: 70 ms", "c.yaml:22:28", "Did you mean \"within\"?"),
            ("{at: 0 s, do: arm}", "{at: 1 s, do: arm}", "c.yaml:16:14", "before its first block"),
            ("to: 6 s", "to: 1 s", "c.yaml:20:44", "not after 2 s"),
            ("[0]", "[1]", "c.yaml:6:17", "no device of this campaign is emulated on tier 1"),
            ("{no_pulse_after: 5.5 s}", "{no_pulse_after: 5.5 s, within: 1 s}", "c.yaml:23:41", "have a bound"),
        ])
    func wrong(old: String, new: String, place: String, words: String) {
        let found = problem(old, new)
        #expect(found.contains(place) && found.contains(words), "\(found)")
    }
}
