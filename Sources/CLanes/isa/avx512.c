#if defined(__x86_64__)
#include "../core/kernels.h"

#include <immintrin.h>
#include <string.h>

#define LANES_SUFFIX avx512
#define LANES_ISA LANES_ISA_AVX512
#define LANES_VECTOR 16

#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,bmi2,fma"))), apply_to = function)
static inline float lanes_fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#include "instantiate.h"
#pragma clang attribute pop
#endif
