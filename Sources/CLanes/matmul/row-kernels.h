/* Kernels for products that are hardly more than their C, C2's chain order: a k of a few steps, and a C of one column. */

/* Rows of C from one end to the other: memory is written fastest so, and B's few rows stay in a level-1 cache. */
static inline __attribute__((always_inline)) void LANES_NAME(short_rows)(const lanes_rows *t, const float *a,
                                                                         const float *b, float *c, const float *bias,
                                                                         const int k, const int is_plain) {
  const int64_t m = t->m, a_row = t->a_row, a_step = t->a_step, b_stride = t->b_stride, c_stride = t->c_stride;
  const int64_t whole = t->n & -LANES_VECTOR, behind = t->n - whole;
  /* Where the last vector begins, and its columns. */
  const int shifts = SHIFTS && behind && whole;
  const int64_t at = shifts ? t->n - LANES_VECTOR : whole, rest = shifts ? LANES_VECTOR : behind;
  const int has_c = !is_plain && t->beta != 0, has_bias = !is_plain && bias, has_relu = !is_plain && t->relu;
  const VECTOR beta = BROADCAST(t->beta), zero = {};
  VECTOR last[LANES_SHORT_K], last_bias = {}, last_start = {};
  if (rest) {
    UNROLL for (int p = 0; p < k; p++) last[p] = LOAD_FIRST(b + p * b_stride + at, rest);
    if (has_bias) last_bias = LOAD_FIRST(bias + at, rest);
  }
  for (int64_t i = 0; i < m; i++, a += a_row, c += c_stride) {
    VECTOR value[LANES_SHORT_K];
    UNROLL for (int p = 0; p < k; p++) value[p] = BROADCAST(a[p * a_step]);
    if (has_c && rest) last_start = beta * LOAD_FIRST(c + at, rest);
    for (int64_t j = 0; j < whole; j += LANES_VECTOR) {
      VECTOR sum = has_c ? beta * LOAD(c + j) : zero;
      UNROLL for (int p = 0; p < k; p++) sum = FMA(value[p], LOAD(b + p * b_stride + j), sum);
      if (has_bias) sum += LOAD(bias + j);
      if (has_relu) sum = RELU(sum);
      STORE(c + j, sum);
    }
    if (rest) {
      VECTOR sum = last_start;
      UNROLL for (int p = 0; p < k; p++) sum = FMA(value[p], last[p], sum);
      if (has_bias) sum += last_bias;
      if (has_relu) sum = RELU(sum);
      STORE_FIRST(c + at, sum, rest);
    }
  }
}

#define ROWS_KERNEL(name, k, is_plain)                                                                                 \
  static lanes_status LANES_NAME(name##_##k)(const void *rows, const float *a, const float *b, float *c,               \
                                             const float *bias, const float *gradient_value) {                         \
    (void)gradient_value;                                                                                              \
    LANES_NAME(short_rows)(rows, a, b, c, bias, k, is_plain);                                                          \
    return LANES_OK;                                                                                                   \
  }
#define ROWS_KERNELS(name, is_plain)                                                                                   \
  ROWS_KERNEL(name, 1, is_plain)                                                                                       \
  ROWS_KERNEL(name, 2, is_plain) ROWS_KERNEL(name, 3, is_plain) ROWS_KERNEL(name, 4, is_plain)
ROWS_KERNELS(plain_rows_of, 1)
ROWS_KERNELS(rows_of, 0)
#undef ROWS_KERNELS
#undef ROWS_KERNEL
#define ROWS_OF(name) {LANES_NAME(name##_1), LANES_NAME(name##_2), LANES_NAME(name##_3), LANES_NAME(name##_4)}

/* The first n values (at most 4) of rows r, r + 4, r + 8, … of a. */
static inline __attribute__((always_inline)) VECTOR LANES_NAME(load_fours)(const float *a, int64_t stride, int r,
                                                                           int64_t n) {
  FOUR parts[LANES_VECTOR / 4];
  UNROLL for (int q = 0; q < LANES_VECTOR / 4; q++) parts[q] = LANES_NAME(load_four)(a + (r + 4 * q) * stride, n);
  return LANES_NAME(join_fours)(parts);
}

/* A vector of C, of which there are `rows` values, 1 … LANES_VECTOR, to be made from the sum that it begins with. */
static inline VECTOR LANES_NAME(column_start)(const lanes_column *t, const float *c, int64_t rows) {
  if (t->beta == 0) return (VECTOR){};
  return BROADCAST(t->beta) * LOAD_FIRST(c, rows);
}
static inline void LANES_NAME(column_end)(const lanes_column *t, const float *bias, int64_t i, float *c, int64_t rows,
                                          VECTOR sum) {
  if (bias) sum += t->is_turned ? LOAD_FIRST(bias + i, rows) : BROADCAST(*bias);
  if (t->relu) sum = RELU(sum);
  if (rows == LANES_VECTOR) STORE(c, sum);
  else STORE_FIRST(c, sum, rows);
}
#define EACH_VECTOR_OF_ROWS                                                                                            \
  for (int64_t i = 0, rows; i < m && (rows = m - i < LANES_VECTOR ? m - i : LANES_VECTOR); i += LANES_VECTOR)

/* k = 2, and A without gaps: the pairs lie in two vectors. */
static inline void LANES_NAME(do_column_of_pairs)(const lanes_column *t, const float *a, const float *b, float *c,
                                                  const float *bias) {
  const int64_t m = t->m;
  const VECTOR b_0 = BROADCAST(b[0]), b_1 = BROADCAST(b[t->b_step]);
  EACH_VECTOR_OF_ROWS {
    const float *pairs = a + 2 * i;
    const int64_t behind = 2 * rows - LANES_VECTOR;
    const VECTOR low = behind >= 0 ? LOAD(pairs) : LOAD_FIRST(pairs, 2 * rows);
    const VECTOR high = behind > 0 ? LOAD_FIRST(pairs + LANES_VECTOR, behind) : (VECTOR){};
    const VECTOR sum = FMA(EVEN(low, high, 0), b_0, LANES_NAME(column_start)(t, c + i, rows));
    LANES_NAME(column_end)(t, bias, i, c + i, rows, FMA(EVEN(low, high, 1), b_1, sum));
  }
}

/* A's rows are turned in registers, four steps of a vector of rows at a time: of n steps, at most 4. */
static inline __attribute__((always_inline)) VECTOR LANES_NAME(four_steps)(const float *a, int64_t stride, const float *b,
                                                                           int64_t b_step, int64_t n, VECTOR sum) {
  VECTOR x[4];
  UNROLL for (int r = 0; r < 4; r++) x[r] = LANES_NAME(load_fours)(a, stride, r, n);
  LANES_NAME(transpose_fours)(x, x);
  sum = FMA(x[0], BROADCAST(b[0]), sum);
  if (n > 1) sum = FMA(x[1], BROADCAST(b[b_step]), sum);
  if (n > 2) sum = FMA(x[2], BROADCAST(b[2 * b_step]), sum);
  if (n > 3) sum = FMA(x[3], BROADCAST(b[3 * b_step]), sum);
  return sum;
}

/* At least a vector of rows. The last one begins where it ends with the last row, over rows that are done. */
static inline void LANES_NAME(do_column_of_rows)(const lanes_column *t, const float *a, const float *b, float *c,
                                                 const float *bias) {
  const int64_t m = t->m, k = t->k, stride = t->a_stride, b_step = t->b_step;
  for (int64_t next = 0; next < m; next += LANES_VECTOR) {
    const int64_t i = next + LANES_VECTOR <= m ? next : m - LANES_VECTOR;
    VECTOR sum = LANES_NAME(column_start)(t, c + i, LANES_VECTOR);
    const float *from = a + i * stride, *value = b;
    int64_t p = 0;
    for (; p + 4 <= k; p += 4, value += 4 * b_step)
      sum = LANES_NAME(four_steps)(from + p, stride, value, b_step, 4, sum);
    if (p < k) sum = LANES_NAME(four_steps)(from + p, stride, value, b_step, k - p, sum);
    LANES_NAME(column_end)(t, bias, i, c + i, LANES_VECTOR, sum);
  }
}

static inline void LANES_NAME(do_column_of_panel)(const lanes_column *t, const float *a, const float *b, float *c,
                                                  const float *bias) {
  const int64_t m = t->m, k = t->k, a_stride = t->a_stride, b_step = t->b_step;
  EACH_VECTOR_OF_ROWS {
    VECTOR sum = LANES_NAME(column_start)(t, c + i, rows);
    if (rows == LANES_VECTOR)
      for (int64_t p = 0; p < k; p++) sum = FMA(LOAD(a + p * a_stride + i), BROADCAST(b[p * b_step]), sum);
    else
      for (int64_t p = 0; p < k; p++) sum = FMA(LOAD_FIRST(a + p * a_stride + i, rows), BROADCAST(b[p * b_step]), sum);
    LANES_NAME(column_end)(t, bias, i, c + i, rows, sum);
  }
}
#undef EACH_VECTOR_OF_ROWS

#define COLUMN_KERNEL(name)                                                                                            \
  static lanes_status LANES_NAME(name)(const void *product, const float *a, const float *b, float *c,                  \
                                       const float *bias, const float *gradient_value) {                               \
    const lanes_column *column = product;                                                                              \
    (void)gradient_value;                                                                                              \
    LANES_NAME(do_##name)(column, column->is_turned ? b : a, column->is_turned ? a : b, c, bias);                      \
    return LANES_OK;                                                                                                   \
  }
COLUMN_KERNEL(column_of_panel)
COLUMN_KERNEL(column_of_rows)
COLUMN_KERNEL(column_of_pairs)
#undef COLUMN_KERNEL
