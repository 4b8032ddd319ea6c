import Foundation
import Interlocks
import Signal
import Testing

/// FI-29: permitted pulses whose sum exceeds a window.
struct GateDoseTests {
    /// A window of the shipped file, its line, and its length in µs.
    static let windows: [(line: String, changed: String, length: Int64)] = [
        ("{length: 1 s, charge: 40 uC}", "{length: 1 s, charge: 0.24 uC}", 1_000_000),
        ("{length: 60 s, charge: 1.8 mC}", "{length: 60 s, charge: 0.24 uC}", 60_000_000),
        ("{length: 1 h, charge: 100 mC}", "{length: 1 h, charge: 0.24 uC}", 3_600_000_000),
        ("{length: 24 h, charge: 2 C}", "{length: 24 h, charge: 0.24 uC}", 86_400_000_000),
    ]

    /// 0.4 mA × 60 µs are 24 nC, so that 0.24 µC are ten pulses.
    ///
    /// Each is a sixteenth of the window after the one before.
    /// A pulse may count for a sixty-fourth of the window longer than the window is.
    @Test(
        "FI-29 legal pulses are denied at the first that exceeds a window, and again permitted once it drains",
        arguments: 0..<4)
    func window(index: Int) throws {
        let window = Self.windows[index]
        let rig = try GateRig { $0.doseWindows[index].charge = Femtocoulombs(240_000_000) }
        rig.segment.amplitude = Nanoamperes(400_000)
        let start = rig.segment.firstPulse.value, part = window.length / 16
        for number in Int64(0)..<12 {
            rig.segment.firstPulse = Microseconds(start + number * part)
            #expect(rig.offer() == (number < 10 ? [] : .doseWindow), "pulse \(number)")
        }
        #expect(rig.machine.mode == .openLoop, "a full window latches nothing")
        rig.segment.firstPulse = Microseconds(start + window.length)
        #expect(rig.offer() == .doseWindow, "the bucket of the first pulse has expired in part and counts whole")
        rig.segment.firstPulse = Microseconds(start + window.length + window.length / 32)
        #expect(rig.offer() == [])
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).limits.yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        let text = try String(contentsOfFile: Recorder.shippedLimits, encoding: .utf8)
        #expect(text.contains(window.line))
        try text.replacingOccurrences(of: window.line, with: window.changed)
            .write(to: file, atomically: true, encoding: .utf8)
        try rig.checkRecord(limits: file.path, atLeast: 11)
    }
}
