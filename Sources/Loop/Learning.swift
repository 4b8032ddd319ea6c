internal import Acquisition
internal import CLinux
internal import Configuration
internal import Decoding
internal import Glibc
internal import Sessions
internal import Signal
internal import Synchronization

/// What learning came to in a run.
public struct AdaptationOutcome: Codable, Hashable, Sendable {
    /// As the profile spells it.
    public var rule: String
    /// Steps that were applied, each of them journalled.
    public var changes: Int64
    /// Steps that were refused: by the bound, for want of a label, or because the tick was frozen when they came.
    public var refused: Int64
    /// Ticks at which nothing may be learnt: an interlock speaks, the session is in a fallback, the decision is not
    /// valid.
    public var frozenTicks: Int64
    /// Blocks that the learner did not get because it was behind.
    public var shed: Int64

    enum CodingKeys: String, CodingKey {
        case rule, changes, refused, shed
        case frozenTicks = "frozen_ticks"
    }
}

/// The tick's end of a readout that learns: blocks go to a thread of the lowest priority, changes come back.
///
/// A change is a recorded input: it is applied and journalled at the tick that took it, and a replay applies what it
/// finds. At pace max the tick waits for the answer to the block of one step before, so that equal runs take equal
/// changes at equal ticks; at pace real it takes what is there.
@safe final class Learning: @unchecked Sendable {
    let decoder: AdaptiveCounts
    /// Ticks from one step to the next.
    private let every: Int64
    private let isLockStep: Bool
    private let rows: ByteRing
    private let answers: ByteRing
    private let rule: String
    private var asked = 0
    private var taken = 0
    private let answered = Atomic<Int>(0)
    private let stopping = Atomic<Bool>(false)
    private var learner: ReadoutLearner
    private let screen: RigidRing<ScreenState>
    private var shown: ScreenState?
    private var thread: pthread_t?
    private var changes: Int64 = 0
    private var refused: Int64 = 0
    private var frozenTicks: Int64 = 0
    private var shed: Int64 = 0

    init(
        _ decoder: AdaptiveCounts, spec: AdaptationSpec, block: Int64, screen: RigidRing<ScreenState>, lockStep: Bool
    ) throws(AssemblyError) {
        self.decoder = decoder
        self.screen = screen
        every = max(1, spec.every.value / block)
        isLockStep = lockStep
        rule = spec.rule.rawValue
        let million = 1e6
        let row = 8 * (decoder.featureCount + 8)
        rows = ByteRing(capacity: 64 * row)
        answers = ByteRing(capacity: 64 * row)
        do throws(CalibrationError) {
            learner = try ReadoutLearner(
                featureCount: decoder.featureCount, start: decoder.readout,
                rule: spec.rule == .threeFactor
                    ? .threeFactor(rate: Double(spec.rate) / million)
                    : .recursiveLeastSquares(forgetting: Double(spec.forgetting) / million),
                bound: Double(spec.bound) / million)
        } catch { throw AssemblyError(text: "decoder.adaptation: \(error)") }
    }

    /// Starts the learner's thread.
    func start() throws(AssemblyError) {
        var handle = pthread_t()
        let me = unsafe Unmanaged.passRetained(self)
        let code = unsafe pthread_create(&handle, nil, learningThread, me.toOpaque())
        guard code == 0 else {
            unsafe me.release()
            throw AssemblyError(text: "decoder.adaptation: no thread could be started (errno \(code))")
        }
        thread = handle
    }

    /// Ends the thread.
    ///
    /// - Returns: what came of it.
    func stop() -> AdaptationOutcome {
        stopping.store(true, ordering: .releasing)
        if let thread { pthread_join(thread, nil) }
        thread = nil
        return AdaptationOutcome(
            rule: rule, changes: changes, refused: refused, frozenTicks: frozenTicks, shed: shed)
    }

    // MARK: In the tick

    /// Before the block is decoded: takes at most one change, and journals it.
    func take(at tick: Int64, frozen: Bool, lane: Int, log: StageLog) {
        if isLockStep {
            // An answer that is there early waits: how fast a thread is must not decide when it is taken.
            guard tick % every == 0 else { return }
            while answered.load(ordering: .acquiring) < asked { sched_yield() }
        }
        guard taken < answered.load(ordering: .acquiring), let record = unsafe answers.front() else { return }
        defer {
            answers.release()
            taken += 1
        }
        guard record.count > 8, !frozen else {
            refused += 1
            return
        }
        let change = unsafe UnsafeRawBufferPointer(rebasing: record[8...])
        unsafe decoder.apply(change: change)
        unsafe log.append(.readoutChange, .decoding, lane: lane, tick: tick, bytes: change)
        changes += 1
    }

    /// Behind the decision: hands the block to the learner when a step is due.
    func offer(tick: Int64, firstSample: Int64, frozen: Bool) {
        if frozen { frozenTicks += 1 }
        guard tick % every == 0, !frozen, decoder.isSettled else { return }
        let count = decoder.featureCount
        guard let room = unsafe rows.reserve(8 * (4 + count)), let start = room.baseAddress else {
            shed += 1
            return
        }
        unsafe start.storeBytes(of: tick, as: Int64.self)
        unsafe start.storeBytes(of: firstSample, toByteOffset: 8, as: Int64.self)
        unsafe start.storeBytes(of: decoder.uncorrected.x, toByteOffset: 16, as: Double.self)
        unsafe start.storeBytes(of: decoder.uncorrected.y, toByteOffset: 24, as: Double.self)
        unsafe decoder.copyFeatures(to: (start + 32).assumingMemoryBound(to: Double.self))
        rows.commit()
        asked += 1
    }

    // MARK: On the learner's thread

    /// Answers one block after another until it is stopped.
    fileprivate func run() {
        while !stopping.load(ordering: .acquiring) {
            guard let row = unsafe rows.front() else {
                usleep(isLockStep ? 20 : 500)
                continue
            }
            let answer = unsafe learn(row)
            rows.release()
            send(answer)
        }
    }

    private func learn(_ row: UnsafeRawBufferPointer) -> LearningAnswer {
        let tick = unsafe row.loadUnaligned(as: Int64.self)
        let first = unsafe row.loadUnaligned(fromByteOffset: 8, as: Int64.self)
        let x = unsafe row.loadUnaligned(fromByteOffset: 16, as: Double.self)
        let y = unsafe row.loadUnaligned(fromByteOffset: 24, as: Double.self)
        let features = (0..<decoder.featureCount).map {
            unsafe row.loadUnaligned(fromByteOffset: 32 + 8 * $0, as: Double.self)
        }
        guard let state = screen(at: first) else { return .refused(.notFinite) }
        let label = intendedVelocity(
            cursor: state.cursor, target: state.target, speed: state.speed, radius: state.radius)
        return learner.learn(tick: tick, features: features, uncorrected: SIMD2(x, y), label: label)
    }

    /// What the screen showed with the block that begins at `first`; nil where that was lost.
    private func screen(at first: Int64) -> ScreenState? {
        while let state = shown ?? screen.pop() {
            shown = state
            if state.firstSample > first { return nil }
            if state.firstSample == first { return state }
            shown = nil
        }
        return nil
    }

    private func send(_ answer: LearningAnswer) {
        let count: Int
        if case .change = answer { count = 8 * (1 + 3 + decoder.featureCount + 1) } else { count = 8 }
        while !stopping.load(ordering: .acquiring) {
            guard let room = unsafe answers.reserve(count), let start = room.baseAddress else {
                usleep(200)
                continue
            }
            unsafe start.storeBytes(of: 0, as: Int64.self)
            if case .change(let change) = answer {
                unsafe start.storeBytes(of: change.bin, toByteOffset: 8, as: Int64.self)
                unsafe start.storeBytes(of: change.errors[0], toByteOffset: 16, as: Double.self)
                unsafe start.storeBytes(of: change.errors[1], toByteOffset: 24, as: Double.self)
                for (index, gain) in change.gains.enumerated() {
                    unsafe start.storeBytes(of: gain, toByteOffset: 32 + 8 * index, as: Double.self)
                }
            }
            answers.commit()
            answered.add(1, ordering: .acquiringAndReleasing)
            return
        }
    }
}

extension AdaptiveCounts {
    /// Applies a change as it is journalled: the block it was learnt from, the errors, the gains; 64 bits each.
    ///
    /// False: it has another size.
    @discardableResult
    func apply(change: UnsafeRawBufferPointer) -> Bool {
        guard change.count == 8 * (3 + featureCount + 1), let start = change.baseAddress else { return false }
        let errors = unsafe SIMD2(
            start.loadUnaligned(fromByteOffset: 8, as: Double.self),
            start.loadUnaligned(fromByteOffset: 16, as: Double.self))
        unsafe apply(gains: (start + 24).assumingMemoryBound(to: Double.self), errors: errors)
        return true
    }
}

/// The entry of the learner's thread: the last that gets a processor.
@Sendable private func learningThread(_ raw: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let raw = unsafe raw else { return nil }
    _ = ansa_stay_off_loop_core()
    // On Linux this is the thread's own; refused, it learns with the priority it has.
    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
    unsafe Unmanaged<Learning>.fromOpaque(raw).takeRetainedValue().run()
    return nil
}
