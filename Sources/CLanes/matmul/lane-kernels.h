/* The lane order, C1: 16 partial sums over p, held in whole vectors. */
enum { LANES_NAME(lane_vectors) = LANES_LANES / LANES_VECTOR };
#define LANE_VECTORS LANES_NAME(lane_vectors)

/* `count` rows of y at once: a constant after inlining, enough of them to hide the latency of the fma. */
static inline __attribute__((always_inline)) void LANES_NAME(dots_of_rows)(int64_t k, const float *x, const int count,
                                                                           const float *y, int64_t y_stride,
                                                                           const int is_scaled, float alpha,
                                                                           float (*lanes)[LANES_LANES]) {
  const VECTOR scale = BROADCAST(alpha);
  VECTOR sums[8][LANE_VECTORS];
  UNROLL for (int r = 0; r < count; r++) UNROLL for (int v = 0; v < LANE_VECTORS; v++) sums[r][v] =
      LOAD(lanes[r] + v * LANES_VECTOR);
  int64_t p = 0;
  for (; p + LANES_LANES <= k; p += LANES_LANES) {
    UNROLL for (int v = 0; v < LANE_VECTORS; v++) {
      const VECTOR value = LOAD(x + p + v * LANES_VECTOR);
      UNROLL for (int r = 0; r < count; r++) {
        const VECTOR of_y = LOAD(y + r * y_stride + p + v * LANES_VECTOR);
        sums[r][v] = FMA(value, is_scaled ? scale * of_y : of_y, sums[r][v]);
      }
    }
  }
  UNROLL for (int v = 0; v < LANE_VECTORS; v++) { /* The last few: the other lanes must not even add a zero to a -0. */
    if (p + v * LANES_VECTOR >= k) continue;
    const int64_t from = p + v * LANES_VECTOR, rest = k - from < LANES_VECTOR ? k - from : LANES_VECTOR;
    const VECTOR value = LOAD_FIRST(x + from, rest);
    LANES_NAME(vector_mask) taken;
    for (int l = 0; l < LANES_VECTOR; l++) taken[l] = l < rest ? -1 : 0;
    UNROLL for (int r = 0; r < count; r++) {
      const VECTOR sum = FMA(value, scale * LOAD_FIRST(y + r * y_stride + from, rest), sums[r][v]);
      sums[r][v] = (VECTOR)(((LANES_NAME(vector_mask))sum & taken) | ((LANES_NAME(vector_mask))sums[r][v] & ~taken));
    }
  }
  UNROLL for (int r = 0; r < count; r++) UNROLL for (int v = 0; v < LANE_VECTORS; v++)
      STORE(lanes[r] + v * LANES_VECTOR, sums[r][v]);
}

static void LANES_NAME(lane_dots)(int64_t k, const float *x, int64_t count, const float *y, int64_t y_stride, float alpha,
                                  float (*lanes)[LANES_LANES]) {
  enum { AT_ONCE = LANES_VECTOR / 2 };
  int64_t r = 0;
  if (alpha == 1)
    for (; r + AT_ONCE <= count; r += AT_ONCE)
      LANES_NAME(dots_of_rows)(k, x, AT_ONCE, y + r * y_stride, y_stride, 0, 1, lanes + r);
  else
    for (; r + AT_ONCE <= count; r += AT_ONCE)
      LANES_NAME(dots_of_rows)(k, x, AT_ONCE, y + r * y_stride, y_stride, 1, alpha, lanes + r);
  for (; r < count; r++) LANES_NAME(dots_of_rows)(k, x, 1, y + r * y_stride, y_stride, 1, alpha, lanes + r);
}

/* The vector turned by so many elements, so that element 0 is what element `by` was. */
#if LANES_VECTOR == 16
#define TURNED(x, by)                                                                                                  \
  __builtin_shufflevector(x, x, by, by + 1, (by + 2) % 16, (by + 3) % 16, (by + 4) % 16, (by + 5) % 16, (by + 6) % 16, \
                          (by + 7) % 16, (by + 8) % 16, (by + 9) % 16, (by + 10) % 16, (by + 11) % 16, (by + 12) % 16, \
                          (by + 13) % 16, (by + 14) % 16, (by + 15) % 16)
#elif LANES_VECTOR == 8
#define TURNED(x, by)                                                                                                  \
  __builtin_shufflevector(x, x, by, by + 1, (by + 2) % 8, (by + 3) % 8, (by + 4) % 8, (by + 5) % 8, (by + 6) % 8,      \
                          (by + 7) % 8)
#else
#define TURNED(x, by) __builtin_shufflevector(x, x, by, by + 1, (by + 2) % 4, (by + 3) % 4)
#endif

/* C1's tree. */
static void LANES_NAME(lane_trees)(int64_t count, float (*lanes)[LANES_LANES], float *sums) {
  for (int64_t r = 0; r < count; r++) {
    VECTOR sum[LANE_VECTORS];
    UNROLL for (int v = 0; v < LANE_VECTORS; v++) sum[v] = LOAD(lanes[r] + v * LANES_VECTOR);
    UNROLL for (int half = LANE_VECTORS / 2; half > 0; half /= 2)
      UNROLL for (int v = 0; v < half; v++) sum[v] += sum[v + half];
#if LANES_VECTOR == 16
    sum[0] += TURNED(sum[0], 8);
#endif
#if LANES_VECTOR >= 8
    sum[0] += TURNED(sum[0], 4);
#endif
    sum[0] += TURNED(sum[0], 2);
    sum[0] += TURNED(sum[0], 1);
    sums[r] = sum[0][0];
  }
}
#undef TURNED
#undef LANE_VECTORS

/* One lane over `steps` rows of y, 16 apart: steps is a constant after inlining, and saves loading and storing the lane. The rows
 * that lie `ahead` floats behind these are fetched meanwhile. */
static inline __attribute__((always_inline)) void LANES_NAME(lane_of_columns)(const int steps, const float *x,
                                                                              int64_t count, const float *y,
                                                                              int64_t y_stride, int64_t ahead, float alpha,
                                                                              float *lane) {
  const VECTOR scale = BROADCAST(alpha);
  const int64_t whole = count & -LANES_VECTOR, rest = count - whole;
  for (int64_t r = 0; r < whole; r += LANES_VECTOR) {
    VECTOR sum = LOAD(lane + r);
    UNROLL for (int s = 0; s < steps; s++) {
      const float *row = y + s * LANES_LANES * y_stride + r;
      __builtin_prefetch(row + ahead, 0, 2);
      sum = FMA(BROADCAST(x[s * LANES_LANES]), scale * LOAD(row), sum);
    }
    STORE(lane + r, sum);
  }
  if (!rest) return;
  VECTOR sum = LOAD(lane + whole);
  UNROLL for (int s = 0; s < steps; s++) sum =
      FMA(BROADCAST(x[s * LANES_LANES]), scale * LOAD_FIRST(y + s * LANES_LANES * y_stride + whole, rest), sum);
  STORE(lane + whole, sum);
}

static void LANES_NAME(lane_columns)(int64_t k, const float *x, int64_t count, const float *y, int64_t y_stride, float alpha,
                                     float *lanes, int64_t lane_stride) {
  enum { STEPS = 4, AHEAD = 1 };
  int64_t p = 0;
  for (; p + STEPS * LANES_LANES <= k; p += STEPS * LANES_LANES)
    for (int l = 0; l < LANES_LANES; l++) {
      const int64_t ahead = l + AHEAD < LANES_LANES ? AHEAD : AHEAD + (STEPS - 1) * LANES_LANES;
      LANES_NAME(lane_of_columns)(STEPS, x + p + l, count, y + (p + l) * y_stride, y_stride, ahead * y_stride, alpha,
                                  lanes + l * lane_stride);
    }
  for (; p < k; p++)
    LANES_NAME(lane_of_columns)(1, x + p, count, y + p * y_stride, y_stride, y_stride, alpha,
                                lanes + p % LANES_LANES * lane_stride);
}

/* C1's tree, for lanes that lie apart. */
static void LANES_NAME(lane_column_trees)(int64_t count, float *lanes, int64_t lane_stride) {
  for (int half = LANES_LANES / 2; half > 0; half /= 2)
    for (int l = 0; l < half; l++) {
      float *lane = lanes + l * lane_stride, *other = lane + half * lane_stride;
      for (int64_t r = 0; r < count; r += LANES_VECTOR) STORE(lane + r, LOAD(lane + r) + LOAD(other + r));
    }
}
