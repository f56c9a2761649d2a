/* Kernels for a C of a few rows whose sums all stay in registers, C2's chain order: nothing is kept in memory, and no loop is but
 * that over the steps, so that a product of few of them takes hardly more time than its arithmetic. */

/* All arguments but the pointers are constants after inlining. A plain tile has no beta, bias or relu. Of one step, values of A
 * come first where they are fewer than B's vectors. */
static inline __attribute__((always_inline)) lanes_status LANES_NAME(wide)(const lanes_matmul_call *call, const float *a,
                                                                           const float *b, float *c, const float *bias,
                                                                           const int rows, const int vectors,
                                                                           const lanes_last_vector last_form,
                                                                           const int is_plain) {
  enum { AT_ONCE = 4 };
  const int last = vectors - 1, has_half = last_form == LANES_LAST_HALF, whole = has_half ? last : vectors;
  const int64_t a_row = call->transpose_a ? 1 : call->a_stride, a_step = call->transpose_a ? call->a_stride : 1;
  const int64_t b_stride = call->b_stride, c_stride = call->c_stride;
  const int64_t at = SHIFTS ? call->n - LANES_VECTOR : last * LANES_VECTOR, rest = call->n - at;
  const int has_c = !is_plain && call->beta != 0, has_bias = !is_plain && bias;
  const int has_relu = !is_plain && call->activation == LANES_RELU;
#define COLUMNS(v, from)                                                                                               \
  ((v) < last ? LOAD((from) + (v) * LANES_VECTOR)                                                                      \
   : last_form == LANES_LAST_PARTIAL ? LOAD_FIRST((from) + at, rest)                                                   \
                                     : LOAD((from) + at))
  VECTOR sums[LANES_WIDE_ROWS][LANES_WIDE_VECTORS];
  HALF halves[LANES_WIDE_ROWS];
  const VECTOR beta = BROADCAST(call->beta);
  UNROLL for (int i = 0; i < rows; i++) {
    UNROLL for (int v = 0; v < whole; v++) sums[i][v] = has_c ? beta * COLUMNS(v, c + i * c_stride) : (VECTOR){};
    if (has_half) halves[i] = has_c ? HALF_OF(beta) * LOAD_HALF(c + i * c_stride + at, rest) : (HALF){};
  }
  const float *others[2] = {rows > 3 ? a + 3 * a_row : a, rows > 6 ? a + 6 * a_row : a};
  for (int64_t p = call->k; p > 0; p--) {
#define VALUE(i) BROADCAST((i < 3 ? a : others[i / 3 - 1])[i % 3 * a_row])
    if (rows < vectors) {
      VECTOR values[LANES_WIDE_ROWS];
      UNROLL for (int i = 0; i < rows; i++) values[i] = VALUE(i);
      UNROLL for (int v = 0; v < whole; v++) {
        const VECTOR of_b = COLUMNS(v, b);
        UNROLL for (int i = 0; i < rows; i++) sums[i][v] = FMA(values[i], of_b, sums[i][v]);
      }
      if (has_half) {
        const HALF of_b = LOAD_HALF(b + at, rest);
        UNROLL for (int i = 0; i < rows; i++) halves[i] = HALF_FMA(HALF_OF(values[i]), of_b, halves[i]);
      }
    } else {
      VECTOR of_b[AT_ONCE];
      UNROLL for (int v = 0; v < whole; v++) of_b[v] = COLUMNS(v, b);
      const HALF half_of_b = has_half ? LOAD_HALF(b + at, rest) : (HALF){};
      UNROLL for (int i = 0; i < rows; i++) {
        VECTOR value = VALUE(i);
        if (has_half) AS_IT_IS(value);
        UNROLL for (int v = 0; v < whole; v++) sums[i][v] = FMA(value, of_b[v], sums[i][v]);
        if (has_half) halves[i] = HALF_FMA(HALF_OF(value), half_of_b, halves[i]);
      }
    }
    a += a_step, others[0] += a_step, others[1] += a_step;
    b += b_stride;
    AFTER(sums[rows - 1][last], b);
  }
#undef VALUE
  if (has_bias) {
    UNROLL for (int v = 0; v < whole; v++) {
      const VECTOR of_bias = COLUMNS(v, bias);
      UNROLL for (int i = 0; i < rows; i++) sums[i][v] += of_bias;
    }
    UNROLL for (int i = 0; i < rows && has_half; i++) halves[i] += LOAD_HALF(bias + at, rest);
  }
  UNROLL for (int i = 0; i < rows; i++) {
    float *const to = c + i * c_stride;
    if (has_relu) UNROLL for (int v = 0; v < whole; v++) sums[i][v] = RELU(sums[i][v]);
    if (has_relu && has_half) halves[i] = RELU(halves[i]);
    UNROLL for (int v = 0; v < last; v++) STORE(to + v * LANES_VECTOR, sums[i][v]);
    if (has_half) STORE_HALF(to + at, halves[i], rest);
    else if (last_form == LANES_LAST_PARTIAL) STORE_FIRST(to + at, sums[i][last], rest);
    else STORE(to + at, sums[i][last]);
  }
#undef COLUMNS
  return LANES_OK;
}

#define WIDE(rows, vectors, name, last_form, is_plain)                                                                 \
  static lanes_status LANES_NAME(name##_##rows##_##vectors)(const void *call, const float *a, const float *b, float *c, \
                                                            const float *bias, const float *gradient_value) {          \
    (void)gradient_value;                                                                                              \
    return LANES_NAME(wide)(call, a, b, c, bias, rows, vectors, last_form, is_plain);                                  \
  }
/* As many vectors as there are registers for. */
#define WIDE_OF_2(rows, X, ...) X(rows, 2, __VA_ARGS__)
#define WIDE_OF_3(rows, X, ...) WIDE_OF_2(rows, X, __VA_ARGS__) X(rows, 3, __VA_ARGS__)
#define WIDE_OF_4(rows, X, ...) WIDE_OF_3(rows, X, __VA_ARGS__) X(rows, 4, __VA_ARGS__)
#define WIDE_OF_6(rows, X, ...) WIDE_OF_4(rows, X, __VA_ARGS__) X(rows, 5, __VA_ARGS__) X(rows, 6, __VA_ARGS__)
#define WIDE_OF_8(rows, X, ...) WIDE_OF_6(rows, X, __VA_ARGS__) X(rows, 7, __VA_ARGS__) X(rows, 8, __VA_ARGS__)
#define WIDE_ENTRY(rows, vectors, name, ...) [rows - 1][vectors - 1] = LANES_NAME(name##_##rows##_##vectors),
#if LANES_VECTOR == 16
#define EACH_WIDE(X, ...)                                                                                              \
  WIDE_OF_8(1, X, __VA_ARGS__) WIDE_OF_8(2, X, __VA_ARGS__) WIDE_OF_8(3, X, __VA_ARGS__) WIDE_OF_6(4, X, __VA_ARGS__)  \
  WIDE_OF_4(5, X, __VA_ARGS__) WIDE_OF_3(6, X, __VA_ARGS__) WIDE_OF_2(7, X, __VA_ARGS__) WIDE_OF_2(8, X, __VA_ARGS__)
#define WIDE_COLUMNS {8 * 16, 8 * 16, 8 * 16, 6 * 16, 4 * 16, 3 * 16, 2 * 16, 2 * 16}
#elif LANES_VECTOR == 8
#define EACH_WIDE(X, ...)                                                                                              \
  WIDE_OF_8(1, X, __VA_ARGS__) WIDE_OF_6(2, X, __VA_ARGS__) WIDE_OF_4(3, X, __VA_ARGS__) WIDE_OF_3(4, X, __VA_ARGS__)
#define WIDE_COLUMNS {8 * 8, 6 * 8, 4 * 8, 3 * 8}
#else
#define EACH_WIDE(X, ...) WIDE_OF_8(1, X, __VA_ARGS__) WIDE_OF_6(2, X, __VA_ARGS__)
#define WIDE_COLUMNS {8 * 4, 6 * 4}
#endif
EACH_WIDE(WIDE, wide_whole, LANES_LAST_WHOLE, 0)
EACH_WIDE(WIDE, plain_wide_whole, LANES_LAST_WHOLE, 1)
#if SHIFTS
#define WIDE_OF(kind)                                                                                                  \
  {{EACH_WIDE(WIDE_ENTRY, kind##_whole)}, {EACH_WIDE(WIDE_ENTRY, kind##_whole)}}
#else
EACH_WIDE(WIDE, wide_partial, LANES_LAST_PARTIAL, 0)
EACH_WIDE(WIDE, wide_half, LANES_LAST_HALF, 0)
EACH_WIDE(WIDE, plain_wide_partial, LANES_LAST_PARTIAL, 1)
EACH_WIDE(WIDE, plain_wide_half, LANES_LAST_HALF, 1)
#define WIDE_OF(kind)                                                                                                  \
  {{EACH_WIDE(WIDE_ENTRY, kind##_whole)}, {EACH_WIDE(WIDE_ENTRY, kind##_partial)}, {EACH_WIDE(WIDE_ENTRY, kind##_half)}}
#endif
#undef WIDE
