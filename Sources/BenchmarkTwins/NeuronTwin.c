#include "NeuronTwin.h"

long ansa_twin_fixed_neurons(int32_t *restrict u, int32_t *restrict v, int64_t *restrict arriving,
                             int32_t *restrict fired, const int64_t *restrict constants, long count) {
    const int64_t top = 1 << 23;
    long total = 0;
    for (long i = 0; i < count; i++) {
        const int64_t *c = constants + 4 * i;
        int64_t current = (int64_t)u[i] * c[0] / 4096 + (arriving[i] << 6);
        if (current > top)
            current -= 2 * top;
        else if (current <= -top)
            current += 2 * top;
        int64_t voltage = (int64_t)v[i] * c[1] / 4096 + current + c[3];
        voltage = voltage < 1 - top ? 1 - top : voltage > top - 1 ? top - 1 : voltage;
        int32_t spike = voltage > c[2];
        u[i] = (int32_t)current;
        v[i] = spike ? 0 : (int32_t)voltage;
        fired[i] = spike;
        arriving[i] = 0;
        total += spike;
    }
    return total;
}

void ansa_twin_fan(const int32_t *restrict weights, const int32_t *restrict payloads, int64_t *restrict sums,
                   long sources, long targets) {
    for (long source = 0; source < sources; source++) {
        int64_t payload = payloads[source];
        if (payload == 0) continue;
        const int32_t *row = weights + source * targets;
        for (long target = 0; target < targets; target++) sums[target] += row[target] * payload;
    }
}

#define RECURRENT(name, real)                                                                                         \
    void name(real *restrict v, real *restrict drive, const real *restrict input, const int32_t *restrict starts,     \
              const int32_t *restrict targets, const real *restrict weights, int32_t *restrict spikes,                \
              long *restrict fired, real k, real threshold, long count) {                                             \
        for (long i = 0; i < count; i++) drive[i] = 0;                                                                \
        for (long s = 0; s < *fired; s++) {                                                                           \
            long j = spikes[s];                                                                                       \
            for (int32_t e = starts[j]; e < starts[j + 1]; e++) drive[targets[e]] += weights[e];                      \
        }                                                                                                             \
        for (long i = 0; i < count; i++) v[i] += k * (0 - v[i] + (input[i] + drive[i]));                              \
        long n = 0;                                                                                                   \
        for (long i = 0; i < count; i++) {                                                                            \
            if (v[i] > threshold) {                                                                                   \
                v[i] = 0;                                                                                             \
                spikes[n++] = (int32_t)i;                                                                             \
            }                                                                                                         \
        }                                                                                                             \
        *fired = n;                                                                                                   \
    }

RECURRENT(ansa_twin_recurrent, double)
RECURRENT(ansa_twin_recurrent_single, float)
