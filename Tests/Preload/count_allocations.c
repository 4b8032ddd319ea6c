// Counts what each thread allocates. Loaded before everything else:
//
//     cc -O2 -shared -fPIC -o count_allocations.so count_allocations.c
//     LD_PRELOAD=$PWD/count_allocations.so ansa run …
//
// The runtime looks for `ansa_thread_allocations` by dlsym and reports the difference over its steady ticks as
// `steady_allocations`; where this library is not loaded it reports "not counted".
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

// initial-exec: reaching the counter must not allocate itself.
static __thread uint64_t allocations __attribute__((tls_model("initial-exec")));

/// Allocations of the calling thread since it began.
uint64_t ansa_thread_allocations(void) { return allocations; }

void *malloc(size_t size) {
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    allocations++;
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
    allocations++;
    return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
    allocations++;
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
    void *memory = memalign(alignment, size);
    if (memory == NULL) return ENOMEM;
    *result = memory;
    return 0;
}
