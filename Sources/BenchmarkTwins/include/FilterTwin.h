#pragma once

/// The C twin of BiquadBank with five sections: same order of operations, same layout, same bits.
///
/// `coefficients`: 25 vectors of eight equal floats, b0 b1 b2 −a1 −a2 of each section. `state`: for each group of eight
/// channels, z1 and z2 of each section, a vector each. `input` and `output`: `frames` rows of `groups` vectors. All
/// are aligned to 32 bytes.
void ansa_twin_filter5(const float *coefficients, float *state, const float *input, float *output, long frames,
                       long groups);
