/* Tiles of small products with one to four columns more than one or two vectors of eight: those of several rows lie side by side
 * in one more vector, so that hardly a lane is empty. Its values of A are joined from those of the rows' own vectors. */

/* The same `width` columns, 1, 2 or 4, again and again. */
static inline __attribute__((always_inline)) VECTOR LANES_NAME(load_pooled)(const float *from, const int width) {
  typedef float two __attribute__((vector_size(8)));
  if (width == 1) return BROADCAST(*from);
  if (width == 2) {
    two pair;
    memcpy(&pair, from, sizeof pair);
    return __builtin_shufflevector(pair, pair, 0, 1, 0, 1, 0, 1, 0, 1);
  }
  const FOUR four = LANES_NAME(load_four)(from);
  return __builtin_shufflevector(four, four, 0, 1, 2, 3, 0, 1, 2, 3);
}

/* The first n lanes of x, and what follows of y. */
#define JOIN(n)                                                                                                        \
  case n: return _mm256_blend_ps(x, y, 0xff << (n) & 0xff);
static inline __attribute__((always_inline)) VECTOR LANES_NAME(join)(VECTOR x, VECTOR y, const int n) {
  switch (n) { JOIN(1) JOIN(2) JOIN(3) JOIN(4) JOIN(5) JOIN(6) JOIN(7) default: return y; }
}
#undef JOIN

/* Floats of an A that a level-2 cache does not hold; and of rows so long that the hardware fetches them in time. */
#define FAR_A (1 << 18)
#define LONG_ROWS_OF_A (1 << 10)

/* All arguments but the pointers and columns are constants after inlining. The tile's last `width` columns are pooled: of three,
 * four are, the first of them for a second time. */
static inline __attribute__((always_inline)) lanes_status LANES_NAME(pooled)(const lanes_matmul_call *call, const float *a,
                                                                             const float *b, float *c, int64_t columns,
                                                                             const float *bias, const int rows,
                                                                             const int vectors, const int width) {
  const int group = LANES_VECTOR / width, groups = (rows + group - 1) / group; /* rows of a pooled vector */
  const int64_t a_stride = call->a_stride, b_stride = call->b_stride, c_stride = call->c_stride, at = columns - width;
  VECTOR sums[LANES_POOLED_ROWS][2], pooled[LANES_POOLED_ROWS];
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < vectors; v++) sums[i][v] = (VECTOR){};
  UNROLL for (int g = 0; g < groups; g++) pooled[g] = (VECTOR){};
  if (call->beta != 0) {
    const VECTOR beta = BROADCAST(call->beta);
    float block[LANES_POOLED_ROWS * LANES_VECTOR] = {0};
    UNROLL for (int i = 0; i < rows; i++) {
      UNROLL for (int v = 0; v < vectors; v++) sums[i][v] = beta * LOAD(c + i * c_stride + v * LANES_VECTOR);
      memcpy(block + i * width, c + i * c_stride + at, sizeof(float) * (size_t)width);
    }
    UNROLL for (int g = 0; g < groups; g++) pooled[g] = beta * LOAD(block + g * LANES_VECTOR);
  }
#define STEP                                                                                                           \
  {                                                                                                                    \
    VECTOR row[2], joined = {};                                                                                        \
    UNROLL for (int v = 0; v < vectors; v++) row[v] = LOAD(b + v * LANES_VECTOR);                                      \
    UNROLL for (int i = 0; i < rows; i++) {                                                                            \
      const VECTOR value = BROADCAST(a[i * a_stride]);                                                                 \
      UNROLL for (int v = 0; v < vectors; v++) sums[i][v] = FMA(value, row[v], sums[i][v]);                            \
      joined = LANES_NAME(join)(joined, value, i % group * width);                                                     \
      if (i % group == group - 1 || i == rows - 1)                                                                     \
        pooled[i / group] = FMA(joined, LANES_NAME(load_pooled)(b + at, width), pooled[i / group]);                    \
      AFTER(sums[i][vectors - 1], a);                                                                                  \
    }                                                                                                                  \
    a++;                                                                                                               \
    b += b_stride;                                                                                                     \
    AFTER(pooled[groups - 1], b);                                                                                      \
  }
  /* Short rows that come from afar, and lie beside each other, are fetched one after the other for the next tile. */
  const int64_t k = call->k;
  const int fetches = call->m * k > FAR_A && k < LONG_ROWS_OF_A && a_stride - k < k / 8;
  int64_t fours = k / 4;
  for (int64_t p = k % 4; p > 0; p--) STEP
  if (fetches)
    for (const float *next = a + rows * a_stride; fours > 0; fours--, next += rows * 4) {
      UNROLL for (int line = 0; line < rows * 4; line += 16) __builtin_prefetch(next + line);
      STEP STEP STEP STEP
    }
  for (; fours > 0; fours--) { STEP STEP STEP STEP }
#undef STEP
  if (bias) {
    UNROLL for (int v = 0; v < vectors; v++) {
      const VECTOR of_columns = LOAD(bias + v * LANES_VECTOR);
      UNROLL for (int i = 0; i < rows; i++) sums[i][v] += of_columns;
    }
    const VECTOR of_pooled = LANES_NAME(load_pooled)(bias + at, width);
    UNROLL for (int g = 0; g < groups; g++) pooled[g] += of_pooled;
  }
  if (call->activation == LANES_RELU) {
    UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < vectors; v++) sums[i][v] = RELU(sums[i][v]);
    UNROLL for (int g = 0; g < groups; g++) pooled[g] = RELU(pooled[g]);
  }
  UNROLL for (int i = 0; i < rows; i++) {
    float *const to = c + i * c_stride;
    UNROLL for (int v = 0; v < vectors; v++) STORE(to + v * LANES_VECTOR, sums[i][v]);
    memcpy(to + at, (const float *)&pooled[i / group] + i % group * width, sizeof(float) * (size_t)width);
  }
  return LANES_OK;
}

#define POOLED(rows, name, vectors, width)                                                                             \
  static lanes_status LANES_NAME(name##_##rows)(const lanes_matmul_call *call, const float *a, const float *b,         \
                                                float *c, int64_t columns, const float *bias) {                        \
    return LANES_NAME(pooled)(call, a, b, c, columns, bias, rows, vectors, width);                                     \
  }
/* So many rows as there are registers for. */
#define ROWS_TO_4(X, ...) X(1, __VA_ARGS__) X(2, __VA_ARGS__) X(3, __VA_ARGS__) X(4, __VA_ARGS__)
#define ROWS_TO_5(X, ...) ROWS_TO_4(X, __VA_ARGS__) X(5, __VA_ARGS__)
#define ROWS_TO_7(X, ...) ROWS_TO_5(X, __VA_ARGS__) X(6, __VA_ARGS__) X(7, __VA_ARGS__)
#define ROWS_TO_8(X, ...) ROWS_TO_7(X, __VA_ARGS__) X(8, __VA_ARGS__)
#define ROWS_TO_9(X, ...) ROWS_TO_8(X, __VA_ARGS__) X(9, __VA_ARGS__)
ROWS_TO_9(POOLED, pooled_1_1, 1, 1)
ROWS_TO_8(POOLED, pooled_1_2, 1, 2)
ROWS_TO_7(POOLED, pooled_1_4, 1, 4)
ROWS_TO_5(POOLED, pooled_2_1, 2, 1)
ROWS_TO_4(POOLED, pooled_2_2, 2, 2)
ROWS_TO_4(POOLED, pooled_2_4, 2, 4)
#define POOLED_ENTRY(rows, name) [rows - 1] = LANES_NAME(name##_##rows),
const lanes_pooled_kernels LANES_NAME(lanes_pooled) = {
    .rows = {{9, 8, 7}, {5, 4, 4}},
    .tiles =
        {
            {{ROWS_TO_9(POOLED_ENTRY, pooled_1_1)},
             {ROWS_TO_8(POOLED_ENTRY, pooled_1_2)},
             {ROWS_TO_7(POOLED_ENTRY, pooled_1_4)}},
            {{ROWS_TO_5(POOLED_ENTRY, pooled_2_1)},
             {ROWS_TO_4(POOLED_ENTRY, pooled_2_2)},
             {ROWS_TO_4(POOLED_ENTRY, pooled_2_4)}},
        },
};
#undef POOLED_ENTRY
#undef ROWS_TO_4
#undef ROWS_TO_5
#undef ROWS_TO_7
#undef ROWS_TO_8
#undef ROWS_TO_9
#undef POOLED
#undef FAR_A
#undef LONG_ROWS_OF_A
