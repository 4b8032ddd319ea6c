/// The cyclic redundancy check with the Castagnoli polynomial (RFC 3720, appendix B.4), by eight tables.
public enum CRC32C {
    /// The check of `bytes`, or of `bytes` after others whose check was `previous`.
    public static func checksum(_ bytes: UnsafeRawBufferPointer, after previous: UInt32 = 0) -> UInt32 {
        guard let start = bytes.baseAddress else { return previous }
        let count = bytes.count
        return unsafe tables.withUnsafeBufferPointer { table in
            var crc = ~previous
            var at = 0
            while at + 8 <= count {
                let word = unsafe UInt64(littleEndian: start.loadUnaligned(fromByteOffset: at, as: UInt64.self))
                crc = unsafe fold(word ^ UInt64(crc), table)
                at += 8
            }
            while at < count {
                let byte = unsafe start.load(fromByteOffset: at, as: UInt8.self)
                crc = unsafe (crc >> 8) ^ table[Int((crc ^ UInt32(byte)) & 0xff)]
                at += 1
            }
            return ~crc
        }
    }

    /// Eight bytes at once: byte i goes through the table that shifts it past the 7 − i bytes behind it.
    @inline(__always)
    private static func fold(_ word: UInt64, _ table: UnsafeBufferPointer<UInt32>) -> UInt32 {
        let low = unsafe table[1792 + Int(word & 0xff)] ^ table[1536 + Int(word >> 8 & 0xff)]
        let second = unsafe table[1280 + Int(word >> 16 & 0xff)] ^ table[1024 + Int(word >> 24 & 0xff)]
        let third = unsafe table[768 + Int(word >> 32 & 0xff)] ^ table[512 + Int(word >> 40 & 0xff)]
        let high = unsafe table[256 + Int(word >> 48 & 0xff)] ^ table[Int(word >> 56)]
        return low ^ second ^ third ^ high
    }

    /// Table t holds, for each byte, its remainder after t more zero bytes; 8 × 256 entries.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 2048)
        for byte in 0..<256 {
            var remainder = UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0x82f6_3b78 : remainder >> 1 }
            tables[byte] = remainder
        }
        for index in 256..<2048 {
            let previous = tables[index - 256]
            tables[index] = previous >> 8 ^ tables[Int(previous & 0xff)]
        }
        return tables
    }()
}
