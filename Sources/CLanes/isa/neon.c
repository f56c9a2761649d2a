#if defined(__aarch64__)
#include "../core/kernels.h"

#include <arm_neon.h>
#include <string.h>

#define LANES_SUFFIX neon
#define LANES_ISA LANES_ISA_NEON
#define LANES_VECTOR 4
#define LANES_FMA_INSTRUCTION 1

static inline float lanes_fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#include "instantiate.h"
#endif
