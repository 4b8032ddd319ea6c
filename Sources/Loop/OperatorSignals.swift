/// What the operator's signals ask of a running loop: raised by a signal handler, read between two ticks.
public final class OperatorSignals: Sendable {
    /// SIGINT, SIGTERM and SIGHUP: once is an orderly stop, twice is off at once.
    public let interrupts = Flag()
    /// Each time: back from a fallback to the closed loop, by hand.
    public let returns = Flag()

    /// Nothing was asked.
    public init() {}
}
