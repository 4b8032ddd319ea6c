import Foundation
import Signal
import Testing
import VirtualLab

/// A pulse as a device would write it down; what a symmetric pulse does not need is nil.
struct RecordedPulse {
    var time: Int64
    var amplitude: Int64
    var pair: Int32 = 0
    var width: Int64 = 60
    var interphase: Int64 = 0
    /// Charge of the second phase in fC; nil: that of the first.
    var recharge: Int64?
    var waveform: String?

    var line: String {
        var line = "{\"event\":\"pulse\",\"at_us\":\(time),\"pair\":\(pair),\"amplitude_na\":\(amplitude)"
        line += ",\"width_us\":\(width),\"interphase_us\":\(interphase),\"charge_fc\":\(amplitude * width)"
        if let recharge { line += ",\"recharge_fc\":\(recharge)" }
        if let waveform { line += ",\"waveform\":\"\(waveform)\"" }
        return line + "}"
    }
}

/// The independent recorder: `Scripts/recorder.py`, a process of its own that reads what a device wrote down and the
/// limits file, and derives charge, density, ramp, duty, dose and net current anew, in floating point.
///
///     try Recorder.check(session: folder)                         // a session's folder
///     try Recorder.check(pulses, limits: limitsPath)              // pulses that a test collected
///     try Recorder.check(segments, limits: limitsPath)            // segments that were permitted
///     try Recorder.check(events, limits: limitsPath)              // events of a `VirtualStimulator`
///
/// Each records an issue for every breach, and one where the record has fewer pulses than were expected.
enum Recorder {
    struct Breach: Decodable {
        let what: String
        let line: Int
    }

    struct Finding: Decodable {
        let pulses: Int
        let extremes: [String: Double]
        let breaches: [Breach]
        var names: Set<String> { Set(breaches.map(\.what)) }
    }

    struct Failure: Error, CustomStringConvertible { let description: String }

    /// The limits of `Profiles/adaptive-dbs`.
    static let shippedLimits = Products.shipped("Profiles/adaptive-dbs/stn-left.limits.yaml")

    static func check(session: String, atLeast count: Int = 1, at location: SourceLocation = #_sourceLocation) throws {
        expect(try read([session]), atLeast: count, location)
    }

    /// A device's record, or the folder with its `stimulator.jsonl`, against a limits file.
    static func check(
        record: String, limits: String, atLeast count: Int = 1, at location: SourceLocation = #_sourceLocation
    ) throws {
        expect(try read(["--limits", limits, record]), atLeast: count, location)
    }

    static func check(
        _ pulses: [RecordedPulse], limits: String = shippedLimits, atLeast count: Int = 1,
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let finding = try read(lines: pulses.map(\.line), limits: limits, words: ["--pulses-only"])
        expect(finding, atLeast: count, location)
    }

    static func check(
        _ segments: [Segment], limits: String = shippedLimits, atLeast count: Int = 1,
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let pulses = segments.filter { $0.pulses > 0 }.flatMap { segment in
            (0..<segment.pulses).map { index in
                RecordedPulse(
                    time: segment.firstPulse.value + index * segment.period.value, amplitude: segment.amplitude.value,
                    pair: segment.pair, width: segment.width.value, interphase: segment.interphase.value)
            }
        }
        try check(pulses, limits: limits, atLeast: count, at: location)
    }

    static func check(
        _ events: [StimulatorEvent], limits: String = shippedLimits, atLeast count: Int = 1,
        at location: SourceLocation = #_sourceLocation
    ) throws {
        expect(try read(lines: events.map(line), limits: limits), atLeast: count, location)
    }

    /// What the recorder finds in lines of a device's record.
    static func read(lines: [String], limits: String = shippedLimits, words: [String] = []) throws -> Finding {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("ansa record \(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data((lines + [""]).joined(separator: "\n").utf8).write(to: file)
        return try read(words + ["--limits", limits, file.path])
    }

    private static func expect(_ finding: Finding, atLeast count: Int, _ location: SourceLocation) {
        #expect(finding.pulses >= count, sourceLocation: location)
        let breaches = finding.breaches.map { "\($0.what) in line \($0.line)" }
        #expect(breaches == [], sourceLocation: location)
    }

    private static func line(_ event: StimulatorEvent) -> String {
        var bytes = [UInt8](repeating: 0, count: StimulatorEvent.longestLine)
        let length = unsafe bytes.withUnsafeMutableBufferPointer { unsafe event.writeJSON(into: $0) }
        return String(decoding: bytes.prefix(length).dropLast(), as: UTF8.self)
    }

    private static func read(_ words: [String]) throws -> Finding {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [Products.shipped("Scripts/recorder.py")] + words
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let finding: Finding? = try? JSONDecoder().decode(Finding.self, from: bytes)
        guard let finding, process.terminationStatus == (finding.breaches.isEmpty ? 0 : 1) else {
            throw Failure(description: "recorder.py \(words) ended with \(process.terminationStatus)")
        }
        return finding
    }
}
