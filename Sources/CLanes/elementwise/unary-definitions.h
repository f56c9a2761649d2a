/* Each unary function once, as scalar C (CONTRACT.md, C3); the kernels vectorise these. */

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
#define DEFINE_GRADIENT(name, value) ALWAYS_INLINE float LANES_NAME(name##_gradient)(float value, float dy)

DEFINE(identity) { return x; }
DEFINE_GRADIENT(identity, y) { return (void)y, dy; }

DEFINE(relu) { return 0 > x ? 0 : x; }
DEFINE_GRADIENT(relu, y) { return y <= 0 ? 0 : dy; }

/* 2^i for −126 ≤ i ≤ 127, and 0 for −127. */
#define POWER_OF_TWO(i) FLOAT_OF((int32_t)((uint32_t)((i) + 127) << 23))

/* x = n·ln 2 + high + low, and t = exp(high + low) − 1 − high: Cody and Waite's reduction (E1, X1). */
typedef struct LANES_NAME(reduced) {
  float high, t;
  int32_t n;
} LANES_NAME(reduced);

ALWAYS_INLINE LANES_NAME(reduced) LANES_NAME(reduce_by_ln2)(float x) {
  float n = (x * 0x1.715476p+0f + 12582912.0f) - 12582912.0f;
  float high = lanes_fma(n, -0x1.63p-1f, x);
  float low = n * 0x1.bd0106p-13f;
  float r = high + low;
  float q = 0x1.6a4b36p-10f;
  q = lanes_fma(q, r, 0x1.12398ep-7f);
  q = lanes_fma(q, r, 0x1.5558b2p-5f);
  q = lanes_fma(q, r, 0x1.555492p-3f);
  q = lanes_fma(q, r, 0x1.fffffcp-2f);
  return (LANES_NAME(reduced)){high, lanes_fma(r * r, q, low), (int32_t)(n == n ? n : 0)};
}

/* E1. The rounding error of 1 + high is carried along; 2^n comes in two factors, so that results below 2^-126 round once. */
DEFINE(exp) {
  x = x > 89.0f ? 89.0f : x;
  x = x < -104.0f ? -104.0f : x;
  LANES_NAME(reduced) r = LANES_NAME(reduce_by_ln2)(x);
  float sum = 1 + r.high;
  float error = r.high - (sum - 1);
  float p = sum + (error + r.t);
  int32_t half = r.n >> 1;
  return p * POWER_OF_TWO(half) * POWER_OF_TWO(r.n - half);
}
DEFINE_GRADIENT(exp, y) { return dy * y; }

/* X1. */
DEFINE(expm1) {
  float bounded = x > 89.0f ? 89.0f : x;
  bounded = bounded < -25.0f ? -25.0f : bounded;
  LANES_NAME(reduced) r = LANES_NAME(reduce_by_ln2)(bounded);
  float s = POWER_OF_TWO(r.n - 1);
  float y = 2 * lanes_fma(s, r.high + r.t, s - 0.5f);
  return x == 0 ? x : y;
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
DEFINE(log) {
  int subnormal = x < 0x1p-126f;
  float u = subnormal ? x * 0x1p23f : x;
  int32_t t = (int32_t)((uint32_t)BITS_OF(u) - 0x3f3504f3u);
  float e = (float)((t >> 23) + (subnormal ? -23 : 0));
  float y = LANES_NAME(log_of_parts)(e, FLOAT_OF((t & 0x7fffff) + 0x3f3504f3) - 1);
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

/* S1. */
DEFINE(sigmoid) {
  float z = LANES_NAME(exp)(-ABSOLUTE(x));
  return (x < 0 ? z : 1) / (1 + z);
}
DEFINE_GRADIENT(sigmoid, y) { return dy * lanes_fma(-y, y, y); }

/* T1. */
DEFINE(tanh) {
  float a = ABSOLUTE(x);
  float u = a * a;
  float q = 0x1.1a2e3ep-9f;
  q = lanes_fma(q, u, -0x1.0c602p-7f);
  q = lanes_fma(q, u, 0x1.63a57ep-6f);
  q = lanes_fma(q, u, -0x1.b9f18ap-5f);
  q = lanes_fma(q, u, 0x1.11107ap-3f);
  q = lanes_fma(q, u, -0x1.555554p-2f);
  float small = lanes_fma(a * u, q, a);
  float large = 1 - 2 / (LANES_NAME(exp)(a + a) + 1);
  float y = a < 0.625f ? small : large;
  return FLOAT_OF(BITS_OF(y) | (BITS_OF(x) & INT32_MIN));
}
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

