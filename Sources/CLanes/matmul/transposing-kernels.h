/* Kernels for a transposed B where it is: squares of it are transposed in registers, and multiplied there. Where more rows of A
 * follow, they leave B in a panel for them. */

#if LANES_VECTOR < 16
/* Adds to a sum in its register: the compiler would put some of ten in others, of which it runs out. */
#if LANES_VECTOR == 8
#define ADD_PRODUCT(sum, value, column, pointer)                                                                       \
  __asm__("vfmadd231ps %3, %2, %0" : "+x"(sum), "+r"(pointer) : "x"(value), "x"(column))
#define AFTER_COLUMNS(c, pointer) __asm__("" : "+x"((c)[0]), "+x"((c)[1]), "+x"((c)[2]), "+x"((c)[3]), "+r"(pointer))
#else
#define ADD_PRODUCT(sum, value, column, pointer) sum = FMA(value, column, sum)
#define AFTER_COLUMNS(columns, pointer) (void)0
#endif
/* Fours of steps of a whole vector of columns, which has one pointer for every four of them. */
static inline __attribute__((always_inline)) void LANES_NAME(transposing_whole)(int64_t k, const float *a, int64_t a_stride,
                                                                                const float *b, int64_t b_stride, VECTOR sums[],
                                                                                const int rows, const lanes_a_form form) {
  enum { FOURS = LANES_VECTOR / 4 };
  const float *fours[FOURS];
  UNROLL for (int q = 0; q < FOURS; q++) fours[q] = b + 4 * q * b_stride;
  for (; k >= 4; k -= 4) {
    VECTOR columns[4];
    UNROLL for (int q = 0; q < FOURS; q++) KEEP(fours[q]);
    LANES_NAME(turn_fours)(fours, b_stride, columns);
    AFTER_COLUMNS(columns, a);
    UNROLL for (int s = 0; s < 4; s++) {
      UNROLL for (int i = 0; i < rows; i++) {
        const VECTOR value = BROADCAST(a[form == LANES_A_ROWS ? i * a_stride : i]);
        ADD_PRODUCT(sums[i], value, columns[s], a);
      }
      a += form == LANES_A_ROWS ? 1 : a_stride;
    }
    UNROLL for (int q = 0; q < FOURS; q++) fours[q] += 4;
  }
}
#undef ADD_PRODUCT
#undef AFTER_COLUMNS
#endif

/* B[p, j] is b[j·b_stride + p]. `rows` and the form of A are constants after inlining. */
static inline __attribute__((always_inline)) void LANES_NAME(transposing)(const lanes_micro_tile *tile, const int rows,
                                                                          const lanes_a_form form) {
  /* Whole lines are read before they are multiplied where there are registers for that; or where a level-1 cache has no room for
   * a line of each row. */
  enum { FEW_ROWS = 6 };
  const int by_lines = LANES_VECTOR == 16 && (rows <= FEW_ROWS || tile->b_stride % LANES_PAGE == 0);
  const int64_t k = tile->k, a_stride = tile->a_stride, b_stride = tile->b_stride, c_stride = tile->c_stride;
  const int64_t width = tile->copy_width, a_step = form == LANES_A_ROWS ? 1 : a_stride;
  /* The rows behind a vector's columns are fetched one after the other, through small gaps as if there were none. */
  const int fetches = tile->fetches;
  const int64_t row_length = 8 * (b_stride - k) < k ? INT64_MAX : k;
  const VECTOR beta = BROADCAST(tile->beta);
  for (int64_t j = 0; j < tile->columns; j += LANES_VECTOR) {
    const int64_t n = tile->columns - j < LANES_VECTOR ? tile->columns - j : LANES_VECTOR;
    const float *b[LANES_VECTOR]; /* Beyond the columns, the last one again. */
    UNROLL for (int r = 0; r < LANES_VECTOR; r++) b[r] = tile->b + (j + (r < n ? r : n - 1)) * b_stride;
    const float *a = tile->a, *next = tile->b + (j + LANES_VECTOR) * b_stride;
    int64_t fetched = 0;
    float extended[LANES_VECTOR][4];
    if (k < 4) LANES_NAME(extend_rows)(b, k, extended);
    float *copy = tile->copy ? tile->copy + j : NULL, *const c = tile->c + j;
    VECTOR sums[LANES_MOST_MR], columns[LANES_VECTOR];
    UNROLL for (int i = 0; i < rows; i++)
        sums[i] = tile->beta == 0 ? (VECTOR){} : beta * LOAD_FIRST(c + i * c_stride, n);
#define MULTIPLY(s)                                                                                                    \
  UNROLL for (int i = 0; i < rows; i++) sums[i] =                                                                      \
      FMA(BROADCAST(a[form == LANES_A_ROWS ? i * a_stride + s : s * a_stride + i]), columns[s], sums[i]);              \
  AFTER(sums[rows - 1], a);
#define MULTIPLY_COLUMNS(n)                                                                                            \
  UNROLL for (int s = 0; s < n; s += STEPS) LANES_NAME(load_columns)(b, p + s, columns + s);                           \
  if (copy) {                                                                                                          \
    UNROLL for (int s = 0; s < n; s++) STORE(copy + s * width, columns[s]);                                            \
    copy += n * width;                                                                                                 \
  }                                                                                                                    \
  if (fetches) {                                                                                                       \
    UNROLL for (int line = 0; line < n * LANES_VECTOR / 16; line++) __builtin_prefetch(next + line * 16, 0, 2);        \
    next += n * LANES_VECTOR;                                                                                          \
    fetched += n * LANES_VECTOR;                                                                                       \
    if (fetched >= row_length) next += b_stride - fetched, fetched = 0;                                                \
  }                                                                                                                    \
  UNROLL for (int s = 0; s < n; s++) { MULTIPLY(s) }                                                                   \
  a += n * a_step;
    int64_t p = 0;
#if LANES_VECTOR < 16
    if (n == LANES_VECTOR && !copy && !fetches) {
      LANES_NAME(transposing_whole)(k, a, a_stride, b[0], b_stride, sums, rows, form);
      p = k & -4;
      a += p * a_step;
    }
#endif
    for (; by_lines && p + LANES_VECTOR <= k; p += LANES_VECTOR) { MULTIPLY_COLUMNS(LANES_VECTOR) }
    for (; p + STEPS <= k; p += STEPS) { MULTIPLY_COLUMNS(STEPS) }
    for (; p < k; p += 4) {
      const int64_t from = LANES_NAME(load_last)(b, p, k, columns), done = p - from;
      a -= done * a_step;
      if (copy) copy -= done * width;
      UNROLL for (int s = 0; s < 4; s++) {
        if (s < done || from + s >= k) continue;
        MULTIPLY(s)
        if (copy) STORE(copy + s * width, columns[s]);
      }
      a += 4 * a_step;
      if (copy) copy += 4 * width;
    }
#undef MULTIPLY_COLUMNS
#undef MULTIPLY
    if (tile->bias) {
      const VECTOR bias = LOAD_FIRST(tile->bias + j, n);
      UNROLL for (int i = 0; i < rows; i++) sums[i] += bias;
    }
    if (tile->relu) UNROLL for (int i = 0; i < rows; i++) sums[i] = RELU(sums[i]);
    UNROLL for (int i = 0; i < rows; i++) STORE_FIRST(c + i * c_stride, sums[i], n);
  }
}

/* As many rows as there are registers for beside the columns of a step of a square. */
enum { LANES_NAME(transposing_rows) = LANES_VECTOR == 16 ? 14 : LANES_VECTOR == 8 ? 10 : 6 };
#if LANES_VECTOR == 8
#define TRANSPOSING_ROWS(X, ...)                                                                                       \
  MICRO_ROWS(X, __VA_ARGS__) X(7, __VA_ARGS__) X(8, __VA_ARGS__) X(9, __VA_ARGS__) X(10, __VA_ARGS__)
#else
#define TRANSPOSING_ROWS MICRO_ROWS
#endif
#define TRANSPOSING(rows, name, form)                                                                                  \
  static void LANES_NAME(name##_##rows)(const lanes_micro_tile *tile) { LANES_NAME(transposing)(tile, rows, form); }
TRANSPOSING_ROWS(TRANSPOSING, transposing_panel, LANES_A_PANEL)
TRANSPOSING_ROWS(TRANSPOSING, transposing_rows, LANES_A_ROWS)
#undef TRANSPOSING
#undef STEPS
