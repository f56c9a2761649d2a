/* The micro-kernels: one for each number of rows 1 … MR, for one, two or three vectors of columns, for both forms of A, and for
 * each form of the last vector. */
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
#define MICRO_ROWS_OF_3(X, ...) X(1, __VA_ARGS__) X(2, __VA_ARGS__) X(3, __VA_ARGS__) X(4, __VA_ARGS__)
#define MICRO_ROWS(X, ...) MICRO_ROWS_OF_3(X, __VA_ARGS__) X(5, __VA_ARGS__) X(6, __VA_ARGS__)
#define MICRO_ROWS_OF_1(X, ...)                                                                                        \
  MICRO_ROWS(X, __VA_ARGS__)                                                                                           \
  X(7, __VA_ARGS__) X(8, __VA_ARGS__) X(9, __VA_ARGS__) X(10, __VA_ARGS__) X(11, __VA_ARGS__) X(12, __VA_ARGS__)
#endif

/* A step fetches the lines of a panel of B that it will need so many steps later: the hardware's own fetching is late. So do
 * AVX-512's of a B where it is, whose vectors may lie across lines, unless its rows drive each other out of a level-1 cache: a
 * load that waits for two lines takes several times as long. */
enum { LANES_NAME(ahead) = 8, LANES_NAME(line) = LANES_VECTOR < 16 ? 16 / LANES_VECTOR : 1 };
#define AHEAD LANES_NAME(ahead)
/* A step of a strip fetches what lies so many floats behind in its row of B. */
#define ALONG 64
/* A row that is packed for the next tile is fetched so many rows before. */
#define SOON 4
/* A row that is fetched only every so many steps, or less often, comes sooner by way of the level-1 cache, which is held up by
 * more. That branch is marked unlikely, so that it lies elsewhere: with a jump on the way, the short loop's end is predicted. */
#define SELDOM 6
#define LINE LANES_NAME(line)

/* All arguments but the tile are constants after inlining, so that the accumulators are registers. */
static inline __attribute__((always_inline)) void LANES_NAME(micro)(const lanes_micro_tile *tile, const int rows,
                                                                    const int vectors, const lanes_a_form form,
                                                                    const lanes_last_vector last_form,
                                                                    const lanes_micro_use use) {
  const int copies = use == LANES_MICRO_COPYING;
  const int last = vectors - 1, has_half = last_form == LANES_LAST_HALF, whole = has_half ? last : vectors;
  /* The last vector: where it begins, and how many columns are in it, 1 … LANES_VECTOR. */
  const int64_t at = SHIFTS && last > 0 ? tile->columns - LANES_VECTOR : last * LANES_VECTOR;
  const int64_t rest = SHIFTS && last > 0 ? LANES_VECTOR : tile->columns - at;
  float *const c = tile->c, *const c_last = c + at;
  const int64_t c_stride = tile->c_stride;
  VECTOR sums[LANES_MOST_MR][LANES_MOST_VECTORS];
  HALF halves[LANES_MOST_MR];

  if (tile->beta == 0) {
    UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < whole; v++) sums[i][v] = (VECTOR){};
    UNROLL for (int i = 0; i < rows; i++) halves[i] = (HALF){};
  } else {
    const VECTOR beta = BROADCAST(tile->beta);
    UNROLL for (int i = 0; i < rows; i++) {
      UNROLL for (int v = 0; v < last; v++) sums[i][v] = beta * LOAD(c + i * c_stride + v * LANES_VECTOR);
      if (has_half) halves[i] = HALF_OF(beta) * LOAD_HALF(c_last + i * c_stride, rest);
      else sums[i][last] = beta * LOAD_FIRST(c_last + i * c_stride, rest);
    }
  }

  const float *next_c = tile->next_c;
  if (next_c) {
    UNROLL for (int i = 0; i < rows; i++) {
      UNROLL for (int v = 0; v < vectors; v += LINE) __builtin_prefetch(next_c + i * c_stride + v * LANES_VECTOR, 1, 3);
      __builtin_prefetch(next_c + i * c_stride + vectors * LANES_VECTOR - 1, 1, 3);
    }
  }

  const float *a = tile->a, *b = tile->b;
  float *copy = copies || use == LANES_MICRO_PACKING ? tile->copy : NULL;
  const int64_t last_column = tile->columns - 1;
  const int64_t a_stride = tile->a_stride, b_stride = tile->b_stride;
  const int is_near =
      b_stride == vectors * LANES_VECTOR || (LANES_VECTOR == 16 && !lanes_is_far(b_stride) && !lanes_crowds_level1(b_stride));
  const int64_t ahead = is_near ? AHEAD * b_stride : 0;
#define FETCH_B                                                                                                        \
  UNROLL for (int v = 0; v < vectors; v += LINE) {                                                                     \
    if (use == LANES_MICRO_STRIP) __builtin_prefetch(b + ALONG + v * LANES_VECTOR, 0, 2);                              \
    else if (rows >= 6) __builtin_prefetch(b + ahead + v * LANES_VECTOR);                                 \
  }                                                                                                                    \
  if (LANES_VECTOR == 16 && rows >= 6 && use == LANES_MICRO_USUAL)                                                     \
      __builtin_prefetch(b + ahead + vectors * LANES_VECTOR - 1);
#define LOAD_B                                                                                                         \
  VECTOR row[LANES_MOST_VECTORS];                                                                                      \
  HALF half_row;                                                                                                       \
  UNROLL for (int v = 0; v < last; v++) row[v] = LOAD(b + v * LANES_VECTOR);                                           \
  if (has_half) half_row = LOAD_HALF(b + at, rest);                                                                    \
  else if (last_form == LANES_LAST_PARTIAL) row[last] = LOAD_FIRST(b + at, rest);                                      \
  else row[last] = LOAD(b + at);                                                                                       \
  if (copies) {                                                                                                        \
    UNROLL for (int v = 0; v < vectors; v++) STORE(copy + v * LANES_VECTOR, row[v]);                                   \
    copy += vectors * LANES_VECTOR;                                                                                    \
  }
#define MULTIPLY                                                                                                       \
  UNROLL for (int i = 0; i < rows; i++) {                                                                              \
    VECTOR value = BROADCAST(a[form == LANES_A_ROWS ? i * a_stride : i]);                                              \
    if (has_half && last > 0) AS_IT_IS(value);                                                                         \
    UNROLL for (int v = 0; v < whole; v++) sums[i][v] = FMA(value, row[v], sums[i][v]);                                \
    if (has_half) halves[i] = HALF_FMA(HALF_OF(value), half_row, halves[i]);                                           \
    if (vectors == 3) AFTER_ALL(sums[i], a);                                                                           \
  }                                                                                                                    \
  a += form == LANES_A_ROWS ? 1 : a_stride;                                                                            \
  b += b_stride;
/* There may be a line more than whole ones. Where that is the second, the first has been read for the tile before, if there is
 * one. */
#define FETCH_NEXT(locality)                                                                                           \
  UNROLL for (int v = 0; vectors > LINE && v < vectors; v += LINE)                                                     \
      __builtin_prefetch(next + v * LANES_VECTOR, 0, locality);                                                        \
  if (vectors <= LINE) __builtin_prefetch(next + last_column, 0, locality);                                            \
  else if ((uintptr_t)next % 64) __builtin_prefetch(next + vectors * LANES_VECTOR - 1, 0, locality);
/* Or the row is packed, and one a little behind it is fetched: more may drive each other out of a level-1 cache. */
#define PACK_NEXT                                                                                                      \
  const float *const soon = next + SOON * tile->next_b_stride;                                                         \
  UNROLL for (int v = 0; v < vectors; v += LINE) __builtin_prefetch(soon + v * LANES_VECTOR);                          \
  __builtin_prefetch(soon + vectors * LANES_VECTOR - 1);                                                               \
  UNROLL for (int v = 0; v < vectors; v++)                                                                             \
      if (v * LANES_VECTOR < tile->copy_width) STORE(copy + v * LANES_VECTOR, LOAD(next + v * LANES_VECTOR));          \
  copy += tile->copy_width;
  /* Stores leave in order and fill most of the places that a core has for them, so that a row's stand behind its last sums; but
   * not where a bias or relu is between them, of which each kernel would need a form of its own. */
  const int ends = LANES_VECTOR < 16 || copies || last_form != LANES_LAST_WHOLE ? 0 : vectors == 3 ? LANES_MOST_ENDS : 1;
  const int ends_by_rows = ends > 0 && tile->k >= ends && rest == LANES_VECTOR && !tile->bias && !tile->relu;
  int64_t p = ends_by_rows ? tile->k - ends : tile->k;
  for (int place = 0; tile->period > 0 && place < 2; place++) {
    const float *next = tile->next_b[place];
    if (tile->period == 1) {
      const int64_t next_stride = tile->next_b_stride;
      int64_t left = tile->next_rows[place] < p ? tile->next_rows[place] : p;
      p -= left;
      /* Steps of AVX2's tiles are so short that even a level-2 cache is late. */
      if (LANES_VECTOR == 8 && !lanes_is_far(next_stride))
        for (; left > 0; left--, next += next_stride) { FETCH_NEXT(3) LOAD_B MULTIPLY }
      else
        for (; left > 0; left--, next += next_stride) { FETCH_NEXT(2) LOAD_B MULTIPLY }
      continue;
    }
    for (int64_t left = tile->next_rows[place]; left > 0 && p > 0; left--, next += tile->next_b_stride) {
      if (use == LANES_MICRO_PACKING) { PACK_NEXT } else
      if (__builtin_expect(tile->period >= SELDOM, 0)) { FETCH_NEXT(3) } else { FETCH_NEXT(2) }
      for (const int64_t end = p > tile->period ? p - tile->period : 0; p > end; p--) { FETCH_B LOAD_B MULTIPLY }
    }
  }
  /* Four steps in a turn: the end of a loop of some dozens is not predicted. The compiler must not mix the steps of wide tiles,
   * for which it has no registers; with AVX-512, steps of those are so long that it does not matter. */
  if (vectors == 1 || LANES_VECTOR == 8)
    for (; p >= 4; p -= 4) {
      UNROLL for (int step = 0; step < 4; step++) {
        if (vectors > 1) { FETCH_B }
        LOAD_B MULTIPLY
        AFTER(sums[rows - 1][last], a);
        AFTER(sums[rows - 1][last], b);
      }
    }
  for (; p > 0; p--) { FETCH_B LOAD_B MULTIPLY }
  if (ends_by_rows) {
    VECTOR rows_of_b[LANES_MOST_ENDS][LANES_MOST_VECTORS];
    UNROLL for (int s = 0; s < ends; s++) UNROLL for (int v = 0; v < vectors; v++)
        rows_of_b[s][v] = LOAD(b + s * b_stride + v * LANES_VECTOR);
    UNROLL for (int i = 0; i < rows; i++) {
      UNROLL for (int s = 0; s < ends; s++) {
        const VECTOR value = BROADCAST(a[form == LANES_A_ROWS ? i * a_stride + s : s * a_stride + i]);
        UNROLL for (int v = 0; v < vectors; v++) sums[i][v] = FMA(value, rows_of_b[s][v], sums[i][v]);
      }
      UNROLL for (int v = 0; v < vectors; v++) STORE(c + i * c_stride + v * LANES_VECTOR, sums[i][v]);
    }
    return;
  }
#undef FETCH_B
#undef FETCH_NEXT
#undef PACK_NEXT
#undef LOAD_B
#undef MULTIPLY

  if (tile->bias) {
    const float *from = tile->bias + at;
    UNROLL for (int v = 0; v < last; v++) {
      const VECTOR bias = LOAD(tile->bias + v * LANES_VECTOR);
      UNROLL for (int i = 0; i < rows; i++) sums[i][v] += bias;
    }
    if (has_half) {
      const HALF bias = LOAD_HALF(from, rest);
      UNROLL for (int i = 0; i < rows; i++) halves[i] += bias;
    } else {
      const VECTOR bias = LOAD_FIRST(from, rest);
      UNROLL for (int i = 0; i < rows; i++) sums[i][last] += bias;
    }
  }
  if (tile->relu) {
    UNROLL for (int i = 0; i < rows; i++) {
      UNROLL for (int v = 0; v < whole; v++) sums[i][v] = RELU(sums[i][v]);
      if (has_half) halves[i] = RELU(halves[i]);
    }
  }
  if (last_form == LANES_LAST_WHOLE && rest == LANES_VECTOR) { /* A store with a mask takes longer, even a full one. */
    UNROLL for (int i = 0; i < rows; i++) {
      UNROLL for (int v = 0; v < last; v++) STORE(c + i * c_stride + v * LANES_VECTOR, sums[i][v]);
      STORE(c_last + i * c_stride, sums[i][last]);
    }
    return;
  }
  UNROLL for (int i = 0; i < rows; i++) {
    UNROLL for (int v = 0; v < last; v++) STORE(c + i * c_stride + v * LANES_VECTOR, sums[i][v]);
    if (has_half) STORE_HALF(c_last + i * c_stride, halves[i], rest);
    else STORE_FIRST(c_last + i * c_stride, sums[i][last], rest);
  }
}

#define MICRO(rows, name, vectors, form, last_form)                                                                    \
  static void LANES_NAME(name##_##rows)(const lanes_micro_tile *tile) {                                                \
    LANES_NAME(micro)(tile, rows, vectors, form, last_form, LANES_MICRO_USUAL);                                        \
  }
#define OF_CALL(rows, name, vectors, form, last_form, is_plain)                                                        \
  static lanes_status LANES_NAME(name##_##rows)(const lanes_matmul_call *call, const float *a, const float *b,         \
                                                float *c, int64_t columns, const float *bias) {                        \
    return LANES_NAME(small)(call, a, b, c, columns, bias, rows, vectors, form, last_form, is_plain);                  \
  }
#define SMALL(rows, name, vectors, form, last_form) OF_CALL(rows, name, vectors, form, last_form, 0)
#define PLAIN(rows, name, vectors, form, last_form) OF_CALL(rows, name, vectors, form, last_form, 1)
/* Halves where they are less work, see load_half. */
#if LANES_VECTOR == 16
#define MICRO_HALVES(KERNEL, ROWS, name, vectors, form) ROWS(KERNEL, name##_half, vectors, form, LANES_LAST_HALF)
#else
#define MICRO_HALVES(KERNEL, ROWS, name, vectors, form)
#endif
#define MICRO_LASTS(KERNEL, ROWS, name, vectors, form)                                                                 \
  ROWS(KERNEL, name, vectors, form, LANES_LAST_WHOLE)                                                                  \
  ROWS(KERNEL, name##_partial, vectors, form, LANES_LAST_PARTIAL)                                                      \
  MICRO_HALVES(KERNEL, ROWS, name, vectors, form)
#if SHIFTS
#define MICRO_LASTS_OF_SEVERAL(ROWS, name, vectors, form) ROWS(MICRO, name, vectors, form, LANES_LAST_WHOLE)
#else
#define MICRO_LASTS_OF_SEVERAL(ROWS, name, vectors, form) MICRO_LASTS(MICRO, ROWS, name, vectors, form)
#endif
MICRO_LASTS(MICRO, MICRO_ROWS_OF_1, micro_panel_1, 1, LANES_A_PANEL)
MICRO_LASTS_OF_SEVERAL(MICRO_ROWS, micro_panel_2, 2, LANES_A_PANEL)
MICRO_LASTS_OF_SEVERAL(MICRO_ROWS_OF_3, micro_panel_3, 3, LANES_A_PANEL)
MICRO_LASTS(MICRO, MICRO_ROWS_OF_1, micro_rows_1, 1, LANES_A_ROWS)
MICRO_LASTS_OF_SEVERAL(MICRO_ROWS, micro_rows_2, 2, LANES_A_ROWS)
MICRO_LASTS_OF_SEVERAL(MICRO_ROWS_OF_3, micro_rows_3, 3, LANES_A_ROWS)
MICRO_LASTS(SMALL, MICRO_ROWS_OF_1, small_panel_1, 1, LANES_A_PANEL)
MICRO_LASTS(SMALL, MICRO_ROWS_OF_1, small_rows_1, 1, LANES_A_ROWS)
MICRO_LASTS(PLAIN, MICRO_ROWS_OF_1, plain_panel_1, 1, LANES_A_PANEL)
MICRO_LASTS(PLAIN, MICRO_ROWS_OF_1, plain_rows_1, 1, LANES_A_ROWS)
#if LANES_VECTOR < 16
MICRO_ROWS(SMALL, small_panel_2, 2, LANES_A_PANEL, LANES_LAST_WHOLE)
MICRO_ROWS(SMALL, small_rows_2, 2, LANES_A_ROWS, LANES_LAST_WHOLE)
MICRO_ROWS(PLAIN, plain_panel_2, 2, LANES_A_PANEL, LANES_LAST_WHOLE)
MICRO_ROWS(PLAIN, plain_rows_2, 2, LANES_A_ROWS, LANES_LAST_WHOLE)
#endif
/* Whole tiles, as wide as panels of B, of the most rows or one less: where there are many rows, no other tile comes first. */
#if LANES_VECTOR == 16
#define COPYING_ROWS(X, ...) X(7, __VA_ARGS__) X(8, __VA_ARGS__)
#define COPYING_VECTORS 3
#else
#define COPYING_ROWS(X, ...) X(5, __VA_ARGS__) X(6, __VA_ARGS__)
#define COPYING_VECTORS 2
#endif
#define COPYING(rows, name, form, use)                                                                                 \
  static void LANES_NAME(name##_##rows)(const lanes_micro_tile *tile) {                                                \
    LANES_NAME(micro)(tile, rows, COPYING_VECTORS, form, LANES_LAST_WHOLE, use);                                       \
  }
COPYING_ROWS(COPYING, copying_panel, LANES_A_PANEL, LANES_MICRO_COPYING)
COPYING_ROWS(COPYING, copying_rows, LANES_A_ROWS, LANES_MICRO_COPYING)
/* Shorter vectors' steps take too little time to hide a row in. */
#if LANES_VECTOR == 16
#define PACKING_ROWS COPYING_ROWS
#else
#define PACKING_ROWS(X, ...)
#endif
PACKING_ROWS(COPYING, packing_panel, LANES_A_PANEL, LANES_MICRO_PACKING)
PACKING_ROWS(COPYING, packing_rows, LANES_A_ROWS, LANES_MICRO_PACKING)
#undef COPYING
#undef COPYING_VECTORS
/* Tiles of two whole vectors beside each other: a row of B is read from one end to the other. */
#define STRIP(rows, name, form)                                                                                        \
  static void LANES_NAME(name##_##rows)(const lanes_micro_tile *strip) {                                               \
    lanes_micro_tile tile = *strip;                                                                                    \
    tile.period = 0;                                                                                                   \
    tile.columns = 2 * LANES_VECTOR;                                                                                   \
    for (int64_t left = strip->columns; left >= tile.columns; left -= tile.columns) {                                  \
      tile.next_c = left >= 2 * tile.columns ? tile.c + tile.columns : NULL;                                           \
      LANES_NAME(micro)(&tile, rows, 2, form, LANES_LAST_WHOLE, LANES_MICRO_STRIP);                                    \
      tile.b += tile.columns;                                                                                          \
      tile.c += tile.columns;                                                                                          \
      if (tile.bias) tile.bias += tile.columns;                                                                        \
    }                                                                                                                  \
  }
MICRO_ROWS(STRIP, strip_panel, LANES_A_PANEL)
MICRO_ROWS(STRIP, strip_rows, LANES_A_ROWS)
#undef STRIP
#undef SMALL
#undef PLAIN
#undef OF_CALL
#undef MICRO_LASTS
#undef MICRO_HALVES
#undef MICRO_LASTS_OF_SEVERAL
#undef MICRO
#undef AHEAD
#undef ALONG
#undef SOON
#undef SELDOM
#undef LINE
