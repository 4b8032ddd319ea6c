import CHDF5
import Glibc

/// A file opened for reading through libhdf5: the only place of this room, beside ``HDF5Writing``, that calls it.
@safe final class HDF5Reading {
    /// Values of one dataset at most; larger ones are refused before memory is asked for.
    static let valueLimit = 1 << 24
    private let file: hid_t
    private let path: String
    private let size: Int
    /// Bytes that may still be read: deflate makes at most 1,032 of one (RFC 1951), so that a whole file has no more.
    private var budget: Int

    /// Opens `path`, or says what is wrong with it.
    init(path: String) throws(NIRError) {
        self.path = path
        size = try HDF5Reading.inspect(path)
        budget = size.multipliedReportingOverflow(by: 1_032).partialValue
        H5Eset_auto2(0, nil, nil)
        file = unsafe H5Fopen(path, ansa_H5F_ACC_RDONLY(), 0)
        guard file >= 0 else { throw .unreadable(file: path) }
    }

    deinit { H5Fclose(file) }

    /// Names of the members of the group at `group`, in the order of their bytes.
    func members(of group: String) throws(NIRError) -> [String] {
        let id = unsafe H5Gopen2(file, group, 0)
        guard id >= 0 else { throw .missing(what: "group '\(group)'", at: path) }
        defer { H5Gclose(id) }
        var info = H5G_info_t()
        guard unsafe H5Gget_info(id, &info) >= 0 else { throw .unreadable(file: path) }
        guard info.nlinks <= 100_000 else {
            throw .tooLarge(what: "members of '\(group)'", found: Int(info.nlinks), allowed: 100_000)
        }
        var names: [String] = []
        for index in 0..<info.nlinks {
            let length = unsafe H5Lget_name_by_idx(id, ".", H5_INDEX_NAME, H5_ITER_INC, index, nil, 0, 0)
            guard length >= 0, length < 4096 else { throw .unreadable(file: path) }
            var bytes = [CChar](repeating: 0, count: length + 1)
            unsafe H5Lget_name_by_idx(id, ".", H5_INDEX_NAME, H5_ITER_INC, index, &bytes, length + 1, 0)
            names.append(String(decoding: bytes.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        return names
    }

    /// True if a link called `name` stands in `group`.
    func has(_ name: String, in group: String) -> Bool {
        unsafe H5Lexists(file, group + "/" + name, 0) > 0
    }

    /// True if `location` is a dataset, not a group.
    func isDataset(_ location: String) -> Bool {
        let id = unsafe H5Oopen(file, location, 0)
        guard id >= 0 else { return false }
        defer { H5Oclose(id) }
        return H5Iget_type(id) == H5I_DATASET
    }

    /// The numbers at `location`, converted to double, or nil where the dataset holds no numbers.
    func tensor(_ location: String) throws(NIRError) -> Tensor? {
        let set = try open(location)
        defer { H5Dclose(set) }
        let type = H5Dget_type(set)
        defer { H5Tclose(type) }
        let kind = H5Tget_class(type)
        guard kind == H5T_FLOAT || kind == H5T_INTEGER else { return nil }
        guard H5Tget_size(type) <= 16 else { throw .unreadable(file: path + ":" + location) }
        let shape = try extents(of: set, type, location)
        var values = [Double](repeating: 0, count: shape.reduce(1, *))
        guard unsafe H5Dread(set, ansa_H5T_NATIVE_DOUBLE(), 0, 0, 0, &values) >= 0 else {
            throw .unreadable(file: path + ":" + location)
        }
        return Tensor(shape: shape, values: values)
    }

    /// The texts at `location` in C order, of fixed or variable length, and their shape.
    func texts(_ location: String) throws(NIRError) -> (shape: [Int], values: [String]) {
        let set = try open(location)
        defer { H5Dclose(set) }
        let type = H5Dget_type(set)
        defer { H5Tclose(type) }
        guard H5Tget_class(type) == H5T_STRING else {
            throw .missing(what: "text in '\(location)'", at: path)
        }
        guard H5Tget_size(type) <= 65_536 else { throw .unreadable(file: path + ":" + location) }
        let shape = try extents(of: set, type, location)
        let count = shape.reduce(1, *)
        let values =
            H5Tis_variable_str(type) > 0
            ? try variableTexts(set, type, count) : try fixedTexts(set, type, count)
        return (shape, values)
    }

    private func variableTexts(_ set: hid_t, _ type: hid_t, _ count: Int) throws(NIRError) -> [String] {
        guard areShort(set, count) else { throw .unreadable(file: path) }
        var pointers = unsafe [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
        guard unsafe H5Dread(set, type, 0, 0, 0, &pointers) >= 0 else { throw .unreadable(file: path) }
        let space = H5Dget_space(set)
        defer { H5Sclose(space) }
        var texts: [String] = []
        for index in 0..<count {
            let text = unsafe pointers[index]
            unsafe texts.append(text.map { unsafe String(cString: $0) } ?? "")
        }
        unsafe H5Dvlen_reclaim(type, space, 0, &pointers)
        return texts
    }

    /// The library asks for as much memory as the file says that a text is long, up to 4 GB: the file is asked first.
    ///
    /// An element is its length (u32), the address of a heap (8 bytes in every file of today), an index (u32). Source:
    /// HDF5 File Format Specification 3.0, §IV.A.2.d and VIII.
    private func areShort(_ set: hid_t, _ count: Int) -> Bool {
        let place = H5Dget_offset(set)
        // Not contiguous, or never written.
        guard place != .max, count > 0 else { return true }
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        defer { _ = Glibc.close(descriptor) }
        var elements = [UInt32](repeating: 0, count: 4 * count)
        let length = 16 * count
        guard unsafe pread(descriptor, &elements, length, Int(clamping: place)) == length else { return false }
        return stride(from: 0, to: elements.count, by: 4).allSatisfy { elements[$0] <= 65_536 }
    }

    private func fixedTexts(_ set: hid_t, _ type: hid_t, _ count: Int) throws(NIRError) -> [String] {
        let size = H5Tget_size(type)
        guard size > 0, size * count < HDF5Reading.valueLimit else { throw .unreadable(file: path) }
        var bytes = [UInt8](repeating: 0, count: size * count)
        guard unsafe H5Dread(set, type, 0, 0, 0, &bytes) >= 0 else { throw .unreadable(file: path) }
        return (0..<count).map { index in
            String(decoding: bytes[(index * size)..<((index + 1) * size)].prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private func open(_ location: String) throws(NIRError) -> hid_t {
        let set = unsafe H5Dopen2(file, location, 0)
        guard set >= 0 else { throw .missing(what: "dataset '\(location)'", at: path) }
        return set
    }

    private func extents(of set: hid_t, _ type: hid_t, _ location: String) throws(NIRError) -> [Int] {
        guard H5Dget_storage_size(set) <= UInt64(size) else { throw .unreadable(file: path + ":" + location) }
        let space = H5Dget_space(set)
        defer { H5Sclose(space) }
        let rank = Int(H5Sget_simple_extent_ndims(space))
        guard rank >= 0, rank <= 8 else { throw .unreadable(file: path + ":" + location) }
        var extents = [hsize_t](repeating: 0, count: max(1, rank))
        unsafe H5Sget_simple_extent_dims(space, &extents, nil)
        let shape = extents.prefix(rank).map { Int(clamping: $0) }
        let (count, overflow) = shape.reduce((1, false)) { total, extent in
            let product = total.0.multipliedReportingOverflow(by: extent)
            return (product.partialValue, total.1 || product.overflow)
        }
        guard !overflow, count <= HDF5Reading.valueLimit else {
            throw .tooLarge(what: location, found: count, allowed: HDF5Reading.valueLimit)
        }
        let width = max(1, Int(clamping: H5Tget_size(type)))
        guard count <= budget / width else { throw .tooLarge(what: location, found: count, allowed: budget / width) }
        budget -= count * width
        return shape
    }
}

extension HDF5Reading {
    /// Tells "absent", "not HDF5" and "cut off" apart before the library is asked.
    ///
    /// The end of file stands at byte 40 of a superblock of version 0 or 1 (44 in version 1), at byte 28 of version 2
    /// or 3. Source: HDF5 File Format Specification 3.0, §II.A.
    ///
    /// Returns the file's size in bytes.
    static func inspect(_ path: String) throws(NIRError) -> Int {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(file: path) }
        defer { _ = Glibc.close(descriptor) }
        var head = [UInt8](repeating: 0, count: 64)
        let count = unsafe Glibc.read(descriptor, &head, 64)
        let size = Int(lseek(descriptor, 0, SEEK_END))
        guard count >= 8, Array(head.prefix(8)) == [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a] else {
            throw .notHDF5(file: path)
        }
        guard count == 64 else { throw .truncated(file: path, found: size, expected: 96) }
        let place = head[8] == 0 ? 40 : head[8] == 1 ? 44 : 28
        var expected = 0
        for byte in head[place..<(place + 7)].reversed() { expected = expected << 8 | Int(byte) }
        guard size >= expected else { throw .truncated(file: path, found: size, expected: expected) }
        return size
    }
}
