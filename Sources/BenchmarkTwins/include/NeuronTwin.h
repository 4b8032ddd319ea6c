#pragma once

#include <stdint.h>

/// The C twin of the fixed-point neuron update: one population, constants a neuron, the arithmetic of lava-nc 0.10.0.
///
/// `keep_u` is 4096 − (du + 1), `keep_v` 4096 − dv, `threshold` and `bias` are shifted already. Returns the number that
/// fired.
long ansa_twin_fixed_neurons(int32_t *u, int32_t *v, int64_t *arriving, int32_t *fired, const int64_t *constants,
                             long count);

/// The C twin of one dense fan-out: every source that fired adds its row of weights times its payload to the sums.
void ansa_twin_fan(const int32_t *weights, const int32_t *payloads, int64_t *sums, long sources, long targets);

/// A recurrent network of leaky integrate-and-fire neurons in double precision: the weights of each neuron's targets in
/// compressed rows, forward Euler, reset to 0.
///
/// `spikes` holds the `*fired` neurons that fired in the step before, in order, and receives those of this one.
void ansa_twin_recurrent(double *v, double *drive, const double *input, const int32_t *starts, const int32_t *targets,
                         const double *weights, int32_t *spikes, long *fired, double k, double threshold, long count);

/// The same in single precision, as most peers compute.
void ansa_twin_recurrent_single(float *v, float *drive, const float *input, const int32_t *starts,
                                const int32_t *targets, const float *weights, int32_t *spikes, long *fired, float k,
                                float threshold, long count);
