/// Writes small EDF files by hand, byte by byte after the published layout.
struct SmallEDF {
    var labels = ["a", "b"]
    var samples = [4, 4]
    var records = "2"
    var duration = "1"
    var reserved = ""
    var units = ["uV", "mV"]
    var physical = [("-100", "100"), ("-1", "1")]
    var digital = [("-1000", "1000"), ("-1000", "1000")]
    var body: [UInt8] = []
    var headerBytes: String?

    /// The bytes of the file.
    var bytes: [UInt8] {
        func field(_ text: String, _ width: Int) -> [UInt8] {
            let utf8 = Array(text.utf8.prefix(width))
            return utf8 + [UInt8](repeating: 32, count: width - utf8.count)
        }
        func all(_ texts: [String], _ width: Int) -> [UInt8] { texts.flatMap { field($0, width) } }
        let empty = labels.map { _ in "" }
        var out = field("0", 8) + field("X X X X", 80) + field("Startdate 02-MAR-2021 X X X", 80)
        out += field("02.03.21", 8) + field("04.05.06", 8)
        out += field(headerBytes ?? String(256 * (labels.count + 1)), 8) + field(reserved, 44)
        out += field(records, 8) + field(duration, 8) + field(String(labels.count), 4)
        out += all(labels, 16) + all(empty, 80) + all(units, 8)
        out += all(physical.map(\.0), 8) + all(physical.map(\.1), 8)
        out += all(digital.map(\.0), 8) + all(digital.map(\.1), 8)
        out += all(empty, 80) + all(samples.map(String.init), 8) + all(empty, 32)
        return out + body
    }

    /// Little-endian 16-bit counts.
    static func counts(_ values: [Int16]) -> [UInt8] {
        values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    /// `text` padded with zeros to an annotation signal of `count` bytes.
    static func annotations(_ text: String, _ count: Int) -> [UInt8] {
        let utf8 = Array(text.utf8)
        return utf8 + [UInt8](repeating: 0, count: count - utf8.count)
    }
}
