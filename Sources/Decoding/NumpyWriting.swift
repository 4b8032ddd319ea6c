extension NumpyArray {
    /// The bytes of a `.npy` file, version 1.0, with `values` in C order as little-endian doubles.
    ///
    /// Source: numpy.lib.format; the header is padded so that the values begin at a multiple of 64 bytes.
    public static func bytes(shape: [Int], values: [Double]) -> [UInt8] {
        precondition(shape.reduce(1, *) == values.count)
        let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var header = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(extents)), }"
        let length = (10 + header.utf8.count + 1 + 63) / 64 * 64
        header += String(repeating: " ", count: length - 11 - header.utf8.count) + "\n"
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
        bytes += [UInt8(truncatingIfNeeded: header.utf8.count), UInt8(truncatingIfNeeded: header.utf8.count >> 8)]
        bytes += Array(header.utf8)
        bytes.reserveCapacity(bytes.count + 8 * values.count)
        for value in values {
            let word = value.bitPattern
            for byte in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * byte))) }
        }
        return bytes
    }
}
