// What Linux has and Swift's Glibc module lacks. Header only; every function is a thin system call.
// No _GNU_SOURCE here: it would change the layout of the Glibc module that Swift has already built.
#pragma once
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/// True where the flags that Swift imported this header with carry FMA; a lost flag is a red test.
static inline bool ansa_built_with_fma(void) {
#ifdef __FMA__
    return true;
#else
    return false;
#endif
}

/// True where the CPU can run what this package is built for.
static inline bool ansa_cpu_has_fma(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return true;
#endif
}

/// Sleeps while `*word == expected`, until a wake or the absolute CLOCK_MONOTONIC time (0: no limit).
static inline int ansa_futex_wait_until(uint32_t *word, uint32_t expected, uint64_t nanoseconds) {
    struct timespec at = {(time_t)(nanoseconds / 1000000000ull), (long)(nanoseconds % 1000000000ull)};
    return (int)syscall(SYS_futex, word, FUTEX_WAIT_BITSET, expected, nanoseconds ? &at : 0, 0, FUTEX_BITSET_MATCH_ANY);
}

static inline int ansa_futex_wake(uint32_t *word) {
    return (int)syscall(SYS_futex, word, FUTEX_WAKE, 1, 0, 0, 0);
}

static inline uint64_t ansa_monotonic_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

static inline uint64_t ansa_boottime_nanoseconds(void) {
    struct timespec now;
    clock_gettime(7 /* CLOCK_BOOTTIME */, &now);
    return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

static inline uint64_t ansa_thread_cpu_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

/// Pins the calling thread to one core. 0 or an errno.
static inline int ansa_pin_to_core(int core) {
    unsigned long mask[16] = {0};
    if (core < 0 || core >= (int)(sizeof mask * 8)) return EINVAL;
    mask[core / (8 * sizeof(long))] = 1ul << (core % (8 * sizeof(long)));
    return syscall(SYS_sched_setaffinity, 0, sizeof mask, mask) < 0 ? errno : 0;
}

/// The core that the loop's thread has to itself: the last one that is online.
static inline int ansa_loop_core(void) {
    return (int)sysconf(_SC_NPROCESSORS_ONLN) - 1;
}

/// Keeps the calling thread off the loop's core, where there is another one. 0 or an errno.
static inline int ansa_stay_off_loop_core(void) {
    unsigned long mask[16] = {0};
    int last = ansa_loop_core();
    if (last < 1 || last >= (int)(sizeof mask * 8)) return 0;
    for (int core = 0; core < last; core++) mask[core / (8 * sizeof(long))] |= 1ul << (core % (8 * sizeof(long)));
    return syscall(SYS_sched_setaffinity, 0, sizeof mask, mask) < 0 ? errno : 0;
}

/// Keeps another process off the loop's core, where there is another one. 0 or an errno.
static inline int ansa_keep_off_loop_core(int process) {
    unsigned long mask[16] = {0};
    int last = ansa_loop_core();
    if (last < 1 || last >= (int)(sizeof mask * 8)) return 0;
    for (int core = 0; core < last; core++) mask[core / (8 * sizeof(long))] |= 1ul << (core % (8 * sizeof(long)));
    return syscall(SYS_sched_setaffinity, process, sizeof mask, mask) < 0 ? errno : 0;
}

/// Makes the calling thread SCHED_FIFO at `priority`. 0 or an errno (EPERM for an ordinary user).
static inline int ansa_set_fifo(int priority) {
    struct sched_param parameters = {.sched_priority = priority};
    return syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &parameters) < 0 ? errno : 0;
}

/// Makes the main thread of another process SCHED_FIFO at `priority`. 0 or an errno (EPERM for an ordinary user).
static inline int ansa_set_fifo_of(int process, int priority) {
    struct sched_param parameters = {.sched_priority = priority};
    return syscall(SYS_sched_setscheduler, process, SCHED_FIFO, &parameters) < 0 ? errno : 0;
}

static inline int ansa_lock_memory(void) {
    return mlockall(MCL_CURRENT | MCL_FUTURE) < 0 ? errno : 0;
}

/// Minor faults, major faults and involuntary switches of the calling thread.
static inline void ansa_thread_usage(uint64_t *minor, uint64_t *major, uint64_t *involuntary) {
    struct rusage usage;
    getrusage(1 /* RUSAGE_THREAD */, &usage);
    *minor = (uint64_t)usage.ru_minflt;
    *major = (uint64_t)usage.ru_majflt;
    *involuntary = (uint64_t)usage.ru_nivcsw;
}

/// The x86 control word for floating point: round to nearest, no flush to zero, no denormals-are-zero.
static inline void ansa_set_floating_point_control(void) {
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr(0x1f80);
#endif
}

/// A connected pair of SOCK_SEQPACKET sockets, close-on-exec. 0 or an errno.
static inline int ansa_socket_pair(int *ends) {
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0 ? errno : 0;
}

/// A bound, listening SOCK_SEQPACKET socket at `path`, non-blocking, close-on-exec; a negative errno on failure.
static inline int ansa_listen_at(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    unsigned long length = 0;
    while (path[length]) length++;
    if (length >= sizeof address.sun_path) return -ENAMETOOLONG;
    for (unsigned long i = 0; i < length; i++) address.sun_path[i] = path[i];
    int end = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (end < 0) return -errno;
    if (bind(end, (struct sockaddr *)&address, sizeof address) < 0 || listen(end, 8) < 0) {
        int code = errno;
        close(end);
        return -code;
    }
    return end;
}

/// A SOCK_SEQPACKET socket connected to `path`, close-on-exec; a negative errno on failure.
static inline int ansa_connect_to(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    unsigned long length = 0;
    while (path[length]) length++;
    if (length >= sizeof address.sun_path) return -ENAMETOOLONG;
    for (unsigned long i = 0; i < length; i++) address.sun_path[i] = path[i];
    int end = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (end < 0) return -errno;
    if (connect(end, (struct sockaddr *)&address, sizeof address) < 0) {
        int code = errno;
        close(end);
        return -code;
    }
    return end;
}

/// The next connection to a listening socket, or -1; `user` becomes its user. It does not wait.
static inline int ansa_accept_from(int listener, uint32_t *user) {
    int end = (int)syscall(SYS_accept4, listener, (void *)0, (void *)0, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (end < 0) return -1;
    struct { int process; uint32_t user, group; } peer = {0, ~0u, ~0u};
    socklen_t size = sizeof peer;
    if (getsockopt(end, SOL_SOCKET, 17 /* SO_PEERCRED */, &peer, &size) < 0) peer.user = ~0u;
    *user = peer.user;
    return end;
}

/// The process that listens at the other end of a connected socket, or -1.
static inline int ansa_peer_process(int end) {
    struct { int process; uint32_t user, group; } peer = {-1, ~0u, ~0u};
    socklen_t size = sizeof peer;
    return getsockopt(end, SOL_SOCKET, 17 /* SO_PEERCRED */, &peer, &size) < 0 ? -1 : peer.process;
}

/// A descriptor of a process, so that its number cannot come to mean another one; -1 where there is none.
static inline int ansa_process_descriptor(int process) { return (int)syscall(434 /* pidfd_open */, process, 0); }

/// Signals the process of a descriptor. 0 or an errno.
static inline int ansa_signal_process(int descriptor, int number) {
    return syscall(424 /* pidfd_send_signal */, descriptor, number, (void *)0, 0) < 0 ? errno : 0;
}

/// No program that this process starts may gain privileges. 0 or an errno.
static inline int ansa_forgo_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? errno : 0; }

/// Nobody but root may look into this process's memory. 0 or an errno.
static inline int ansa_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? errno : 0; }

/// A network namespace without any device. 0 or an errno (EPERM for an ordinary user).
static inline int ansa_leave_network(void) { return syscall(SYS_unshare, 0x40000000) < 0 ? errno : 0; }

/// Becomes another user for good: groups, group, user. 0 or an errno.
static inline int ansa_become(uint32_t user, uint32_t group) {
    if (syscall(SYS_setgroups, 0, (void *)0) < 0) return errno;
    if (syscall(SYS_setresgid, group, group, group) < 0) return errno;
    return syscall(SYS_setresuid, user, user, user) < 0 ? errno : 0;
}

/// No write to any file outside `folders` (NULL ends them), by Landlock. 0 or an errno (ENOSYS: the kernel has none).
static inline int ansa_confine_writes(const char *const *folders) {
    // WRITE_FILE, REMOVE_DIR, REMOVE_FILE, MAKE_CHAR, MAKE_DIR, MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, MAKE_SYM.
    uint64_t writing = 1ull << 1 | 0x1ff0ull;
    int rules = (int)syscall(444 /* landlock_create_ruleset */, &writing, sizeof writing, 0);
    if (rules < 0) return errno;
    for (; *folders; folders++) {
        // At the working folder, with O_PATH and O_CLOEXEC.
        int folder = (int)syscall(SYS_openat, -100, *folders, 010000000 | 02000000, 0);
        if (folder < 0) continue;
        struct __attribute__((packed)) { uint64_t allowed; int32_t parent; } rule = {writing, folder};
        int code = syscall(445 /* landlock_add_rule */, rules, 1, &rule, 0) < 0 ? errno : 0;
        close(folder);
        if (code) { close(rules); return code; }
    }
    int code = syscall(446 /* landlock_restrict_self */, rules, 0) < 0 ? errno : 0;
    close(rules);
    return code;
}

#if defined(__x86_64__)
#define ANSA_AUDIT_ARCHITECTURE AUDIT_ARCH_X86_64
#else
#define ANSA_AUDIT_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif
#define ANSA_LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ANSA_REFUSE(code) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (code))
#define ANSA_DENY(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), ANSA_REFUSE(EPERM)

/// From here on: no socket but of AF_UNIX, no program, no process (threads go on), no tracing, no kernel module, mount
/// or bpf. A call that is refused gives EPERM. 0 or an errno.
static inline int ansa_restrict_system_calls(void) {
    struct sock_filter filter[] = {
        ANSA_LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ANSA_AUDIT_ARCHITECTURE, 1, 0),
        ANSA_REFUSE(EPERM),
        ANSA_LOAD(nr),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),  // the x32 twins of all calls
        ANSA_REFUSE(EPERM),
        ANSA_DENY(SYS_execve), ANSA_DENY(SYS_execveat), ANSA_DENY(SYS_ptrace), ANSA_DENY(SYS_process_vm_readv),
        ANSA_DENY(SYS_process_vm_writev), ANSA_DENY(SYS_mount), ANSA_DENY(SYS_umount2), ANSA_DENY(SYS_pivot_root),
        ANSA_DENY(SYS_init_module), ANSA_DENY(SYS_finit_module), ANSA_DENY(SYS_kexec_load), ANSA_DENY(SYS_bpf),
        ANSA_DENY(SYS_perf_event_open), ANSA_DENY(SYS_userfaultfd), ANSA_DENY(SYS_keyctl), ANSA_DENY(SYS_add_key),
        ANSA_DENY(SYS_reboot), ANSA_DENY(SYS_swapon), ANSA_DENY(SYS_settimeofday), ANSA_DENY(SYS_clock_settime),
        ANSA_DENY(SYS_socketpair), ANSA_DENY(SYS_setns), ANSA_DENY(SYS_unshare),
#if defined(__x86_64__)
        ANSA_DENY(SYS_fork), ANSA_DENY(SYS_vfork),
#endif
        // clone3 hides its flags in memory: glibc then takes clone.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 435, 0, 1),
        ANSA_REFUSE(ENOSYS),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4),
        ANSA_LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x10000 /* CLONE_THREAD */, 1, 0),
        ANSA_REFUSE(EPERM),
        ANSA_LOAD(nr),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
        ANSA_LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 1, 0),
        ANSA_REFUSE(EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof filter[0], .filter = filter};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0 ? errno : 0;
}

/// Tries what the filter refuses: an Internet socket. The errno of the attempt, or 0 where it worked.
static inline int ansa_try_network(void) {
    int end = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (end < 0) return errno;
    close(end);
    return 0;
}
