/// Which device answers: model, serial and firmware as it says them itself, at most 32 bytes of UTF-8 each.
public struct ReportedIdentity: Hashable, Sendable, BitwiseCopyable {
    public var model: Words32
    public var serial: Words32
    /// Dotted numbers, `1.0`.
    public var firmware: Words32

    /// Unknown: no device says this.
    public init() {
        model = Words32()
        serial = Words32()
        firmware = Words32()
    }

    /// The first 32 bytes of each text.
    public init(model: String, serial: String, firmware: String) {
        self.model = Words32(bytes: [UInt8](model.utf8))
        self.serial = Words32(bytes: [UInt8](serial.utf8))
        self.firmware = Words32(bytes: [UInt8](firmware.utf8))
    }

    func encode(into buffer: RecordBuffer) {
        buffer.put(model)
        buffer.put(serial)
        buffer.put(firmware)
    }

    init(decoding buffer: RecordBuffer) {
        model = buffer.takeWords()
        serial = buffer.takeWords()
        firmware = buffer.takeWords()
    }
}
