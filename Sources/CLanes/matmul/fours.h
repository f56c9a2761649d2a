/* Vectors of groups of four floats: how a matrix is transposed in registers, four columns at a time. */
#define FOUR LANES_NAME(four)
typedef float FOUR __attribute__((vector_size(16)));

static inline FOUR LANES_NAME(load_four)(const float *from) {
  FOUR value;
  memcpy(&value, from, sizeof value);
  return value;
}

/* A vector of the parts, one behind the other. */
static inline __attribute__((always_inline)) VECTOR LANES_NAME(join_fours)(const FOUR parts[]) {
#if LANES_VECTOR == 4
  return parts[0];
#else
  typedef float eight __attribute__((vector_size(32)));
  const eight low = __builtin_shufflevector(parts[0], parts[1], 0, 1, 2, 3, 4, 5, 6, 7);
#if LANES_VECTOR == 8
  return low;
#else
  const eight high = __builtin_shufflevector(parts[2], parts[3], 0, 1, 2, 3, 4, 5, 6, 7);
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#endif
#endif
}

/* The same shuffle in each group of four lanes; i ≥ 4 is y's lane i − 4. */
#define LANE(i, q) ((i) < 4 ? (i) + 4 * (q) : LANES_VECTOR + (i) - 4 + 4 * (q))
#define LANES_OF(i, j, k, l, q) LANE(i, q), LANE(j, q), LANE(k, q), LANE(l, q)
#if LANES_VECTOR == 16
#define IN_FOURS(x, y, i, j, k, l)                                                                                     \
  __builtin_shufflevector(x, y, LANES_OF(i, j, k, l, 0), LANES_OF(i, j, k, l, 1), LANES_OF(i, j, k, l, 2),             \
                          LANES_OF(i, j, k, l, 3))
#elif LANES_VECTOR == 8
#define IN_FOURS(x, y, i, j, k, l) __builtin_shufflevector(x, y, LANES_OF(i, j, k, l, 0), LANES_OF(i, j, k, l, 1))
#else
#define IN_FOURS(x, y, i, j, k, l) __builtin_shufflevector(x, y, LANES_OF(i, j, k, l, 0))
#endif

/* columns[s], lane 4q + r, is rows[r], lane 4q + s. */
static inline __attribute__((always_inline)) void LANES_NAME(transpose_fours)(const VECTOR rows[], VECTOR columns[]) {
  const VECTOR low = IN_FOURS(rows[0], rows[1], 0, 4, 1, 5), more_low = IN_FOURS(rows[2], rows[3], 0, 4, 1, 5);
  const VECTOR high = IN_FOURS(rows[0], rows[1], 2, 6, 3, 7), more_high = IN_FOURS(rows[2], rows[3], 2, 6, 3, 7);
  columns[0] = IN_FOURS(low, more_low, 0, 1, 4, 5);
  columns[1] = IN_FOURS(low, more_low, 2, 3, 6, 7);
  columns[2] = IN_FOURS(high, more_high, 0, 1, 4, 5);
  columns[3] = IN_FOURS(high, more_high, 2, 3, 6, 7);
}
#undef LANE
#undef LANES_OF
#undef IN_FOURS

/* columns[s] is step s of as many rows as a vector has lanes, `stride` apart, of which every fourth has a pointer. */
static inline __attribute__((always_inline)) void LANES_NAME(turn_fours)(const float *const fours[], int64_t stride,
                                                                         VECTOR columns[]) {
  UNROLL for (int r = 0; r < 4; r++) {
    FOUR parts[LANES_VECTOR / 4];
    UNROLL for (int q = 0; q < LANES_VECTOR / 4; q++) parts[q] = LANES_NAME(load_four)(fours[q] + r * stride);
    columns[r] = LANES_NAME(join_fours)(parts);
  }
  LANES_NAME(transpose_fours)(columns, columns);
}
