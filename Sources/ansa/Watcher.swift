import Foundation
import Loop
import Monitor
import Signal

/// Takes the loop's snapshots and shows the latest, on a thread of its own.
final class Watcher: @unchecked Sendable {
    private let snapshots: RigidRing<LoopSnapshot>
    private let keepsClock: Bool
    private let isWanted: Bool
    private let stopping = Flag()
    private let ended = DispatchSemaphore(value: 0)

    init(_ snapshots: RigidRing<LoopSnapshot>, isWanted: Bool, pace: Pace) {
        self.snapshots = snapshots
        self.isWanted = isWanted
        keepsClock = pace == .real
    }

    func start() { Thread.detachNewThread { [self] in show() } }

    func stop() {
        stopping.set()
        ended.wait()
    }

    private func show() {
        var line = LiveLine(isWanted: isWanted)
        while !stopping.load() {
            var latest: LoopSnapshot?
            while let snapshot = snapshots.pop() { latest = snapshot }
            if let latest { line.show(view(latest)) }
            usleep(100_000)
        }
        line.finish()
        ended.signal()
    }

    private func view(_ snapshot: LoopSnapshot) -> LiveSnapshot {
        LiveSnapshot(
            seconds: Double(snapshot.time) / 1e9,
            latencyP50: keepsClock ? Double(snapshot.latencyMedian) / 1e3 : nil,
            latencyP99: keepsClock ? Double(snapshot.latencyP99) / 1e3 : nil, deadlineMisses: snapshot.misses,
            decoded: Double(snapshot.decoded), unit: "uV", amplitudeNanoamperes: snapshot.amplitude.value,
            mode: modeName(snapshot.mode))
    }
}
