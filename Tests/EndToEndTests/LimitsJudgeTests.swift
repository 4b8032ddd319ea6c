import Foundation
import Testing

/// `ansa limits judge` as a clinician or a script calls it, on the shipped limits: 0 to 5 mA, 30 to 90 µs, 0.45 µC,
/// 10 µC/cm² on 6 mm², ramps of 20 mA/s, steps of 0.5 mA.
@Suite struct LimitsJudgeTests {
    /// One command as the documentation has it, changed.
    struct Line {
        var at = 0, mode = "open-loop", pair = "\"c1-case\"", waveform = "biphasic-cathodic-first-symmetric"
        var amplitude = 100_000, width = 60, interphase = 0, period = 7_692, pulses = 1, balance = 0
        var evidence: String?

        var text: String {
            "{\"at_us\": \(at), \"mode\": \"\(mode)\", \"pair\": \(pair), \"waveform\": \"\(waveform)\", "
                + "\"amplitude_na\": \(amplitude), \"pulse_width_us\": \(width), \"interphase_us\": \(interphase), "
                + "\"period_us\": \(period), \"pulses\": \(pulses), \"balance_ppm\": \(balance)"
                + (evidence.map { ", \"evidence\": {\($0)}" } ?? "") + "}"
        }
    }

    struct Answer: Decodable, Equatable {
        let permit: Bool
        let interlocks: [Int]
        let reasons: [String]
    }

    static func judge(
        _ text: String, _ options: [String] = ["--stateless", "--format", "json"], limits: String = LimitsTests.shipped
    ) throws -> Outcome {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let commands = folder.appendingPathComponent("commands.jsonl")
        try text.write(to: commands, atomically: true, encoding: .utf8)
        return try BuiltProgram.ansa.run(["limits", "judge", limits, "--commands", commands.path] + options)
    }

    static func answers(_ lines: [Line], _ options: [String] = ["--stateless"]) throws -> [Answer] {
        let outcome = try judge(lines.map { $0.text + "\n" }.joined(), options + ["--format", "json"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        return try outcome.output.split(separator: "\n").map {
            try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
        }
    }

    /// Expected by hand: 5 mA × 90 µs = 0.45 µC, on 6 mm² = 7.5 µC/cm²; 185 Hz is 5,405.4 µs.
    @Test("Without history a command at each bound is permitted, and one step beyond names the interlock")
    func boundaries() throws {
        let ack = "\"acknowledged\": [\"amplitude\", \"charge-density\", \"shannon\"]"
        let rows: [(Line, [Int])] = [
            (Line(amplitude: 5_000_000, width: 90, evidence: ack), []),
            (Line(amplitude: 5_000_001, evidence: ack), [9, 10]),
            (Line(width: 29), [11]), (Line(width: 91), [11]), (Line(interphase: 101), [12]),
            (Line(period: 5_406), []), (Line(period: 5_405), [13]), (Line(balance: 4_000), []),
            (Line(balance: 4_001), [18]), (Line(waveform: "passive-recharge"), [8]), (Line(mode: "armed"), [1]),
            (Line(amplitude: -1), [4, 9, 13, 14, 15, 16, 17, 19, 22, 33, 38, 39]),
        ]
        let answers = try Self.answers(rows.map(\.0))
        #expect(answers.map(\.interlocks) == rows.map(\.1))
        for answer in answers {
            #expect(answer.permit == answer.interlocks.isEmpty && answer.reasons.count == answer.interlocks.count)
        }
        #expect(
            answers[1].reasons[0].hasPrefix("amplitude 5.000001 mA is above 5 mA (limits.hard.amplitude.max, line "))
    }

    @Test("Each field of the evidence that is said to be bad breaks its interlock in closed loop")
    func evidence() throws {
        let rows: [(String, [Int])] = [
            ("\"is_armed\": false", [1]), ("\"limits_expired\": true", [2]), ("\"token_age_us\": 100001", [3]),
            ("\"actors_healthy\": false", [3]), ("\"lease_end_us\": 119", [4]), ("\"lease_end_us\": 120", []),
            ("\"stop_requested\": true", [5]), ("\"latch\": 128", [6]), ("\"patient_maximum_na\": 99999", [9]),
            ("\"patient_maximum\": 100000", []), ("\"target_na\": null", [21]), ("\"sample_age_us\": 60001", [26]),
            ("\"sample_age\": 60000", []), ("\"valid_channels\": 1", [27]), ("\"signal_disturbed\": true", [27]),
            ("\"deadline_misses_in_window\": 11", [28]), ("\"confidence_ppm\": 499999", [29]),
            ("\"out_of_distribution_ppm\": 3000001", [29]), ("\"uncertain_deliveries\": 1", [30]),
            ("\"compliance_reached\": true", [31]), ("\"device_matches\": false", [32]),
            ("\"consent_expired\": true", [34]), ("\"log_healthy\": false", [35]), ("\"clocks_agree\": false", [36]),
            ("\"sequence_valid\": false", [40]), ("\"controller\": -1", [41]), ("\"read_back_matches\": false", [42]),
            ("\"realtime_or_virtual\": false", [43]), ("\"arming_evidence_valid\": false", [44]),
            ("\"verdicts_agree\": false, \"stop_requested\": true", [5, 46]),
        ]
        let answers = try Self.answers(rows.map { Line(mode: "closed-loop", evidence: $0.0) })
        for (row, answer) in zip(rows, answers) { #expect(answer.interlocks == row.1, "\(row.0)") }
        #expect(answers.count == rows.count)
    }

    /// 20 mA/s over 7,692 µs is 153,840 nA; before the first pulse the lead has been at zero for a second.
    @Test("Ramp and order are kept from line to line, and a denied command changes nothing")
    func history() throws {
        let lines = [
            Line(at: 0, amplitude: 100_000), Line(at: 7_692, amplitude: 253_841), Line(at: 7_692, amplitude: 253_840),
            Line(at: 7_692, amplitude: 253_840), Line(at: 15_384, amplitude: 253_840, pulses: 40),
            Line(at: 7_692 * 42, pair: "null", width: 0),
        ]
        let answers = try Self.answers(lines, [])
        #expect(answers.map(\.interlocks).prefix(5) == [[], [20], [], [13, 40], []])
        #expect(answers[1].reasons[0].contains("step 0.153841 mA from 0.1 mA is above 0.15384 mA"))
    }

    @Test("A file without a profile beside it is judged for an emulated device of its own entry")
    func bareFile() throws {
        let file = try LimitsTests.copy {
            $0.replacingOccurrences(of: "ceiling_amplitude: 5 mA", with: "ceiling_amplitude: 5.1 mA")
        }
        defer { LimitsTests.clean(file) }
        let outcome = try Self.judge(Line(waveform: "passive-recharge").text, ["--stateless"], limits: file.path)
        #expect(outcome.code == 0)
        #expect(outcome.output.hasPrefix("1: denied\n  IL-08 waveform class: waveform passive-recharge is not allowed"))
        #expect(outcome.output.hasSuffix("1 command: 0 permitted, 1 denied\n"))
    }

    @Test(
        "A line that cannot be read ends with 65, names line and column, and the good lines before it are printed",
        arguments: [
            ("", "2:1: "), ("hello", "2:1: hello"), ("{\"at_us\": 1e400}", "2:11: at_us: 1e400 stands where a whole"),
            ("{\"at_us\": NaN}", "2:11: at_us: NaN"), ("{\"at_us\": 1.0}", "2:11: at_us: 1.0"),
            ("{\"at_us\": 9223372036854775808}", "does not fit into 64 bits: -9223372036854775808 to"),
            ("{\"at_us\": \"1\"}", "2:11: at_us: a text stands where a whole number is needed"),
            ("{\"at_us\": 1, \"at_us\": 1}", "2:14: at_us: the key stands twice"),
            ("{\"amplitude\": 1}", "amplitude: unknown key. Did you mean 'amplitude_na'?"),
            (
                "{\"evidence\": {\"sampel_age_us\": 1}}",
                "evidence.sampel_age_us: unknown field of the evidence. Did you"
            ),
            ("{\"evidence\": {\"is_armed\": 1}}", "evidence.is_armed: 1 stands where true or false is needed"),
            ("{\"evidence\": {\"sample_age\": 1, \"sample_age_us\": 1}}", "\"sample_age\" stands twice"),
            ("{\"evidence\": {\"latch\": -1}}", "-1 is outside 0 to"),
            ("{\"evidence\": {\"acknowledged\": [\"shanon\"]}}", "Did you mean 'shannon'?"),
            ("{\"mode\": \"closed_loop\"}", "2:10: mode: \"closed_loop\" is not one of off, armed"),
            ("{\"at_us\": 0}", "2:1: mode: the key is missing"), ("{\"pair\": \"a", "the quotes are not closed"),
            ("{\"pair\": \"\\x\"}", "the escape is none that JSON knows"),
            (Line().text + Line().text, "follows the object; one command a line"),
        ] as [(String, String)])
    func badLines(line: String, message: String) throws {
        let outcome = try Self.judge(Line().text + "\n" + line + "\n" + Line().text)
        #expect(outcome.code == 65)
        #expect(outcome.output == "{\"permit\": true, \"interlocks\": [], \"reasons\": []}\n")
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(outcome.errors.contains("commands.jsonl:2:"))
    }

    @Test("Time that goes backwards, an absent file of commands and a missing option are refused by name")
    func refusals() throws {
        let backwards = try Self.judge(Line(at: 5).text + "\n" + Line(at: 4).text, [])
        #expect(backwards.code == 65 && backwards.errors.contains(":2:11: at_us: 4 is before 5 of the line before"))
        #expect(try Self.judge(Line(at: 5).text + "\n" + Line(at: 4).text, ["--stateless"]).code == 0)
        let absent = try BuiltProgram.ansa.run(["limits", "judge", LimitsTests.shipped, "--commands", "nowhere.jsonl"])
        #expect(absent.code == 65 && absent.errors.contains("nowhere.jsonl: No such file"))
        #expect(try BuiltProgram.ansa.run(["limits", "judge", LimitsTests.shipped]).code == 64)
        let longLine = try Self.judge(String(repeating: " ", count: 65_537))
        #expect(longLine.code == 65 && longLine.errors.contains("1:1: the line is longer than 65536 bytes"))
    }

    @Test("Every field of the evidence that the help names is in the documentation, and no other")
    func documented() throws {
        let page = BuiltProgram.package.appendingPathComponent("Documentation/limits-judge.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let table = text.components(separatedBy: "## Evidence")[1].split(separator: "\n").filter { $0.hasPrefix("| `") }
        let documented = table.flatMap { row in
            row.split(separator: "|")[0].split(separator: "`").filter { $0.contains("_") || $0.count > 4 }.map(
                String.init)
        }
        let help = try BuiltProgram.ansa.run(["help", "limits", "judge"]).output
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let list = help.components(separatedBy: "what is not healthy: ")[1].components(separatedBy: ". Doc")[0]
        #expect(Set(documented) == Set(list.components(separatedBy: ", ")))
        #expect(documented.count == 46)
    }
}
