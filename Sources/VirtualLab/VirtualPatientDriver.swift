public import Acquisition
import Signal

extension VirtualPatient {
    /// A patient as a device file asks for it; the option `artefact` is in nV per mA, `sides` is their number.
    ///
    /// - Throws: where the rate is not 1 kHz or samples are not float32: the twin's equations give nothing else.
    public convenience init(_ request: SourceRequest) throws(SourceError) {
        guard request.rateNumerator == 1_000 * request.rateDenominator, request.rateDenominator > 0 else {
            throw .option(key: "rate", text: "the virtual patient is sampled at 1000 Hz")
        }
        guard request.kind == .float32 else {
            throw .option(key: "sample", text: "the virtual patient gives float32")
        }
        var parameters = PatientParameters()
        let standard = Int64(parameters.artefact * 1_000)
        parameters.artefact = Double(try request.integer("artefact", default: standard)) * 1e-3
        let sides = Int(clamping: try request.integer("sides", default: 1))
        try self.init(
            montage: request.montage, frames: request.frames, seed: request.seed, sides: sides, parameters: parameters)
    }
}

extension SourceRegistry {
    /// Adds the drivers of the virtual lab.
    public mutating func registerVirtualLab() {
        register(driver: VirtualPatient.driver, isVirtual: VirtualPatient.isVirtual) {
            request throws(SourceError) in try VirtualPatient(request)
        }
        register(driver: VirtualCortex.driver, isVirtual: VirtualCortex.isVirtual) {
            request throws(SourceError) in try VirtualCortex(request)
        }
    }
}
