/// Units of GDF 2: a code of ISO/IEEE 11073-10101, whose lowest five bits are a decimal prefix.
enum GDFUnit {
    private static let bases: [UInt16: String] = [
        0: "", 512: "", 544: "%", 736: "°", 2176: "s", 2496: "Hz", 3872: "mmHg", 4160: "A", 4256: "V", 4288: "Ohm",
        6048: "°C",
    ]
    private static let prefixes = [
        "", "da", "h", "k", "M", "G", "T", "P", "E", "Z", "Y", nil, nil, nil, nil, nil, "d", "c", "m", "u", "n", "p",
        "f", "a", "z", "y",
    ]

    /// The unit of `code` as text, or nil where the code is not known here.
    static func text(_ code: UInt16) -> String? {
        let prefix = Int(code & 0x1f)
        guard let base = bases[code & ~0x1f], prefixes.indices.contains(prefix), let text = prefixes[prefix] else {
            return nil
        }
        return base.isEmpty ? "" : text + base
    }
}
