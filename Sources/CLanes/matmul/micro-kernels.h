/* The micro-kernels: one for each number of rows 1 … MR, for one, two or three vectors of columns, for both forms of
 * A, and for a B that may be read in whole vectors or (partial) only as far as the tile's columns go. */
#if LANES_VECTOR == 16
#define MICRO_ROWS(X, ...)                                                                                             \
  X(1, __VA_ARGS__)                                                                                                    \
  X(2, __VA_ARGS__) X(3, __VA_ARGS__) X(4, __VA_ARGS__) X(5, __VA_ARGS__) X(6, __VA_ARGS__) X(7, __VA_ARGS__)          \
  X(8, __VA_ARGS__) X(9, __VA_ARGS__) X(10, __VA_ARGS__) X(11, __VA_ARGS__) X(12, __VA_ARGS__) X(13, __VA_ARGS__)      \
  X(14, __VA_ARGS__)
#define MICRO_ROWS_OF_1(X, ...) MICRO_ROWS(X, __VA_ARGS__) X(15, __VA_ARGS__) X(16, __VA_ARGS__)
#define MICRO_ROWS_OF_3(X, ...)                                                                                        \
  X(1, __VA_ARGS__) X(2, __VA_ARGS__) X(3, __VA_ARGS__) X(4, __VA_ARGS__) X(5, __VA_ARGS__) X(6, __VA_ARGS__)          \
  X(7, __VA_ARGS__) X(8, __VA_ARGS__)
#else
#define MICRO_ROWS_OF_1 MICRO_ROWS
#define MICRO_ROWS_OF_3(X, ...)
#define MICRO_ROWS(X, ...)                                                                                             \
  X(1, __VA_ARGS__) X(2, __VA_ARGS__) X(3, __VA_ARGS__) X(4, __VA_ARGS__) X(5, __VA_ARGS__) X(6, __VA_ARGS__)
#endif

/* A step fetches the lines of a panel of B that it will need so many steps later: the hardware's own fetching is late. (Rows
 * that lie far apart could drive each other out of the level-1 cache.) */
enum { LANES_NAME(ahead) = 8, LANES_NAME(line) = LANES_VECTOR < 16 ? 16 / LANES_VECTOR : 1 };
#define AHEAD LANES_NAME(ahead)
#define LINE LANES_NAME(line)

/* All arguments but the tile are constants after inlining, so that the accumulators are registers. */
static inline __attribute__((always_inline)) void LANES_NAME(micro)(const lanes_micro_tile *tile, const int rows,
                                                                    const int vectors, const lanes_a_form form,
                                                                    const int partial) {
  const int last = vectors - 1;
  const int64_t rest = tile->columns - last * LANES_VECTOR; /* columns in the last vector, 1 … LANES_VECTOR */
  float *const c = tile->c;
  const int64_t c_stride = tile->c_stride;
  VECTOR sums[LANES_MOST_MR][LANES_MOST_VECTORS];

  if (tile->beta == 0) {
    UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < vectors; v++) sums[i][v] = (VECTOR){};
  } else {
    const VECTOR beta = BROADCAST(tile->beta);
    UNROLL for (int i = 0; i < rows; i++) {
      UNROLL for (int v = 0; v < last; v++) sums[i][v] = beta * LOAD(c + i * c_stride + v * LANES_VECTOR);
      sums[i][last] = beta * LOAD_FIRST(c + i * c_stride + last * LANES_VECTOR, rest);
    }
  }

  const float *next_c = tile->next_c;
  if (next_c) {
    UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < vectors; v += LINE)
        __builtin_prefetch(next_c + i * c_stride + v * LANES_VECTOR, 1, 3);
  }

  const float *a = tile->a, *b = tile->b;
  const int64_t a_stride = tile->a_stride, b_stride = tile->b_stride;
  const int64_t ahead = b_stride == vectors * LANES_VECTOR ? AHEAD * b_stride : 0;
#define FETCH_B                                                                                                        \
  if (rows >= 6)                                                                                                       \
    UNROLL for (int v = 0; v < vectors; v += LINE) __builtin_prefetch(b + ahead + v * LANES_VECTOR);
#define LOAD_B                                                                                                         \
  VECTOR row[LANES_MOST_VECTORS];                                                                                      \
  UNROLL for (int v = 0; v < vectors; v++) row[v] =                                                                    \
      partial && v == last ? LOAD_FIRST(b + v * LANES_VECTOR, rest) : LOAD(b + v * LANES_VECTOR);
#define MULTIPLY                                                                                                       \
  UNROLL for (int i = 0; i < rows; i++) {                                                                              \
    const VECTOR value = BROADCAST(a[form == LANES_A_ROWS ? i * a_stride : i]);                                        \
    UNROLL for (int v = 0; v < vectors; v++) sums[i][v] = FMA(value, row[v], sums[i][v]);                              \
  }                                                                                                                    \
  a += form == LANES_A_ROWS ? 1 : a_stride;                                                                            \
  b += b_stride;
  int64_t p = tile->k;
  for (int place = 0; place < 2; place++) {
    const float *next = tile->next_b[place];
    for (int64_t left = tile->next_rows[place]; left > 0 && p > 0; left--, next += tile->next_b_stride) {
      UNROLL for (int v = 0; v < vectors; v += LINE) __builtin_prefetch(next + v * LANES_VECTOR, 0, 2);
      for (const int64_t end = p > tile->period ? p - tile->period : 0; p > end; p--) { FETCH_B LOAD_B MULTIPLY }
    }
  }
  for (; p > 0; p--) { FETCH_B LOAD_B MULTIPLY }
#undef FETCH_B
#undef LOAD_B
#undef MULTIPLY

  if (tile->bias) {
    UNROLL for (int v = 0; v < vectors; v++) {
      const float *from = tile->bias + v * LANES_VECTOR;
      const VECTOR bias = v == last ? LOAD_FIRST(from, rest) : LOAD(from);
      UNROLL for (int i = 0; i < rows; i++) sums[i][v] += bias;
    }
  }
  if (tile->relu) {
    typedef LANES_NAME(vector_mask) mask;
    UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < vectors; v++) sums[i][v] =
        (VECTOR)((mask)sums[i][v] & ~(mask)(sums[i][v] < (VECTOR){}));
  }
  UNROLL for (int i = 0; i < rows; i++) {
    UNROLL for (int v = 0; v < last; v++) STORE(c + i * c_stride + v * LANES_VECTOR, sums[i][v]);
    STORE_FIRST(c + i * c_stride + last * LANES_VECTOR, sums[i][last], rest);
  }
}

#define MICRO(rows, name, vectors, form, partial)                                                                      \
  static void LANES_NAME(name##_##rows)(const lanes_micro_tile *tile) {                                                \
    LANES_NAME(micro)(tile, rows, vectors, form, partial);                                                             \
  }
MICRO_ROWS_OF_1(MICRO, micro_panel_1, 1, LANES_A_PANEL, 0)
MICRO_ROWS_OF_1(MICRO, micro_panel_1_partial, 1, LANES_A_PANEL, 1)
MICRO_ROWS(MICRO, micro_panel_2, 2, LANES_A_PANEL, 0)
MICRO_ROWS(MICRO, micro_panel_2_partial, 2, LANES_A_PANEL, 1)
MICRO_ROWS_OF_3(MICRO, micro_panel_3, 3, LANES_A_PANEL, 0)
MICRO_ROWS_OF_3(MICRO, micro_panel_3_partial, 3, LANES_A_PANEL, 1)
MICRO_ROWS_OF_1(MICRO, micro_rows_1, 1, LANES_A_ROWS, 0)
MICRO_ROWS_OF_1(MICRO, micro_rows_1_partial, 1, LANES_A_ROWS, 1)
MICRO_ROWS(MICRO, micro_rows_2, 2, LANES_A_ROWS, 0)
MICRO_ROWS(MICRO, micro_rows_2_partial, 2, LANES_A_ROWS, 1)
MICRO_ROWS_OF_3(MICRO, micro_rows_3, 3, LANES_A_ROWS, 0)
MICRO_ROWS_OF_3(MICRO, micro_rows_3_partial, 3, LANES_A_ROWS, 1)
#undef MICRO
#undef AHEAD
#undef LINE
