/// Numbers as little-endian files store them, at places that need not be aligned.
///
/// A place outside the bytes traps: the caller has looked at their count before.
extension [UInt8] {
    func unsigned16(at place: Int) -> UInt16 { UInt16(self[place]) | UInt16(self[place + 1]) << 8 }

    func signed16(at place: Int) -> Int16 { Int16(bitPattern: unsigned16(at: place)) }

    func unsigned32(at place: Int) -> UInt32 {
        UInt32(unsigned16(at: place)) | UInt32(unsigned16(at: place + 2)) << 16
    }

    func unsigned64(at place: Int) -> UInt64 {
        UInt64(unsigned32(at: place)) | UInt64(unsigned32(at: place + 4)) << 32
    }

    /// Text of a field of `count` bytes that ends at its first zero; UTF-8 where it is, else latin-1.
    func text(at place: Int, count: Int) -> String {
        let field = self[place..<(place + count)].prefix { $0 != 0 }
        return RecordingText.trimmed(RecordingText.utf8(field) ?? RecordingText.latin1(field))
    }
}
