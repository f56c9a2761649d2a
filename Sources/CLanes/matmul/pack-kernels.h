/* Packing into panels, times alpha (C2: one rounding; none when alpha is 1). In the last panel, what lies beyond the width is
 * whatever was simplest: a micro-kernel computes with it and never stores the result. */

/* A few rows at a time through all panels: pages and cache lines of both sides are then used up before they are left. */
static void LANES_NAME(pack_copied)(int64_t width, int64_t k, const float *from, int64_t from_stride, float alpha, float *to,
                                    int64_t panel_width) {
  enum { ROWS = 8 };
  const VECTOR scale = BROADCAST(alpha);
  const int64_t at_once = panel_width < LANES_VECTOR ? panel_width : LANES_VECTOR;
  for (int64_t first = 0; first < k; first += ROWS) {
    const int64_t end = first + ROWS < k ? first + ROWS : k;
    for (int64_t i = 0; i < width; i += at_once) {
      const int64_t panel = i / panel_width * panel_width, n = width - i < at_once ? width - i : at_once;
      float *column = to + panel * k + (i - panel);
      if (n >= LANES_VECTOR)
        for (int64_t p = first; p < end; p++) {
          __builtin_prefetch(from + (p + ROWS) * from_stride + i);
          STORE(column + p * panel_width, scale * LOAD(from + p * from_stride + i));
        }
      else
        for (int64_t p = first; p < end; p++)
          STORE_FIRST(column + p * panel_width, scale * LOAD_FIRST(from + p * from_stride + i, n), n);
    }
  }
}

#if LANES_VECTOR == 16
/* Eight vectors, 0 … 7 of which are rows, become half as long columns, two beside each other: three perfect shuffles. */
static inline __attribute__((always_inline)) void LANES_NAME(transpose_eight)(VECTOR vectors[]) {
  UNROLL for (int step = 0; step < 3; step++) {
    VECTOR shuffled[8];
    UNROLL for (int i = 0; i < 4; i++) {
      const VECTOR x = vectors[i], y = vectors[i + 4];
      shuffled[2 * i] = __builtin_shufflevector(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      shuffled[2 * i + 1] = __builtin_shufflevector(x, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    UNROLL for (int i = 0; i < 8; i++) vectors[i] = shuffled[i];
  }
}
#endif

#if LANES_VECTOR == 16
/* Eight floats from one place, behind them eight from another. */
static inline VECTOR LANES_NAME(load_halves)(const float *low, const float *high) {
  return (VECTOR)_mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(low)), _mm256_loadu_ps(high), 1);
}
#endif

/* columns[s], element r, is rows[r][p + s] for four s. Vectors are put together of four floats each of every fourth row, which
 * loads do: there is left to transpose within groups of four. */
static inline __attribute__((always_inline)) void LANES_NAME(load_fours)(const float *const rows[], int64_t p,
                                                                         VECTOR columns[]) {
  VECTOR every_fourth[4];
  UNROLL for (int i = 0; i < 4; i++) {
    FOUR parts[LANES_VECTOR / 4];
    UNROLL for (int q = 0; q < LANES_VECTOR / 4; q++) parts[q] = LANES_NAME(load_four)(rows[i + 4 * q] + p);
    every_fourth[i] = LANES_NAME(join_fours)(parts);
  }
  LANES_NAME(transpose_fours)(every_fourth, columns);
}

/* columns[s], element r, is rows[r][p + s] for so many s, for which there are registers. */
enum { LANES_NAME(steps) = LANES_VECTOR < 16 ? 4 : 8 };
#define STEPS LANES_NAME(steps)
static inline __attribute__((always_inline)) void LANES_NAME(load_columns)(const float *const rows[], int64_t p,
                                                                           VECTOR columns[]) {
#if LANES_VECTOR < 16
  LANES_NAME(load_fours)(rows, p, columns);
#else
  VECTOR first[4], next[4]; /* fours of every fourth row */
  UNROLL for (int i = 0; i < 4; i++) {
    const VECTOR low = LANES_NAME(load_halves)(rows[i] + p, rows[i + 4] + p);
    const VECTOR high = LANES_NAME(load_halves)(rows[i + 8] + p, rows[i + 12] + p);
    first[i] = __builtin_shufflevector(low, high, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    next[i] = __builtin_shufflevector(low, high, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
  }
  LANES_NAME(transpose_fours)(first, columns);
  LANES_NAME(transpose_fours)(next, columns + 4);
#endif
}

/* The next four of the last p, which begin earlier where fewer are left: says where. Rows of fewer in all are extended ones. */
static inline __attribute__((always_inline)) int64_t LANES_NAME(load_last)(const float *const rows[], int64_t p, int64_t k,
                                                                           VECTOR columns[]) {
  const int64_t from = k - p >= 4 ? p : k > 4 ? k - 4 : 0;
  LANES_NAME(load_fours)(rows, from, columns);
  return from;
}

/* Rows of less than four become some that can be read so far. */
static inline __attribute__((always_inline)) void LANES_NAME(extend_rows)(const float *rows[], int64_t k,
                                                                          float (*extended)[4]) {
  UNROLL for (int r = 0; r < LANES_VECTOR; r++) {
    for (int64_t s = 0; s < 4; s++) extended[r][s] = s < k ? rows[r][s] : 0;
    rows[r] = extended[r];
  }
}

lanes_pack_kernel_function LANES_NAME(lanes_pack_transposed);
void LANES_NAME(lanes_pack_transposed)(int64_t width, int64_t k, const float *from, int64_t from_stride, float alpha, float *to,
                                       int64_t panel_width) {
  const VECTOR scale = BROADCAST(alpha);
  const int64_t at_once = panel_width < LANES_VECTOR ? panel_width : LANES_VECTOR;
  for (int64_t i = 0; i < width; i += at_once) {
    const int64_t panel = i / panel_width * panel_width;
    const float *rows[LANES_VECTOR]; /* Beyond the width, the last row again. */
    for (int64_t r = 0; r < LANES_VECTOR; r++) rows[r] = from + (i + r < width ? i + r : width - 1) * from_stride;
    float extended[LANES_VECTOR][4], *column = to + panel * k + (i - panel);
    if (k < 4) LANES_NAME(extend_rows)(rows, k, extended);
    int64_t p = 0;
#if LANES_VECTOR == 16
    for (; panel_width == 8 && p + 16 <= k; p += 16) { /* Two of its rows are one vector. */
      VECTOR half[8];
      UNROLL for (int r = 0; r < 8; r++) half[r] = scale * LOAD(rows[r] + p);
      LANES_NAME(transpose_eight)(half);
      UNROLL for (int r = 0; r < 8; r++) STORE(column + (p + 2 * r) * 8, half[r]);
    }
#endif
    for (; p + STEPS <= k; p += STEPS) {
      VECTOR columns[STEPS];
      LANES_NAME(load_columns)(rows, p, columns);
      UNROLL for (int s = 0; s < STEPS; s++) STORE_FIRST(column + (p + s) * panel_width, scale * columns[s], at_once);
    }
    for (; p < k; p += 4) {
      VECTOR columns[4];
      const int64_t from = LANES_NAME(load_last)(rows, p, k, columns);
      UNROLL for (int s = 0; s < 4; s++)
          if (from + s >= p && from + s < k) STORE_FIRST(column + (from + s) * panel_width, scale * columns[s], at_once);
    }
  }
}

/* AVX-512 takes AVX2's for a width that half a vector holds. */
#if LANES_VECTOR == 16
lanes_pack_kernel_function lanes_pack_transposed_avx2;
#define PACK_TRANSPOSED_HALF lanes_pack_transposed_avx2
#else
#define PACK_TRANSPOSED_HALF LANES_NAME(lanes_pack_transposed)
#endif
