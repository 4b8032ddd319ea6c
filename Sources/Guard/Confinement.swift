import CLinux
import Glibc
import Stimulation

/// Gives up, one after the other, what a guard never needs; what the system refuses is left out and said.
enum Confinement {
    /// Becomes the user that `$ANSA_GUARD_USER` names, where root started the guard.
    ///
    /// - Returns: nil where nothing was asked for; false: asked for, and impossible.
    static func becomeOwnUser() -> Bool? {
        let name = unsafe getenv("ANSA_GUARD_USER").map { unsafe String(cString: $0) } ?? ""
        guard !name.isEmpty, geteuid() == 0 else { return nil }
        guard let entry = unsafe getpwnam(name) else {
            say("ansa-guard: no user \"\(name)\", as $ANSA_GUARD_USER says\n")
            return false
        }
        let code = unsafe ansa_become(entry.pointee.pw_uid, entry.pointee.pw_gid)
        if code != 0 { say("ansa-guard: cannot become \(name): errno \(code)\n") }
        return code == 0
    }

    /// All that holds afterwards; files are written in `folders` only.
    ///
    /// To be called by the one thread there is, once everything outside has been read.
    static func apply(folders: [String], isOwnUser: Bool) -> GuardConfinement {
        var done: GuardConfinement = isOwnUser ? .ownUser : []
        if limitResources(isOwnUser: isOwnUser) { done.insert(.limits) }
        if ansa_leave_network() == 0 { done.insert(.noNetwork) }
        guard ansa_forgo_new_privileges() == 0 else { return done }
        done.insert(.noNewPrivileges)
        if confineWrites(folders) { done.insert(.writes) }
        if ansa_restrict_system_calls() == 0, ansa_try_network() == EPERM { done.insert(.systemCalls) }
        return done
    }

    private static func limitResources(isOwnUser: Bool) -> Bool {
        func limit(_ resource: __rlimit_resource, _ most: rlim_t) -> Bool {
            var bound = rlimit()
            guard unsafe getrlimit(Int32(resource.rawValue), &bound) == 0 else { return false }
            bound.rlim_max = min(bound.rlim_max, most)
            bound.rlim_cur = min(bound.rlim_cur, bound.rlim_max)
            return unsafe setrlimit(Int32(resource.rawValue), &bound) == 0
        }
        var isDone = limit(RLIMIT_CORE, 0)
        isDone = limit(RLIMIT_NOFILE, 64) && isDone
        // The number of processes is counted by user: only a user of its own has no others.
        if isOwnUser { isDone = limit(__RLIMIT_NPROC, 16) && isDone }
        return ansa_forbid_dumps() == 0 && isDone
    }

    private static func confineWrites(_ folders: [String]) -> Bool {
        var paths: [UnsafePointer<CChar>?] = unsafe folders.map { unsafe UnsafePointer(strdup($0)) }
        unsafe paths.append(nil)
        defer { unsafe paths.forEach { unsafe free(UnsafeMutableRawPointer(mutating: $0)) } }
        return unsafe ansa_confine_writes(paths) == 0
    }
}
