/* The kernels of bands: few rows beside many columns of a B that is used where it lies, C2's chain order. */

/* What a tile fetches: what the tile to its right reads, from a level-2 cache; or what comes from memory; or, of one that has
 * few sums to wait for, nothing. */
enum LANES_NAME(band_fetch) { LANES_NAME(fetch_none), LANES_NAME(fetch_beside), LANES_NAME(fetch_behind) };

/* Some steps of a tile, whose sums are registers. */
static inline __attribute__((always_inline)) void LANES_NAME(band_tile)(const lanes_band *band, const float *a, const float *b,
                                                                        float *sums, const int steps, const int rows,
                                                                        const int vectors,
                                                                        const enum LANES_NAME(band_fetch) fetch) {
  enum { LINE = 16 / LANES_VECTOR };
  const int64_t b_stride = band->b_stride, behind = band->fetched;
  VECTOR tile[LANES_BAND_ROWS][LANES_BAND_VECTORS];
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < vectors; v++)
      tile[i][v] = LOAD(sums + (i * vectors + v) * LANES_VECTOR);
  UNROLL for (int s = 0; s < steps; s++) {
    VECTOR row[LANES_BAND_VECTORS];
    UNROLL for (int v = 0; v < vectors; v += LINE) {
      if (fetch == LANES_NAME(fetch_beside)) __builtin_prefetch(b + (vectors + v) * LANES_VECTOR);
      if (fetch == LANES_NAME(fetch_behind)) __builtin_prefetch(b + behind + v * LANES_VECTOR, 0, 2);
    }
    UNROLL for (int v = 0; v < vectors; v++) row[v] = LOAD(b + v * LANES_VECTOR);
    UNROLL for (int i = 0; i < rows; i++) {
      const VECTOR value = BROADCAST(a[i]);
      UNROLL for (int v = 0; v < vectors; v++) tile[i][v] = FMA(value, row[v], tile[i][v]);
    }
    a += LANES_BAND_PANEL;
    b += b_stride;
    AFTER(tile[rows - 1][vectors - 1], a);
    AFTER(tile[rows - 1][vectors - 1], b);
  }
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < vectors; v++)
      STORE(sums + (i * vectors + v) * LANES_VECTOR, tile[i][v]);
}

/* Of all tiles. Where there are several of rows, the first fetches from memory, and the others find it in a cache. */
static inline __attribute__((always_inline)) void LANES_NAME(band_steps)(const lanes_band *band, const float *a,
                                                                         const float *b, float *sums, const int steps,
                                                                         const int rows, const int vectors) {
  const enum LANES_NAME(band_fetch) beside = rows > 2 ? LANES_NAME(fetch_beside) : LANES_NAME(fetch_none);
  const int64_t columns = band->columns, width = vectors * LANES_VECTOR;
  for (int64_t j = 0; j < columns; j += width) {
    const float *panel = a, *from = b + (j + width <= columns ? j : columns - width);
    int64_t high = band->high;
    if (band->fetched > 0) {
      LANES_NAME(band_tile)(band, panel, from, sums, steps, rows, vectors, LANES_NAME(fetch_behind));
      panel += band->a_tile, sums += rows * width, high--;
    }
    for (; high > 0; high--, panel += band->a_tile, sums += rows * width)
      LANES_NAME(band_tile)(band, panel, from, sums, steps, rows, vectors, beside);
    if (rows > 2)
      for (int64_t low = band->low; low > 0; low--, panel += band->a_tile, sums += (rows - 1) * width)
        LANES_NAME(band_tile)(band, panel, from, sums, steps, rows - 1, vectors, beside);
  }
}

static inline __attribute__((always_inline)) void LANES_NAME(band)(const lanes_band *band, const float *a, const float *b,
                                                                   float *sums, const int rows, const int vectors) {
  int64_t k = band->k;
  for (; k >= LANES_BAND_STEPS; k -= LANES_BAND_STEPS) {
    LANES_NAME(band_steps)(band, a, b, sums, LANES_BAND_STEPS, rows, vectors);
    a += LANES_BAND_STEPS * LANES_BAND_PANEL;
    b += LANES_BAND_STEPS * band->b_stride;
  }
  for (; k > 0; k--, a += LANES_BAND_PANEL, b += band->b_stride)
    LANES_NAME(band_steps)(band, a, b, sums, 1, rows, vectors);
}

/* Wider tiles of a row or two, for sums that do not wait for each other. */
#define BAND_VECTORS(rows) ((rows) > 2 ? 2 : LANES_BAND_VECTORS)
#define BAND(rows)                                                                                                     \
  static void LANES_NAME(band_##rows)(const lanes_band *band, const float *a, const float *b, float *sums) {           \
    LANES_NAME(band)(band, a, b, sums, rows, BAND_VECTORS(rows));                                                      \
  }
#define BAND_ENTRY(rows) {LANES_NAME(band_##rows), BAND_VECTORS(rows) * LANES_VECTOR}
BAND(1) BAND(2) BAND(3) BAND(4) BAND(5) BAND(6)
#undef BAND
#define BAND_KERNELS                                                                                                   \
  {BAND_ENTRY(1), BAND_ENTRY(2), BAND_ENTRY(3), BAND_ENTRY(4), BAND_ENTRY(5), BAND_ENTRY(6)}
