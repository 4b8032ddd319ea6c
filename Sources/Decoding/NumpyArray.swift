import Glibc

/// An array of a NumPy `.npy` file as double precision numbers in C order.
///
/// Format versions 1 to 3, little-endian or single bytes: float32, float64, booleans, integers of 8 to 64 bits.
/// Integers beyond 2⁵³ lose their last digits, as everywhere in double precision.
public struct NumpyArray: Hashable, Sendable {
    public let shape: [Int]
    public let values: [Double]

    /// Reads the file at `path`; at most `limit` values are accepted.
    ///
    /// - Throws: ``CalibrationError/file(path:text:)`` with what was found.
    public init(_ path: String, limit: Int = 1 << 28) throws(CalibrationError) {
        let bytes = try NumpyArray.bytes(of: path, limit: 8 * limit + 65_536)
        let header = try NumpyHeader(bytes, path: path)
        var count = 1
        for extent in header.shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            guard !overflow, product <= limit else {
                throw .file(path: path, text: "more than \(limit) values, which is the limit")
            }
            count = product
        }
        let size = header.element.size
        guard bytes.count - header.offset == count * size else {
            throw .file(
                path: path,
                text: "\(bytes.count - header.offset) bytes of data; its shape \(header.shape) needs \(count * size)")
        }
        shape = header.shape
        let stored = unsafe bytes.withUnsafeBytes { raw in
            (0..<count).map { unsafe header.element.value(raw, at: header.offset + $0 * size) }
        }
        values = header.isFortran ? NumpyArray.reordered(stored, shape: header.shape) : stored
    }

    /// As a matrix: a vector becomes one column.
    public func matrix(_ what: String) throws(CalibrationError) -> Matrix {
        switch shape.count {
        case 1: return Matrix(rows: shape[0], columns: 1, values: values)
        case 2: return Matrix(rows: shape[0], columns: shape[1], values: values)
        default: throw .shape(what: what, found: shape, expected: "rows × columns")
        }
    }

    /// Column order to row order.
    private static func reordered(_ values: [Double], shape: [Int]) -> [Double] {
        guard shape.count > 1, !values.isEmpty else { return values }
        var steps: [Int] = []
        var step = 1
        for extent in shape {
            steps.append(step)
            step *= extent
        }
        var index = [Int](repeating: 0, count: shape.count)
        return values.indices.map { _ in
            let value = values[zip(index, steps).reduce(0) { $0 + $1.0 * $1.1 }]
            for axis in shape.indices.reversed() {
                index[axis] += 1
                if index[axis] < shape[axis] { break }
                index[axis] = 0
            }
            return value
        }
    }

    private static func bytes(of path: String, limit: Int) throws(CalibrationError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(path: path, text: reason()) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .file(path: path, text: reason()) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .file(path: path, text: "not a file") }
        guard status.st_size <= limit else {
            throw .file(path: path, text: "\(status.st_size) bytes; at most \(limit) are read")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var done = 0
        while done < bytes.count {
            let got = unsafe bytes.withUnsafeMutableBytes {
                unsafe read(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw .file(path: path, text: reason()) }
            guard got > 0 else { throw .file(path: path, text: "the file became shorter while it was read") }
            done += got
        }
        return bytes
    }

    private static func reason() -> String {
        unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "cannot be read"
    }
}
