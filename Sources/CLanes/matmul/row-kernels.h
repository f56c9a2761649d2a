/* Kernels for products that are hardly more than their C, C2's chain order: a k of a few steps. */

/* Rows of one or two vectors, the last of which begins further left where it would not be whole, or is read and written as far
 * as it goes. B stays in registers. */
static inline __attribute__((always_inline)) void LANES_NAME(narrow_rows)(const lanes_rows *t, const float *a, const float *b,
                                                                          float *c, const float *bias, const int k,
                                                                          const int is_plain, const int vectors,
                                                                          const int64_t rest) {
  const int64_t m = t->m, a_row = t->a_row, a_step = t->a_step, c_stride = t->c_stride, last = t->n - rest;
  const int has_c = !is_plain && t->beta != 0, has_bias = !is_plain && bias, has_relu = !is_plain && t->relu;
  const VECTOR beta = BROADCAST(t->beta);
#define COLUMNS(v, from) ((v) < vectors - 1 ? LOAD(from) : LOAD_FIRST((from) + last, rest))
  VECTOR of_b[LANES_ROWS_K][2], of_bias[2] = {};
  UNROLL for (int v = 0; v < vectors; v++) {
    UNROLL for (int p = 0; p < k; p++) of_b[p][v] = COLUMNS(v, b + p * t->b_stride);
    if (has_bias) of_bias[v] = COLUMNS(v, bias);
  }
  _Pragma("clang loop unroll(disable)") /* it would take registers that have to be kept on the stack */
  for (int64_t i = 0; i < m; i++, a += a_row, c += c_stride) {
    VECTOR sums[2];
    UNROLL for (int v = 0; v < vectors; v++) sums[v] = has_c ? beta * COLUMNS(v, c) : (VECTOR){};
    UNROLL for (int p = 0; p < k; p++) {
      const VECTOR value = BROADCAST(a[p * a_step]);
      UNROLL for (int v = 0; v < vectors; v++) sums[v] = FMA(value, of_b[p][v], sums[v]);
    }
    UNROLL for (int v = 0; v < vectors; v++) {
      if (has_bias) sums[v] += of_bias[v];
      if (has_relu) sums[v] = RELU(sums[v]);
    }
    if (vectors > 1) STORE(c, sums[0]);
    if (rest == LANES_VECTOR) STORE(c + last, sums[vectors - 1]);
    else STORE_FIRST(c + last, sums[vectors - 1], rest);
  }
#undef COLUMNS
}

/* Rows of C from one end to the other: memory is written fastest so, and B's few rows stay in a level-1 cache. Several rows share
 * what is loaded of B, where that is more than is stored of C, or comes near it in long rows; of more steps two, where there are
 * registers for A's values. */
static inline __attribute__((always_inline)) void LANES_NAME(short_rows)(const lanes_rows *t, const float *a,
                                                                         const float *b, float *c, const float *bias,
                                                                         const int k, const int is_plain) {
  enum { AT_ONCE = 4, LONG = 256, PAIRED = LANES_VECTOR < 16 ? 6 : LANES_ROWS_K };
  const int is_short = k <= LANES_SHORT_K;
  const int64_t m = t->m, a_row = t->a_row, a_step = t->a_step, b_stride = t->b_stride, c_stride = t->c_stride;
  const int64_t whole = t->n & -LANES_VECTOR, behind = t->n - whole;
  if (t->n <= LANES_VECTOR) {
    LANES_NAME(narrow_rows)(t, a, b, c, bias, k, is_plain, 1, t->n);
    return;
  }
  if (is_short && t->n <= 2 * LANES_VECTOR) {
    LANES_NAME(narrow_rows)(t, a, b, c, bias, k, is_plain, 2, SHIFTS ? LANES_VECTOR : t->n - LANES_VECTOR);
    return;
  }
  /* Where the last vector begins, and its columns. */
  const int shifts = SHIFTS && behind;
  const int64_t at = shifts ? t->n - LANES_VECTOR : whole, rest = shifts ? LANES_VECTOR : behind;
  const int has_c = !is_plain && t->beta != 0, has_bias = !is_plain && bias, has_relu = !is_plain && t->relu;
  const VECTOR beta = BROADCAST(t->beta), zero = {};
  VECTOR last[LANES_SHORT_K], last_bias = {}, last_start[AT_ONCE] = {};
#define LAST(p) LOAD_FIRST(b + (p) * b_stride + at, rest)
  if (rest) {
    UNROLL for (int p = 0; is_short && p < k; p++) last[p] = LAST(p);
    if (has_bias) last_bias = LOAD_FIRST(bias + at, rest);
  }
#define ROWS(rows)                                                                                                     \
  VECTOR value[rows][LANES_ROWS_K];                                                                                    \
  UNROLL for (int r = 0; r < rows; r++) {                                                                              \
    UNROLL for (int p = 0; p < k; p++) value[r][p] = BROADCAST(a[r * a_row + p * a_step]);                             \
    if (has_c && rest) last_start[r] = beta * LOAD_FIRST(c + r * c_stride + at, rest);                                 \
  }                                                                                                                    \
  for (int64_t j = 0; j < whole; j += LANES_VECTOR) {                                                                  \
    VECTOR of_b[LANES_ROWS_K];                                                                                         \
    UNROLL for (int p = 0; p < k; p++) of_b[p] = LOAD(b + p * b_stride + j);                                           \
    UNROLL for (int r = 0; r < rows; r++) {                                                                            \
      VECTOR sum = has_c ? beta * LOAD(c + r * c_stride + j) : zero;                                                   \
      UNROLL for (int p = 0; p < k; p++) sum = FMA(value[r][p], of_b[p], sum);                                         \
      if (has_bias) sum += LOAD(bias + j);                                                                             \
      if (has_relu) sum = RELU(sum);                                                                                   \
      STORE(c + r * c_stride + j, sum);                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  UNROLL for (int r = 0; r < rows && rest; r++) {                                                                      \
    VECTOR sum = last_start[r];                                                                                        \
    UNROLL for (int p = 0; p < k; p++) sum = FMA(value[r][p], is_short ? last[p] : LAST(p), sum);                      \
    if (has_bias) sum += last_bias;                                                                                    \
    if (has_relu) sum = RELU(sum);                                                                                     \
    STORE_FIRST(c + r * c_stride + at, sum, rest);                                                                     \
  }
  int64_t i = 0;
  if (!is_short && k <= PAIRED)
    for (; i + 2 <= m; i += 2, a += 2 * a_row, c += 2 * c_stride) { ROWS(2) }
  if (is_short && t->shares_b && (k > 2 || (k == 2 && t->n >= LONG)))
    for (; i + AT_ONCE <= m; i += AT_ONCE, a += AT_ONCE * a_row, c += AT_ONCE * c_stride) { ROWS(AT_ONCE) }
  for (; i < m; i++, a += a_row, c += c_stride) { ROWS(1) }
#undef ROWS
#undef LAST
}

#define ROWS_KERNEL(k, name, is_plain)                                                                                 \
  static lanes_status LANES_NAME(name##_##k)(const void *rows, const float *a, const float *b, float *c,               \
                                             const float *bias, const float *gradient_value) {                         \
    (void)gradient_value;                                                                                              \
    LANES_NAME(short_rows)(rows, a, b, c, bias, k, is_plain);                                                          \
    return LANES_OK;                                                                                                   \
  }
#define EACH_K(X, ...)                                                                                                 \
  X(1, __VA_ARGS__) X(2, __VA_ARGS__) X(3, __VA_ARGS__) X(4, __VA_ARGS__) X(5, __VA_ARGS__) X(6, __VA_ARGS__)          \
  X(7, __VA_ARGS__) X(8, __VA_ARGS__) X(9, __VA_ARGS__) X(10, __VA_ARGS__)
EACH_K(ROWS_KERNEL, plain_rows_of, 1)
EACH_K(ROWS_KERNEL, rows_of, 0)
#undef ROWS_KERNEL
#define ROWS_ENTRY(k, name) [k - 1] = LANES_NAME(name##_##k),
#define ROWS_OF(name) {EACH_K(ROWS_ENTRY, name)}

#if LANES_VECTOR == 16
/* The same in half a vector, of which so many columns are read and written. */
static inline __attribute__((always_inline)) void LANES_NAME(narrow_halves)(const lanes_rows *t, const float *a, const float *b,
                                                                            float *c, const float *bias, const int k,
                                                                            const int is_plain) {
  const int64_t m = t->m, n = t->n, a_row = t->a_row, a_step = t->a_step, c_stride = t->c_stride;
  const int has_c = !is_plain && t->beta != 0, has_bias = !is_plain && bias, has_relu = !is_plain && t->relu;
  const HALF beta = HALF_OF(BROADCAST(t->beta));
  HALF of_b[LANES_SHORT_K];
  UNROLL for (int p = 0; p < k; p++) of_b[p] = LOAD_HALF(b + p * t->b_stride, n);
  const HALF of_bias = has_bias ? LOAD_HALF(bias, n) : (HALF){};
  _Pragma("clang loop unroll(disable)")
  for (int64_t i = 0; i < m; i++, a += a_row, c += c_stride) {
    HALF sum = has_c ? beta * LOAD_HALF(c, n) : (HALF){};
    UNROLL for (int p = 0; p < k; p++) sum = HALF_FMA(HALF_OF(BROADCAST(a[p * a_step])), of_b[p], sum);
    if (has_bias) sum += of_bias;
    if (has_relu) sum = RELU(sum);
    STORE_HALF(c, sum, n);
  }
}
#endif

/* Narrow ones alone: a function that is for longer rows, too, keeps registers on the stack, which takes as long as a few rows. */
#define NARROW_KERNEL(k, name, is_plain, narrow)                                                                       \
  static lanes_status LANES_NAME(name##_##k)(const void *product, const float *a, const float *b, float *c,            \
                                             const float *bias, const float *gradient_value) {                         \
    const lanes_rows *rows = product;                                                                                  \
    (void)gradient_value;                                                                                              \
    narrow(rows, a, b, c, bias, k, is_plain);                                                                          \
    return LANES_OK;                                                                                                   \
  }
#define HALF_A_VECTOR(rows, a, b, c, bias, k, is_plain) LANES_NAME(narrow_halves)(rows, a, b, c, bias, k, is_plain)
#define ONE_VECTOR(rows, a, b, c, bias, k, is_plain) LANES_NAME(narrow_rows)(rows, a, b, c, bias, k, is_plain, 1, rows->n)
#define TWO_VECTORS(rows, a, b, c, bias, k, is_plain)                                                                  \
  LANES_NAME(narrow_rows)(rows, a, b, c, bias, k, is_plain, 2, SHIFTS ? LANES_VECTOR : rows->n - LANES_VECTOR)
#define EACH_SHORT_K(X, ...) X(1, __VA_ARGS__) X(2, __VA_ARGS__) X(3, __VA_ARGS__) X(4, __VA_ARGS__)
EACH_SHORT_K(NARROW_KERNEL, plain_narrow_1, 1, ONE_VECTOR)
EACH_SHORT_K(NARROW_KERNEL, plain_narrow_2, 1, TWO_VECTORS)
EACH_SHORT_K(NARROW_KERNEL, narrow_1, 0, ONE_VECTOR)
EACH_SHORT_K(NARROW_KERNEL, narrow_2, 0, TWO_VECTORS)
#if LANES_VECTOR == 16
EACH_SHORT_K(NARROW_KERNEL, plain_narrow_half, 1, HALF_A_VECTOR)
EACH_SHORT_K(NARROW_KERNEL, narrow_half, 0, HALF_A_VECTOR)
#define NARROW_HALVES(name) EACH_SHORT_K(ROWS_ENTRY, name)
#else
#define NARROW_HALVES(name) 0
#endif
#undef NARROW_KERNEL
#undef HALF_A_VECTOR
#undef ONE_VECTOR
#undef TWO_VECTORS
#define NARROW_OF(name)                                                                                                \
  {{NARROW_HALVES(name##_half)}, {EACH_SHORT_K(ROWS_ENTRY, name##_1)}, {EACH_SHORT_K(ROWS_ENTRY, name##_2)}}
