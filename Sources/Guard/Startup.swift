import Configuration
import Interlocks
import Signal
import Stimulation

/// From arguments to a guard that may serve: hello, limits, state folder, device, welcome.
struct Startup {
    let arguments: GuardArguments
    let key: SessionKey
    let socket: RecordSocket
    let latchFile: LatchFile

    /// What the start ended in.
    enum Outcome: ~Copyable {
        case refused(GuardStatus)
        case ready(LoadedLimits, StimulatorSocket, InterlockSet)
    }

    init(arguments: GuardArguments, key: SessionKey) {
        self.arguments = arguments
        self.key = key
        socket = RecordSocket(arguments.runtime)
        latchFile = LatchFile(folder: arguments.state)
    }

    /// Waits for the runtime's hello; nil when the socket ends before.
    func awaitHello() -> GuardHello? {
        let buffer = RecordBuffer(capacity: 512)
        while true {
            switch socket.receive(buffer, timeoutMilliseconds: 1000) {
            case .nothing: continue
            case .closed: return nil
            case .record(let length): return GuardHello(decoding: buffer, length: length)
            }
        }
    }

    /// Loads, greets the device and answers the hello.
    func serve(_ hello: GuardHello) -> Outcome {
        let loaded: LoadedLimits
        do throws(LoadingError) {
            loaded = try LoadedLimits(limitsPath: arguments.limitsPath, devicePath: arguments.devicePath)
        } catch {
            say("ansa-guard: \(error.text)\n")
            return .refused(.badFile)
        }
        for problem in loaded.problems { say("ansa-guard: \(problem)\n") }
        guard latchFile.prepare() else { return .refused(.badState) }
        guard loaded.hash == hello.limitsHash else {
            return .refused(latchFile.write(.verdictsDiffer) ? .limitsDiffer : .badState)
        }
        // Virtual time and a fresh start are for emulations only, whatever the runtime asks.
        guard loaded.isVirtual || !hello.virtualTime else { return .refused(.badHello) }
        let latch = arguments.isFresh && loaded.isVirtual ? [] : latchFile.read()
        var device = StimulatorSocket(
            socket: RecordSocket(arguments.device), settings: deviceSettings(hello, loaded),
            tokenTimeout: tokenTimeout(hello, loaded))
        guard device.greet() else { return .refused(.deviceAbsent) }
        guard welcome(.ready, loaded, hello, latch) else { return .refused(.badHello) }
        return .ready(loaded, device, latch)
    }

    /// Tells the runtime why not, and gives the exit code.
    func refuse(_ status: GuardStatus) -> Int32 {
        _ = welcome(status, nil, nil, [])
        socket.close()
        switch status {
        case .ready: return 0
        case .badFile: return 65
        case .badState: return 77
        case .deviceAbsent: return 69
        case .limitsDiffer: return 3
        case .badHello: return 64
        }
    }

    /// 20 ms with FIFO; else what the limits allow for this purpose and device, at most 100 ms.
    func settings(_ hello: GuardHello, _ loaded: LoadedLimits) -> GuardSettings {
        var settings = GuardSettings(
            isVirtual: loaded.isVirtual, virtualTime: hello.virtualTime, limitsArmable: loaded.problems.isEmpty,
            tokenTimeout: tokenTimeout(hello, loaded), session: hello.session,
            amplitudeStep: loaded.stimulator.amplitudeStep)
        settings.identity = loaded.identity
        settings.residualAlarm = loaded.residualAlarm
        settings.runtimeIsRealtime = hello.hasFIFO
        return settings
    }

    private func tokenTimeout(_ hello: GuardHello, _ loaded: LoadedLimits) -> Microseconds {
        let longest = hello.hasFIFO ? 20_000 : CompiledCeilings.tokenTimeout.value
        return Microseconds(min(longest, loaded.limits.tokenTimeout.value))
    }

    private func deviceSettings(_ hello: GuardHello, _ loaded: LoadedLimits) -> DeviceSettings {
        let device = loaded.stimulator
        return DeviceSettings(
            epoch: hello.epoch, virtualTime: hello.virtualTime,
            leaseMaximum: min(loaded.limits.lease, device.leaseMaximum),
            ceilingAmplitude: min(loaded.limits.amplitude.upperBound, device.ceilingAmplitude),
            ceilingCompliance: device.ceilingCompliance, impedance: device.impedance,
            amplitudeStep: device.amplitudeStep)
    }

    private func welcome(
        _ status: GuardStatus, _ loaded: LoadedLimits?, _ hello: GuardHello?, _ latch: InterlockSet
    ) -> Bool {
        var timeout = Microseconds(0)
        if let loaded, let hello { timeout = tokenTimeout(hello, loaded) }
        let welcome = GuardWelcome(
            status: status, limitsArmable: loaded?.problems.isEmpty ?? false, isVirtual: loaded?.isVirtual ?? false,
            latch: latch.rawValue, key: status == .ready ? key.words : Words32(), limitsHash: loaded?.hash ?? Words32(),
            tokenTimeout: timeout)
        let buffer = RecordBuffer(capacity: GuardWelcome.length)
        welcome.encode(into: buffer)
        return socket.send(buffer, length: GuardWelcome.length)
    }
}
