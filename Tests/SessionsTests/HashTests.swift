import Sessions
import Testing

@Suite struct HashTests {
    static let vectors: [([UInt8], UInt32)] = [
        (Array("123456789".utf8), 0xe306_9283), ([UInt8](repeating: 0, count: 32), 0x8a91_36aa),
        ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43), ((0..<32).map { UInt8($0) }, 0x46dd_794e),
    ]

    /// RFC 3720, appendix B.4: 32 bytes of zeros 0x8a9136aa, of ones 0x62a8ab43; the check value of the catalogue of
    /// parametrised CRC algorithms, CRC-32/ISCSI: 0xe3069283.
    ///
    /// 0 to 31: 0x46dd794e.
    @Test("CRC-32C gives the published values, in one piece and in two", arguments: vectors)
    func crc(bytes: [UInt8], expected: UInt32) {
        unsafe bytes.withUnsafeBytes { raw in
            #expect(unsafe CRC32C.checksum(raw) == expected)
            let a = unsafe UnsafeRawBufferPointer(rebasing: raw[..<5])
            let b = unsafe UnsafeRawBufferPointer(rebasing: raw[5...])
            #expect(unsafe CRC32C.checksum(b, after: CRC32C.checksum(a)) == expected)
        }
    }

    /// Expected: `printf abc | b2sum -l 256` of GNU coreutils, and Python's hashlib.blake2b(digest_size=32).
    @Test("BLAKE2b-256 of 'abc' and of nothing is what b2sum prints")
    func blake2b() {
        #expect(
            Hash256(of: Array("abc".utf8)).description
                == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319")
        #expect(
            Hash256(of: []).description == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8")
    }

    @Test("Reading a running hash does not change what follows")
    func runningHash() {
        let running = RunningHash()
        for byte in Array("abc".utf8) {
            unsafe withUnsafeBytes(of: byte) { unsafe running.add($0) }
            _ = running.digest()
        }
        #expect(running.digest() == Hash256(of: Array("abc".utf8)))
    }
}
