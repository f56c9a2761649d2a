/* Kernels for a C of a few columns, or rows, C2's chain order: elements of one are computed side by side. */

#define SLIM_VECTORS 8 /* side by side, at most */

/* `rows` elements of a column, 1 … LANES_VECTOR, which lie in C side by side, begin and end. `bias` is that of the first. */
static inline VECTOR LANES_NAME(along_start)(const lanes_slim *t, const float *c, int64_t rows) {
  if (t->beta == 0) return (VECTOR){};
  return BROADCAST(t->beta) * LOAD_FIRST(c, rows);
}
static inline void LANES_NAME(along_end)(const lanes_slim *t, const float *bias, float *c, int64_t rows, VECTOR sum) {
  if (bias) sum += t->is_turned ? LOAD_FIRST(bias, rows) : BROADCAST(*bias);
  if (t->relu) sum = RELU(sum);
  if (rows == LANES_VECTOR) STORE(c, sum);
  else STORE_FIRST(c, sum, rows);
}

/* Those of n columns, wherever they lie. */
#define LIE_ALONG(t, n) ((t)->is_turned || (n == 1 && (t)->c_stride == 1))
static inline __attribute__((always_inline)) void LANES_NAME(slim_start)(const lanes_slim *t, const float *c, int64_t rows,
                                                                         const int n, VECTOR sums[]) {
  UNROLL for (int j = 0; j < n; j++) {
    if (t->beta == 0 || LIE_ALONG(t, n)) sums[j] = LANES_NAME(along_start)(t, c + j * t->c_stride, rows);
    else {
      float block[LANES_VECTOR] = {0};
      for (int64_t r = 0; r < rows; r++) block[r] = c[r * t->c_stride + j];
      sums[j] = BROADCAST(t->beta) * LOAD(block);
    }
  }
}
static inline __attribute__((always_inline)) void LANES_NAME(slim_end)(const lanes_slim *t, const float *bias, float *c,
                                                                       int64_t rows, const int n, VECTOR sums[]) {
  if (LIE_ALONG(t, n)) {
    UNROLL for (int j = 0; j < n; j++) LANES_NAME(along_end)(t, bias, c + j * t->c_stride, rows, sums[j]);
    return;
  }
  VECTOR turned[4] = {};
  UNROLL for (int j = 0; j < n; j++) {
    turned[j] = bias ? sums[j] + BROADCAST(bias[j]) : sums[j];
    if (t->relu) turned[j] = RELU(turned[j]);
  }
  LANES_NAME(transpose_fours)(turned, turned);
  UNROLL for (int q = 0; q < LANES_VECTOR / 4; q++) UNROLL for (int r = 0; r < 4; r++)
      if (4 * q + r < rows) memcpy(c + (4 * q + r) * t->c_stride, (const float *)&turned[r] + 4 * q, n * sizeof(float));
}

/* So many vectors of rows of A, of which the last is `at`, turned in registers four steps at a time. What is left of k is turned
 * with the steps before. */
static inline __attribute__((always_inline)) void LANES_NAME(slim_rows)(const lanes_slim *t, const float *a, const float *b,
                                                                        const int64_t at, const int n, const int vectors,
                                                                        VECTOR sums[][LANES_SLIM]) {
  enum { FOURS = LANES_VECTOR / 4 };
  const int64_t k = t->k, stride = t->a_stride, b_step = t->b_step, b_column = t->b_column;
  const float *fours[LANES_SLIM * FOURS];
#define ROW(v) ((v) < vectors - 1 ? (v) * LANES_VECTOR : at)
  UNROLL for (int g = 0; g < vectors * FOURS; g++) fours[g] = a + (ROW(g / FOURS) + g % FOURS * 4) * stride;
#define MULTIPLY(v, x, s)                                                                                              \
  UNROLL for (int j = 0; j < n; j++) sums[v][j] = FMA(x, BROADCAST(b[j * b_column + s * b_step]), sums[v][j]);
  int64_t p = 0;
  for (; p + 4 <= k; p += 4) {
    UNROLL for (int v = 0; v < vectors; v++) {
      VECTOR x[4];
      UNROLL for (int q = 0; q < FOURS; q++) KEEP(fours[v * FOURS + q]);
      LANES_NAME(turn_fours)(fours + v * FOURS, stride, x);
      UNROLL for (int s = 0; s < 4; s++) { MULTIPLY(v, x[s], s) }
    }
    UNROLL for (int g = 0; g < vectors * FOURS; g++) fours[g] += 4;
    b += 4 * b_step;
    KEEP(b);
  }
  if (p == k) return;
  if (k < 4) {
    for (; p < k; p++, a++, b += b_step) UNROLL for (int v = 0; v < vectors; v++) {
      float block[LANES_VECTOR];
      UNROLL for (int r = 0; r < LANES_VECTOR; r++) block[r] = a[(ROW(v) + r) * stride];
      MULTIPLY(v, LOAD(block), 0)
    }
    return;
  }
  const int64_t done = 4 - (k - p);
  UNROLL for (int g = 0; g < vectors * FOURS; g++) fours[g] -= done;
  b -= done * b_step;
  VECTOR x[LANES_SLIM][4];
  UNROLL for (int v = 0; v < vectors; v++) LANES_NAME(turn_fours)(fours + v * FOURS, stride, x[v]);
  UNROLL for (int s = 1; s < 4; s++) {
    if (s < done) continue;
    UNROLL for (int v = 0; v < vectors; v++) { MULTIPLY(v, x[v][s], s) }
  }
#undef ROW
}

/* The same of a transposed A, whose last vector holds `count` rows. */
static inline __attribute__((always_inline)) void LANES_NAME(slim_panel)(const lanes_slim *t, const float *a, const float *b,
                                                                         const int64_t at, const int64_t count, const int n,
                                                                         const int vectors, const int fetches,
                                                                         VECTOR sums[][LANES_SLIM]) {
  enum { LINE = 16 / LANES_VECTOR, AHEAD = 8 };
  const int64_t k = t->k, stride = t->a_stride, b_step = t->b_step, b_column = t->b_column, ahead = AHEAD * stride;
  for (int64_t p = 0; p < k; p++, a += stride, b += b_step) {
    if (fetches) {
      UNROLL for (int v = 0; v < vectors; v += LINE) __builtin_prefetch(a + ahead + v * LANES_VECTOR);
      __builtin_prefetch(a + ahead + vectors * LANES_VECTOR - 1);
    }
    UNROLL for (int v = 0; v < vectors; v++) {
      const float *from = a + (v < vectors - 1 ? v * LANES_VECTOR : at);
      const VECTOR x = v < vectors - 1 || count == LANES_VECTOR ? LOAD(from) : LOAD_FIRST(from, count);
      MULTIPLY(v, x, 0)
    }
  }
}
#undef MULTIPLY

/* Several vectors of rows at once, whose sums do not wait for each other; of those that are not turned, as many as there are
 * registers for. The last one of all has the rows that are left; or, of a plain A and where a mask costs time, it begins over rows
 * of those beside it. */
static inline __attribute__((always_inline)) void LANES_NAME(slim)(const lanes_slim *t, const float *a, const float *b, float *c,
                                                                   const float *bias, const int n, const lanes_a_form form) {
  const int of_panel = LANES_VECTOR < 16 ? 2 * (LANES_SLIM + 1 - n) : n == LANES_SLIM ? 6 : SLIM_VECTORS;
  const int most = form == LANES_A_PANEL ? of_panel : n == 1 ? 3 : 2, shifts = SHIFTS || form == LANES_A_ROWS;
  const int64_t m = t->m, a_row = form == LANES_A_ROWS ? t->a_stride : 1, c_row = t->is_turned ? 1 : t->c_stride;
  VECTOR sums[SLIM_VECTORS][LANES_SLIM];
#define AT(v, vectors, at) ((v) < (vectors) - 1 ? (v) * LANES_VECTOR : (at))
#define COUNT(v, vectors, count) ((v) < (vectors) - 1 || (shifts && (vectors) > 1) ? LANES_VECTOR : (count))
#define VECTORS(vectors, at, count)                                                                                    \
  UNROLL for (int v = 0; v < vectors; v++)                                                                             \
      LANES_NAME(slim_start)(t, c + (i + AT(v, vectors, at)) * c_row, COUNT(v, vectors, count), n, sums[v]);           \
  if (form == LANES_A_ROWS) LANES_NAME(slim_rows)(t, a + i * a_row, b, at, n, vectors, sums);                          \
  else if (t->fetches)                                                                                                 \
    LANES_NAME(slim_panel)(t, a + i, b, at, COUNT((vectors) - 1, vectors, count), n, vectors, 1, sums);                \
  else LANES_NAME(slim_panel)(t, a + i, b, at, COUNT((vectors) - 1, vectors, count), n, vectors, 0, sums);             \
  UNROLL for (int v = 0; v < vectors; v++)                                                                             \
      LANES_NAME(slim_end)(t, bias && t->is_turned ? bias + i + AT(v, vectors, at) : bias,                             \
                           c + (i + AT(v, vectors, at)) * c_row, COUNT(v, vectors, count), n, sums[v]);
#define WHOLE(vectors) (((vectors) - 1) * LANES_VECTOR)
  /* One that may not be left alone, as it would begin over rows that are done, or its sums would wait for each other longer than
   * they take, has a few before it. */
  const int is_not_alone = form == LANES_A_ROWS || (SHIFTS && n > 1);
  const int few = form == LANES_A_ROWS ? 1 : is_not_alone && n > 2 ? most / 2 : 4;
  const int64_t least = is_not_alone ? (most + (few < 2 ? few : 2)) * LANES_VECTOR + 1 : most * LANES_VECTOR;
  int64_t i = 0;
  for (; m - i >= least || m - i == most * LANES_VECTOR; i += most * LANES_VECTOR) {
    VECTORS(most, WHOLE(most), LANES_VECTOR)
  }
  for (; m - i > (most < 4 ? most : 4) * LANES_VECTOR; i += few * LANES_VECTOR) { VECTORS(few, WHOLE(few), LANES_VECTOR) }
  const int64_t left = m - i;
  if (left <= 0) return;
#define LAST(vectors) (shifts ? left - LANES_VECTOR : WHOLE(vectors))
  if (left <= LANES_VECTOR) { VECTORS(1, 0, left) }
  else if (most == 2 || left <= 2 * LANES_VECTOR) { VECTORS(2, LAST(2), left - LANES_VECTOR) }
  else if (most == 3 || left <= 3 * LANES_VECTOR) { VECTORS(3, LAST(3), left - 2 * LANES_VECTOR) }
  else { VECTORS(4, LAST(4), left - 3 * LANES_VECTOR) }
#undef LAST
#undef WHOLE
#undef VECTORS
#undef COUNT
#undef AT
}
#undef LIE_ALONG
#undef SLIM_VECTORS

/* k = 2, and A without gaps: the pairs lie in two vectors. */
static inline void LANES_NAME(do_slim_pairs)(const lanes_slim *t, const float *a, const float *b, float *c, const float *bias) {
  const int64_t m = t->m;
  const VECTOR b_0 = BROADCAST(b[0]), b_1 = BROADCAST(b[t->b_step]);
  for (int64_t i = 0; i < m; i += LANES_VECTOR) {
    const int64_t rows = m - i < LANES_VECTOR ? m - i : LANES_VECTOR, behind = 2 * rows - LANES_VECTOR;
    const float *pairs = a + 2 * i;
    const VECTOR low = behind >= 0 ? LOAD(pairs) : LOAD_FIRST(pairs, 2 * rows);
    const VECTOR high = behind > 0 ? LOAD_FIRST(pairs + LANES_VECTOR, behind) : (VECTOR){};
    const VECTOR sum = FMA(PARTS(low, high, 1, 0), b_0, LANES_NAME(along_start)(t, c + i, rows));
    LANES_NAME(along_end)(t, bias && t->is_turned ? bias + i : bias, c + i, rows, FMA(PARTS(low, high, 1, 1), b_1, sum));
  }
}

#define SLIM_KERNEL(name, kernel, ...)                                                                                 \
  lanes_status LANES_NAME(name)(const void *product, const float *a, const float *b, float *c, const float *bias,      \
                                const float *gradient_value) {                                                         \
    const lanes_slim *slim = product;                                                                                  \
    (void)gradient_value;                                                                                              \
    kernel(slim, slim->is_turned ? b : a, slim->is_turned ? a : b, c, bias __VA_ARGS__);                               \
    return LANES_OK;                                                                                                   \
  }
#define SLIM(n, name, form) SLIM_KERNEL(name##_##n, LANES_NAME(slim), , n, form)
#define SEVERAL(X, ...) X(2, __VA_ARGS__) X(3, __VA_ARGS__) X(4, __VA_ARGS__)
#define STATIC_SLIM(n, name, form) static SLIM(n, name, form)
STATIC_SLIM(1, slim_panel, LANES_A_PANEL)
SEVERAL(STATIC_SLIM, slim_panel, LANES_A_PANEL)
#if LANES_VECTOR == 16
STATIC_SLIM(1, slim_rows, LANES_A_ROWS)
#endif
static SLIM_KERNEL(slim_pairs, LANES_NAME(do_slim_pairs))
/* Turned for several columns, half as long vectors are done in less than half the time: AVX-512 takes AVX2's. So it does for one
 * of fewer rows than it has lanes. */
#if LANES_VECTOR == 16
#define SLIM_ROWS(n) lanes_slim_rows_##n##_avx2
#define SLIM_DECLARATION(n, ...) extern lanes_product_kernel_function SLIM_ROWS(n);
SLIM_DECLARATION(1)
SEVERAL(SLIM_DECLARATION)
#undef SLIM_DECLARATION
#else
#define SLIM_ROWS(n) LANES_NAME(lanes_slim_rows_##n)
SLIM(1, lanes_slim_rows, LANES_A_ROWS)
SEVERAL(SLIM, lanes_slim_rows, LANES_A_ROWS)
#endif
#undef SEVERAL
#undef STATIC_SLIM
#undef SLIM
#undef SLIM_KERNEL

#if LANES_VECTOR == 16
#define SLIM_LONG_COLUMN LANES_NAME(slim_rows_1)
#else
#define SLIM_LONG_COLUMN SLIM_ROWS(1)
#endif
#define SLIM_PANEL(n) LANES_NAME(slim_panel_##n)
#define SLIM_KERNELS                                                                                                   \
  {{SLIM_PANEL(1), SLIM_PANEL(2), SLIM_PANEL(3), SLIM_PANEL(4)},                                                       \
   {SLIM_LONG_COLUMN, SLIM_ROWS(2), SLIM_ROWS(3), SLIM_ROWS(4)},                                                \
   {LANES_NAME(slim_pairs)}}
