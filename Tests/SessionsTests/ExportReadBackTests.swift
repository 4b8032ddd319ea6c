import Foundation
import Sessions
import Signal
import Testing

/// Exports as arrays and tables, read by our own readers.
@Suite struct ExportReadBackTests {
    /// Two stretches of 1 s at 4 Hz, the second 3 s after the first; a remark in each.
    private static var european: SmallEDF {
        var file = SmallEDF()
        file.labels = ["LFP, \"left\"", "EDF Annotations"]
        file.reserved = "EDF+D"
        file.samples = [4, 20]
        file.body =
            SmallEDF.counts([1, 2, 3, 4])
            + SmallEDF.annotations("+0\u{14}\u{14}\0+0.5\u{14}one\u{14}\0", 40)
            + SmallEDF.counts([5, 6, 7, -8]) + SmallEDF.annotations("+3\u{14}\u{14}\0+3.25\u{14}two µ\u{14}\0", 40)
        return file
    }

    @Test(
        "Samples, labels, units, gaps, remarks and the start come back", arguments: [ExportFormat.npy, .csv])
    func readBack(format: ExportFormat) throws {
        try withTemporaryFolder { root in
            try write(Self.european.bytes, to: root + "/x.edf")
            let original = try openRecordingFile(root + "/x.edf")
            let options = ExportOptions(name: "x")
            let report = try original.export(
                to: format, directory: root + "/out", replaces: false, options: options)
            let name = try #require(report.files.first { !$0.hasSuffix(".json") })
            let file = try openRecordingFile("\(root)/out/\(name)")
            let (found, expected) = (file.streams[0], original.streams[0])
            #expect(found.channels.map(\.label) == expected.channels.map(\.label))
            #expect(found.channels.map(\.unit) == expected.channels.map(\.unit))
            #expect(found.channels.map(\.rate) == expected.channels.map(\.rate))
            #expect(found.segments == expected.segments && expected.segments.count == 2)
            #expect(found.events == expected.events && expected.events.count == 2)
            #expect(found.start == expected.start && found.start != nil)
            let values = try RecordedValues(file, channel: 0).values
            let stored = try RecordedValues(original, channel: 0).values
            for (value, stored) in zip(values, stored) { #expect(abs(value - stored) < 1e-6) }
            #expect(values.count == 8 && file.warnings.allSatisfy { $0.kind == "gap" })
        }
    }
}
