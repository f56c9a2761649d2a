/* Softmax, and the passes that cross-entropy needs, too (CONTRACT.md, C6), a block of rows a call: a row that fits the
 * cache meets memory once, and the rows' logarithms and divisions share registers. Where there is scratch memory, the
 * output is beyond the cache: it is written past it, from a row of z that stays in the cache. */

/* Vectors that can be chosen between, lane by lane. */
typedef float LANES_NAME(choice16) __attribute__((ext_vector_type(16)));
typedef int32_t LANES_NAME(lanes16) __attribute__((ext_vector_type(16)));

/* `value` in the lanes below n, `other` in the rest. */
ALWAYS_INLINE V16 LANES_NAME(first16)(int64_t n, V16 value, V16 other) {
  const LANES_NAME(lanes16) lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return (V16)(lane < (int32_t)n ? (LANES_NAME(choice16))value : (LANES_NAME(choice16))other);
}

ALWAYS_INLINE V16 LANES_NAME(larger16)(V16 a, V16 b) {
  LANES_NAME(choice16) left = (LANES_NAME(choice16))a, right = (LANES_NAME(choice16))b;
  return (V16)(left > right ? left : right);
}

ALWAYS_INLINE void LANES_NAME(store16_tail)(float *to, V16 value, int64_t n) {
  float block[16];
  LANES_NAME(store16)(block, value);
  LANES_NAME(store_tail)(to, block, n);
}

ALWAYS_INLINE V16 LANES_NAME(exp16)(V16 x) {
  float block[16];
  LANES_NAME(store16)(block, x);
  SIMD for (int lane = 0; lane < 16; lane++) block[lane] = LANES_NAME(exp)(block[lane]);
  return LANES_NAME(load16)(block);
}

/* M of C6, but for what cannot be seen in any result: of a row with a NaN it is another element, and the sum is NaN all the
 * same; of a row with zeros of both signs it is either, and the sum is at least 2. */
ALWAYS_INLINE float LANES_NAME(row_peak)(int64_t n, const float *x) {
  const V16 least = (V16){0} - __builtin_inff();
  V16 peak = least;
  if (n >= 16) {
    V16 peaks[4] = {least, least, least, least};
    int64_t i = 0;
    for (; i + 64 <= n; i += 64)
      for (int v = 0; v < 4; v++)
        peaks[v] = LANES_NAME(larger16)(LANES_NAME(load16)(x + i + 16 * v), peaks[v]);
    for (; i + 16 <= n; i += 16) peaks[0] = LANES_NAME(larger16)(LANES_NAME(load16)(x + i), peaks[0]);
    /* The last 16, some of them for the second time. */
    peaks[1] = LANES_NAME(larger16)(LANES_NAME(load16)(x + n - 16), peaks[1]);
    peak = LANES_NAME(larger16)(LANES_NAME(larger16)(peaks[0], peaks[1]), LANES_NAME(larger16)(peaks[2], peaks[3]));
  } else {
    peak = LANES_NAME(larger16)(LANES_NAME(first16)(n, LANES_NAME(load16_tail)(x, n), least), least);
  }
  typedef float v8 __attribute__((ext_vector_type(8)));
  typedef float v4 __attribute__((ext_vector_type(4)));
  const LANES_NAME(choice16) all = (LANES_NAME(choice16))peak;
  v8 low = all.lo, high = all.hi;
  v8 eight = low > high ? low : high;
  v4 left = eight.lo, right = eight.hi;
  v4 four = left > right ? left : right;
  v4 swapped = four.zwxy;
  v4 two = four > swapped ? four : swapped;
  return two[0] > two[1] ? two[0] : two[1];
}

/* The z_j of a row of n < 16 elements, in a register: a partial store that is soon loaded again would wait for the cache. */
ALWAYS_INLINE V16 LANES_NAME(short_exp)(int64_t n, const float *x, float maximum, float *sum, float *below) {
  V16 exponent = LANES_NAME(load16_tail)(x, n) - maximum, value = LANES_NAME(exp16)(exponent);
  *sum = LANES_NAME(tree)(LANES_NAME(first16)(n, value, (V16){0}));
  if (below) *below = LANES_NAME(tree)(LANES_NAME(first16)(n, exponent, (V16){0}));
  return value;
}

/* What a last pass over a row makes of an element x and its target t. */
typedef enum LANES_NAME(last_pass) {
  SCALE,            /* x·r */
  SCALE_TWICE,      /* x·r·scale */
  SMOOTHED,         /* (x·r − share)·scale */
  LOG_SOFTMAX,      /* (x − M) − log(s) */
  DENSE_GRADIENT,   /* (x·r − t)·scale */
  DENSE_FROM_LOGIT, /* (exp(x − M)·r − t)·scale */
} LANES_NAME(last_pass);

typedef struct LANES_NAME(row_values) {
  float maximum, r, log_sum, scale, share;
} LANES_NAME(row_values);

ALWAYS_INLINE V16 LANES_NAME(last16)(LANES_NAME(last_pass) pass, LANES_NAME(row_values) row, V16 x, V16 t) {
  switch (pass) {
  case SCALE: return x * row.r;
  case SCALE_TWICE: return x * row.r * row.scale;
  case SMOOTHED: return (x * row.r - row.share) * row.scale;
  case LOG_SOFTMAX: return (x - row.maximum) - row.log_sum;
  case DENSE_GRADIENT: return (x * row.r - t) * row.scale;
  case DENSE_FROM_LOGIT: return (LANES_NAME(exp16)(x - row.maximum) * row.r - t) * row.scale;
  }
}

/* n < 16 elements of the last pass. */
ALWAYS_INLINE void LANES_NAME(last_tail)(LANES_NAME(last_pass) pass, LANES_NAME(row_values) row, int64_t n, const float *x,
                                         const float *t, float *y) {
  V16 targets = t ? LANES_NAME(load16_tail)(t, n) : (V16){0};
  LANES_NAME(store16_tail)(y, LANES_NAME(last16)(pass, row, LANES_NAME(load16_tail)(x, n), targets), n);
}

ALWAYS_INLINE void LANES_NAME(last)(LANES_NAME(last_pass) pass, LANES_NAME(row_values) row, int64_t n, const float *x,
                                    const float *t, float *y, int streams) {
  int64_t i = 0;
  if (streams) {
    int64_t head = (int64_t)(-(uintptr_t)y & 63) / 4;
    if (head > 0 && head < n) LANES_NAME(last_tail)(pass, row, head, x, t, y), i = head;
    for (; i + 16 <= n; i += 16)
      __builtin_nontemporal_store(
          LANES_NAME(last16)(pass, row, LANES_NAME(load16)(x + i), t ? LANES_NAME(load16)(t + i) : (V16){0}),
          (V16 *)(void *)(y + i));
  } else {
    for (; i + 16 <= n; i += 16)
      LANES_NAME(store16)(
          y + i, LANES_NAME(last16)(pass, row, LANES_NAME(load16)(x + i), t ? LANES_NAME(load16)(t + i) : (V16){0}));
  }
  if (i < n) LANES_NAME(last_tail)(pass, row, n - i, x + i, t ? t + i : NULL, y + i);
}

/* A row whose last pass is still to be done, past the cache, from z. */
typedef struct LANES_NAME(waiting_row) {
  LANES_NAME(last_pass) pass;
  LANES_NAME(row_values) values;
  const float *z;
  float *y;
} LANES_NAME(waiting_row);

/* Σ z_j with z_j = exp(x_j − M); the z_j themselves go to z, which may be x, or NULL. Meanwhile `next`, a row, is fetched, and the
 * last pass over the waiting row, of n elements too, is done, unless they are NULL: memory is busy in both directions while z is
 * computed. `below` receives Σ (x_j − M), unless it is NULL. */
ALWAYS_INLINE float LANES_NAME(exp_sum)(int64_t n, const float *x, float maximum, float *z, const float *next,
                                        const LANES_NAME(waiting_row) *waiting, float *below) {
  V16 lanes = {0}, exponents = {0};
  int64_t i = 0, done = 0;
  if (waiting) {
    done = (int64_t)(-(uintptr_t)waiting->y & 63) / 4;
    if (done > 0) LANES_NAME(last_tail)(waiting->pass, waiting->values, done, waiting->z, NULL, waiting->y);
  }
  for (; i + 16 <= n; i += 16) {
    if (next) __builtin_prefetch(next + i, 0, 2);
    V16 exponent = LANES_NAME(load16)(x + i) - maximum, value = LANES_NAME(exp16)(exponent);
    if (z) LANES_NAME(store16)(z + i, value);
    lanes += value;
    if (below) exponents += exponent;
    if (waiting && done + 16 <= n) {
      __builtin_nontemporal_store(
          LANES_NAME(last16)(waiting->pass, waiting->values, LANES_NAME(load16)(waiting->z + done), (V16){0}),
          (V16 *)(void *)(waiting->y + done));
      done += 16;
    }
  }
  if (waiting && done < n)
    LANES_NAME(last)(waiting->pass, waiting->values, n - done, waiting->z + done, NULL, waiting->y + done, 1);
  if (i < n) {
    V16 exponent = LANES_NAME(load16_tail)(x + i, n - i) - maximum, value = LANES_NAME(exp16)(exponent);
    if (z) LANES_NAME(store16_tail)(z + i, value, n - i);
    lanes += LANES_NAME(first16)(n - i, value, (V16){0});
    if (below) exponents += LANES_NAME(first16)(n - i, exponent, (V16){0});
  }
  if (below) *below = LANES_NAME(tree)(exponents);
  return LANES_NAME(tree)(lanes);
}

static void LANES_NAME(softmax)(int64_t rows, int64_t n, const float *x, int64_t x_stride, float *y, int64_t y_stride,
                                float *scratch) {
  for (int64_t i = 0; i < rows; i++, x += x_stride, y += y_stride) {
    const float maximum = LANES_NAME(row_peak)(n, x);
    if (n < 16) {
      float sum;
      V16 z = LANES_NAME(short_exp)(n, x, maximum, &sum, NULL);
      LANES_NAME(store16_tail)(y, z * (1 / sum), n);
    } else if (scratch) {
      const float r = 1 / LANES_NAME(exp_sum)(n, x, maximum, scratch, i + 1 < rows ? x + x_stride : NULL, NULL, NULL);
      LANES_NAME(last)(SCALE, (LANES_NAME(row_values)){.r = r}, n, scratch, NULL, y, 1);
    } else {
      const float r = 1 / LANES_NAME(exp_sum)(n, x, maximum, y, NULL, NULL, NULL);
      LANES_NAME(last)(SCALE, (LANES_NAME(row_values)){.r = r}, n, y, NULL, y, 0);
    }
  }
}

static void LANES_NAME(softmax_gradient)(int64_t n, const float *y, const float *dy, float *dx) {
  float t = LANES_NAME(row_dot)(n, dy, y);
  SIMD for (int64_t i = 0; i < n; i++) dx[i] = (dy[i] - t) * y[i];
}

ALWAYS_INLINE void LANES_NAME(log_softmax_block)(int64_t rows, int64_t n, const float *x, int64_t x_stride, float *y,
                                                 int64_t y_stride, int streams, const float *next) {
  float maximum[LANES_SOFTMAX_ROWS], sum[LANES_SOFTMAX_ROWS] = {0};
  for (int64_t i = 0; i < rows; i++) {
    maximum[i] = LANES_NAME(row_peak)(n, x + i * x_stride);
    sum[i] = LANES_NAME(exp_sum)(n, x + i * x_stride, maximum[i], NULL, next, NULL, NULL);
  }
  SIMD for (int i = 0; i < LANES_SOFTMAX_ROWS; i++) sum[i] = LANES_NAME(log)(sum[i]);
  for (int64_t i = 0; i < rows; i++) {
    const LANES_NAME(row_values) row = {.maximum = maximum[i], .log_sum = sum[i]};
    LANES_NAME(last)(LOG_SOFTMAX, row, n, x + i * x_stride, NULL, y + i * y_stride, streams);
  }
}

static void LANES_NAME(log_softmax)(int64_t rows, int64_t n, const float *x, int64_t x_stride, float *y, int64_t y_stride,
                                    float *scratch) {
  if (!scratch) LANES_NAME(log_softmax_block)(rows, n, x, x_stride, y, y_stride, 0, NULL);
  for (int64_t i = 0; scratch && i < rows; i++, x += x_stride, y += y_stride)
    LANES_NAME(log_softmax_block)(1, n, x, x_stride, y, y_stride, 1, i + 1 < rows ? x + x_stride : NULL);
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

#define LANES_SOFTMAX_KERNELS                                                                                          \
  {                                                                                                                    \
    .softmax = LANES_NAME(softmax), .log_softmax = LANES_NAME(log_softmax),                                            \
    .gradient = LANES_NAME(softmax_gradient), .log_gradient = LANES_NAME(log_softmax_gradient),                        \
    .cross_entropy_labels = LANES_NAME(cross_entropy_labels),                                                          \
    .cross_entropy_options = LANES_NAME(cross_entropy_options),                                                        \
    .cross_entropy_smoothed = LANES_NAME(cross_entropy_smoothed),                                                      \
    .cross_entropy_targets = LANES_NAME(cross_entropy_targets),                                                        \
  }
