/* Softmax and its cross-entropy, a row at a time (CONTRACT.md, C6). A row that fits the cache meets memory once. */

/* Σ z_j with z_j = exp(x_j − M); the z_j themselves go to z, which may be x, or NULL. */
ALWAYS_INLINE float LANES_NAME(exp_sum)(int64_t n, const float *x, float maximum, float *z) {
  V16 lanes = {0};
  float block[16];
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) {
    SIMD for (int lane = 0; lane < 16; lane++) block[lane] = LANES_NAME(exp)(x[i + lane] - maximum);
    if (z) memcpy(z + i, block, sizeof block);
    lanes += LANES_NAME(load16)(block);
  }
  if (i < n) {
    LANES_NAME(load_tail)(block, x + i, n - i);
    SIMD for (int lane = 0; lane < 16; lane++) block[lane] = LANES_NAME(exp)(block[lane] - maximum);
    if (z) LANES_NAME(store_tail)(z + i, block, n - i);
    lanes += LANES_NAME(load16_tail)(block, n - i);
  }
  return LANES_NAME(tree)(lanes);
}

static void LANES_NAME(softmax)(int64_t n, const float *x, float *y) {
  float maximum = LANES_NAME(row_max)(n, x);
  float r = 1 / LANES_NAME(exp_sum)(n, x, maximum, y);
  LANES_NAME(binary_multiply_10)(n, y, &r, y, 0);
}

static void LANES_NAME(softmax_gradient)(int64_t n, const float *y, const float *dy, float *dx) {
  float t = LANES_NAME(row_dot)(n, dy, y);
  SIMD for (int64_t i = 0; i < n; i++) dx[i] = (dy[i] - t) * y[i];
}

static void LANES_NAME(log_softmax)(int64_t n, const float *x, float *y) {
  float maximum = LANES_NAME(row_max)(n, x);
  float log_sum = LANES_NAME(log)(LANES_NAME(exp_sum)(n, x, maximum, NULL));
  SIMD for (int64_t i = 0; i < n; i++) y[i] = (x[i] - maximum) - log_sum;
}

static void LANES_NAME(log_softmax_gradient)(int64_t n, const float *y, const float *dy, float *dx) {
  float t = LANES_NAME(row_sum)(n, dy);
  int64_t whole = n & -16, tail = n - whole;
  SIMD for (int64_t i = 0; i < whole; i++) dx[i] = lanes_fma(-LANES_NAME(exp)(y[i]), t, dy[i]);
  if (!tail) return;
  float value[16], upstream[16], out[16];
  LANES_NAME(load_tail)(value, y + whole, tail);
  LANES_NAME(load_tail)(upstream, dy + whole, tail);
  SIMD for (int i = 0; i < 16; i++) out[i] = lanes_fma(-LANES_NAME(exp)(value[i]), t, upstream[i]);
  LANES_NAME(store_tail)(dx + whole, out, tail);
}

static float LANES_NAME(cross_entropy_label)(int64_t n, const float *x, int32_t label, float *gradient, float scale) {
  float maximum = LANES_NAME(row_max)(n, x);
  float at_label = x[label] - maximum;
  float sum = LANES_NAME(exp_sum)(n, x, maximum, gradient);
  if (gradient) {
    float r = 1 / sum;
    float label_gradient = (gradient[label] * r - 1) * scale;
    SIMD for (int64_t i = 0; i < n; i++) gradient[i] = gradient[i] * r * scale;
    gradient[label] = label_gradient;
  }
  return LANES_NAME(log)(sum) - at_label;
}

ALWAYS_INLINE void LANES_NAME(load_up_to_16)(float *block, const float *from, int64_t n) {
  if (n == 16) memcpy(block, from, 64);
  else LANES_NAME(load_tail)(block, from, n);
}

static float LANES_NAME(cross_entropy_targets)(int64_t n, const float *x, const float *targets, float *gradient,
                                               float scale) {
  float maximum = LANES_NAME(row_max)(n, x);
  float sum = LANES_NAME(exp_sum)(n, x, maximum, NULL);
  float log_sum = LANES_NAME(log)(sum), r = 1 / sum;
  V16 lanes = {0};
  for (int64_t i = 0; i < n; i += 16) {
    int64_t width = n - i < 16 ? n - i : 16;
    float logit[16], target[16], terms[16], slope[16];
    LANES_NAME(load_up_to_16)(logit, x + i, width);
    LANES_NAME(load_up_to_16)(target, targets + i, width);
    /* Beyond the row the target is 0, and with it the term. */
    SIMD for (int lane = 0; lane < 16; lane++) {
      float shifted = logit[lane] - maximum;
      terms[lane] = target[lane] == 0 ? 0 : target[lane] * (log_sum - shifted);
      slope[lane] = (LANES_NAME(exp)(shifted) * r - target[lane]) * scale;
    }
    lanes += LANES_NAME(load16)(terms);
    if (!gradient) continue;
    if (width == 16) memcpy(gradient + i, slope, sizeof slope);
    else LANES_NAME(store_tail)(gradient + i, slope, width);
  }
  return LANES_NAME(tree)(lanes);
}

#define LANES_SOFTMAX_KERNELS                                                                                          \
  {                                                                                                                    \
    .softmax = LANES_NAME(softmax), .log_softmax = LANES_NAME(log_softmax),                                            \
    .gradient = LANES_NAME(softmax_gradient), .log_gradient = LANES_NAME(log_softmax_gradient),                        \
    .cross_entropy_label = LANES_NAME(cross_entropy_label),                                                            \
    .cross_entropy_targets = LANES_NAME(cross_entropy_targets),                                                        \
  }
