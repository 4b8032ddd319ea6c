#include "FilterTwin.h"

typedef float octet __attribute__((vector_size(32)));

#if __has_builtin(__builtin_elementwise_fma)
#define FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#error "the twin needs clang's __builtin_elementwise_fma"
#endif

/// One section, transposed direct form II: y = b0 x + z1, z1' = b1 x - a1 y + z2, z2' = b2 x - a2 y.
#define SECTION(s)                                                                                                    \
    {                                                                                                                 \
        octet o = FMA(k[5 * s], v, z1_##s);                                                                           \
        z1_##s = FMA(k[5 * s + 3], o, FMA(k[5 * s + 1], v, z2_##s));                                                  \
        z2_##s = FMA(k[5 * s + 4], o, k[5 * s + 2] * v);                                                              \
        v = o;                                                                                                        \
    }
#define LOAD(s) octet z1_##s = home[2 * s], z2_##s = home[2 * s + 1];
#define STORE(s) home[2 * s] = z1_##s, home[2 * s + 1] = z2_##s;

void ansa_twin_filter5(const float *coefficients, float *state, const float *input, float *output, long frames,
                       long groups) {
    const octet *restrict k = (const octet *)coefficients;
    const octet *restrict x = (const octet *)input;
    octet *restrict y = (octet *)output;
    for (long group = 0; group < groups; group++) {
        octet *restrict home = (octet *)state + 10 * group;
        LOAD(0) LOAD(1) LOAD(2) LOAD(3) LOAD(4)
        for (long frame = 0; frame < frames; frame++) {
            octet v = x[frame * groups + group];
            SECTION(0) SECTION(1) SECTION(2) SECTION(3) SECTION(4)
            y[frame * groups + group] = v;
        }
        STORE(0) STORE(1) STORE(2) STORE(3) STORE(4)
    }
}
