/* The lane order, C1, of rows whose steps lie side by side: 16 partial sums over p, held in whole vectors. */
enum { LANES_NAME(lane_vectors) = LANES_LANES / LANES_VECTOR };
#define LANE_VECTORS LANES_NAME(lane_vectors)
/* So many trees are done at a time. */
#define TREES (LANES_VECTOR / 2)
/* And of dots, at most. */
#define MOST_DOTS 16

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

/* The dots of `x_count` rows of x with `count` rows of y, at once, lanes[i·count + r]: constants after inlining, enough of them
 * to hide the latency of the fma. Several rows of x leave registers for but one vector of each one's lanes at a time; beside one,
 * each row of y is read a line at a time. `fetches`, for one: y comes from memory. While some rows are used, as many behind them
 * are fetched; of long rows, what comes next in the same. AVX2 reads each line twice, and so has fewer of them under way, unless
 * they have come to a level-1 cache. */
static inline __attribute__((always_inline)) void LANES_NAME(dots)(int64_t k, const int x_count, const float *x,
                                                                   int64_t x_stride, const int count, const float *y,
                                                                   int64_t y_stride, const int is_scaled, float alpha,
                                                                   const int fetches, VECTOR lanes[][LANE_VECTORS]) {
  enum { LONG = 8192, NEXT = 256, SOON = 96 };
  const int64_t ahead = k <= LONG ? count * y_stride : NEXT, whole = k & -LANES_LANES;
  const VECTOR scale = BROADCAST(alpha);
#define OF_Y(from) (is_scaled ? scale * LOAD(from) : LOAD(from))
  if (x_count == 1)
    for (int64_t p = 0; p < whole; p += LANES_LANES) {
      VECTOR values[LANE_VECTORS];
      UNROLL for (int v = 0; v < LANE_VECTORS; v++) values[v] = LOAD(x + p + v * LANES_VECTOR);
      UNROLL for (int r = 0; r < count; r++) {
        const float *const row = y + r * y_stride + p;
        if (fetches) __builtin_prefetch(row + ahead, 0, 2);
        if (fetches && LANES_VECTOR == 8) __builtin_prefetch(row + SOON);
        UNROLL for (int v = 0; v < LANE_VECTORS; v++) lanes[r][v] = FMA(values[v], OF_Y(row + v * LANES_VECTOR), lanes[r][v]);
      }
    }
  else
    UNROLL for (int v = 0; v < LANE_VECTORS; v++)
      for (int64_t p = v * LANES_VECTOR; p < whole; p += LANES_LANES) {
        VECTOR of_y[MOST_DOTS];
        UNROLL for (int r = 0; r < count; r++) of_y[r] = OF_Y(y + r * y_stride + p);
        UNROLL for (int i = 0; i < x_count; i++) {
          const VECTOR value = LOAD(x + i * x_stride + p);
          UNROLL for (int r = 0; r < count; r++) lanes[i * count + r][v] = FMA(value, of_y[r], lanes[i * count + r][v]);
        }
      }
#undef OF_Y
  UNROLL for (int v = 0; v < LANE_VECTORS; v++) { /* The last few: the other lanes must not even add a zero to a -0. */
    if (whole + v * LANES_VECTOR >= k) continue;
    const int64_t from = whole + v * LANES_VECTOR, rest = k - from < LANES_VECTOR ? k - from : LANES_VECTOR;
    UNROLL for (int r = 0; r < count; r++) {
      const VECTOR of_y = LOAD_FIRST(y + r * y_stride + from, rest), scaled = is_scaled ? scale * of_y : of_y;
      UNROLL for (int i = 0; i < x_count; i++) {
        const VECTOR lane = FMA(LOAD_FIRST(x + i * x_stride + from, rest), scaled, lanes[i * count + r][v]);
        lanes[i * count + r][v] = LANES_NAME(first_of)(rest, lane, lanes[i * count + r][v]);
      }
    }
  }
}

/* C1's tree of up to TREES rows of lanes; constant after inlining. Each addition is done for two rows at a time. */
static inline __attribute__((always_inline)) void LANES_NAME(trees)(const int count, VECTOR lanes[][LANE_VECTORS], float *sums) {
  VECTOR rows[TREES] = {};
  UNROLL for (int half = LANE_VECTORS / 2; half > 0; half /= 2) UNROLL for (int r = 0; r < count; r++)
      UNROLL for (int v = 0; v < half; v++) lanes[r][v] += lanes[r][v + half];
  UNROLL for (int r = 0; r < count; r++) rows[r] = lanes[r][0];
#define ADD_HALVES(size, pairs)                                                                                        \
  UNROLL for (int r = 0; r < pairs; r++) rows[r] =                                                                     \
      PARTS(rows[2 * r], rows[2 * r + 1], size, 0) + PARTS(rows[2 * r], rows[2 * r + 1], size, 1);
#if LANES_VECTOR == 16
  ADD_HALVES(8, 4)
#endif
#if LANES_VECTOR >= 8
  ADD_HALVES(4, 2)
#endif
  ADD_HALVES(2, 1)
#undef ADD_HALVES
  const VECTOR sum = PARTS(rows[0], rows[0], 1, 0) + PARTS(rows[0], rows[0], 1, 1);
  memcpy(sums, &sum, (size_t)count * sizeof *sums);
}

/* Even tiles of up to four rows of x, with as many of y as there are registers for. */
#define AT_ONCE(x_count) (LANES_VECTOR == 16 ? (x_count) == 4 ? 4 : (x_count) == 3 ? 5 : 8 : (x_count) > 2 ? 3 : TREES)
#define ALL_TILES(TILE)                                                                                                \
  const int64_t tiles = (x_count + 3) / 4, most = (x_count + tiles - 1) / tiles;                                       \
  for (int64_t i = 0, rows; i < x_count; i += rows) {                                                                  \
    rows = x_count - i < most ? x_count - i : most;                                                                    \
    int64_t r = 0;                                                                                                     \
    if (rows == 4) { TILES_OF(TILE, 4) }                                                                               \
    else if (rows == 3) { TILES_OF(TILE, 3) }                                                                          \
    else if (rows == 2) { TILES_OF(TILE, 2) }                                                                          \
    else { TILES_OF(TILE, 1) }                                                                                         \
  }
#define TILES_OF(TILE, rows)                                                                                           \
  for (; r + AT_ONCE(rows) <= count; r += AT_ONCE(rows)) TILE(rows, AT_ONCE(rows));                                    \
  for (; AT_ONCE(rows) > 2 && r + 2 <= count; r += 2) TILE(rows, 2);                                                   \
  for (; r < count; r++) TILE(rows, 1);

/* Lanes that continue in memory: those of one row of x lie beside each other, `step` behind those of the row before. */
static inline __attribute__((always_inline)) void LANES_NAME(dots_in_memory)(int64_t k, const int x_count, const float *x,
                                                                             int64_t x_stride, const int count,
                                                                             const float *y, int64_t y_stride,
                                                                             float (*in_memory)[LANES_LANES], int64_t step) {
  VECTOR lanes[MOST_DOTS][LANE_VECTORS];
  UNROLL for (int i = 0; i < x_count; i++) UNROLL for (int r = 0; r < count; r++)
      UNROLL for (int v = 0; v < LANE_VECTORS; v++) lanes[i * count + r][v] = LOAD(in_memory[i * step + r] + v * LANES_VECTOR);
  LANES_NAME(dots)(k, x_count, x, x_stride, count, y, y_stride, 0, 1, 0, lanes);
  UNROLL for (int i = 0; i < x_count; i++) UNROLL for (int r = 0; r < count; r++)
      UNROLL for (int v = 0; v < LANE_VECTORS; v++) STORE(in_memory[i * step + r] + v * LANES_VECTOR, lanes[i * count + r][v]);
}

static void LANES_NAME(lane_dots)(int64_t k, int64_t x_count, const float *x, int64_t x_stride, int64_t count,
                                  const float *y, int64_t y_stride, float (*lanes)[LANES_LANES]) {
#define TILE(rows, columns)                                                                                            \
  LANES_NAME(dots_in_memory)(k, rows, x + i * x_stride, x_stride, columns, y + r * y_stride, y_stride,                 \
                             lanes + i * count + r, count)
  ALL_TILES(TILE)
#undef TILE
}

/* The same for two rows of y that lie in pairs, which are taken apart in registers. Lanes as there: two for each row of x. AVX2
 * reads each line twice, which waits for it less where it was asked for a little before. */
static inline __attribute__((always_inline)) void LANES_NAME(pairs_of_rows)(int64_t k, const int x_count, const float *x,
                                                                            int64_t x_stride, const float *y,
                                                                            float (*lanes)[LANES_LANES]) {
  enum { SOON = 48 };
  VECTOR sums[4][2][LANE_VECTORS];
  UNROLL for (int i = 0; i < x_count; i++) UNROLL for (int r = 0; r < 2; r++)
      UNROLL for (int v = 0; v < LANE_VECTORS; v++) sums[i][r][v] = LOAD(lanes[2 * i + r] + v * LANES_VECTOR);
  int64_t p = 0;
  for (; p + LANES_LANES <= k; p += LANES_LANES) {
    if (LANES_VECTOR == 8) {
      UNROLL for (int line = 0; line < 2; line++) __builtin_prefetch(y + 2 * (p + SOON) + line * LANES_LANES);
      UNROLL for (int i = 0; i < x_count; i++) __builtin_prefetch(x + i * x_stride + p + SOON);
    }
    UNROLL for (int v = 0; v < LANE_VECTORS; v++) {
      const int64_t from = p + v * LANES_VECTOR;
      const VECTOR low = LOAD(y + 2 * from), high = LOAD(y + 2 * from + LANES_VECTOR);
      const VECTOR of_y[2] = {PARTS(low, high, 1, 0), PARTS(low, high, 1, 1)};
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
    const VECTOR of_y[2] = {PARTS(low, high, 1, 0), PARTS(low, high, 1, 1)};
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
  for (; LANES_VECTOR == 16 && i + 4 <= x_count; i += 4)
    LANES_NAME(pairs_of_rows)(k, 4, x + i * x_stride, x_stride, y, lanes + 2 * i);
  for (; i + 2 <= x_count; i += 2) LANES_NAME(pairs_of_rows)(k, 2, x + i * x_stride, x_stride, y, lanes + 2 * i);
  if (i < x_count) LANES_NAME(pairs_of_rows)(k, 1, x + i * x_stride, x_stride, y, lanes + 2 * i);
}

static void LANES_NAME(lane_trees)(int64_t count, float (*in_memory)[LANES_LANES], float *sums) {
  VECTOR lanes[TREES][LANE_VECTORS];
#define TREES_OF(n)                                                                                                    \
  UNROLL for (int i = 0; i < n; i++) UNROLL for (int v = 0; v < LANE_VECTORS; v++) lanes[i][v] =                       \
      LOAD(in_memory[r + i] + v * LANES_VECTOR);                                                                       \
  LANES_NAME(trees)(n, lanes, sums + r);
  int64_t r = 0;
  for (; r + TREES <= count; r += TREES) { TREES_OF(TREES) }
  for (; r < count; r++) { TREES_OF(1) }
#undef TREES_OF
}

/* Lanes that stay in registers. */
static inline __attribute__((always_inline)) void LANES_NAME(sums_of_dots)(int64_t k, const int x_count, const float *x,
                                                                           int64_t x_stride, const int count,
                                                                           const float *y, int64_t y_stride,
                                                                           const int is_scaled, float alpha,
                                                                           const int fetches, float *sums,
                                                                           int64_t sums_stride) {
  const int all = x_count * count;
  VECTOR lanes[MOST_DOTS][LANE_VECTORS] = {};
  float sums_of_all[MOST_DOTS];
  UNROLL for (int t = 0; t < all; t++) lanes[t][0][0] = sums[t / count * sums_stride + t % count];
  LANES_NAME(dots)(k, x_count, x, x_stride, count, y, y_stride, is_scaled, alpha, fetches, lanes);
  UNROLL for (int t = 0; t < all; t += TREES)
      LANES_NAME(trees)(all - t < TREES ? all - t : TREES, lanes + t, sums_of_all + t);
  UNROLL for (int i = 0; i < x_count; i++)
      memcpy(sums + i * sums_stride, sums_of_all + i * count, (size_t)count * sizeof *sums);
}

static void LANES_NAME(lane_dot_sums)(int64_t k, int64_t x_count, const float *x, int64_t x_stride, int64_t count,
                                      const float *y, int64_t y_stride, float *sums, int64_t sums_stride) {
#define TILE(rows, columns)                                                                                            \
  LANES_NAME(sums_of_dots)(k, rows, x + i * x_stride, x_stride, columns, y + r * y_stride, y_stride, 0, 1, 0,          \
                           sums + i * sums_stride + r, sums_stride)
  ALL_TILES(TILE)
#undef TILE
}

/* From memory, as many streams as registers allow. */
static inline __attribute__((always_inline)) void LANES_NAME(row_sums_of_dots)(int64_t k, const float *x, int64_t count,
                                                                               const float *y, int64_t y_stride,
                                                                               const int is_scaled, float alpha,
                                                                               const int fetches, float *sums) {
  const int at_once = LANES_VECTOR == 8 && fetches ? 7 : TREES;
#define ROWS_AT_ONCE(n)                                                                                                \
  LANES_NAME(sums_of_dots)(k, 1, x, 0, n, y + r * y_stride, y_stride, is_scaled, alpha, fetches, sums + r, 0)
  int64_t r = 0;
  for (; r + at_once <= count; r += at_once) ROWS_AT_ONCE(at_once);
  for (; at_once > 2 && r + 2 <= count; r += 2) ROWS_AT_ONCE(2);
  for (; r < count; r++) ROWS_AT_ONCE(1);
#undef ROWS_AT_ONCE
}

static void LANES_NAME(lane_row_sums)(int64_t k, const float *x, int64_t count, const float *y, int64_t y_stride, float alpha,
                                      int fetches, float *sums) {
  if (alpha != 1) LANES_NAME(row_sums_of_dots)(k, x, count, y, y_stride, 1, alpha, 0, sums);
  else if (fetches) LANES_NAME(row_sums_of_dots)(k, x, count, y, y_stride, 0, 1, 1, sums);
  else LANES_NAME(row_sums_of_dots)(k, x, count, y, y_stride, 0, 1, 0, sums);
}
#undef ALL_TILES
#undef TILES_OF
#undef AT_ONCE
#undef TREES
#undef MOST_DOTS
#undef LANE_VECTORS
