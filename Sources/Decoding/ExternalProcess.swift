import Glibc

/// The process of a decoder that somebody else wrote, in a process group of its own.
///
/// It inherits the shared memory as descriptor 3 and one end of a socket as 4; standard output goes to standard error,
/// because standard output carries the runtime's results. It ends when the socket does, or is ended.
@safe final class ExternalProcess: @unchecked Sendable {
    let process: pid_t
    private let socket: Int32

    /// Starts `command`, found by PATH unless it holds a slash.
    ///
    /// - Throws: ``DecoderError/network(_:)`` where it cannot be started.
    init(_ command: [String], memory: Int32) throws(DecoderError) {
        var ends: [Int32] = [-1, -1]
        guard let program = command.first,
            unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0
        else { throw .network("an external decoder has a command") }
        let far = fcntl(ends[1], F_DUPFD_CLOEXEC, 16)
        _ = close(ends[1])
        defer { _ = close(far) }
        let (code, process) = Self.spawn(program, command, descriptors: [memory, far])
        guard code == 0 else {
            _ = close(ends[0])
            throw .network("\(program): \(unsafe String(cString: strerror(code)))")
        }
        self.process = process
        socket = ends[0]
    }

    deinit {
        _ = close(socket)
        var status: Int32 = 0
        for _ in 0..<100 {
            if unsafe waitpid(process, &status, WNOHANG) != 0 { return }
            usleep(10_000)
        }
        kill(process, SIGKILL)
        unsafe waitpid(process, &status, 0)
    }

    /// Says that a request waits.
    ///
    /// One call that does not wait. False: nobody is there any more.
    func ring() -> Bool {
        var byte: UInt8 = 1
        let sent = unsafe send(socket, &byte, 1, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
        return sent == 1 || errno == EAGAIN
    }

    /// The other end of the socket is closed.
    var hasHungUp: Bool {
        var byte: UInt8 = 0
        return unsafe recv(socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 0
    }

    /// The process has ended; asked outside ticks only.
    var hasEnded: Bool {
        var information = unsafe siginfo_t()
        let asked = unsafe waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT)
        guard asked == 0 else { return true }
        return unsafe information.si_signo != 0
    }

    private static func spawn(
        _ program: String, _ arguments: [String], descriptors: [Int32]
    ) -> (code: Int32, process: pid_t) {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, 2, 1)
        for (index, descriptor) in descriptors.enumerated() {
            unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(3 + index))
        }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) }
        unsafe words.append(nil)
        defer { unsafe words.forEach { unsafe free($0) } }
        var process: pid_t = 0
        let code = unsafe posix_spawnp(&process, program, &actions, &attributes, words, environ)
        return (code, process)
    }
}
