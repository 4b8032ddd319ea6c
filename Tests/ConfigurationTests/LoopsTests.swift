import Configuration
import Foundation
import Interlocks
import Signal
import Testing

/// A profile whose `loops` lists what each lead does.
@Suite("Loops of several leads")
struct LoopsTests {
    static let file = "Profiles/bilateral-dbs/profile.yaml"

    static func change(_ old: String, _ new: String) throws -> [UInt8] {
        Array(try Tree.text(file).replacingOnce(old, new).utf8)
    }

    static func problems(_ bytes: [UInt8], limitsText: (String, String)? = nil) throws -> [Problem] {
        let path = try Tree.limitsPath("bilateral-dbs")
        var text = try Tree.text(path)
        if let (old, new) = limitsText { text = text.replacingOnce(old, new) }
        let limits = try loadLimits(Array(text.utf8), file: "stn-both.limits.yaml")
        let stimulator = try #require(try Tree.device("virtual-patient-bilateral").stimulator)
        return checkProfile(
            try loadProfile(bytes, file: "profile.yaml"), against: limits,
            limits: try limits.limits(device: stimulator), file: "profile.yaml")
    }

    /// As the shipped file has it: 2 mA at 130 Hz (7,693 µs) on the left, 1.5 mA at 125 Hz (8,000 µs) on the right.
    @Test("Each loop has its own lead, channels, controller and pulses; seed, block and limits are shared")
    func values() throws {
        let profile = try Tree.profile("bilateral-dbs")
        let lanes = profile.lanes
        #expect(lanes.map { $0.lead?.text } == ["left", "right"])
        #expect(lanes.map(\.channels) == [["LFP_L0", "LFP_L1", "LFP_L2"], ["LFP_R0", "LFP_R1", "LFP_R2"]])
        #expect(lanes.map { $0.decoder.channel } == ["LFP_L1", "LFP_R1"])
        #expect(lanes.map { $0.stimulation?.pair } == ["l1-l3", "r1-r3"])
        #expect(lanes.map { $0.stimulation?.period.value } == [7_693, 8_000])
        #expect(lanes.map { $0.stimulation?.amplitudeMaximum.value } == [2_000_000, 1_500_000])
        #expect(lanes.allSatisfy { $0.seed == profile.seed && $0.limits == profile.limits && $0.filters.count == 2 })
    }

    @Test("A profile without loops is its own only one")
    func single() throws {
        let profile = try Tree.profile("adaptive-dbs")
        #expect(profile.loops.isEmpty && profile.lanes == [profile])
    }

    @Test("A recording is asked for the channels of every loop, once each, and for all where a loop names none")
    func channels() throws {
        #expect(
            try Tree.profile("bilateral-dbs").sourceChannels
                == ["LFP_L0", "LFP_L1", "LFP_L2", "LFP_R0", "LFP_R1", "LFP_R2"])
        let shared = try Self.change("channels: [LFP_R0, LFP_R1, LFP_R2]", "channels: [LFP_R0, LFP_R1, LFP_L2]")
        #expect(try loadProfile(shared, file: "p").sourceChannels?.count == 5)
        let open = try Self.change("    channels: [LFP_R0, LFP_R1, LFP_R2]\n", "")
        #expect(try loadProfile(open, file: "p").sourceChannels == nil)
        #expect(try Tree.profile("grip-force").sourceChannels == Tree.profile("grip-force").channels)
    }

    static let refused: [(String, String, String)] = [
        ("deadlines: {", "decoder: {kind: threshold}\ndeadlines: {", "decoder: stands beside \"loops\""),
        ("deadlines: {", "filters: []\ndeadlines: {", "filters: stands beside \"loops\""),
        ("deadlines: {", "controller: {kind: none}\ndeadlines: {", "controller: stands beside \"loops\""),
        ("- lead: right", "- lead: left", "lead \"left\" has a loop already, at 10:11."),
        ("  - lead: right\n    channels", "  - channels", "the key \"lead\" is missing."),
        ("backend: loihi-fixed\n", "backend: loihi\n", "loops[1].decoder.backend: \"loihi\" is not one of"),
        ("    channels: [LFP_R0", "    chanels: [LFP_R0", "unknown key \"chanels\". Did you mean \"channels\"?"),
    ]

    @Test("What a loop must not say is an error with its line and column", arguments: refused.indices)
    func refusal(index: Int) throws {
        let (old, new, words) = Self.refused[index]
        let bytes = try Self.change(old, new)
        do {
            _ = try loadProfile(bytes, file: "profile.yaml")
            Issue.record("accepted")
        } catch {
            #expect(error.problems.contains { "\($0)".contains(words) && $0.line > 1 && $0.column > 0 }, "\(error)")
        }
    }

    @Test("A loop without a controller is refused: a lead without a loop is never stimulated anyway")
    func noController() throws {
        let text = try Tree.text(Self.file)
        let start = try #require(text.range(of: "    controller: {kind: dual-threshold, lower: 4.4 uV"))
        let end = try #require(text[start.lowerBound...].firstIndex(of: "\n"))
        let changed = text.replacingCharacters(in: start.lowerBound..<end, with: "    controller: {kind: none}")
        #expect(throws: ConfigurationError.self) { try loadProfile(Array(changed.utf8), file: "profile.yaml") }
    }

    @Test("An empty list of loops is refused, and so is one longer than there can be leads")
    func counts() throws {
        let text = try Tree.text(Self.file)
        let start = try #require(text.range(of: "loops:"))
        let end = try #require(text.range(of: "deadlines: {"))
        let empty = text.replacingCharacters(in: start.lowerBound..<end.lowerBound, with: "loops: []\n")
        do {
            _ = try loadProfile(Array(empty.utf8), file: "profile.yaml")
            Issue.record("accepted")
        } catch {
            #expect("\(error)".contains("0 loops are listed; from 1 to 8 can run."), "\(error)")
        }
    }

    @Test("A lead that the limits do not have is an error at its place, with the nearest word")
    func unknownLead() throws {
        let found = try Self.problems(try Self.change("- lead: right", "- lead: rigth"))
        let problem = try #require(found.first { $0.severity == .error })
        #expect(problem.code == "ANSA-P304" && problem.field == "loops[1].lead" && problem.line > 20)
        #expect(problem.text == "the limits have no lead \"rigth\"; they have left, right. Did you mean \"right\"?")
    }

    @Test("A pair on another lead than the loop's, and a ramp beyond the limits, are errors of that loop")
    func wrongPair() throws {
        let pair = try Self.problems(try Self.change("pair: r1-r3", "pair: l1-l3"))
        #expect(pair.contains { $0.code == "ANSA-P305" && $0.field == "loops[1].stimulation.pair" && $0.line > 20 })
        let width = try Self.problems(
            try Self.change("pulse_width: 60 us, frequency: 125", "pulse_width: 91 us, frequency: 125"))
        #expect(width.map(\.field) == ["loops[1].stimulation.pulse_width"])
    }

    @Test("A lead of the limits without a loop is allowed, and said")
    func leadWithoutLoop() throws {
        let text = try Tree.text(Self.file)
        let start = try #require(text.range(of: "  - lead: right"))
        let end = try #require(text.range(of: "deadlines: {"))
        let left = text.replacingCharacters(in: start.lowerBound..<end.lowerBound, with: "")
        let found = try Self.problems(Array(left.utf8))
        #expect(found.map(\.code) == ["ANSA-P306"] && found.map(\.severity) == [.warning])
        #expect(found.first?.text.contains("lead \"right\", for which this profile has no loop") == true)
    }
}
