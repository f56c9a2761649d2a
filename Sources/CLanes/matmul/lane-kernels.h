/* The lane order, C1: 16 partial sums over p, held in whole vectors. */
enum { LANES_NAME(lane_vectors) = LANES_LANES / LANES_VECTOR };
#define LANE_VECTORS LANES_NAME(lane_vectors)

/* The first n of `value`, behind them what `other` has there. */
static inline VECTOR LANES_NAME(first_of)(int64_t n, VECTOR value, VECTOR other) {
#if LANES_VECTOR == 16
  return _mm512_mask_mov_ps(other, (__mmask16)((1u << n) - 1), value);
#else
  LANES_NAME(vector_mask) taken;
  for (int l = 0; l < LANES_VECTOR; l++) taken[l] = l < n ? -1 : 0;
  return (VECTOR)(((LANES_NAME(vector_mask))value & taken) | ((LANES_NAME(vector_mask))other & ~taken));
#endif
}

/* The dots of `x_count` rows of x with `count` rows of y, at once: constants after inlining, enough of them to hide the
 * latency of the fma. Those of one row of x have their lanes beside each other, `step` behind those of the row before.
 * `fetches`: y comes from memory. While some rows are used, as many behind them are fetched; of long rows, what comes next in
 * the same. */
static inline __attribute__((always_inline)) void LANES_NAME(dots_of_rows)(int64_t k, const int x_count, const float *x,
                                                                           int64_t x_stride, const int count,
                                                                           const float *y, int64_t y_stride,
                                                                           const int is_scaled, float alpha,
                                                                           float (*lanes)[LANES_LANES], int64_t step,
                                                                           const int fetches) {
  enum { LONG = 8192, NEXT = 256 };
  const int64_t ahead = k <= LONG ? count * y_stride : NEXT;
  const VECTOR scale = BROADCAST(alpha);
  VECTOR sums[2][8][LANE_VECTORS];
  UNROLL for (int i = 0; i < x_count; i++) UNROLL for (int r = 0; r < count; r++)
      UNROLL for (int v = 0; v < LANE_VECTORS; v++) sums[i][r][v] = LOAD(lanes[i * step + r] + v * LANES_VECTOR);
  int64_t p = 0;
  for (; p + LANES_LANES <= k; p += LANES_LANES) {
    UNROLL for (int v = 0; v < LANE_VECTORS; v++) {
      VECTOR value[2];
      UNROLL for (int i = 0; i < x_count; i++) value[i] = LOAD(x + i * x_stride + p + v * LANES_VECTOR);
      UNROLL for (int r = 0; r < count; r++) {
        if (fetches && v == 0) __builtin_prefetch(y + r * y_stride + p + ahead, 0, 2);
        const VECTOR of_y = LOAD(y + r * y_stride + p + v * LANES_VECTOR), scaled = is_scaled ? scale * of_y : of_y;
        UNROLL for (int i = 0; i < x_count; i++) sums[i][r][v] = FMA(value[i], scaled, sums[i][r][v]);
      }
    }
  }
  UNROLL for (int v = 0; v < LANE_VECTORS; v++) { /* The last few: the other lanes must not even add a zero to a -0. */
    if (p + v * LANES_VECTOR >= k) continue;
    const int64_t from = p + v * LANES_VECTOR, rest = k - from < LANES_VECTOR ? k - from : LANES_VECTOR;
    UNROLL for (int r = 0; r < count; r++) {
      const VECTOR scaled = scale * LOAD_FIRST(y + r * y_stride + from, rest);
      UNROLL for (int i = 0; i < x_count; i++) {
        const VECTOR sum = FMA(LOAD_FIRST(x + i * x_stride + from, rest), scaled, sums[i][r][v]);
        sums[i][r][v] = LANES_NAME(first_of)(rest, sum, sums[i][r][v]);
      }
    }
  }
  UNROLL for (int i = 0; i < x_count; i++) UNROLL for (int r = 0; r < count; r++)
      UNROLL for (int v = 0; v < LANE_VECTORS; v++) STORE(lanes[i * step + r] + v * LANES_VECTOR, sums[i][r][v]);
}

/* One row of x, or two, with all rows of y. */
static inline __attribute__((always_inline)) void LANES_NAME(dots_of_x)(int64_t k, const int x_count, const float *x,
                                                                        int64_t x_stride, int64_t count, const float *y,
                                                                        int64_t y_stride, float alpha,
                                                                        float (*lanes)[LANES_LANES], const int fetches) {
  /* From memory, as many streams as registers allow. */
  const int at_once = LANES_VECTOR == 8 && fetches ? 6 : LANES_VECTOR / 2 / x_count;
  int64_t r = 0;
  if (alpha == 1)
    for (; r + at_once <= count; r += at_once)
      LANES_NAME(dots_of_rows)(k, x_count, x, x_stride, at_once, y + r * y_stride, y_stride, 0, 1, lanes + r, count, fetches);
  else
    for (; r + at_once <= count; r += at_once)
      LANES_NAME(dots_of_rows)(k, x_count, x, x_stride, at_once, y + r * y_stride, y_stride, 1, alpha, lanes + r, count, fetches);
  for (; at_once > 2 && r + 2 <= count; r += 2)
    LANES_NAME(dots_of_rows)(k, x_count, x, x_stride, 2, y + r * y_stride, y_stride, 1, alpha, lanes + r, count, fetches);
  for (; r < count; r++)
    LANES_NAME(dots_of_rows)(k, x_count, x, x_stride, 1, y + r * y_stride, y_stride, 1, alpha, lanes + r, count, fetches);
}

static void LANES_NAME(lane_dots)(int64_t k, int64_t x_count, const float *x, int64_t x_stride, int64_t count,
                                  const float *y, int64_t y_stride, float alpha, int fetches, float (*lanes)[LANES_LANES]) {
  if (fetches && x_count == 1) {
    LANES_NAME(dots_of_x)(k, 1, x, 0, count, y, y_stride, alpha, lanes, 1);
    return;
  }
  int64_t i = 0;
  for (; i + 2 <= x_count; i += 2)
    LANES_NAME(dots_of_x)(k, 2, x + i * x_stride, x_stride, count, y, y_stride, alpha, lanes + i * count, 0);
  if (i < x_count) LANES_NAME(dots_of_x)(k, 1, x + i * x_stride, 0, count, y, y_stride, alpha, lanes + i * count, 0);
}

/* The same for two rows of y that lie in pairs, which are taken apart in registers. Lanes as there: two for each row of x. */
static inline __attribute__((always_inline)) void LANES_NAME(pairs_of_rows)(int64_t k, const int x_count, const float *x,
                                                                            int64_t x_stride, const float *y,
                                                                            float (*lanes)[LANES_LANES]) {
  VECTOR sums[2][2][LANE_VECTORS];
  UNROLL for (int i = 0; i < x_count; i++) UNROLL for (int r = 0; r < 2; r++)
      UNROLL for (int v = 0; v < LANE_VECTORS; v++) sums[i][r][v] = LOAD(lanes[2 * i + r] + v * LANES_VECTOR);
  int64_t p = 0;
  for (; p + LANES_LANES <= k; p += LANES_LANES) {
    UNROLL for (int v = 0; v < LANE_VECTORS; v++) {
      const int64_t from = p + v * LANES_VECTOR;
      const VECTOR low = LOAD(y + 2 * from), high = LOAD(y + 2 * from + LANES_VECTOR);
      const VECTOR of_y[2] = {EVEN(low, high, 0), EVEN(low, high, 1)};
      UNROLL for (int i = 0; i < x_count; i++) {
        const VECTOR value = LOAD(x + i * x_stride + from);
        UNROLL for (int r = 0; r < 2; r++) sums[i][r][v] = FMA(value, of_y[r], sums[i][r][v]);
      }
    }
  }
  UNROLL for (int v = 0; v < LANE_VECTORS; v++) {
    if (p + v * LANES_VECTOR >= k) continue;
    const int64_t from = p + v * LANES_VECTOR, rest = k - from < LANES_VECTOR ? k - from : LANES_VECTOR;
    const int64_t behind = 2 * rest - LANES_VECTOR;
    const VECTOR low = LOAD_FIRST(y + 2 * from, behind > 0 ? LANES_VECTOR : 2 * rest);
    const VECTOR high = behind > 0 ? LOAD_FIRST(y + 2 * from + LANES_VECTOR, behind) : (VECTOR){};
    const VECTOR of_y[2] = {EVEN(low, high, 0), EVEN(low, high, 1)};
    UNROLL for (int i = 0; i < x_count; i++) {
      const VECTOR value = LOAD_FIRST(x + i * x_stride + from, rest);
      UNROLL for (int r = 0; r < 2; r++) sums[i][r][v] =
          LANES_NAME(first_of)(rest, FMA(value, of_y[r], sums[i][r][v]), sums[i][r][v]);
    }
  }
  UNROLL for (int i = 0; i < x_count; i++) UNROLL for (int r = 0; r < 2; r++)
      UNROLL for (int v = 0; v < LANE_VECTORS; v++) STORE(lanes[2 * i + r] + v * LANES_VECTOR, sums[i][r][v]);
}

static void LANES_NAME(lane_pairs)(int64_t k, int64_t x_count, const float *x, int64_t x_stride, const float *y,
                                   float (*lanes)[LANES_LANES]) {
  int64_t i = 0;
  for (; i + 2 <= x_count; i += 2) LANES_NAME(pairs_of_rows)(k, 2, x + i * x_stride, x_stride, y, lanes + 2 * i);
  if (i < x_count) LANES_NAME(pairs_of_rows)(k, 1, x + i * x_stride, x_stride, y, lanes + 2 * i);
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

/* One lane over `steps` rows of y, 16 apart: constants after inlining are steps, which saves loading and storing the lane, and
 * whether alpha is multiplied in. The rows that lie `ahead` floats behind these are fetched meanwhile; 0: they are not. */
static inline __attribute__((always_inline)) void LANES_NAME(lane_of_columns)(const int steps, const float *x,
                                                                              int64_t count, const float *y,
                                                                              int64_t y_stride, int64_t ahead,
                                                                              const int is_scaled, float alpha, float *lane) {
  const VECTOR scale = BROADCAST(alpha);
  const int64_t whole = count & -LANES_VECTOR, rest = count - whole;
  for (int64_t r = 0; r < whole; r += LANES_VECTOR) {
    VECTOR sum = LOAD(lane + r);
    UNROLL for (int s = 0; s < steps; s++) {
      const float *row = y + s * LANES_LANES * y_stride + r;
      if (ahead) __builtin_prefetch(row + ahead, 0, 2);
      const VECTOR of_y = LOAD(row);
      sum = FMA(BROADCAST(x[s * LANES_LANES]), is_scaled ? scale * of_y : of_y, sum);
    }
    STORE(lane + r, sum);
  }
  if (!rest) return;
  VECTOR sum = LOAD(lane + whole);
  UNROLL for (int s = 0; s < steps; s++) sum =
      FMA(BROADCAST(x[s * LANES_LANES]), scale * LOAD_FIRST(y + s * LANES_LANES * y_stride + whole, rest), sum);
  STORE(lane + whole, sum);
}

static inline __attribute__((always_inline)) void LANES_NAME(all_lane_columns)(int64_t k, const float *x, int64_t count,
                                                                               const float *y, int64_t y_stride,
                                                                               const int is_scaled, float alpha,
                                                                               const int fetches, float *lanes,
                                                                               int64_t lane_stride) {
  enum { STEPS = 4, AHEAD = 1 };
  int64_t p = 0;
  for (; p + STEPS * LANES_LANES <= k; p += STEPS * LANES_LANES)
    for (int l = 0; l < LANES_LANES; l++) {
      const int64_t ahead = l + AHEAD < LANES_LANES ? AHEAD : AHEAD + (STEPS - 1) * LANES_LANES;
      LANES_NAME(lane_of_columns)(STEPS, x + p + l, count, y + (p + l) * y_stride, y_stride, fetches ? ahead * y_stride : 0,
                                  is_scaled, alpha, lanes + l * lane_stride);
    }
  for (; p < k; p++)
    LANES_NAME(lane_of_columns)(1, x + p, count, y + p * y_stride, y_stride, fetches ? y_stride : 0, is_scaled, alpha,
                                lanes + p % LANES_LANES * lane_stride);
}

/* Up to a vector of columns, or up to half of one: as many lanes at a time as there are registers for beside what is added. */
#define NARROW_LANE_COLUMNS(name, TYPE, OF, LOAD_N, STORE_N, FMA_N)                                                    \
  static void LANES_NAME(name)(int64_t k, const float *x, int64_t count, const float *y, int64_t y_stride,             \
                               float alpha, float *lanes, int64_t lane_stride) {                                       \
    enum { AT_ONCE = LANES_VECTOR < 16 ? 8 : 16 };                                                                     \
    const TYPE scale = OF(BROADCAST(alpha));                                                                           \
    const int is_scaled = alpha != 1;                                                                                  \
    const int64_t whole = k & -LANES_LANES;                                                                            \
    for (int first = 0; first < LANES_LANES; first += AT_ONCE) {                                                       \
      TYPE sums[AT_ONCE];                                                                                              \
      UNROLL for (int l = 0; l < AT_ONCE; l++) sums[l] = LOAD_N(lanes + (first + l) * lane_stride, count);             \
      const float *row = y + first * y_stride;                                                                         \
      for (int64_t p = first; p < whole; p += LANES_LANES) {                                                           \
        UNROLL for (int l = 0; l < AT_ONCE; l++) {                                                                     \
          const TYPE of_y = LOAD_N(row, count);                                                                        \
          sums[l] = FMA_N(OF(BROADCAST(x[p + l])), is_scaled ? scale * of_y : of_y, sums[l]);                          \
          row += y_stride;                                                                                             \
        }                                                                                                              \
        row += (LANES_LANES - AT_ONCE) * y_stride;                                                                     \
      }                                                                                                                \
      UNROLL for (int l = 0; l < AT_ONCE; l++) STORE_N(lanes + (first + l) * lane_stride, sums[l], count);             \
    }                                                                                                                  \
    for (int64_t p = whole; p < k; p++)                                                                                \
      LANES_NAME(lane_of_columns)(1, x + p, count, y + p * y_stride, y_stride, 0, 1, alpha,                            \
                                  lanes + p % LANES_LANES * lane_stride);                                              \
  }
#define AS_VECTOR(vector) vector
NARROW_LANE_COLUMNS(narrow_lane_columns, VECTOR, AS_VECTOR, LOAD_FIRST, STORE_FIRST, FMA)
#if LANES_VECTOR == 16
NARROW_LANE_COLUMNS(half_lane_columns, HALF, HALF_OF, LOAD_HALF, STORE_HALF, HALF_FMA)
#endif
#undef AS_VECTOR
#undef NARROW_LANE_COLUMNS

static void LANES_NAME(lane_columns)(int64_t k, const float *x, int64_t count, const float *y, int64_t y_stride, float alpha,
                                     int fetches, float *lanes, int64_t lane_stride) {
#if LANES_VECTOR == 16
  if (count <= LANES_VECTOR / 2) {
    LANES_NAME(half_lane_columns)(k, x, count, y, y_stride, alpha, lanes, lane_stride);
    return;
  }
#endif
  if (count <= 16)
    for (int64_t r = 0; r < count; r += LANES_VECTOR)
      LANES_NAME(narrow_lane_columns)(k, x, count - r < LANES_VECTOR ? count - r : LANES_VECTOR, y + r, y_stride, alpha,
                                      lanes + r, lane_stride);
  else if (alpha == 1 && fetches) LANES_NAME(all_lane_columns)(k, x, count, y, y_stride, 0, 1, 1, lanes, lane_stride);
  else if (alpha == 1) LANES_NAME(all_lane_columns)(k, x, count, y, y_stride, 0, 1, 0, lanes, lane_stride);
  else LANES_NAME(all_lane_columns)(k, x, count, y, y_stride, 1, alpha, fetches, lanes, lane_stride);
}

/* C1's tree, for lanes that lie apart. */
static void LANES_NAME(lane_column_trees)(int64_t count, float *lanes, int64_t lane_stride) {
  for (int half = LANES_LANES / 2; half > 0; half /= 2)
    for (int l = 0; l < half; l++) {
      float *lane = lanes + l * lane_stride, *other = lane + half * lane_stride;
      for (int64_t r = 0; r < count; r += LANES_VECTOR) STORE(lane + r, LOAD(lane + r) + LOAD(other + r));
    }
}
