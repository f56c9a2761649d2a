/* Optimizer passes: one read and one write of each array (CONTRACT.md, C7). The scalar tail runs the same operations. */

static void LANES_NAME(sgd)(int64_t n, float *w, const float *g, float rate) {
  SIMD for (int64_t i = 0; i < n; i++) w[i] = lanes_fma(-rate, g[i], w[i]);
}

static void LANES_NAME(momentum)(int64_t n, float *w, float *v, const float *g, float rate, float momentum) {
  SIMD for (int64_t i = 0; i < n; i++) {
    v[i] = lanes_fma(momentum, v[i], g[i]);
    w[i] = lanes_fma(-rate, v[i], w[i]);
  }
}

static void LANES_NAME(nesterov)(int64_t n, float *w, float *v, const float *g, float rate, float momentum) {
  SIMD for (int64_t i = 0; i < n; i++) {
    v[i] = lanes_fma(momentum, v[i], g[i]);
    w[i] = lanes_fma(-rate, lanes_fma(momentum, v[i], g[i]), w[i]);
  }
}

static void LANES_NAME(adagrad)(int64_t n, float *w, float *a, const float *g, float rate, float epsilon) {
  SIMD for (int64_t i = 0; i < n; i++) {
    a[i] = lanes_fma(g[i], g[i], a[i]);
    w[i] -= rate * g[i] / (__builtin_sqrtf(a[i]) + epsilon);
  }
}

static void LANES_NAME(rms_prop)(int64_t n, float *w, float *s, float *u, const float *g, float rate, float share,
                                 float momentum, float epsilon) {
  SIMD for (int64_t i = 0; i < n; i++) {
    s[i] = lanes_fma(share, lanes_fma(g[i], g[i], -s[i]), s[i]);
    u[i] = lanes_fma(momentum, u[i], rate * g[i] / __builtin_sqrtf(s[i] + epsilon));
    w[i] -= u[i];
  }
}

ALWAYS_INLINE float LANES_NAME(adam_move)(float *m, float *v, float g, float rate, float first_share,
                                          float second_share, float epsilon) {
  *m = lanes_fma(first_share, g - *m, *m);
  *v = lanes_fma(second_share, lanes_fma(g, g, -*v), *v);
  return rate * *m / (__builtin_sqrtf(*v) + epsilon);
}

static void LANES_NAME(adam)(int64_t n, float *w, float *m, float *v, const float *g, float rate, float first_share,
                             float second_share, float epsilon, float shrink) {
  if (shrink != 0) {
    SIMD for (int64_t i = 0; i < n; i++) {
      float shrunk = lanes_fma(-shrink, w[i], w[i]);
      w[i] = shrunk - LANES_NAME(adam_move)(&m[i], &v[i], g[i], rate, first_share, second_share, epsilon);
    }
  } else {
    SIMD for (int64_t i = 0; i < n; i++) w[i] -=
        LANES_NAME(adam_move)(&m[i], &v[i], g[i], rate, first_share, second_share, epsilon);
  }
}

static void LANES_NAME(moving_average)(int64_t n, float *s, const float *w, float share) {
  SIMD for (int64_t i = 0; i < n; i++) s[i] = lanes_fma(share, w[i] - s[i], s[i]);
}

#define LANES_UPDATE_KERNELS                                                                                           \
  {                                                                                                                    \
    .sgd = LANES_NAME(sgd), .momentum = LANES_NAME(momentum), .nesterov = LANES_NAME(nesterov),                        \
    .adagrad = LANES_NAME(adagrad), .rms_prop = LANES_NAME(rms_prop), .adam = LANES_NAME(adam),                         \
    .moving_average = LANES_NAME(moving_average),                                                                      \
  }
