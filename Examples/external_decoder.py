#!/usr/bin/env python3
"""A decoder of your own for Ansa: the mean rectified sample of the first channel, smoothed over 100 ms.

Standard library only. Descriptor 3 is shared memory, 4 a socket on which a byte says that a block waits; the layout is
in Documentation/ExternalDecoder.md. In a profile: decoder: {kind: external, command: [python3, external_decoder.py], ...}
"""
import mmap
import socket
import struct

memory = mmap.mmap(3, 0)
bell = socket.socket(fileno=4)
magic, channels, frames, rate = struct.unpack_from("<8sIId", memory, 0)
assert magic == b"ANSAEXT1"
keep = 1 - 1 / (0.1 * rate)
mean, seen = 0.0, 0
struct.pack_into("<I", memory, 24, 1)  # ready
while bell.recv(4096):
    number, again, first, end, valid, missing = struct.unpack_from("<QQqqII", memory, 64)
    if number != again:
        continue  # a request is being written; its bell follows
    samples = struct.unpack_from(f"<{frames * channels}f", memory, 192)
    for sample in samples[::channels]:
        mean = keep * mean + (1 - keep) * abs(sample)
        seen += 1
    is_valid = missing == 0 and valid > 0 and seen >= 0.125 * rate
    struct.pack_into("<Q", memory, 128, number)
    struct.pack_into("<qqfffI", memory, 144, first, end, mean, 0.0, 1.0 if is_valid else 0.0, is_valid)
    struct.pack_into("<Q", memory, 136, number)
