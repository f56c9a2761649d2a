/* Each unary function once, as scalar C (CONTRACT.md, C3), which the kernels vectorise; but for tanh, which is
 * defined for 16 arguments. */
#include "tanh-table.h"

ALWAYS_INLINE float LANES_NAME(float_of)(int32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}
ALWAYS_INLINE int32_t LANES_NAME(bits_of)(float value) {
  int32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}
#define FLOAT_OF LANES_NAME(float_of)
#define BITS_OF LANES_NAME(bits_of)
#define ABSOLUTE(x) FLOAT_OF(BITS_OF(x) & 0x7fffffff)
#define DEFINE(name) ALWAYS_INLINE float LANES_NAME(name)(float x)
/* A function of which a second form is made, for ordinary arguments: those that LANES_NAME(outside) tells from the special
 * ones. It gives the same bits by fewer steps. */
#define DEFINE_TWICE(name)                                                                                             \
  ALWAYS_INLINE float LANES_NAME(name##_where)(float x, int ordinary);                                                 \
  DEFINE(name) { return LANES_NAME(name##_where)(x, 0); }                                                              \
  ALWAYS_INLINE float LANES_NAME(name##_where)(float x, int ordinary)
#define DEFINE_GRADIENT(name, value) ALWAYS_INLINE float LANES_NAME(name##_gradient)(float value, float dy)

DEFINE(identity) { return x; }
DEFINE_GRADIENT(identity, y) { return (void)y, dy; }

DEFINE(relu) { return 0 > x ? 0 : x; }
DEFINE_GRADIENT(relu, y) { return y <= 0 ? 0 : dy; }

/* 2^i for −126 ≤ i ≤ 127, and 0 for −127. */
#define POWER_OF_TWO(i) FLOAT_OF((int32_t)((uint32_t)((i) + 127) << 23))

/* n = x / ln 2, rounded, and the bits of 1.5·2^23 + 254 + n, whose lowest ten are 254 + n; of an ordinary argument those of
 * 1.5·2^23 + n, for raise. Cody and Waite's reduction (E1): x = n·ln 2 + high − n·0x1.bd0106p-13, the high part being exact. */
typedef struct LANES_NAME(reduced) {
  float n, high;
  int32_t bits;
} LANES_NAME(reduced);

ALWAYS_INLINE LANES_NAME(reduced) LANES_NAME(reduce_by_ln2)(float x, int ordinary) {
  float zero = ordinary ? 12582912.0f : 12583166.0f;
  float shifted = lanes_fma(x, 0x1.715476p+0f, zero);
  float n = shifted - zero;
  return (LANES_NAME(reduced)){n, lanes_fma(n, -0x1.63p-1f, x), BITS_OF(shifted)};
}

#define BITS_OF_ZERO 0x4b4000fe

/* p·2^n, rounded once where it is below 2^-126: 2^n comes in two factors, of h = n >> 1 and n − h, whose biases the bits hold
 * already. Products, so that NaN stays. */
ALWAYS_INLINE float LANES_NAME(scale)(float p, int32_t bits) {
  uint32_t both = (uint32_t)bits << 23, h = ((uint32_t)bits << 22) & 0xff800000u;
  return p * FLOAT_OF((int32_t)(both - h)) * FLOAT_OF((int32_t)h);
}

/* p·2^n where neither is subnormal, infinite or NaN. */
ALWAYS_INLINE float LANES_NAME(raise)(float p, int32_t bits) {
  return FLOAT_OF((int32_t)((uint32_t)BITS_OF(p) + ((uint32_t)bits << 23)));
}

/* 2^(n+k) for −126 ≤ n + k ≤ 127. */
ALWAYS_INLINE float LANES_NAME(power_of_bits)(int32_t bits, int32_t k) {
  return FLOAT_OF((int32_t)(((uint32_t)bits << 23) + ((uint32_t)(k - 127) << 23)));
}
/* 2^n, and 2^-126 for less. */
ALWAYS_INLINE float LANES_NAME(bounded_power)(int32_t bits) {
  return LANES_NAME(power_of_bits)(bits < BITS_OF_ZERO - 126 ? BITS_OF_ZERO - 126 : bits, 0);
}

/* (exp(r) − 1 − r) / r². */
ALWAYS_INLINE float LANES_NAME(exp_remainder)(float r) {
  float q = 0x1.6a70bep-10f;
  q = lanes_fma(q, r, 0x1.123592p-7f);
  q = lanes_fma(q, r, 0x1.555888p-5f);
  q = lanes_fma(q, r, 0x1.555498p-3f);
  return lanes_fma(q, r, 0x1.fffffcp-2f);
}

/* E1: exp(x) = p·2^n, p to 0.9 ULP. */
typedef struct LANES_NAME(exp_parts) {
  float p, low;
  int32_t bits;
} LANES_NAME(exp_parts);

ALWAYS_INLINE LANES_NAME(exp_parts) LANES_NAME(exp_parts_of)(float x, int ordinary) {
  LANES_NAME(reduced) by = LANES_NAME(reduce_by_ln2)(x, ordinary);
  float r = lanes_fma(by.n, 0x1.bd0106p-13f, by.high);
  float q = lanes_fma(LANES_NAME(exp_remainder)(r), r, 1);
  return (LANES_NAME(exp_parts)){lanes_fma(q, r, 1), 0, by.bits};
}

/* E2: exp(x + x_low) = (p + low)·2^n, to about 0.3 ULP. */
ALWAYS_INLINE LANES_NAME(exp_parts) LANES_NAME(precise_exp_parts_of)(float x, float x_low, int ordinary) {
  LANES_NAME(reduced) by = LANES_NAME(reduce_by_ln2)(x, ordinary);
  float low = lanes_fma(by.n, 0x1.bd0106p-13f, x_low);
  float r = by.high + low;
  float t = lanes_fma(r * r, LANES_NAME(exp_remainder)(r), low);
  float sum = 1 + by.high;
  float rest = (by.high - (sum - 1)) + t;
  float p = sum + rest;
  return (LANES_NAME(exp_parts)){p, (sum - p) + rest, by.bits};
}

/* E1. An ordinary result is no subnormal and no infinity. */
DEFINE_TWICE(exp) {
  if (!ordinary) x = x > 89.0f ? 89.0f : x;
  if (!ordinary) x = x < -104.0f ? -104.0f : x;
  LANES_NAME(exp_parts) e = LANES_NAME(exp_parts_of)(x, ordinary);
  return ordinary ? LANES_NAME(raise)(e.p, e.bits) : LANES_NAME(scale)(e.p, e.bits);
}
DEFINE_GRADIENT(exp, y) { return dy * y; }

/* D1: (a + a_low) / (b + b_low), the error of the first quotient taken back. */
ALWAYS_INLINE float LANES_NAME(quotient)(float a, float a_low, float b, float b_low) {
  float reciprocal = 1 / b;
  float q = a * reciprocal;
  float rest = lanes_fma(-q, b, a) + lanes_fma(-q, b_low, a_low);
  return lanes_fma(rest, reciprocal, q);
}

/* X1. */
DEFINE(expm1) {
  float bounded = x > 89.0f ? 89.0f : x;
  bounded = bounded < -25.0f ? -25.0f : bounded;
  LANES_NAME(reduced) r = LANES_NAME(reduce_by_ln2)(bounded, 0);
  float low = r.n * 0x1.bd0106p-13f;
  float rest = r.high + low;
  float p = r.high + lanes_fma(rest * rest, LANES_NAME(exp_remainder)(rest), low);
  float s = LANES_NAME(power_of_bits)(r.bits, -1);
  float y = 2 * lanes_fma(s, p, s - 0.5f);
  return ABSOLUTE(x) < 0x1p-25f ? x : y;
}
DEFINE_GRADIENT(expm1, y) { return dy * (y + 1); }

/* log(2^e · (1 + f)), the last lines of L1 and P1. */
ALWAYS_INLINE float LANES_NAME(log_of_parts)(float e, float f) {
  float s = f * f;
  float q = -0x1.38cf2p-4f;
  q = lanes_fma(q, f, 0x1.05602ep-3f);
  q = lanes_fma(q, f, -0x1.0d81f2p-3f);
  q = lanes_fma(q, f, 0x1.22d8f8p-3f);
  q = lanes_fma(q, f, -0x1.54728cp-3f);
  q = lanes_fma(q, f, 0x1.99a01ep-3f);
  q = lanes_fma(q, f, -0x1.000226p-2f);
  q = lanes_fma(q, f, 0x1.555554p-2f);
  float w = lanes_fma(f * s, q, e * -0x1.bd0106p-13f);
  w = lanes_fma(s, -0.5f, w);
  return lanes_fma(e, 0x1.63p-1f, f + w);
}

/* L1. */
DEFINE_TWICE(log) {
  int subnormal = !ordinary && x < 0x1p-126f;
  float u = subnormal ? x * 0x1p23f : x;
  int32_t t = (int32_t)((uint32_t)BITS_OF(u) - 0x3f3504f3u);
  float e = (float)((t >> 23) + (subnormal ? -23 : 0));
  float y = LANES_NAME(log_of_parts)(e, FLOAT_OF((t & 0x7fffff) + 0x3f3504f3) - 1);
  if (ordinary) return y;
  y = x == __builtin_inff() ? x : y;
  y = x == 0 ? -__builtin_inff() : y;
  return x >= 0 ? y : __builtin_nanf("");
}
DEFINE_GRADIENT(log, x) { return dy / x; }

/* P1. c is what 1 + x lost in rounding. */
DEFINE(log1p) {
  float u = 1 + x;
  float v = u - x;
  float c = (1 - v) + (x - (u - v));
  int32_t t = (int32_t)((uint32_t)BITS_OF(u) - 0x3f3504f3u);
  int32_t e = t >> 23;
  float f = (FLOAT_OF((t & 0x7fffff) + 0x3f3504f3) - 1) + c * POWER_OF_TWO(e > 126 ? -126 : -e);
  float y = LANES_NAME(log_of_parts)((float)e, f);
  y = x == __builtin_inff() ? x : y;
  y = x == -1 ? -__builtin_inff() : y;
  y = x == 0 ? x : y;
  return x >= -1 ? y : __builtin_nanf("");
}
DEFINE_GRADIENT(log1p, x) { return dy / (1 + x); }

/* S1: z = exp(−|x|); the value is z·(1 − z/(1 + z)) or 1 − z/(1 + z). */
DEFINE_TWICE(sigmoid) {
  float a = ABSOLUTE(x);
  LANES_NAME(exp_parts) e = LANES_NAME(precise_exp_parts_of)(!ordinary && a > 104.0f ? -104.0f : -a, 0, ordinary);
  float z = ordinary ? LANES_NAME(raise)(e.p, e.bits) : LANES_NAME(scale)(e.p, e.bits);
  float y = x < 0 ? z : 1;
  return lanes_fma(-y, z / (1 + z), y);
}
DEFINE_GRADIENT(sigmoid, y) { return dy * lanes_fma(-y, y, y); }

/* 1 + 2^n·p, and what it lost in rounding. */
#define ONE_PLUS(parts)                                                                                                \
  float s = LANES_NAME(bounded_power)((parts).bits);                                                                   \
  float d = lanes_fma(s, (parts).p, 1);                                                                                \
  float d_low = lanes_fma(s, (parts).p, 1 - d)

/* S2: a·sigmoid(−(v + v_low)) for v ≥ 0. */
ALWAYS_INLINE float LANES_NAME(times_sigmoid)(float a, float v, float v_low) {
  LANES_NAME(exp_parts) e = LANES_NAME(precise_exp_parts_of)(-v, -v_low, 0);
  ONE_PLUS(e);
  d_low = lanes_fma(s, e.low, d_low);
  float product = a * e.p;
  float product_low = lanes_fma(a, e.low, lanes_fma(a, e.p, -product));
  return LANES_NAME(scale)(LANES_NAME(quotient)(product, product_low, d, d_low), e.bits);
}

/* T1, of 16 arguments, for which a table is a register. The interval of a is that of a + 1, by the exponent and the two leading
 * bits of the mantissa, modulo 16. */
ALWAYS_INLINE V16 LANES_NAME(tanh16)(V16 x) {
  typedef LANES_NAME(index16) bits16;
  typedef float choice16 __attribute__((ext_vector_type(16)));
  const lanes_tanh_intervals *table = &lanes_tanh_table;
  const bits16 sign = (bits16){0} + 0x80000000u;
  const choice16 magnitude = (choice16)((bits16)x & ~sign), bound = 9.1f;
  const V16 a = (V16)(magnitude > bound ? bound : magnitude);
  const bits16 interval = (bits16)(a + 1) >> 21;
  const V16 t = a - LANES_NAME(lookup16)(table->origin, interval);
  V16 y = LANES_NAME(lookup16)(table->c[6], interval);
  for (int power = 5; power >= 0; power--) y = LANES_NAME(fma16)(y, t, LANES_NAME(lookup16)(table->c[power], interval));
  return (V16)((bits16)y | ((bits16)x & sign));
}
DEFINE(tanh) { return LANES_NAME(tanh16)((V16){x})[0]; }
DEFINE_GRADIENT(tanh, y) { return dy * lanes_fma(-y, y, 1); }

DEFINE(sqrt) { return __builtin_sqrtf(x); }
DEFINE_GRADIENT(sqrt, y) { return 0.5f * dy / y; }

DEFINE(square) { return x * x; }
DEFINE_GRADIENT(square, x) { return (x + x) * dy; }

DEFINE(abs) { return ABSOLUTE(x); }
DEFINE_GRADIENT(abs, x) { return x > 0 ? dy : x < 0 ? -dy : x == 0 ? 0 : x; }

DEFINE(negate) { return -x; }
DEFINE_GRADIENT(negate, y) { return (void)y, -dy; }

DEFINE(reciprocal) { return 1 / x; }
DEFINE_GRADIENT(reciprocal, y) { return -(y * y) * dy; }

/* Negative for the bits of arguments that the second form is not made for, and of a function that has none. */
ALWAYS_INLINE int32_t LANES_NAME(outside)(lanes_unary_op op, int32_t bits) {
  switch (op) {
  case LANES_EXP: case LANES_SIGMOID: return 0x42ae0000 - (bits & INT32_MAX); /* |x| ≤ 87 */
  case LANES_LOG: return bits | (bits - 0x00800000) | (0x7f7fffff - bits); /* positive, finite and not subnormal */
  default: return -1;
  }
}
ALWAYS_INLINE float LANES_NAME(ordinary)(lanes_unary_op op, float x) {
  switch (op) {
  case LANES_EXP: return LANES_NAME(exp_where)(x, 1);
  case LANES_LOG: return LANES_NAME(log_where)(x, 1);
  case LANES_SIGMOID: return LANES_NAME(sigmoid_where)(x, 1);
  default: return x;
  }
}
