#include "../core/kernels.h"

#include <string.h>

#define LANES_SUFFIX portable
#define LANES_ISA LANES_ISA_PORTABLE
#define LANES_VECTOR 4

#if defined(__FMA__) || defined(__aarch64__)
#define LANES_FMA_INSTRUCTION 1
static inline float lanes_fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#else
#define LANES_FMA_INSTRUCTION 0
/* fma without the instruction, in double: the product is exact (48 bits); the sum is rounded to odd, which the rounding to
 * float then cannot get wrong (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", 2008). No branch, so
 * that it vectorises. */
static inline __attribute__((always_inline)) float lanes_fma(float a, float b, float c) {
  double product = (double)a * b, addend = c;
  double sum = product + addend;
  double shadow = sum - product;
  double error = (product - (sum - shadow)) + (addend - shadow);
  int64_t bits, toward;
  memcpy(&bits, &sum, 8);
  memcpy(&toward, &error, 8);
  /* Inexact with an even last bit: step towards the exact sum. NaN and infinity have a NaN error, and are left alone. */
  int64_t step = (toward ^ bits) < 0 ? -1 : 1;
  int64_t inexact = error < 0 || error > 0 ? 1 : 0;
  bits += step * (inexact & ~bits & 1);
  memcpy(&sum, &bits, 8);
  return (float)sum;
}
#endif

/* A baseline without the instructions for it leaves some loops scalar. */
#pragma clang diagnostic ignored "-Wpass-failed"
#include "instantiate.h"
