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
    let inlet = StopInlet()
    let isOwnUser: Bool

    /// What the guard found before it serves.
    struct Readiness {
        let loaded: LoadedLimits
        let latch: InterlockSet
        let isArmable: Bool
        /// Nil for an emulation that starts anew: nothing of it persists.
        let store: LedgerStore?
        let wasArmed: Bool
    }

    /// What the start ended in.
    enum Outcome: ~Copyable {
        case refused(GuardStatus)
        case ready(Readiness, StimulatorSocket)
    }

    init(arguments: GuardArguments, key: SessionKey, isOwnUser: Bool) {
        self.isOwnUser = isOwnUser
        self.arguments = arguments
        self.key = key
        socket = RecordSocket(arguments.runtime)
        latchFile = LatchFile(folder: StateFolder(path: arguments.state))
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
        guard latchFile.folder.prepare() else { return .refused(.badState) }
        guard loaded.hash == hello.limitsHash else {
            return .refused(latchFile.write(.verdictsDiffer) ? .limitsDiffer : .badState)
        }
        // Virtual time and a fresh start are for emulations only, whatever the runtime asks.
        guard loaded.isVirtual || !hello.virtualTime else { return .refused(.badHello) }
        let isFresh = arguments.isFresh && loaded.isVirtual
        var device = StimulatorSocket(
            socket: RecordSocket(arguments.device), settings: deviceSettings(hello, loaded),
            tokenTimeout: tokenTimeout(hello, loaded), pairs: loaded.limits.pairs)
        guard device.greet() else { return .refused(.deviceAbsent) }
        let ready = readiness(loaded, device.report.identity, isFresh: isFresh)
        let confinement = Confinement.apply(folders: [arguments.state, StopFolders.own], isOwnUser: isOwnUser)
        guard welcome(.ready, ready, hello, confinement) else { return .refused(.badHello) }
        return .ready(ready, device)
    }

    private func readiness(_ loaded: LoadedLimits, _ reported: ReportedIdentity, isFresh: Bool) -> Readiness {
        var revisions = RevisionRecord()
        var isArmable = true
        if !isFresh {
            do throws(RevisionError) { revisions = try RevisionRecord(folder: arguments.state) } catch {
                say("ansa-guard: \(error)\n")
                isArmable = false
            }
        }
        for problem in loaded.problems(reported: reported, revisions: revisions, subject: arguments.subject) {
            say("ansa-guard: \(problem)\n")
            if problem.severity == .error { isArmable = false }
        }
        let subject = loaded.file.subject.pseudonym.text
        let serial = loaded.stimulator.serial
        return Readiness(
            loaded: loaded, latch: isFresh ? [] : latchFile.read(), isArmable: isArmable,
            store: isFresh ? nil : LedgerStore(folder: latchFile.folder, subject: subject, serial: serial),
            wasArmed: !isArmable || revisions.last(subject: subject, serial: serial) != nil)
    }

    /// Tells the runtime why not, and gives the exit code.
    func refuse(_ status: GuardStatus) -> Int32 {
        _ = welcome(status, nil, nil)
        inlet?.close()
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
    func settings(_ hello: GuardHello, _ ready: Readiness) -> GuardSettings {
        let loaded = ready.loaded
        var settings = GuardSettings(
            isVirtual: loaded.isVirtual, virtualTime: hello.virtualTime, limitsArmable: ready.isArmable,
            tokenTimeout: tokenTimeout(hello, loaded), session: hello.session,
            amplitudeStep: loaded.stimulator.amplitudeStep)
        settings.acknowledged = loaded.acknowledged
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
        _ status: GuardStatus, _ ready: Readiness?, _ hello: GuardHello?, _ confinement: GuardConfinement = []
    ) -> Bool {
        var timeout = Microseconds(0)
        if let ready, let hello { timeout = tokenTimeout(hello, ready.loaded) }
        var welcome = GuardWelcome(
            status: status, limitsArmable: ready?.isArmable ?? false, isVirtual: ready?.loaded.isVirtual ?? false,
            latch: ready?.latch.rawValue ?? 0, key: status == .ready ? key.words : Words32(),
            limitsHash: ready?.loaded.hash ?? Words32(), tokenTimeout: timeout)
        welcome.confinement = confinement
        let buffer = RecordBuffer(capacity: GuardWelcome.length)
        welcome.encode(into: buffer)
        return socket.send(buffer, length: GuardWelcome.length)
    }
}
