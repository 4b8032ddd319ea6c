#pragma once
#include <stddef.h>
#include <stdint.h>

// libFuzzer's own entry: runs `callback` until it crashes, hangs or has had its time. Of compiler-rt, without a header.
int LLVMFuzzerRunDriver(int *count, char ***words, int (*callback)(const uint8_t *data, size_t size));
