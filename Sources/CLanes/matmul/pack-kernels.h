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

/* The first half of a and b, taken in turns, and the second half. */
#if LANES_VECTOR == 16
#define INTERLEAVE_LOW(a, b)                                                                                           \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define INTERLEAVE_HIGH(a, b)                                                                                          \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif LANES_VECTOR == 8
#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif

/* Transposes `rows` vectors, a power of two up to LANES_VECTOR: log₂ rows perfect shuffles of them. */
static inline __attribute__((always_inline)) void LANES_NAME(transpose)(const int rows, VECTOR vectors[]) {
  UNROLL for (int step = 1; step < rows; step *= 2) {
    VECTOR shuffled[LANES_VECTOR];
    UNROLL for (int i = 0; i < rows / 2; i++) {
      shuffled[2 * i] = INTERLEAVE_LOW(vectors[i], vectors[i + rows / 2]);
      shuffled[2 * i + 1] = INTERLEAVE_HIGH(vectors[i], vectors[i + rows / 2]);
    }
    UNROLL for (int i = 0; i < rows; i++) vectors[i] = shuffled[i];
  }
}
static void LANES_NAME(pack_transposed)(int64_t width, int64_t k, const float *from, int64_t from_stride, float alpha,
                                        float *to, int64_t panel_width) {
  const VECTOR scale = BROADCAST(alpha);
  const int64_t at_once = panel_width < LANES_VECTOR ? panel_width : LANES_VECTOR;
  for (int64_t i = 0; i < width; i += at_once) {
    const int64_t panel = i / panel_width * panel_width;
    const float *rows[LANES_VECTOR]; /* Beyond the width, the last row again. */
    for (int64_t r = 0; r < LANES_VECTOR; r++) rows[r] = from + (i + r < width ? i + r : width - 1) * from_stride;
    float *column = to + panel * k + (i - panel);
    int64_t p = 0;
#if LANES_VECTOR == 16
    for (; panel_width == 8 && p + 16 <= k; p += 16) { /* Two of its rows are one vector. */
      VECTOR half[8];
      UNROLL for (int r = 0; r < 8; r++) half[r] = scale * LOAD(rows[r] + p);
      LANES_NAME(transpose)(8, half);
      UNROLL for (int r = 0; r < 8; r++) STORE(column + (p + 2 * r) * 8, half[r]);
    }
#endif
    for (; p + LANES_VECTOR <= k; p += LANES_VECTOR) {
      VECTOR square[LANES_VECTOR];
      UNROLL for (int r = 0; r < LANES_VECTOR; r++) square[r] = scale * LOAD(rows[r] + p);
      LANES_NAME(transpose)(LANES_VECTOR, square);
      UNROLL for (int r = 0; r < LANES_VECTOR; r++) STORE_FIRST(column + (p + r) * panel_width, square[r], at_once);
    }
    if (p == k) continue;
    VECTOR square[LANES_VECTOR];
    UNROLL for (int r = 0; r < LANES_VECTOR; r++) square[r] = scale * LOAD_FIRST(rows[r] + p, k - p);
    LANES_NAME(transpose)(LANES_VECTOR, square);
    UNROLL for (int r = 0; r < LANES_VECTOR; r++) if (p + r < k) STORE_FIRST(column + (p + r) * panel_width, square[r], at_once);
  }
}
