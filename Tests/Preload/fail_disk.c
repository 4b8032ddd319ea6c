// A disk that fails as a test says, for the files whose path ends in one text; every other file is left alone.
// Loaded before everything else:
//
//     cc -O2 -shared -fPIC -o fail_disk.so fail_disk.c
//     ANSA_FAIL_FILE=journal.ansa ANSA_FAIL_KIND=enospc ANSA_FAIL_AFTER=1000000 LD_PRELOAD=$PWD/fail_disk.so ansa run …
//
// Kinds: none; short (every write takes a part, 1 byte at least); eio, enospc (the write that
// would exceed ANSA_FAIL_AFTER bytes and all behind it); sync-eio (fdatasync number ANSA_FAIL_AFTER and all behind it);
// stall (every fdatasync takes ANSA_FAIL_AFTER milliseconds).
// ANSA_SYNC_LOG: after each fdatasync that succeeded, the size that the file had before it, as a 64-bit integer: what
// would be left behind a power cut.
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const char *target, *kind = "none";
static long after;
static int syncs = -1;
static atomic_long written, waits;

__attribute__((constructor)) static void read_environment(void) {
    target = getenv("ANSA_FAIL_FILE");
    if (getenv("ANSA_FAIL_KIND")) kind = getenv("ANSA_FAIL_KIND");
    if (getenv("ANSA_FAIL_AFTER")) after = atol(getenv("ANSA_FAIL_AFTER"));
    const char *log = getenv("ANSA_SYNC_LOG");
    if (log) syncs = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static int is_target(int file) {
    char link[64], path[4096];
    if (!target) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    size_t end = strlen(target);
    return length >= (ssize_t)end && memcmp(path + length - end, target, end) == 0;
}

ssize_t write(int file, const void *bytes, size_t count) {
    if (is_target(file)) {
        int is_full = atomic_fetch_add(&written, (long)count) + (long)count > after;
        if (is_full && !strcmp(kind, "eio")) { errno = EIO; return -1; }
        if (is_full && !strcmp(kind, "enospc")) { errno = ENOSPC; return -1; }
        // Parts of many lengths, the same in every run: a third, rounded up, of what is left, at most 4,093 bytes.
        if (!strcmp(kind, "short") && count > 1) {
            size_t part = (count + 2) / 3;
            count = part < 4093 ? part : 4093;
        }
    }
    return syscall(SYS_write, file, bytes, count);
}

int fdatasync(int file) {
    if (!is_target(file)) return (int)syscall(SYS_fdatasync, file);
    long number = atomic_fetch_add(&waits, 1);
    if (number >= after && !strcmp(kind, "sync-eio")) { errno = EIO; return -1; }
    if (!strcmp(kind, "stall")) {
        struct timespec pause = {after / 1000, after % 1000 * 1000000};
        nanosleep(&pause, NULL);
    }
    struct stat state;
    int known = fstat(file, &state);
    int code = (int)syscall(SYS_fdatasync, file);
    int64_t size = state.st_size;
    if (code == 0 && known == 0 && syncs >= 0) (void)!syscall(SYS_write, syncs, &size, sizeof size);
    return code;
}
