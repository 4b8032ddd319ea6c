/// How the program ends, for the shell.
///
/// Numbers from 64 on are those of BSD's sysexits.h.
enum ExitCode {
    /// Done as asked.
    static let done: Int32 = 0
    /// Failed for a reason that no other code names.
    static let failed: Int32 = 1
    /// Ended by a latched interlock, by a second Ctrl-C, or because a latch was not acknowledged.
    static let latched: Int32 = 3
    /// A replay computed something else than was recorded.
    static let diverged: Int32 = 4
    /// The command line was wrong.
    static let usage: Int32 = 64
    /// A file was missing or wrong.
    static let badFile: Int32 = 65
    /// A device is not there.
    static let deviceAbsent: Int32 = 69
    /// Reading or writing failed, the disk is full.
    static let inputOutput: Int32 = 74
    /// A passing fault; the same command may succeed later.
    static let tryAgain: Int32 = 75
    /// A folder or device that this user may not use.
    static let permission: Int32 = 77
}
