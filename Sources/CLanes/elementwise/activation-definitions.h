/* The other activations, each once, as scalar C (CONTRACT.md, C3). Products take a bounded factor where the other one's limit
 * is 0, so that −∞ gives the limit and not NaN. */

#define AT_LEAST(x, bound) ((x) < (bound) ? (bound) : (x))
#define WITHIN(x, bound) ((x) < -(bound) ? -(bound) : (x) > (bound) ? (bound) : (x))
#define SELU_SCALE 0x1.0cfabep+0f
#define SELU_SCALE_ALPHA 0x1.c212ccp+0f

DEFINE(leakyRelu) { return x < 0 ? 0x1.99999ap-3f * x : x; }
DEFINE_GRADIENT(leakyRelu, y) { return y <= 0 ? 0x1.99999ap-3f * dy : dy; }

DEFINE(relu6) { return x < 0 ? 0 : x > 6 ? 6 : x; }
DEFINE_GRADIENT(relu6, y) { return y <= 0 || y >= 6 ? 0 : dy; }

DEFINE(elu) { return x > 0 ? x : LANES_NAME(expm1)(x); }
DEFINE_GRADIENT(elu, y) { return y > 0 ? dy : dy * (y + 1); }

DEFINE(selu) { return x > 0 ? SELU_SCALE * x : SELU_SCALE_ALPHA * LANES_NAME(expm1)(x); }
DEFINE_GRADIENT(selu, y) { return y > 0 ? dy * SELU_SCALE : dy * (y + SELU_SCALE_ALPHA); }

/* x, and +0 below 0: what a·sigmoid(−…) is subtracted from. */
#define NOT_NEGATIVE(x) ((x) < 0 ? 0 : (x))

/* N1: exp(−x²/2) = (p + low)·2^n, from the exact square, and Mills' ratio Φ(−b)·exp(b²/2) = (m + m_low) / d. */
typedef struct LANES_NAME(normal) {
  LANES_NAME(exp_parts) bell;
  float ratio, ratio_low;
} LANES_NAME(normal);

ALWAYS_INLINE LANES_NAME(normal) LANES_NAME(normal_of)(float b) {
  float h = b * b;
  float l = lanes_fma(b, b, -h);
  float d = b + 3;
  float d_low = (3 - d) + b;
  if (b > 3) d_low = (b - d) + 3;
  float r = 1 / d;
  float r_low = lanes_fma(-r, d_low, lanes_fma(-r, d, 1)) * r;
  float t = lanes_fma(-6, r_low, lanes_fma(-6, r, 1));
  float m = 0x1.bd7a72p-15f;
  m = lanes_fma(m, t, 0x1.0ecac8p-13f);
  m = lanes_fma(m, t, -0x1.ff3b2cp-13f);
  m = lanes_fma(m, t, -0x1.0e035cp-10f);
  m = lanes_fma(m, t, 0x1.0c9dd8p-10f);
  m = lanes_fma(m, t, 0x1.c8abe4p-8f);
  m = lanes_fma(m, t, -0x1.56d664p-7f);
  m = lanes_fma(m, t, -0x1.832caap-5f);
  m = lanes_fma(m, t, 0x1.d71386p-3f);
  m = lanes_fma(m, t, -0x1.04c72ap-1f);
  float sum = lanes_fma(m, t, 0x1.754a76p-1f);
  float sum_low = lanes_fma(m, t, 0x1.754a76p-1f - sum) - 0x1.c74126p-26f;
  float ratio = sum * r;
  float ratio_low = lanes_fma(sum, r, -ratio) + lanes_fma(sum_low, r, sum * r_low);
  return (LANES_NAME(normal)){LANES_NAME(precise_exp_parts_of)(-0.5f * h, -0.5f * l), ratio, ratio_low};
}
ALWAYS_INLINE float LANES_NAME(bell_of)(LANES_NAME(normal) n) { return LANES_NAME(scale)(n.bell.p, n.bell.bits); }
/* a·Φ(−b). */
ALWAYS_INLINE float LANES_NAME(times_tail)(float a, LANES_NAME(normal) n) {
  float product = a * n.bell.p;
  float low = lanes_fma(a, n.bell.low, lanes_fma(a, n.bell.p, -product));
  float y = lanes_fma(product, n.ratio, lanes_fma(product, n.ratio_low, low * n.ratio));
  return LANES_NAME(scale)(y, n.bell.bits);
}

DEFINE(gelu) {
  float a = ABSOLUTE(x), b = a > 14.5f ? 14.5f : a;
  return NOT_NEGATIVE(x) - LANES_NAME(times_tail)(b, LANES_NAME(normal_of)(b));
}
DEFINE_GRADIENT(gelu, x) {
  float w = WITHIN(x, 14.5f);
  LANES_NAME(normal) n = LANES_NAME(normal_of)(ABSOLUTE(w));
  float tail = LANES_NAME(times_tail)(1, n);
  return dy * lanes_fma(w, 0x1.988454p-2f * LANES_NAME(bell_of)(n), x < 0 ? tail : 1 - tail);
}

/* G1: a·(c₁·a² + c₀) = v + v_low, with both constants and the square in two floats. */
DEFINE(geluTanh) {
  float a = ABSOLUTE(x), b = a > 14.5f ? 14.5f : a;
  float u = b * b;
  float u_low = lanes_fma(b, b, -u);
  float cube = 0x1.2444f2p-4f * u;
  float cube_low = lanes_fma(0x1.2444f2p-4f, u, -cube);
  cube_low = lanes_fma(0x1.2444f2p-4f, u_low, lanes_fma(0x1.49b16ap-29f, u, cube_low));
  float w = cube + 0x1.988454p+0f;
  float other = w - cube;
  float w_low = ((cube - (w - other)) + (0x1.988454p+0f - other)) + (cube_low - 0x1.857936p-25f);
  float v = b * w;
  float v_low = lanes_fma(b, w_low, lanes_fma(b, w, -v));
  v_low = v > 110.0f ? 0 : v_low;
  v = v > 110.0f ? 110.0f : v;
  return NOT_NEGATIVE(x) - LANES_NAME(times_sigmoid)(b, v, v_low);
}
DEFINE_GRADIENT(geluTanh, x) {
  float w = WITHIN(x, 14.5f);
  float u = w * w;
  float s = LANES_NAME(sigmoid)(w * lanes_fma(0x1.2444f2p-4f, u, 0x1.988454p+0f));
  return dy * lanes_fma(w * lanes_fma(-s, s, s), lanes_fma(0x1.b6676cp-3f, u, 0x1.988454p+0f), s);
}

DEFINE(silu) {
  float a = ABSOLUTE(x), b = a > 110.0f ? 110.0f : a;
  return NOT_NEGATIVE(x) - LANES_NAME(times_sigmoid)(b, b, 0);
}
DEFINE_GRADIENT(silu, x) {
  float s = LANES_NAME(sigmoid)(x);
  return dy * lanes_fma(WITHIN(x, 104.0f), lanes_fma(-s, s, s), s);
}

/* M1: tanh(softplus(x)) from e = exp(−|x|), without cancellation on either side. */
ALWAYS_INLINE float LANES_NAME(mish_factor)(float x) {
  float e = LANES_NAME(exp)(-ABSOLUTE(x));
  float numerator = x < 0 ? e * (e + 2) : lanes_fma(2, e, 1);
  return numerator / (numerator + (x < 0 ? 2 : 2 * e * e));
}
/* M2: relu(x) − |x|·(x < 0 ? e·(e + 2) / (e² + 2e + 2) : 2e² / (2e² + 2e + 1)), e = 2^n·(p + low). */
DEFINE(mish) {
  float a = ABSOLUTE(x), b = a > 110.0f ? 110.0f : a;
  LANES_NAME(exp_parts) e = LANES_NAME(precise_exp_parts_of)(-b, 0);
  float s = LANES_NAME(bounded_power)(e.bits);
  float z = s * e.p, z_low = s * e.low;
  float f = x < 0 ? z + 2 : z + z;
  float f_low = x < 0 ? (2 - f) + z + z_low : z_low + z_low;
  float g = z * f;
  float g_low = lanes_fma(z, f_low, lanes_fma(z_low, f, lanes_fma(z, f, -g)));
  float c = x < 0 ? 2 : 1 + (z + z), c_low = x < 0 ? 0 : ((1 - c) + (z + z)) + (z_low + z_low);
  float d = c + g;
  float d_low = ((c - d) + g) + (c_low + g_low);
  float bp = b * e.p;
  float bp_low = lanes_fma(b, e.low, lanes_fma(b, e.p, -bp));
  float product = bp * f;
  float product_low = lanes_fma(bp, f_low, lanes_fma(bp_low, f, lanes_fma(bp, f, -product)));
  return NOT_NEGATIVE(x) - LANES_NAME(scale)(LANES_NAME(quotient)(product, product_low, d, d_low), e.bits);
}
DEFINE_GRADIENT(mish, x) {
  float t = LANES_NAME(mish_factor)(x);
  return dy * lanes_fma(WITHIN(x, 104.0f) * lanes_fma(-t, t, 1), LANES_NAME(sigmoid)(x), t);
}

DEFINE(softplus) { return (x > 0 ? x : 0) + LANES_NAME(log1p)(LANES_NAME(exp)(-ABSOLUTE(x))); }
DEFINE_GRADIENT(softplus, x) { return dy * LANES_NAME(sigmoid)(x); }

DEFINE(softsign) {
  float w = WITHIN(x, 0x1p100f);
  return w / (1 + ABSOLUTE(w));
}
DEFINE_GRADIENT(softsign, x) {
  float d = 1 + ABSOLUTE(WITHIN(x, 0x1p100f));
  return dy / d / d;
}

DEFINE(hardSigmoid) { return LANES_NAME(clip)(x + 3, 0, 6) / 6; }
DEFINE_GRADIENT(hardSigmoid, x) { return x <= -3 || x >= 3 ? 0 : dy / 6; }

DEFINE(hardSwish) {
  float z = AT_LEAST(x, -3.0f);
  return z * (LANES_NAME(clip)(z + 3, 0, 6) / 6);
}
DEFINE_GRADIENT(hardSwish, x) { return x <= -3 ? 0 : x >= 3 ? dy : dy * (lanes_fma(2, x, 3) / 6); }

DEFINE(hardTanh) { return LANES_NAME(clip)(x, -1, 1); }
DEFINE_GRADIENT(hardTanh, y) { return y <= -1 || y >= 1 ? 0 : dy; }

/* R1. */
DEFINE(erf) {
  float a = ABSOLUTE(x);
  float u = a * a;
  float q = 0x1.4771fcp-14f;
  q = lanes_fma(q, u, -0x1.a3515ep-11f);
  q = lanes_fma(q, u, 0x1.53f224p-8f);
  q = lanes_fma(q, u, -0x1.b7f71ap-6f);
  q = lanes_fma(q, u, 0x1.ce2ce6p-4f);
  q = lanes_fma(q, u, -0x1.81273ep-2f);
  q = lanes_fma(q, u, 0x1.06eba8p-3f);
  float small = lanes_fma(a, q, a);
  float b = 0x1.6a09e6p+0f * a;
  float large = 1 - LANES_NAME(times_tail)(2, LANES_NAME(normal_of)(b > 14.5f ? 14.5f : b));
  float y = a < 1 ? small : large;
  return FLOAT_OF(BITS_OF(y) | (BITS_OF(x) & INT32_MIN));
}
DEFINE_GRADIENT(erf, x) {
  float w = WITHIN(x, 10.5f);
  float h = w * w;
  float l = lanes_fma(w, w, -h);
  LANES_NAME(exp_parts) bell = LANES_NAME(precise_exp_parts_of)(-h, -l);
  return dy * LANES_NAME(scale)(lanes_fma(0x1.20dd76p+0f, bell.p, 0x1.20dd76p+0f * bell.low), bell.bits);
}

#undef DEFINE
#undef DEFINE_GRADIENT
