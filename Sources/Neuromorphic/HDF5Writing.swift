import CHDF5
import Glibc

/// A file written through libhdf5 without times, so that equal content gives equal bytes.
@safe final class HDF5Writing {
    private let file: hid_t
    private let path: String
    private let creation: hid_t

    /// Creates `path`, replacing what was there.
    init(path: String) throws(NIRError) {
        self.path = path
        H5Eset_auto2(0, nil, nil)
        file = unsafe H5Fcreate(path, ansa_H5F_ACC_TRUNC(), 0, 0)
        guard file >= 0 else { throw .unwritable(file: path) }
        creation = H5Pcreate(ansa_H5P_DATASET_CREATE())
        H5Pset_obj_track_times(creation, false)
    }

    deinit {
        H5Pclose(creation)
        H5Fclose(file)
    }

    /// Makes an empty group.
    func group(_ location: String) throws(NIRError) {
        let id = unsafe H5Gcreate2(file, location, 0, 0, 0)
        guard id >= 0 else { throw .unwritable(file: path) }
        H5Gclose(id)
    }

    /// How numbers are stored.
    enum Storage { case float32, float64, int64 }

    /// Writes a tensor, contiguous.
    func tensor(_ location: String, _ tensor: Tensor, as storage: Storage) throws(NIRError) {
        let type =
            switch storage {
            case .float32: ansa_H5T_IEEE_F32LE()
            case .float64: ansa_H5T_IEEE_F64LE()
            case .int64: ansa_H5T_STD_I64LE()
            }
        let set = try create(location, type, tensor.shape)
        defer { H5Dclose(set) }
        guard unsafe H5Dwrite(set, ansa_H5T_NATIVE_DOUBLE(), 0, 0, 0, tensor.values) >= 0 else {
            throw .unwritable(file: path)
        }
    }

    /// Writes texts of variable length in UTF-8; an empty shape is a scalar.
    func texts(_ location: String, _ texts: [String], shape: [Int]) throws(NIRError) {
        let type = H5Tcopy(ansa_H5T_C_S1())
        defer { H5Tclose(type) }
        H5Tset_size(type, ansa_H5T_VARIABLE())
        H5Tset_cset(type, H5T_CSET_UTF8)
        let set = try create(location, type, shape)
        defer { H5Dclose(set) }
        var copies = unsafe texts.map { unsafe strdup($0) }
        defer { for index in unsafe 0..<copies.count { unsafe free(copies[index]) } }
        guard unsafe H5Dwrite(set, type, 0, 0, 0, &copies) >= 0 else { throw .unwritable(file: path) }
    }

    private func create(_ location: String, _ type: hid_t, _ shape: [Int]) throws(NIRError) -> hid_t {
        let extents = shape.map { hsize_t($0) }
        let space = shape.isEmpty ? H5Screate(H5S_SCALAR) : unsafe H5Screate_simple(Int32(shape.count), extents, nil)
        defer { H5Sclose(space) }
        let set = unsafe H5Dcreate2(file, location, type, space, 0, creation, 0)
        guard set >= 0 else { throw .unwritable(file: path) }
        return set
    }
}
