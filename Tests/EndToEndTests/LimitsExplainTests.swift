import Foundation
import Testing

/// `ansa limits explain` on the shipped limits: 5 mA, 30 to 90 µs, up to 185 Hz on 6 mm²; baseline 2 mA, 60 µs, 130 Hz.
@Suite struct LimitsExplainTests {
    static func explain(_ words: [String], environment: [String: String] = [:]) throws -> Outcome {
        try BuiltProgram.ansa.run(["limits", "explain", LimitsTests.shipped] + words, environment: environment)
    }

    /// By hand: 5 mA × 90 µs = 0.45 µC; on 6 mm² 7.5 µC/cm²; × 185 Hz = 83.25 µC/s; 40 µC after 0.480480 s;
    /// 2 mA × 60 µs × 130 Hz = 15.6 µC/s; 5 mA over 2 kΩ = 10 V.
    @Test("Derived numbers are those that are worked out by hand, as whole numbers")
    func numbers() throws {
        let json = try Self.explain(["--format", "json"]).json
        let sources = json["sources"] as? [[String: Any]] ?? []
        func source(_ name: String) -> [String: Any] { sources.first { $0["name"] as? String == name } ?? [:] }
        let hard = source("hard-corner")
        #expect(hard["charge_fc"] as? Int == 450_000_000)
        let contact = (hard["contacts"] as? [[String: Any]] ?? []).first ?? [:]
        #expect(contact["density_pc_per_cm2"] as? Int == 7_500_000)
        #expect(hard["rate_fc_per_s"] as? Int == 83_250_000_000)
        let windows = hard["windows"] as? [[String: Any]] ?? []
        #expect(windows.first?["full_after_us"] as? Int == 480_480)
        #expect(hard["voltage_uv"] as? Int == 10_000_000)
        #expect(source("baseline")["rate_fc_per_s"] as? Int == 15_600_000_000)
        #expect(json["armable"] as? Bool == true)
        #expect(json["allows_closed_loop"] as? Bool == true)
    }

    @Test("The words say what is permitted, what falls back and what could arm, section by section")
    func words() throws {
        let outcome = try Self.explain([])
        #expect(outcome.code == 0)
        let sections = [
            "ONE PULSE", "WHAT EACH CONTACT BEARS", "DOSE", "CHARGE BALANCE", "VOLTAGE", "CHANGES OF AMPLITUDE",
            "WHEN SOMETHING FAILS", "THE PATIENT", "SOFT LIMITS", "SIGNAL", "ARMING", "PICTURE",
        ]
        var rest = Substring(outcome.output)
        for section in sections {
            let range = try #require(rest.range(of: "\n\n\(section)"), "\(section) is missing or out of order")
            rest = rest[range.upperBound...]
        }
        #expect(outcome.output.contains("Could arm virtual-patient now."))
    }

    @Test("The picture in the terminal keeps to its columns, has no colour codes, and names every curve")
    func chart() throws {
        let outcome = try Self.explain([])
        #expect(!outcome.output.contains("\u{1B}"))
        let lines = outcome.output.components(separatedBy: "\n")
        let start = try #require(lines.firstIndex { $0.hasPrefix("PICTURE") })
        let axis = try #require(lines.firstIndex { $0.contains("└") })
        #expect(lines[start..<axis].allSatisfy { $0.count <= 80 })
        #expect(lines[start..<axis].contains { $0.contains("▒") })
        for name in [
            "A amplitude 5 mA", "T total amplitude", "W pulse width", "Q charge per phase", "D charge density",
            "K Shannon", "J charge injection", "a soft amplitude", "d soft charge density", "k soft Shannon",
            "C compliance", "P patient", "H dose windows", "B baseline",
        ] {
            #expect(lines[axis...].contains { $0.hasPrefix("  \(name)") }, "\(name)")
        }
    }

    @Test("The SVG is one well-formed document that refers to nothing outside itself")
    func svg() throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("a<b>&.svg")
        #expect(try Self.explain(["--svg", file.path]).code == 0)
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\""))
        #expect(text.components(separatedBy: "http").count == 2)
        #expect(!text.contains("href") && !text.contains("<script") && !text.contains("<style"))
        for part in ["Width of a phase (µs)", "Amplitude over the pair (mA)", "Shannon k = 1.50 on c1 (6 mm²)"] {
            #expect(text.contains(">\(part)<"), "\(part)")
        }
        // Python's parser is the judge of form.
        let python = BuiltProgram(executable: URL(fileURLWithPath: "/usr/bin/env"))
        let script =
            "import sys, xml.dom.minidom as m; print(len(m.parse(sys.argv[1]).getElementsByTagName('polyline')))"
        let outcome = try python.run(["python3", "-c", script, file.path])
        #expect(outcome.code == 0, "\(outcome.errors)")
    }

    @Test("A pair that is not there is named, with those that are")
    func pair() throws {
        let outcome = try Self.explain(["--pair", "c1-cas"])
        #expect(outcome.code == 64)
        #expect(outcome.errors.contains("Did you mean 'c1-case'?"))
    }

    @Test("A file that does not load is not explained: every error is told")
    func broken() throws {
        let file = try LimitsTests.copy {
            $0.replacingOccurrences(of: "max: 5 mA}", with: "max: 5}").replacingOccurrences(
                of: "stop: always", with: "stop: no")
        }
        defer { LimitsTests.clean(file) }
        let outcome = try BuiltProgram.ansa.run(["limits", "explain", file.path])
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("ANSA-L103") && outcome.errors.contains("ANSA-L093"))
        #expect(outcome.output.isEmpty)
    }
}
