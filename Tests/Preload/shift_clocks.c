// Shifts two clocks of one process by what stands in a file, so that a test can set the wall clock and let the machine
// sleep without touching either. Loaded before everything else:
//
//     cc -O2 -shared -fPIC -o shift_clocks.so shift_clocks.c
//     ANSA_SHIFT_CLOCKS=file LD_PRELOAD=$PWD/shift_clocks.so ansa-guard …
//
// The file holds two 64-bit integers, seconds: what CLOCK_REALTIME gains, and what CLOCK_BOOTTIME gains. It is mapped,
// so that a change is seen at once.
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t none[2];
static const volatile int64_t *shift = none;

__attribute__((constructor)) static void map_file(void) {
    const char *path = getenv("ANSA_SHIFT_CLOCKS");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *mapped = mmap(NULL, 2 * sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    if (mapped != MAP_FAILED) shift = mapped;
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int code = (int)syscall(SYS_clock_gettime, clock, now);
    if (code == 0 && clock == CLOCK_REALTIME) now->tv_sec += shift[0];
    if (code == 0 && clock == CLOCK_BOOTTIME) now->tv_sec += shift[1];
    return code;
}

time_t time(time_t *also) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (also) *also = now.tv_sec;
    return now.tv_sec;
}
