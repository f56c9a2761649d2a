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

ALWAYS_INLINE V16 LANES_NAME(exp16_where)(V16 x, int ordinary) {
  float block[16];
  LANES_NAME(store16)(block, x);
  SIMD for (int lane = 0; lane < 16; lane++) block[lane] = LANES_NAME(exp_where)(block[lane], ordinary);
  return LANES_NAME(load16)(block);
}
ALWAYS_INLINE V16 LANES_NAME(exp16)(V16 x) { return LANES_NAME(exp16_where)(x, 0); }

/* What is computed of a row at a time. */
enum { LANES_NAME(group16s) = GROUP / 16 };

static __attribute__((noinline, cold)) V16 LANES_NAME(special_exp16)(V16 x) { return LANES_NAME(exp16)(x); }

/* z = exp(x − M) and M − x of a group. All but groups with an element far below M, or NaN, take exp's short form. */
ALWAYS_INLINE void LANES_NAME(exp_group)(const float *x, float maximum, V16 *z, V16 *distance) {
  typedef uint32_t bits16 __attribute__((vector_size(64)));
  bits16 furthest = {0}, ordinary = (bits16){0} + 0x42ae0000u; /* 87 */
  for (int v = 0; v < LANES_NAME(group16s); v++) {
    distance[v] = maximum - LANES_NAME(load16)(x + 16 * v);
    furthest = __builtin_elementwise_max(furthest, (bits16)distance[v]);
  }
  if (__builtin_expect(__builtin_reduce_or(furthest > ordinary) != 0, 0))
    for (int v = 0; v < LANES_NAME(group16s); v++) z[v] = LANES_NAME(special_exp16)(-distance[v]);
  else
    for (int v = 0; v < LANES_NAME(group16s); v++) z[v] = LANES_NAME(exp16_where)(-distance[v], 1);
}

/* The largest of the lanes. */
ALWAYS_INLINE float LANES_NAME(largest)(V16 peak) {
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

/* M of C6, but for what cannot be seen in any result: of a row with a NaN it is another element, and the sum is NaN all the
 * same; of a row with zeros of both signs it is either, and the sum is at least 2. */
ALWAYS_INLINE V16 LANES_NAME(least_peak)(void) { return (V16){0} - __builtin_inff(); }

ALWAYS_INLINE V16 LANES_NAME(raise_peak)(V16 peak, const float *group) {
  V16 group_peak = LANES_NAME(load16)(group);
  for (int i = 16; i < GROUP; i += 16) group_peak = LANES_NAME(larger16)(LANES_NAME(load16)(group + i), group_peak);
  return LANES_NAME(larger16)(group_peak, peak);
}

/* The rest of a row of n ≥ 16 elements, from i on; of the last 16, some for the second time. */
ALWAYS_INLINE float LANES_NAME(finish_peak)(V16 peak, int64_t i, int64_t n, const float *x) {
  for (; i + 16 <= n; i += 16) peak = LANES_NAME(larger16)(LANES_NAME(load16)(x + i), peak);
  return LANES_NAME(largest)(LANES_NAME(larger16)(LANES_NAME(load16)(x + n - 16), peak));
}

ALWAYS_INLINE float LANES_NAME(row_peak)(int64_t n, const float *x) {
  V16 peak = LANES_NAME(least_peak)();
  if (n < 16)
    return LANES_NAME(largest)(LANES_NAME(larger16)(LANES_NAME(first16)(n, LANES_NAME(load16_tail)(x, n), peak), peak));
  int64_t i = 0;
  for (; i + GROUP <= n; i += GROUP) peak = LANES_NAME(raise_peak)(peak, x + i);
  return LANES_NAME(finish_peak)(peak, i, n, x);
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

/* How far before its elements are looked at a row is fetched, in floats: memory answers meanwhile, and two pages are crossed. */
enum { LANES_NAME(row_ahead) = 2048 };

/* A row whose last pass is still to be done, past the cache, from z. */
typedef struct LANES_NAME(waiting_row) {
  LANES_NAME(last_pass) pass;
  LANES_NAME(row_values) values;
  const float *z;
  float *y;
} LANES_NAME(waiting_row);

/* Σ z_j with z_j = exp(x_j − M); the z_j themselves go to z, which may be x or what waits, or NULL. Meanwhile, so that memory
 * is busy in both directions, `next`, a row, is fetched, its peak found, and the last pass over the waiting row, of n elements
 * too, is done, unless they are NULL. `below` receives Σ (x_j − M), unless it is NULL. */
ALWAYS_INLINE float LANES_NAME(exp_sum)(int64_t n, const float *x, float maximum, float *z, const float *next, float *next_peak,
                                        const LANES_NAME(waiting_row) *waiting, float *below) {
  V16 lanes = {0}, exponents = {0};
  V16 peak = LANES_NAME(least_peak)();
  /* What waits is written in whole cache lines, up to 15 elements ahead of i. */
  int64_t i = 0, head = waiting ? (int64_t)(-(uintptr_t)waiting->y & 63) / 4 : 0;
  if (head) LANES_NAME(last_tail)(waiting->pass, waiting->values, head, waiting->z, NULL, waiting->y);
  for (; i + GROUP + (waiting ? 15 : 0) <= n; i += GROUP) {
    if (next_peak) peak = LANES_NAME(raise_peak)(peak, next + i);
    for (int v = 0; (next_peak || next) && v < LANES_NAME(group16s); v++)
      __builtin_prefetch(next + i + 16 * v + (next_peak ? LANES_NAME(row_ahead) : 0), 0, 2);
    V16 value[LANES_NAME(group16s)], distance[LANES_NAME(group16s)];
    LANES_NAME(exp_group)(x + i, maximum, value, distance);
    for (int v = 0; waiting && v < LANES_NAME(group16s); v++) {
      const int64_t j = head + i + 16 * v;
      V16 last = LANES_NAME(last16)(waiting->pass, waiting->values, LANES_NAME(load16)(waiting->z + j), (V16){0});
      __builtin_nontemporal_store(last, (V16 *)(void *)(waiting->y + j));
    }
    for (int v = 0; v < LANES_NAME(group16s); v++) {
      if (z) LANES_NAME(store16)(z + i + 16 * v, value[v]);
      lanes += value[v];
      if (below) exponents -= distance[v];
    }
  }
  if (waiting)
    LANES_NAME(last)(waiting->pass, waiting->values, n - head - i, waiting->z + head + i, NULL, waiting->y + head + i, 1);
  if (next_peak) *next_peak = LANES_NAME(finish_peak)(peak, i, n, next);
  for (; i + 16 <= n; i += 16) {
    V16 exponent = LANES_NAME(load16)(x + i) - maximum, value = LANES_NAME(exp16)(exponent);
    if (z) LANES_NAME(store16)(z + i, value);
    lanes += value;
    if (below) exponents += exponent;
  }
  if (i < n) {
    V16 exponent = LANES_NAME(load16_tail)(x + i, n - i) - maximum, value = LANES_NAME(exp16)(exponent);
    if (z) LANES_NAME(store16_tail)(z + i, value, n - i);
    lanes += LANES_NAME(first16)(n - i, value, (V16){0});
    if (below) exponents += LANES_NAME(first16)(n - i, exponent, (V16){0});
  }
  if (below) *below = LANES_NAME(tree)(exponents);
  return LANES_NAME(tree)(lanes);
}

/* Rows, in order, whose results go past the cache: what is written of one waits for the next row's sum. */
typedef struct LANES_NAME(row_stream) {
  LANES_NAME(waiting_row) waiting; /* none while y is NULL */
  const float *peaked;             /* a row whose M is known already */
  float peak;
} LANES_NAME(row_stream);

/* M and Σ z_j of a row x; z as in exp_sum. `next` is the row after it, or NULL. */
ALWAYS_INLINE float LANES_NAME(streamed_sum)(LANES_NAME(row_stream) *stream, int64_t n, const float *x, const float *next,
                                             float *z, float *maximum, float *below) {
  *maximum = x == stream->peaked ? stream->peak : LANES_NAME(row_peak)(n, x);
  const float *ahead = next ? next : x;
  stream->peaked = ahead;
  if (!stream->waiting.y) return LANES_NAME(exp_sum)(n, x, *maximum, z, ahead, &stream->peak, NULL, below);
  return LANES_NAME(exp_sum)(n, x, *maximum, z, ahead, &stream->peak, &stream->waiting, below);
}

ALWAYS_INLINE void LANES_NAME(finish_stream)(const LANES_NAME(row_stream) *stream, int64_t n) {
  const LANES_NAME(waiting_row) *last = &stream->waiting;
  if (last->y) LANES_NAME(last)(last->pass, last->values, n, last->z, NULL, last->y, 1);
}

ALWAYS_INLINE void LANES_NAME(streamed_softmax)(int64_t rows, int64_t n, const float *x, int64_t x_stride, float *y,
                                                int64_t y_stride, float *scratch, int logarithm) {
  LANES_NAME(row_stream) stream = {.waiting.pass = logarithm ? LOG_SOFTMAX : SCALE};
  for (int64_t i = 0; i < rows; i++, x += x_stride, y += y_stride) {
    float maximum;
    const float *next = i + 1 < rows ? x + x_stride : NULL;
    const float sum = LANES_NAME(streamed_sum)(&stream, n, x, next, logarithm ? NULL : scratch, &maximum, NULL);
    if (logarithm) stream.waiting.values.maximum = maximum, stream.waiting.values.log_sum = LANES_NAME(log)(sum);
    else stream.waiting.values.r = 1 / sum;
    stream.waiting.z = logarithm ? x : scratch, stream.waiting.y = y;
  }
  LANES_NAME(finish_stream)(&stream, n);
}

static void LANES_NAME(softmax)(int64_t rows, int64_t n, const float *x, int64_t x_stride, float *y, int64_t y_stride,
                                float *scratch) {
  if (scratch) {
    LANES_NAME(streamed_softmax)(rows, n, x, x_stride, y, y_stride, scratch, 0);
    return;
  }
  for (int64_t i = 0; i < rows; i++, x += x_stride, y += y_stride) {
    const float maximum = LANES_NAME(row_peak)(n, x);
    if (n < 16) {
      float sum;
      V16 z = LANES_NAME(short_exp)(n, x, maximum, &sum, NULL);
      LANES_NAME(store16_tail)(y, z * (1 / sum), n);
    } else {
      const float r = 1 / LANES_NAME(exp_sum)(n, x, maximum, y, NULL, NULL, NULL, NULL);
      LANES_NAME(last)(SCALE, (LANES_NAME(row_values)){.r = r}, n, y, NULL, y, 0);
    }
  }
}

static void LANES_NAME(softmax_gradient)(int64_t n, const float *y, const float *dy, float *dx) {
  float t = LANES_NAME(row_dot)(n, dy, y);
  SIMD for (int64_t i = 0; i < n; i++) dx[i] = (dy[i] - t) * y[i];
}

static void LANES_NAME(log_softmax)(int64_t rows, int64_t n, const float *x, int64_t x_stride, float *y, int64_t y_stride,
                                    float *scratch) {
  if (scratch) {
    LANES_NAME(streamed_softmax)(rows, n, x, x_stride, y, y_stride, scratch, 1);
    return;
  }
  float maximum[LANES_SOFTMAX_ROWS], sum[LANES_SOFTMAX_ROWS] = {0};
  for (int64_t i = 0; i < rows; i++) {
    maximum[i] = LANES_NAME(row_peak)(n, x + i * x_stride);
    sum[i] = LANES_NAME(exp_sum)(n, x + i * x_stride, maximum[i], NULL, NULL, NULL, NULL, NULL);
  }
  SIMD for (int i = 0; i < LANES_SOFTMAX_ROWS; i++) sum[i] = LANES_NAME(log)(sum[i]);
  for (int64_t i = 0; i < rows; i++) {
    const LANES_NAME(row_values) row = {.maximum = maximum[i], .log_sum = sum[i]};
    LANES_NAME(last)(LOG_SOFTMAX, row, n, x + i * x_stride, NULL, y + i * y_stride, 0);
  }
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
