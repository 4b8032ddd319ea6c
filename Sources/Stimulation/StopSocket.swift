import CLinux
import Glibc

/// Where guards listen for a stop: `$XDG_RUNTIME_DIR/ansa`, or `/tmp/ansa-<user>`, which only their user can enter.
public enum StopFolders {
    /// The folder of this process's user.
    public static var own: String {
        let runtime = unsafe getenv("XDG_RUNTIME_DIR").map { unsafe String(cString: $0) } ?? ""
        return runtime.hasPrefix("/") ? runtime + "/ansa" : "/tmp/ansa-\(geteuid())"
    }

    /// Every folder that this user may look into: their own; for root everybody's.
    public static var all: [String] {
        var found = [own, "/tmp/ansa-\(geteuid())", "/run/user/\(geteuid())/ansa"]
        if geteuid() == 0 {
            found += names(in: "/tmp").filter { $0.hasPrefix("ansa-") }.map { "/tmp/" + $0 }
            found += names(in: "/run/user").map { "/run/user/\($0)/ansa" }
        }
        var seen: Set<String> = []
        return found.filter { seen.insert($0).inserted && isPrivate($0) }
    }

    /// A folder, no link, that belongs to one user (this one or, for root, any) and that nobody else can enter.
    static func isPrivate(_ path: String) -> Bool {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return false }
        return status.st_mode & 0o077 == 0 && (status.st_uid == geteuid() || geteuid() == 0)
    }

    /// The names in a folder, sorted; none where it cannot be read.
    public static func names(in path: String) -> [String] {
        guard let folder = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

/// The guard's ear for `ansa stop`: whoever of its user, or root, connects is a stop input.
public final class StopInlet: @unchecked Sendable {
    private let listener: Int32
    private let path: String
    private let user: UInt32
    private let buffer = RecordBuffer(capacity: StopAnswer.length)

    /// Listens at `<folder>/<process>.stop`; nil where the folder is not this user's own.
    public init?(folder: String = StopFolders.own) {
        _ = unsafe mkdir(folder, 0o700)
        path = "\(folder)/\(getpid()).stop"
        user = geteuid()
        guard StopFolders.isPrivate(folder) else { return nil }
        unsafe unlink(path)
        listener = unsafe ansa_listen_at(path)
        if listener < 0 { return nil }
    }

    /// A connection that asks for a stop, to be answered once; nil where there is none.
    ///
    /// It does not wait.
    public func next() -> Int32? {
        var peer = UInt32.max
        let connection = unsafe ansa_accept_from(listener, &peer)
        guard connection >= 0 else { return nil }
        guard peer == user || peer == 0 else {
            _ = Glibc.close(connection)
            return nil
        }
        return connection
    }

    /// Says how output is now.
    public func answer(_ connection: Int32, _ answer: StopAnswer) {
        let socket = RecordSocket(connection)
        answer.encode(into: buffer)
        _ = socket.send(buffer, length: StopAnswer.length)
        socket.close()
    }

    /// Takes the name away.
    public func close() {
        _ = Glibc.close(listener)
        unsafe unlink(path)
    }
}

/// The guard's answer to a stop.
public struct StopAnswer: Hashable, Sendable, BitwiseCopyable {
    static let length = 32
    static let magic: UInt64 = 0x3150_4f54_5341_4e41
    /// The device has said that its output is zero.
    public var isZero: Bool
    /// Interlocks that are latched.
    public var latch: UInt64

    /// An answer.
    public init(isZero: Bool, latch: UInt64) {
        self.isZero = isZero
        self.latch = latch
    }

    func encode(into buffer: RecordBuffer) {
        buffer.rewind()
        buffer.put(Self.magic)
        buffer.put(UInt64(isZero ? 1 : 0))
        buffer.put(latch)
        buffer.pad(to: Self.length)
    }

    init?(decoding buffer: RecordBuffer, length: Int) {
        buffer.rewind()
        guard length == Self.length, buffer.take(UInt64.self) == Self.magic else { return nil }
        isZero = buffer.take(UInt64.self) == 1
        latch = buffer.take()
    }
}

/// What became of one guard that was asked to stop.
public struct StoppedGuard: Hashable, Sendable {
    public var process: Int32
    /// From the request to the answer, µs.
    public var microseconds: Int64
    /// Nil: it did not answer in time, and was sent SIGTERM.
    public var answer: StopAnswer?
}

/// Stops every guard that this user runs; as root, of every user.
///
/// A guard is asked over its stop socket and answers once output is zero. One that does not answer, or has no socket,
/// gets SIGTERM through a descriptor of its process, so that a number that was used again is never signalled.
///
/// - Parameters:
///   - only: the process of one guard; nil: all of them.
///   - timeoutMilliseconds: how long one guard has to answer.
/// - Returns: what became of each; empty where none runs.
public func stopGuards(only: Int32? = nil, timeoutMilliseconds: Int32 = 1_000) -> [StoppedGuard] {
    var stopped: [StoppedGuard] = []
    for folder in StopFolders.all {
        for name in StopFolders.names(in: folder) where only.map({ name == "\($0).stop" }) ?? name.hasSuffix(".stop") {
            if let one = ask(folder + "/" + name, timeoutMilliseconds) { stopped.append(one) }
        }
    }
    for name in StopFolders.names(in: "/proc") {
        guard let process = Int32(name), only ?? process == process, isGuard(process),
            !stopped.contains(where: { $0.process == process })
        else {
            continue
        }
        if terminate(process) { stopped.append(StoppedGuard(process: process, microseconds: 0, answer: nil)) }
    }
    return stopped
}

private func ask(_ path: String, _ timeout: Int32) -> StoppedGuard? {
    let start = monotonicNanoseconds()
    let end = unsafe ansa_connect_to(path)
    guard end >= 0 else {
        // Nobody listens any more: what is left of a guard that was killed.
        if end == -ECONNREFUSED { unsafe unlink(path) }
        return nil
    }
    let socket = RecordSocket(end)
    defer { socket.close() }
    let process = ansa_peer_process(end)
    guard process > 0, isGuard(process) else { return nil }
    let buffer = RecordBuffer(capacity: StopAnswer.length)
    var answer: StopAnswer?
    if case .record(let length) = socket.receive(buffer, timeoutMilliseconds: timeout) {
        answer = StopAnswer(decoding: buffer, length: length)
    }
    if answer == nil { _ = terminate(process) }
    let took = Int64(clamping: (monotonicNanoseconds() - start) / 1_000)
    return StoppedGuard(process: process, microseconds: took, answer: answer)
}

/// The program of `process` is called `ansa-guard`.
///
/// A guard hides its memory, and with it the link to its program, from all but root; its name stays readable.
private func isGuard(_ process: Int32) -> Bool {
    let descriptor = unsafe open("/proc/\(process)/comm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { _ = close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 32)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "ansa-guard\n"
}

private func terminate(_ process: Int32) -> Bool {
    let descriptor = ansa_process_descriptor(process)
    guard descriptor >= 0 else { return false }
    defer { _ = close(descriptor) }
    return isGuard(process) && ansa_signal_process(descriptor, SIGTERM) == 0
}
