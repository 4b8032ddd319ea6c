import Foundation
import Glibc
import Loop
import Synchronization

/// SIGINT, SIGTERM and SIGHUP raise the operator's flag while a loop runs.
struct SignalHandler {
    private static let numbers = [SIGINT, SIGTERM, SIGHUP]

    /// From now on the signals are the operator's.
    init(_ signals: OperatorSignals) {
        raised.store(unsafe UInt(bitPattern: Unmanaged.passRetained(signals).toOpaque()), ordering: .releasing)
        for number in Self.numbers { _ = signal(number, onSignal) }
        _ = signal(SIGPIPE, SIG_IGN)
        // A file at its size limit is a full disk, which the journal reports and which ends the session in order.
        _ = signal(SIGXFSZ, SIG_IGN)
    }

    /// The signals end the program again.
    func restore() {
        for number in Self.numbers { _ = signal(number, SIG_DFL) }
    }
}

private let raised = Atomic<UInt>(0)

/// Called by the system: it may only touch atomics.
private nonisolated func onSignal(_ number: Int32) {
    guard let pointer = unsafe UnsafeRawPointer(bitPattern: raised.load(ordering: .acquiring)) else { return }
    unsafe Unmanaged<OperatorSignals>.fromOpaque(pointer).takeUnretainedValue().interrupts.raise()
}
