/* Tiles of small products, whose k is more than LANES_SHORT_K: there is nothing to fetch. A core has room for few stores under
 * way, and they leave in order, each after all that was before it: those of a row stand right behind its last sums, so that they
 * leave one after the other, and the next tile finds room. */
enum { LANES_NAME(last_steps) = LANES_VECTOR == 16 ? 4 : 1 }; /* for which there are registers */
#define LAST_STEPS LANES_NAME(last_steps)

/* All arguments but the pointers and columns are constants after inlining. A plain tile has no beta, bias or relu. */
static inline __attribute__((always_inline)) lanes_status LANES_NAME(small)(const lanes_matmul_call *call, const float *a,
                                                                            const float *b, float *c, int64_t columns,
                                                                            const float *bias, const int rows,
                                                                            const int vectors, const lanes_a_form form,
                                                                            const lanes_last_vector last_form,
                                                                            const int is_plain) {
  const int last = vectors - 1, has_half = last_form == LANES_LAST_HALF, whole = has_half ? last : vectors;
  const int64_t at = SHIFTS && last > 0 ? columns - LANES_VECTOR : last * LANES_VECTOR;
  const int64_t rest = SHIFTS && last > 0 ? LANES_VECTOR : columns - at;
  const int64_t a_stride = call->a_stride, b_stride = call->b_stride, c_stride = call->c_stride;
  const int has_c = !is_plain && call->beta != 0, has_bias = !is_plain && bias;
  const int has_relu = !is_plain && call->activation == LANES_RELU;
  VECTOR sums[LANES_MOST_MR][2], row[LAST_STEPS][2];
  HALF halves[LANES_MOST_MR], half_row[LAST_STEPS];

/* Of B, C or the bias, the tile's columns. */
#define LOAD_TILE(values, half, from)                                                                                  \
  UNROLL for (int v = 0; v < last; v++) values[v] = LOAD((from) + v * LANES_VECTOR);                                   \
  if (has_half) half = LOAD_HALF((from) + at, rest);                                                                   \
  else if (last_form == LANES_LAST_PARTIAL) values[last] = LOAD_FIRST((from) + at, rest);                              \
  else values[last] = LOAD((from) + at);
#define ADD_STEP(i, s)                                                                                                 \
  {                                                                                                                    \
    VECTOR value = BROADCAST(a[form == LANES_A_ROWS ? i * a_stride + s : s * a_stride + i]);                           \
    if (has_half && last > 0) AS_IT_IS(value);                                                                         \
    UNROLL for (int v = 0; v < whole; v++) sums[i][v] = FMA(value, row[s][v], sums[i][v]);                             \
    if (has_half) halves[i] = HALF_FMA(HALF_OF(value), half_row[s], halves[i]);                                        \
  }
#define STEP                                                                                                           \
  LOAD_TILE(row[0], half_row[0], b)                                                                                    \
  UNROLL for (int i = 0; i < rows; i++) ADD_STEP(i, 0)                                                                 \
  a += form == LANES_A_ROWS ? 1 : a_stride;                                                                            \
  b += b_stride;                                                                                                       \
  AFTER(sums[rows - 1][last], a);                                                                                      \
  AFTER(sums[rows - 1][last], b);

  UNROLL for (int i = 0; i < rows; i++) {
    UNROLL for (int v = 0; v < vectors; v++) sums[i][v] = (VECTOR){};
    halves[i] = (HALF){};
  }
  if (has_c) {
    const VECTOR beta = BROADCAST(call->beta);
    UNROLL for (int i = 0; i < rows; i++) {
      LOAD_TILE(sums[i], halves[i], c + i * c_stride)
      UNROLL for (int v = 0; v < whole; v++) sums[i][v] = beta * sums[i][v];
      if (has_half) halves[i] = HALF_OF(beta) * halves[i];
    }
  }
  const int64_t before = call->k - LAST_STEPS;
  for (int64_t p = before % 4; p > 0; p--) { STEP }
  for (int64_t p = before / 4; p > 0; p--) { STEP STEP STEP STEP }

  UNROLL for (int s = 0; s < LAST_STEPS; s++) { LOAD_TILE(row[s], half_row[s], b + s * b_stride) }
  VECTOR of_bias[2] = {};
  HALF half_of_bias = {};
  if (has_bias) { LOAD_TILE(of_bias, half_of_bias, bias) }
  UNROLL for (int i = 0; i < rows; i++) {
    UNROLL for (int s = 0; s < LAST_STEPS; s++) ADD_STEP(i, s)
    float *const to = c + i * c_stride;
    UNROLL for (int v = 0; v < whole; v++) {
      if (has_bias) sums[i][v] += of_bias[v];
      if (has_relu) sums[i][v] = RELU(sums[i][v]);
    }
    if (has_half && has_bias) halves[i] += half_of_bias;
    if (has_half && has_relu) halves[i] = RELU(halves[i]);
    UNROLL for (int v = 0; v < last; v++) STORE(to + v * LANES_VECTOR, sums[i][v]);
    if (has_half) STORE_HALF(to + at, halves[i], rest);
    else if (last_form == LANES_LAST_PARTIAL) STORE_FIRST(to + at, sums[i][last], rest);
    else STORE(to + at, sums[i][last]);
  }
#undef STEP
#undef ADD_STEP
#undef LOAD_TILE
  return LANES_OK;
}
#undef LAST_STEPS
