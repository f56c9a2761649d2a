/* The lane order, C1, of a tile: `rows` rows of x with `columns` columns of y, in `vectors` vectors of which the last one need
 * not be whole, or, where it shifts, begins over columns of the one before. As many lanes at a time stay in registers as these
 * have room for, the ones that C1's tree adds first, so that one is left of them. A piece of the steps, which a cache near by
 * holds, is passed over for all lanes before the next: a longer one where few lanes at a time take many passes. Rows, vectors and
 * lanes are constants after inlining.
 * Included for each kind of vector: TILE_NAME, TILE_VECTOR, of TILE_OF a whole one, TILE_LOAD, TILE_STORE, TILE_FMA; a tile has
 * up to LANE_TILE_ROWS rows and LANE_TILE_VECTORS vectors in all. */
static inline __attribute__((always_inline)) void TILE_NAME(lane_tile)(int64_t k, const int rows, const float *x, int64_t x_row,
                                                                       int64_t x_step, float alpha, const int vectors,
                                                                       int64_t columns, const float *y, int64_t y_stride,
                                                                       float *sums, int64_t sums_stride,
                                                                       const int at_once) {
  enum { PIECE = LANES_VECTOR < 16 ? 1024 : 512, MOST = LANE_TILE_VECTORS };
  const int passes = LANES_LANES / at_once, all = rows * vectors;
  const int shifts = SHIFTS && vectors > 1;
  const int64_t y_next = passes * y_stride, last = columns - (vectors - 1) * LANES_VECTOR;
  const int64_t at = shifts ? columns - LANES_VECTOR : (vectors - 1) * LANES_VECTOR;
#define AT(v) ((v) < vectors - 1 ? (v) * LANES_VECTOR : at)
#define LOAD_VECTOR(v, from) (shifts || (v) < vectors - 1 ? TILE_OF(LOAD((from) + AT(v))) : TILE_LOAD((from) + at, last))
  TILE_VECTOR in_memory[LANES_LANES][MOST];
  for (int64_t p = 0; p < k; p += PIECE) {
    const int is_last = k - p <= PIECE;
    const int64_t steps = is_last ? k - p : PIECE, whole = steps & -LANES_LANES;
    for (int pass = 0; pass < passes; pass++) {
      TILE_VECTOR lanes[LANES_LANES][MOST], (*const kept)[MOST] = in_memory + pass * at_once;
      UNROLL for (int l = 0; l < at_once; l++) UNROLL for (int t = 0; t < all; t++) lanes[l][t] = (TILE_VECTOR){};
      if (p > 0)
        UNROLL for (int l = 0; l < at_once; l++) UNROLL for (int t = 0; t < all; t++) lanes[l][t] = kept[l][t];
      else if (pass == 0)
        UNROLL for (int t = 0; t < all; t++) lanes[0][t] = LOAD_VECTOR(t % vectors, sums + t / vectors * sums_stride);

      const float *value = x + (p + pass) * x_step, *row = y + (p + pass) * y_stride;
      int64_t value_row = x_row, value_next = passes * x_step;
      float scaled[LANE_TILE_ROWS][PIECE];
      if (alpha != 1) {
        for (int i = 0; i < rows; i++)
          for (int64_t q = 0; q * passes + pass < steps; q++) scaled[i][q] = alpha * value[i * value_row + q * value_next];
        value = scaled[0], value_row = PIECE, value_next = 1;
      }
      const float *further = rows > 3 ? value + 3 * value_row : value;
#define STEP(l)                                                                                                        \
  TILE_VECTOR of_y[MOST];                                                                                              \
  UNROLL for (int v = 0; v < vectors; v++) of_y[v] = LOAD_VECTOR(v, row);                                              \
  UNROLL for (int i = 0; i < rows; i++) {                                                                              \
    const TILE_VECTOR of_x = TILE_OF(BROADCAST(i < 3 ? value[i * value_row] : further[(i - 3) * value_row]));          \
    UNROLL for (int v = 0; v < vectors; v++) lanes[l][i * vectors + v] = TILE_FMA(of_x, of_y[v], lanes[l][i * vectors + v]); \
  }                                                                                                                    \
  value += value_next, row += y_next;                                                                                  \
  KEEP(value);                                                                                                         \
  KEEP(row);                                                                                                           \
  if (rows > 3) {                                                                                                      \
    further += value_next;                                                                                             \
    KEEP(further);                                                                                                     \
  }
      for (int64_t q = 0; q < whole; q += LANES_LANES) UNROLL for (int l = 0; l < at_once; l++) { STEP(l) }
      UNROLL for (int l = 0; l < at_once; l++)
          if (whole + pass + l * passes < steps) { STEP(l) }
#undef STEP
      if (is_last)
        UNROLL for (int half = at_once / 2; half > 0; half /= 2) UNROLL for (int l = 0; l < half; l++)
            UNROLL for (int t = 0; t < all; t++) lanes[l][t] += lanes[l + half][t];
      UNROLL for (int l = 0; l < at_once; l++)
          if (l == 0 || !is_last) UNROLL for (int t = 0; t < all; t++) kept[l][t] = lanes[l][t];
    }
  }
  UNROLL for (int half = passes / 2; half > 0; half /= 2) UNROLL for (int pass = 0; pass < half; pass++)
      UNROLL for (int t = 0; t < all; t++) in_memory[pass * at_once][t] += in_memory[(pass + half) * at_once][t];
  UNROLL for (int i = 0; i < rows; i++) {
    float *to = sums + i * sums_stride;
    UNROLL for (int v = 0; v < vectors - 1; v++) memcpy(to + AT(v), &in_memory[0][i * vectors + v], sizeof(TILE_VECTOR));
    TILE_STORE(to + at, in_memory[0][i * vectors + vectors - 1], shifts ? LANES_VECTOR : last);
  }
#undef LOAD_VECTOR
#undef AT
}
#undef TILE_NAME
#undef TILE_VECTOR
#undef TILE_OF
#undef TILE_LOAD
#undef TILE_STORE
#undef TILE_FMA
