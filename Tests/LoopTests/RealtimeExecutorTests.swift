import Testing

@testable import Loop

/// An actor that says on which thread it runs.
@safe private actor Probe {
    nonisolated let unownedExecutor: UnownedSerialExecutor
    private var total = 0

    init(on executor: RealtimeExecutor) { unsafe unownedExecutor = executor.asUnownedSerialExecutor() }

    func add(_ value: Int) { total += value }
    func sum() -> Int { total }
}

@safe private actor Driver {
    nonisolated let unownedExecutor: UnownedSerialExecutor
    private let executor: RealtimeExecutor

    init(on executor: RealtimeExecutor) {
        self.executor = executor
        unsafe unownedExecutor = executor.asUnownedSerialExecutor()
    }

    /// How often an await on another actor of the same executor left the thread.
    func drive(_ probe: Probe, times: Int) async -> Int {
        var left = 0
        for value in 0..<times {
            await probe.add(value)
            if executor.isIsolatingCurrentContext() != true { left += 1 }
        }
        return left
    }
}

@Suite struct RealtimeExecutorTests {
    @Test("Awaits between actors of one executor never leave its thread, and lose no job")
    func staysOnThread() async {
        let executor = RealtimeExecutor()
        let (thread, _) = RealtimeThread.start(executor, realtime: false)
        let probe = Probe(on: executor)
        let driver = Driver(on: executor)
        let left = await driver.drive(probe, times: 1_000)
        #expect(left == 0)
        #expect(await probe.sum() == 499_500)
        executor.stop()
        thread.join()
    }
}
