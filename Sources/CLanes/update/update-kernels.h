/* Optimizer passes: one read and one write of each array (CONTRACT.md, C7). The scalar tail runs the same operations. */

#define SIMD _Pragma("omp simd")

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

static void LANES_NAME(adam)(int64_t n, float *w, float *m, float *v, const float *g, float rate, float first_share,
                             float second_share, float epsilon) {
  SIMD for (int64_t i = 0; i < n; i++) {
    m[i] = lanes_fma(first_share, g[i] - m[i], m[i]);
    v[i] = lanes_fma(second_share, lanes_fma(g[i], g[i], -v[i]), v[i]);
    w[i] -= rate * m[i] / (__builtin_sqrtf(v[i]) + epsilon);
  }
}

static void LANES_NAME(moving_average)(int64_t n, float *s, const float *w, float share) {
  SIMD for (int64_t i = 0; i < n; i++) s[i] = lanes_fma(share, w[i] - s[i], s[i]);
}

#define LANES_UPDATE_KERNELS                                                                                           \
  {                                                                                                                    \
    .sgd = LANES_NAME(sgd), .momentum = LANES_NAME(momentum), .nesterov = LANES_NAME(nesterov),                        \
    .adam = LANES_NAME(adam), .moving_average = LANES_NAME(moving_average),                                            \
  }
