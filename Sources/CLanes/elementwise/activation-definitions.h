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

/* N1: exp(−x²/2), and Φ(−|x|). The square is exact: h + l. */
typedef struct LANES_NAME(normal) {
  float bell, tail;
} LANES_NAME(normal);

ALWAYS_INLINE LANES_NAME(normal) LANES_NAME(normal_of)(float x) {
  float a = ABSOLUTE(x);
  float b = a > 14.5f ? 14.5f : a;
  float h = b * b;
  float l = lanes_fma(b, b, -h);
  float z = LANES_NAME(exp)(-0.5f * h);
  z = lanes_fma(-0.5f * l, z, z);
  float t = (b - 3) / (b + 3);
  float m = -0x1.4b15a2p-20f;
  m = lanes_fma(m, t, 0x1.ba4a4ap-15f);
  m = lanes_fma(m, t, 0x1.eb96acp-14f);
  m = lanes_fma(m, t, -0x1.63163p-12f);
  m = lanes_fma(m, t, -0x1.02240ap-10f);
  m = lanes_fma(m, t, 0x1.7cae64p-9f);
  m = lanes_fma(m, t, 0x1.91e39ap-8f);
  m = lanes_fma(m, t, -0x1.7a9452p-5f);
  m = lanes_fma(m, t, 0x1.f8bac8p-4f);
  m = lanes_fma(m, t, -0x1.a6b66ap-3f);
  m = lanes_fma(m, t, 0x1.f1b89cp-4f);
  return (LANES_NAME(normal)){z, z * m};
}

DEFINE(gelu) {
  float tail = LANES_NAME(normal_of)(x).tail;
  return AT_LEAST(x, -14.5f) * (x < 0 ? tail : 1 - tail);
}
DEFINE_GRADIENT(gelu, x) {
  LANES_NAME(normal) n = LANES_NAME(normal_of)(x);
  return dy * lanes_fma(WITHIN(x, 14.5f), 0x1.988454p-2f * n.bell, x < 0 ? n.tail : 1 - n.tail);
}

DEFINE(geluTanh) {
  float z = AT_LEAST(x, -14.5f);
  return z * LANES_NAME(sigmoid)(z * lanes_fma(0x1.2444f2p-4f, z * z, 0x1.988454p+0f));
}
DEFINE_GRADIENT(geluTanh, x) {
  float w = WITHIN(x, 14.5f);
  float u = w * w;
  float s = LANES_NAME(sigmoid)(w * lanes_fma(0x1.2444f2p-4f, u, 0x1.988454p+0f));
  return dy * lanes_fma(w * lanes_fma(-s, s, s), lanes_fma(0x1.b6676cp-3f, u, 0x1.988454p+0f), s);
}

DEFINE(silu) { return AT_LEAST(x, -104.0f) * LANES_NAME(sigmoid)(x); }
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
DEFINE(mish) { return AT_LEAST(x, -104.0f) * LANES_NAME(mish_factor)(x); }
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
  float w = WITHIN(x, 0x1p60f);
  float d = 1 + ABSOLUTE(w);
  return dy / (d * d);
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
  float large = 1 - 2 * LANES_NAME(normal_of)(0x1.6a09e6p+0f * a).tail;
  float y = a < 1 ? small : large;
  return FLOAT_OF(BITS_OF(y) | (BITS_OF(x) & INT32_MIN));
}
DEFINE_GRADIENT(erf, x) {
  float w = WITHIN(x, 10.5f);
  float h = w * w;
  float l = lanes_fma(w, w, -h);
  float bell = LANES_NAME(exp)(-h);
  return dy * (0x1.20dd76p+0f * lanes_fma(-l, bell, bell));
}

#undef DEFINE
#undef DEFINE_GRADIENT
