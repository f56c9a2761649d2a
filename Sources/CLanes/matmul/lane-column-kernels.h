/* The lane order, C1, of columns: 16 partial sums of each over p, and what lies side by side are columns. */

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
  /* Of long rows, the next one is fetched; of short ones, which lie close together, what comes so much later. */
  enum { STEPS = 4, AHEAD = 1, SHORT = 48, FAR = 6 * LANES_LANES };
  int64_t p = 0;
  for (; p + STEPS * LANES_LANES <= k; p += STEPS * LANES_LANES)
    for (int l = 0; l < LANES_LANES; l++) {
      const int64_t next = l + AHEAD < LANES_LANES ? AHEAD : AHEAD + (STEPS - 1) * LANES_LANES;
      const int64_t ahead = y_stride <= SHORT ? FAR : next;
      LANES_NAME(lane_of_columns)(STEPS, x + p + l, count, y + (p + l) * y_stride, y_stride, fetches ? ahead * y_stride : 0,
                                  is_scaled, alpha, lanes + l * lane_stride);
    }
  for (; p < k; p++)
    LANES_NAME(lane_of_columns)(1, x + p, count, y + p * y_stride, y_stride, fetches ? y_stride : 0, is_scaled, alpha,
                                lanes + p % LANES_LANES * lane_stride);
}

static void LANES_NAME(lane_columns)(int64_t k, const float *x, int64_t count, const float *y, int64_t y_stride, float alpha,
                                     int fetches, float *lanes, int64_t lane_stride) {
  if (alpha == 1 && fetches) LANES_NAME(all_lane_columns)(k, x, count, y, y_stride, 0, 1, 1, lanes, lane_stride);
  else if (alpha == 1) LANES_NAME(all_lane_columns)(k, x, count, y, y_stride, 0, 1, 0, lanes, lane_stride);
  else LANES_NAME(all_lane_columns)(k, x, count, y, y_stride, 1, alpha, fetches, lanes, lane_stride);
}

/* One lane over all its rows of y: of `head` columns, which end where a vector's place in memory begins, the same in all rows of
 * a lane, as these lie 16 apart; then of `whole` vectors, a constant after inlining, and of `tail` columns, at least one. So no
 * load lies across lines. */
static inline __attribute__((always_inline)) void LANES_NAME(aligned_lane)(int64_t k, const float *x, const float *y,
                                                                           int64_t y_stride, int64_t head, const int whole,
                                                                           int64_t tail, float *lane) {
  const int has_head = head > 0;
  float *const rest = lane + head + whole * LANES_VECTOR;
  VECTOR first = has_head ? LOAD_FIRST(lane, head) : (VECTOR){}, last = LOAD_FIRST(rest, tail), sums[LANES_LANES];
  UNROLL for (int v = 0; v < whole; v++) sums[v] = LOAD(lane + head + v * LANES_VECTOR);
  for (int64_t p = 0; p < k; p += LANES_LANES, y += LANES_LANES * y_stride) {
    const VECTOR value = BROADCAST(x[p]);
    const float *row = y + head;
    if (has_head) first = FMA(value, LOAD_FIRST(y, head), first);
    UNROLL for (int v = 0; v < whole; v++) sums[v] = FMA(value, LOAD(row + v * LANES_VECTOR), sums[v]);
    last = FMA(value, LOAD_FIRST(row + whole * LANES_VECTOR, tail), last);
  }
  if (has_head) STORE_FIRST(lane, first, head);
  UNROLL for (int v = 0; v < whole; v++) STORE(lane + head + v * LANES_VECTOR, sums[v]);
  STORE_FIRST(rest, last, tail);
}

/* Each lane with all columns, in as wide parts as there are registers for. */
static void LANES_NAME(aligned_lane_columns)(int64_t k, const float *x, int64_t count, const float *y, int64_t y_stride,
                                             float *lanes, int64_t lane_stride) {
  enum { MOST = LANES_VECTOR < 16 ? 11 : 15 }; /* with a head and a last vector, what there are registers for */
  for (int l = 0; l < LANES_LANES; l++) {
    const float *rows = y + l * y_stride;
    float *lane = lanes + l * lane_stride;
    int64_t head = -(int64_t)((uintptr_t)rows / sizeof *rows) & (LANES_VECTOR - 1);
    for (int64_t r = 0, columns; r < count; r += columns, head = 0) {
      const int64_t left = count - r;
      if (head >= left) head = 0;
      const int64_t vectors = (left - head - 1) / LANES_VECTOR;
#define LANE(whole)                                                                                                    \
  {                                                                                                                    \
    columns = left < head + (whole + 1) * LANES_VECTOR ? left : head + (whole + 1) * LANES_VECTOR;                     \
    LANES_NAME(aligned_lane)(k - l, x + l, rows + r, y_stride, head, whole, columns - head - whole * LANES_VECTOR, lane + r); \
  }
      if (vectors >= MOST) LANE(MOST)
      else if (vectors >= 7) LANE(7)
      else if (vectors >= 3) LANE(3)
      else if (vectors >= 1) LANE(1)
      else LANE(0)
#undef LANE
    }
  }
}

/* C1's tree, for lanes that lie apart. */
static void LANES_NAME(lane_column_trees)(int64_t count, float *lanes, int64_t lane_stride) {
  for (int64_t r = 0; r < count; r += LANES_VECTOR) {
    VECTOR sums[LANES_LANES / 2];
    UNROLL for (int l = 0; l < LANES_LANES / 2; l++)
        sums[l] = LOAD(lanes + l * lane_stride + r) + LOAD(lanes + (l + LANES_LANES / 2) * lane_stride + r);
    UNROLL for (int half = LANES_LANES / 4; half > 0; half /= 2) UNROLL for (int l = 0; l < half; l++) sums[l] += sums[l + half];
    STORE(lanes + r, sums[0]);
  }
}

/* Lanes that stay in registers. */
#define LANE_TILE_ROWS 6
#define LANE_TILE_VECTORS 12
#define TILE_NAME LANES_NAME
#define TILE_VECTOR VECTOR
#define TILE_OF(vector) vector
#define TILE_LOAD LOAD_FIRST
#define TILE_STORE STORE_FIRST
#define TILE_FMA FMA
#include "lane-tile.h"
#if LANES_VECTOR == 16
#define TILE_NAME(name) LANES_NAME(name##_of_halves)
#define TILE_VECTOR HALF
#define TILE_OF HALF_OF
#define TILE_LOAD LOAD_HALF
#define TILE_STORE STORE_HALF
#define TILE_FMA HALF_FMA
#include "lane-tile.h"
#endif

/* In even tiles of rows, as many as possible; and of as many vectors as possible, whose lines lie beside each other. */
static void LANES_NAME(lane_column_sums)(int64_t k, int64_t rows, const float *x, int64_t x_row, int64_t x_step, float alpha,
                                         int64_t count, const float *y, int64_t y_stride, float *sums, int64_t sums_stride) {
  enum { LANES_AT_ONCE = LANES_VECTOR < 16 ? 8 : 16 };
  const int64_t tiles = (rows + LANE_TILE_ROWS - 1) / LANE_TILE_ROWS, most = (rows + tiles - 1) / tiles;
  const int64_t of_several = LANES_VECTOR < 16 ? (most == 2 ? 4 : most == 3 ? 3 : 2) : most > 3 ? 1 : 2;
  const int64_t at_once = most > 1 ? of_several : LANES_VECTOR < 16 ? 4 : 8;
  for (int64_t r = 0, vectors; r < count; r += vectors * LANES_VECTOR) {
    const int64_t left = count - r, vectors_left = (left - 1) / LANES_VECTOR + 1;
    vectors = vectors_left >= 8 ? 8 : vectors_left >= 4 ? 4 : vectors_left;
    if (vectors > at_once) vectors = at_once;
    const int64_t columns = left < vectors * LANES_VECTOR ? left : vectors * LANES_VECTOR;
    for (int64_t i = 0, n; i < rows; i += n) {
      n = rows - i < most ? rows - i : most;
#define TILE(kind, n, vectors, lanes)                                                                                  \
  LANES_NAME(kind)(k, n, x + i * x_row, x_row, x_step, alpha, vectors, columns, y + r, y_stride,                       \
                   sums + i * sums_stride + r, sums_stride, lanes)
#define TILE_OF_ONE(kind)                                                                                              \
  if (n == 1) TILE(kind, 1, 1, LANES_AT_ONCE);                                                                         \
  else if (n == 2) TILE(kind, 2, 1, LANES_AT_ONCE / 2);                                                                \
  else if (n == 3) TILE(kind, 3, 1, LANES_AT_ONCE / 2);                                                                \
  else if (n == 4) TILE(kind, 4, 1, LANES_AT_ONCE / 4);                                                                \
  else if (n == 5) TILE(kind, 5, 1, LANES_AT_ONCE / 4);                                                                \
  else TILE(kind, 6, 1, LANES_AT_ONCE / 4);
      if (vectors == 4 && n == 1) TILE(lane_tile, 1, 4, LANES_AT_ONCE / 4);
      else if (vectors == 3 && n == 1) TILE(lane_tile, 1, 3, LANES_AT_ONCE / 2);
      else if (vectors == 2 && n == 1) TILE(lane_tile, 1, 2, LANES_AT_ONCE / 2);
#if LANES_VECTOR < 16
      else if (vectors == 4) TILE(lane_tile, 2, 4, 1);
      else if (vectors == 3 && n == 2) TILE(lane_tile, 2, 3, 1);
      else if (vectors == 3) TILE(lane_tile, 3, 3, 1);
      else if (vectors == 2 && n == 2) TILE(lane_tile, 2, 2, 2);
      else if (vectors == 2 && n == 3) TILE(lane_tile, 3, 2, 2);
      else if (vectors == 2 && n == 4) TILE(lane_tile, 4, 2, 1);
      else if (vectors == 2 && n == 5) TILE(lane_tile, 5, 2, 1);
      else if (vectors == 2) TILE(lane_tile, 6, 2, 1);
#endif
#if LANES_VECTOR == 16
      else if (vectors == 8) TILE(lane_tile, 1, 8, LANES_AT_ONCE / 8);
      else if (vectors == 2 && n == 2) TILE(lane_tile, 2, 2, LANES_AT_ONCE / 4);
      else if (vectors == 2) TILE(lane_tile, 3, 2, LANES_AT_ONCE / 4);
      else if (columns <= LANES_VECTOR / 2) { TILE_OF_ONE(lane_tile_of_halves) }
#endif
      else { TILE_OF_ONE(lane_tile) }
#undef TILE_OF_ONE
#undef TILE
    }
  }
}
#undef LANE_TILE_ROWS
#undef LANE_TILE_VECTORS
