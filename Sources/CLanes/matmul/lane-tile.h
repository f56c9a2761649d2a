/* The lane order, C1, of a tile: `rows` rows of x with `columns` columns of y, up to a vector. As many lanes at a time stay in
 * registers as these have room for, the ones that C1's tree adds first, so that one is left of them. A piece of the steps, as
 * long as a level-1 cache holds, is passed over for all lanes before the next. Rows and lanes are constants after inlining.
 * Included for each kind of vector: TILE_VECTOR, of TILE_OF a whole one, TILE_LOAD, TILE_STORE, TILE_FMA. */
static inline __attribute__((always_inline)) void TILE_NAME(lane_tile)(int64_t k, const int rows, const float *x, int64_t x_row,
                                                                       int64_t x_step, float alpha, int64_t columns,
                                                                       const float *y, int64_t y_stride, float *sums,
                                                                       int64_t sums_stride, const int at_once) {
  enum { PIECE = LANE_PIECE, ROWS = LANE_TILE_ROWS };
  const int passes = LANES_LANES / at_once;
  const int64_t y_next = passes * y_stride;
  TILE_VECTOR in_memory[LANES_LANES][ROWS];
  for (int64_t p = 0; p < k || p == 0; p += PIECE) {
    const int is_last = k - p <= PIECE;
    const int64_t steps = is_last ? k - p : PIECE, whole = steps & -LANES_LANES;
    for (int pass = 0; pass < passes; pass++) {
      TILE_VECTOR lanes[LANES_LANES][ROWS], (*const kept)[ROWS] = in_memory + pass * at_once;
      if (p == 0) {
        UNROLL for (int l = 0; l < at_once; l++) UNROLL for (int i = 0; i < rows; i++) lanes[l][i] = (TILE_VECTOR){};
        if (pass == 0) UNROLL for (int i = 0; i < rows; i++) lanes[0][i] = TILE_LOAD(sums + i * sums_stride, columns);
      } else
        UNROLL for (int l = 0; l < at_once; l++) UNROLL for (int i = 0; i < rows; i++) lanes[l][i] = kept[l][i];

      const float *value = x + (p + pass) * x_step, *row = y + (p + pass) * y_stride;
      int64_t value_row = x_row, value_next = passes * x_step;
      float scaled[ROWS][PIECE];
      if (alpha != 1) {
        for (int i = 0; i < rows; i++)
          for (int64_t q = 0; q < (steps - pass + passes - 1) / passes; q++)
            scaled[i][q] = alpha * value[i * value_row + q * value_next];
        value = scaled[0], value_row = PIECE, value_next = 1;
      }
      const float *further = value + 3 * value_row;
#define STEP(l)                                                                                                        \
  const TILE_VECTOR of_y = TILE_LOAD(row, columns);                                                                    \
  UNROLL for (int i = 0; i < rows; i++) {                                                                              \
    const float of_x = i < 3 ? value[i * value_row] : further[(i - 3) * value_row];                                    \
    lanes[l][i] = TILE_FMA(TILE_OF(BROADCAST(of_x)), of_y, lanes[l][i]);                                               \
  }                                                                                                                    \
  value += value_next, further += value_next, row += y_next;                                                           \
  KEEP(value);                                                                                                         \
  KEEP(further);                                                                                                       \
  KEEP(row);
      for (int64_t q = 0; q < whole; q += LANES_LANES) UNROLL for (int l = 0; l < at_once; l++) { STEP(l) }
      UNROLL for (int l = 0; l < at_once; l++)
          if (whole + pass + l * passes < steps) { STEP(l) }
#undef STEP
      if (is_last)
        UNROLL for (int half = at_once / 2; half > 0; half /= 2) UNROLL for (int l = 0; l < half; l++)
            UNROLL for (int i = 0; i < rows; i++) lanes[l][i] += lanes[l + half][i];
      UNROLL for (int l = 0; l < at_once; l++)
          if (l == 0 || !is_last) UNROLL for (int i = 0; i < rows; i++) kept[l][i] = lanes[l][i];
    }
  }
  UNROLL for (int half = passes / 2; half > 0; half /= 2) UNROLL for (int pass = 0; pass < half; pass++)
      UNROLL for (int i = 0; i < rows; i++) in_memory[pass * at_once][i] += in_memory[(pass + half) * at_once][i];
  UNROLL for (int i = 0; i < rows; i++) TILE_STORE(sums + i * sums_stride, in_memory[0][i], columns);
}
#undef TILE_NAME
#undef TILE_VECTOR
#undef TILE_OF
#undef TILE_LOAD
#undef TILE_STORE
#undef TILE_FMA
