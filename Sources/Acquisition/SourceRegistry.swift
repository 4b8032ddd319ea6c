public import Signal

/// What a driver is asked to be.
public struct SourceRequest {
    /// Channels of the device; empty where the recording says.
    public var montage: Montage
    /// Instants in a block.
    public var frames: Int
    /// Sampling rate in Hz as a ratio; 0 where the recording says.
    public var rateNumerator: Int64
    /// See ``rateNumerator``.
    public var rateDenominator: Int64
    public var kind: SampleKind
    /// The session's seed: the same seed gives the same samples.
    public var seed: UInt64
    /// Driver options as whole numbers in base units (mHz, nV, µs).
    public var options: [String: String]
    /// What the recording driver plays.
    public var recording: (any RecordingReader)?
    /// Labels to take, in this order; nil takes all.
    ///
    /// Only the recording driver selects.
    public var channels: [String]?
    /// What of the recording is played, in its instants, gaps counted; nil: all.
    public var range: Range<Int64>?

    /// A request; every field that a driver may need.
    public init(
        montage: Montage, frames: Int, rateNumerator: Int64, rateDenominator: Int64 = 1, kind: SampleKind = .float32,
        seed: UInt64 = 0, options: [String: String] = [:], recording: (any RecordingReader)? = nil,
        channels: [String]? = nil
    ) {
        self.montage = montage
        self.frames = frames
        self.rateNumerator = rateNumerator
        self.rateDenominator = rateDenominator
        self.kind = kind
        self.seed = seed
        self.options = options
        self.recording = recording
        self.channels = channels
    }

    /// The whole number at `key`, or `fallback` where the key is absent.
    public func integer(_ key: String, default fallback: Int64) throws(SourceError) -> Int64 {
        guard let text = options[key] else { return fallback }
        guard let value = Int64(text) else {
            throw .option(key: key, text: "\"\(text)\" is not a whole number")
        }
        return value
    }
}

/// The drivers of a program: a value, to which a room that has drivers adds its own.
///
///     var registry = SourceRegistry.builtIn
///     registry.register(driver: "virtual-patient", isVirtual: true) { request in … }
public struct SourceRegistry: Sendable {
    /// Makes a source as a request says.
    public typealias Make = @Sendable (SourceRequest) throws(SourceError) -> any Source

    private struct Entry: Sendable {
        var driver: String
        var isVirtual: Bool
        var make: Make
    }

    private var entries: [Entry] = []

    /// A registry without drivers.
    public init() {}

    /// The drivers that live in this room.
    public static var builtIn: SourceRegistry {
        var registry = SourceRegistry()
        registry.register(driver: Synthetic.driver, isVirtual: Synthetic.isVirtual) {
            request throws(SourceError) in try Synthetic(request)
        }
        registry.register(driver: Recording.driver, isVirtual: Recording.isVirtual) {
            request throws(SourceError) in try Recording(request)
        }
        return registry
    }

    /// Names of the drivers, in order of registration.
    public var drivers: [String] { entries.map(\.driver) }

    /// Adds a driver; the same name again replaces the earlier one.
    public mutating func register(driver: String, isVirtual: Bool, make: @escaping Make) {
        entries.removeAll { $0.driver == driver }
        entries.append(Entry(driver: driver, isVirtual: isVirtual, make: make))
    }

    /// Whether `driver` is an emulation; nil where it is unknown.
    public func isVirtual(driver: String) -> Bool? { entries.first { $0.driver == driver }?.isVirtual }

    /// Makes a source.
    public func make(driver: String, _ request: SourceRequest) throws(SourceError) -> any Source {
        guard let entry = entries.first(where: { $0.driver == driver }) else {
            throw .unknownDriver(driver, known: drivers)
        }
        return try entry.make(request)
    }
}
