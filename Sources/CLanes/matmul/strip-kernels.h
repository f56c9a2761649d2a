/* The kernels of strips: few rows beside many columns of a B that is used where it lies, C2's chain order. */

/* What a tile fetches: what the tile to its right reads, from a level-2 cache; or what comes from memory; or, of one that has
 * few sums to wait for, nothing. */
enum LANES_NAME(strip_fetch) { LANES_NAME(fetch_none), LANES_NAME(fetch_beside), LANES_NAME(fetch_behind) };

/* Some steps of a tile, whose sums are registers. */
static inline __attribute__((always_inline)) void LANES_NAME(strip_tile)(const lanes_strip *strip, const float *a, const float *b,
                                                                         float *sums, const int steps, const int rows,
                                                                         const int vectors,
                                                                         const enum LANES_NAME(strip_fetch) fetch) {
  enum { LINE = 16 / LANES_VECTOR };
  const int64_t b_stride = strip->b_stride, behind = strip->fetched;
  VECTOR tile[LANES_STRIP_ROWS][LANES_STRIP_VECTORS];
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < vectors; v++)
      tile[i][v] = LOAD(sums + (i * vectors + v) * LANES_VECTOR);
  UNROLL for (int s = 0; s < steps; s++) {
    VECTOR row[LANES_STRIP_VECTORS];
    UNROLL for (int v = 0; v < vectors; v += LINE) {
      if (fetch == LANES_NAME(fetch_beside)) __builtin_prefetch(b + (vectors + v) * LANES_VECTOR);
      if (fetch == LANES_NAME(fetch_behind)) __builtin_prefetch(b + behind + v * LANES_VECTOR, 0, 2);
    }
    UNROLL for (int v = 0; v < vectors; v++) row[v] = LOAD(b + v * LANES_VECTOR);
    UNROLL for (int i = 0; i < rows; i++) {
      const VECTOR value = BROADCAST(a[i]);
      UNROLL for (int v = 0; v < vectors; v++) tile[i][v] = FMA(value, row[v], tile[i][v]);
    }
    a += LANES_STRIP_PANEL;
    b += b_stride;
    AFTER(tile[rows - 1][vectors - 1], a);
    AFTER(tile[rows - 1][vectors - 1], b);
  }
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < vectors; v++)
      STORE(sums + (i * vectors + v) * LANES_VECTOR, tile[i][v]);
}

/* Of all tiles. Where there are several of rows, the first fetches from memory, and the others find it in a cache. */
static inline __attribute__((always_inline)) void LANES_NAME(strip_steps)(const lanes_strip *strip, const float *a,
                                                                          const float *b, float *sums, const int steps,
                                                                          const int rows, const int vectors) {
  const enum LANES_NAME(strip_fetch) beside = rows > 2 ? LANES_NAME(fetch_beside) : LANES_NAME(fetch_none);
  const int64_t columns = strip->columns, width = vectors * LANES_VECTOR;
  for (int64_t j = 0; j < columns; j += width) {
    const float *panel = a, *from = b + (j + width <= columns ? j : columns - width);
    int64_t high = strip->high;
    if (strip->fetched > 0) {
      LANES_NAME(strip_tile)(strip, panel, from, sums, steps, rows, vectors, LANES_NAME(fetch_behind));
      panel += strip->a_tile, sums += rows * width, high--;
    }
    for (; high > 0; high--, panel += strip->a_tile, sums += rows * width)
      LANES_NAME(strip_tile)(strip, panel, from, sums, steps, rows, vectors, beside);
    if (rows > 2)
      for (int64_t low = strip->low; low > 0; low--, panel += strip->a_tile, sums += (rows - 1) * width)
        LANES_NAME(strip_tile)(strip, panel, from, sums, steps, rows - 1, vectors, beside);
  }
}

static inline __attribute__((always_inline)) void LANES_NAME(strip)(const lanes_strip *strip, const float *a, const float *b,
                                                                    float *sums, const int rows, const int vectors) {
  int64_t k = strip->k;
  for (; k >= LANES_STRIP_STEPS; k -= LANES_STRIP_STEPS) {
    LANES_NAME(strip_steps)(strip, a, b, sums, LANES_STRIP_STEPS, rows, vectors);
    a += LANES_STRIP_STEPS * LANES_STRIP_PANEL;
    b += LANES_STRIP_STEPS * strip->b_stride;
  }
  for (; k > 0; k--, a += LANES_STRIP_PANEL, b += strip->b_stride)
    LANES_NAME(strip_steps)(strip, a, b, sums, 1, rows, vectors);
}

/* Wider tiles of a row or two, for sums that do not wait for each other. */
#define STRIP_VECTORS(rows) ((rows) > 2 ? 2 : LANES_STRIP_VECTORS)
#define STRIP(rows)                                                                                                    \
  static void LANES_NAME(strip_##rows)(const lanes_strip *strip, const float *a, const float *b, float *sums) {        \
    LANES_NAME(strip)(strip, a, b, sums, rows, STRIP_VECTORS(rows));                                                   \
  }
#define STRIP_ENTRY(rows) {LANES_NAME(strip_##rows), STRIP_VECTORS(rows) * LANES_VECTOR}
STRIP(1) STRIP(2) STRIP(3) STRIP(4) STRIP(5) STRIP(6)
#undef STRIP
#define STRIP_KERNELS                                                                                                  \
  {STRIP_ENTRY(1), STRIP_ENTRY(2), STRIP_ENTRY(3), STRIP_ENTRY(4), STRIP_ENTRY(5), STRIP_ENTRY(6)}
