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

/* N1: exp(−x²/2) = (p + low)·2^n, from the exact square, and Mills' ratio Φ(−b)·exp(b²/2) = (m + m_low) / d.
 * What the last steps before it lost is for the slope alone. */
typedef struct LANES_NAME(normal) {
  LANES_NAME(exp_parts) bell;
  float ratio, ratio_low, lost;
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
  float steep = m;
  m = lanes_fma(steep, t, -0x1.04c72ap-1f);
  float sum = lanes_fma(m, t, 0x1.754a76p-1f);
  float sum_low = lanes_fma(m, t, 0x1.754a76p-1f - sum) - 0x1.c74126p-26f;
  float ratio = sum * r;
  float ratio_low = lanes_fma(sum, r, -ratio) + lanes_fma(sum_low, r, sum * r_low);
  float t_low = (lanes_fma(-t, d, d - 6) + lanes_fma(-t, d_low, d_low)) * r;
  float m_low = lanes_fma(steep, t_low, lanes_fma(steep, t, -0x1.04c72ap-1f - m));
  float lost = lanes_fma(m, t_low, m_low * t) * r;
  return (LANES_NAME(normal)){LANES_NAME(precise_exp_parts_of)(-0.5f * h, -0.5f * l, 0), ratio, ratio_low, lost};
}
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
/* N2: the slope at −b, exp(−b²/2)·(M − b/√(2π)); that at b is 1 minus it. */
DEFINE_GRADIENT(gelu, x) {
  float a = ABSOLUTE(x), b = a > 15 ? 15 : a;
  LANES_NAME(normal) n = LANES_NAME(normal_of)(b);
  float product = 0x1.988454p-2f * b;
  float product_low = lanes_fma(-0x1.857936p-27f, b, lanes_fma(0x1.988454p-2f, b, -product));
  float f = n.ratio - product, back = f - n.ratio;
  float f_low = ((n.ratio - (f - back)) - (product + back)) + ((n.ratio_low + n.lost) - product_low);
  float p = n.bell.p;
  float y = LANES_NAME(scale)(lanes_fma(p, f, lanes_fma(p, f_low, n.bell.low * f)), n.bell.bits);
  return dy * (x < 0 ? y : 1 - y);
}

/* S3: the slope of x·sigmoid(v(x)) at −b, e·c·(1 − k·c) with e = exp(−v), c = 1 / (1 + e) and k = b·v′(b); that at b is
 * 1 minus it. */
ALWAYS_INLINE float LANES_NAME(sigmoid_slope)(float k, float k_low, float v, float v_low) {
  LANES_NAME(exp_parts) e = LANES_NAME(precise_exp_parts_of)(-v, -v_low, 0);
  ONE_PLUS(e);
  d_low = lanes_fma(s, e.low, d_low);
  float c = 1 / d;
  float c_low = c * lanes_fma(-c, d_low, lanes_fma(-c, d, 1));
  float u = k * c;
  float u_low = lanes_fma(k, c_low, lanes_fma(k_low, c, lanes_fma(k, c, -u)));
  float f = 1 - u, back = f - 1;
  float f_low = ((1 - (f - back)) - (u + back)) - u_low;
  float product = e.p * f;
  float product_low = lanes_fma(e.p, f_low, lanes_fma(e.low, f, lanes_fma(e.p, f, -product)));
  float y = lanes_fma(product, c, lanes_fma(product, c_low, product_low * c));
  return LANES_NAME(scale)(y, e.bits);
}

/* G1: v + v_low = b·(c₁·b² + c₀), with both constants and the square in two floats, and the cubic term's c₁·b². */
typedef struct LANES_NAME(gelu_argument) {
  float v, v_low, square, square_low;
} LANES_NAME(gelu_argument);

ALWAYS_INLINE LANES_NAME(gelu_argument) LANES_NAME(gelu_argument_of)(float b) {
  float u = b * b;
  float u_low = lanes_fma(b, b, -u);
  float square = 0x1.2444f2p-4f * u;
  float square_low = lanes_fma(0x1.2444f2p-4f, u, -square);
  square_low = lanes_fma(0x1.2444f2p-4f, u_low, lanes_fma(0x1.49b16ap-29f, u, square_low));
  float w = square + 0x1.988454p+0f;
  float other = w - square;
  float w_low = ((square - (w - other)) + (0x1.988454p+0f - other)) + (square_low - 0x1.857936p-25f);
  float v = b * w;
  return (LANES_NAME(gelu_argument)){v, lanes_fma(b, w_low, lanes_fma(b, w, -v)), square, square_low};
}

DEFINE(geluTanh) {
  float a = ABSOLUTE(x), b = a > 11 ? 11 : a;
  LANES_NAME(gelu_argument) g = LANES_NAME(gelu_argument_of)(b);
  return NOT_NEGATIVE(x) - LANES_NAME(times_sigmoid)(b, g.v, g.v_low);
}
DEFINE_GRADIENT(geluTanh, x) {
  float a = ABSOLUTE(x), b = a > 11 ? 11 : a;
  LANES_NAME(gelu_argument) g = LANES_NAME(gelu_argument_of)(b);
  float twice = b + b;
  float product = twice * g.square;
  float k = product + g.v, back = k - product;
  float k_low = ((product - (k - back)) + (g.v - back)) + lanes_fma(twice, g.square, -product);
  k_low = k_low + lanes_fma(twice, g.square_low, g.v_low);
  float y = LANES_NAME(sigmoid_slope)(k, k_low, g.v, g.v_low);
  return dy * (x < 0 ? y : 1 - y);
}

DEFINE(silu) {
  float a = ABSOLUTE(x), b = a > 110.0f ? 110.0f : a;
  return NOT_NEGATIVE(x) - LANES_NAME(times_sigmoid)(b, b, 0);
}
DEFINE_GRADIENT(silu, x) {
  float a = ABSOLUTE(x), b = a > 110.0f ? 110.0f : a;
  float y = LANES_NAME(sigmoid_slope)(b, 0, b, 0);
  return dy * (x < 0 ? y : 1 - y);
}

/* M1: relu(x) − |x|·(x < 0 ? e·(e + 2) / (e² + 2e + 2) : 2e² / (2e² + 2e + 1)), e = 2^n·(p + low). */
DEFINE(mish) {
  float a = ABSOLUTE(x), b = a > 110.0f ? 110.0f : a;
  LANES_NAME(exp_parts) e = LANES_NAME(precise_exp_parts_of)(-b, 0, 0);
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
/* M2, with e = exp(−|x|): where x < 0, e·(e³ + 4e² + (4x + 6)e + 4x + 4) / (e² + 2e + 2)², else
 * ((4x + 4)e³ + (4x + 6)e² + 4e + 1) / (2e² + 2e + 1)². */
DEFINE_GRADIENT(mish, x) {
  float w = WITHIN(x, 110.0f);
  LANES_NAME(exp_parts) e = LANES_NAME(precise_exp_parts_of)(-ABSOLUTE(w), 0, 0);
  float s = LANES_NAME(bounded_power)(e.bits);
  float z = s * e.p, z_low = s * e.low;
  float four = lanes_fma(4, w, 4), six = lanes_fma(4, w, 6);
  float first = x < 0 ? 1 : four, second = x < 0 ? 4 : six, third = x < 0 ? six : 4, fourth = x < 0 ? four : 1;
  float third_low = x < 0 ? lanes_fma(4, w, 6 - six) : 0, fourth_low = x < 0 ? lanes_fma(4, w, 4 - four) : 0;
  float inner = lanes_fma(first, z, second);
  float inner_low = lanes_fma(first, z, second - inner);
  float rise = lanes_fma(inner, z, third);
  float rise_low = lanes_fma(inner, z_low, lanes_fma(inner, z, third - rise)) + lanes_fma(inner_low, z, third_low);
  float f = lanes_fma(rise, z, fourth);
  float f_low = lanes_fma(rise, z_low, lanes_fma(rise, z, fourth - f)) + lanes_fma(rise_low, z, fourth_low);
  float slope = x < 0 ? 1 : 2;
  float h = lanes_fma(slope, z, 2);
  float h_low = lanes_fma(slope, z + z_low, 2 - h);
  float g = z * h;
  float g_low = lanes_fma(z, h_low, lanes_fma(z_low, h, lanes_fma(z, h, -g)));
  float c = x < 0 ? 2 : 1;
  float root = c + g, root_low = ((c - root) + g) + g_low;
  float d = root * root;
  float d_low = lanes_fma(root + root, root_low, lanes_fma(root, root, -d));
  float p = x < 0 ? e.p : 1, low = x < 0 ? e.low : 0;
  float product = p * f;
  float product_low = lanes_fma(p, f_low, lanes_fma(low, f, lanes_fma(p, f, -product)));
  float y = LANES_NAME(quotient)(product, product_low, d, d_low);
  return dy * LANES_NAME(scale)(y, x < 0 ? e.bits : BITS_OF_ZERO);
}

DEFINE(softplus) { return (x > 0 ? x : 0) + LANES_NAME(log1p)(LANES_NAME(exp)(-ABSOLUTE(x))); }
DEFINE_GRADIENT(softplus, x) { return dy * LANES_NAME(sigmoid)(x); }

DEFINE(softsign) {
  float w = WITHIN(x, 0x1p100f);
  return w / (1 + ABSOLUTE(w));
}
/* The square of 1/(1 + |x|), which takes back what 1 + |x| and the quotient lost. */
DEFINE_GRADIENT(softsign, x) {
  float a = ABSOLUTE(WITHIN(x, 0x1p100f));
  float d = 1 + a, back = d - a;
  float d_low = (1 - back) + (a - (d - back));
  float c = 1 / d;
  float r = lanes_fma(c, lanes_fma(-c, d_low, lanes_fma(-c, d, 1)), c);
  return dy * r * r;
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
  float b = a > 4.0f ? 4.0f : a;
  float r = 0x1.852d4cp-13f; /* log(1 − erf(b)) */
  r = lanes_fma(r, b, -0x1.814cdcp-9f);
  r = lanes_fma(r, b, 0x1.654222p-6f);
  r = lanes_fma(r, b, -0x1.a60a84p-4f);
  r = lanes_fma(r, b, -0x1.46c584p-1f);
  r = lanes_fma(r, b, -0x1.2085b2p+0f);
  r = lanes_fma(r, b, -0x1.72e6cep-12f);
  LANES_NAME(exp_parts) e = LANES_NAME(exp_parts_of)(r, 0);
  float large = lanes_fma(-LANES_NAME(power_of_bits)(e.bits, 0), e.p, 1);
  float y = a < 1 ? small : large;
  return FLOAT_OF(BITS_OF(y) | (BITS_OF(x) & INT32_MIN));
}
DEFINE_GRADIENT(erf, x) {
  float w = WITHIN(x, 10.5f);
  float h = w * w;
  float l = lanes_fma(w, w, -h);
  LANES_NAME(exp_parts) bell = LANES_NAME(precise_exp_parts_of)(-h, -l, 0);
  return dy * LANES_NAME(scale)(lanes_fma(0x1.20dd76p+0f, bell.p, 0x1.20dd76p+0f * bell.low), bell.bits);
}

#undef DEFINE
#undef DEFINE_GRADIENT
