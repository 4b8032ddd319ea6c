public import Signal
public import Stimulation

/// What the guard found out at its start and never changes afterwards.
public struct GuardSettings: Hashable, Sendable {
    /// Every driver of the device is an emulation (compiled constant).
    public var isVirtual: Bool
    /// The clock is the record's `now` (virtual time).
    public var virtualTime: Bool
    /// Both signatures verify and the file is inside its time window.
    public var limitsArmable: Bool
    /// A dead-man token older than this is a lost runtime.
    public var tokenTimeout: Microseconds
    /// The session of the hello; every record must name it.
    public var session: Words32
    /// The device's resolution, for the ramps that the guard itself plays.
    public var amplitudeStep: Nanoamperes
    /// What the device must say that it is (IL-32).
    public var identity = ReportedIdentity()
    /// µV left on a contact above which an alarm is given; the bound that ends output is the limits'.
    public var residualAlarm: Int64 = .max
    /// Soft limits whose excess a clinician has acknowledged on record (IL-33).
    public var acknowledged: SoftLimitSet = []
    /// The runtime has SCHED_FIFO and locked memory, as it said in its hello (IL-43).
    public var runtimeIsRealtime = false

    /// Settings; every field is said.
    public init(
        isVirtual: Bool, virtualTime: Bool, limitsArmable: Bool, tokenTimeout: Microseconds, session: Words32,
        amplitudeStep: Nanoamperes
    ) {
        self.isVirtual = isVirtual
        self.virtualTime = virtualTime
        self.limitsArmable = limitsArmable
        self.tokenTimeout = tokenTimeout
        self.session = session
        self.amplitudeStep = amplitudeStep
    }
}
