/* Kernels for A and C without gaps between rows, of up to eight columns each, C2's chain order: a vector holds several rows.
 * Values of A are put beside the columns that they belong to in registers, so that hardly a lane is empty. */
/* Of so many columns, those of A or C where these are more: as many rows as a vector has room for, a byte each. */
#if LANES_VECTOR == 16
#define DENSE_ROWS INT64_C(0x0202020304050810)
#define PERMUTE(values, index) _mm512_permutexvar_ps(index, values)
#define INDEX __m512i
#define LOAD_INDEX(bytes) _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(bytes)))
#define PLUS(index, p) _mm512_add_epi32(index, _mm512_set1_epi32(p))
#else
#define DENSE_ROWS INT64_C(0x0101010102020408)
#define PERMUTE(values, index) _mm256_permutevar8x32_ps(values, index)
#define INDEX __m256i
#define LOAD_INDEX(bytes) _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(bytes)))
#define PLUS(index, p) _mm256_add_epi32(index, _mm256_set1_epi32(p))
#endif

/* The arguments but the pointers are constants after inlining. */
static inline __attribute__((always_inline)) void LANES_NAME(dense)(const lanes_rows *t, const float *a, const float *b, float *c,
                                                                    const float *bias, const int k, const int is_plain) {
  const int64_t n = t->n, longer = n > k ? n : k, at_once = DENSE_ROWS >> 8 * (longer - 1) & 255;
  const int has_c = !is_plain && t->beta != 0, has_bias = !is_plain && bias, has_relu = !is_plain && t->relu;
  const INDEX first = LOAD_INDEX(lanes_dense_values[k - 1][n - 1]), column = LOAD_INDEX(lanes_dense_columns[n - 1]);
  const VECTOR beta = BROADCAST(t->beta);
  VECTOR of_b[LANES_DENSE_STEPS], of_bias = {};
  INDEX index[LANES_DENSE_STEPS];
  UNROLL for (int p = 0; p < k; p++) {
    index[p] = PLUS(first, p);
    of_b[p] = PERMUTE(LOAD_FIRST(b + p * t->b_stride, n), column);
  }
  if (has_bias) of_bias = PERMUTE(LOAD_FIRST(bias, n), column);
  /* What a vector holds beyond its rows belongs to the next ones, which come later. */
#define ROWS(load, load_c, store)                                                                                      \
  const VECTOR values = load;                                                                                          \
  VECTOR sum = has_c ? beta * load_c : (VECTOR){};                                                                     \
  UNROLL for (int p = 0; p < k; p++) sum = FMA(PERMUTE(values, index[p]), of_b[p], sum);                               \
  if (has_bias) sum += of_bias;                                                                                        \
  if (has_relu) sum = RELU(sum);                                                                                       \
  store;
  int64_t left = t->m;
  const int64_t floats = at_once * n, next = at_once * k;
  for (; left * n >= LANES_VECTOR && left * k >= LANES_VECTOR; left -= at_once, a += next, c += floats) {
    if (has_c) {
      ROWS(LOAD(a), LOAD_FIRST(c, floats), STORE_FIRST(c, sum, floats))
    } else {
      ROWS(LOAD(a), beta, STORE(c, sum))
    }
  }
  for (; left > 0; left -= at_once, a += next, c += floats) {
    const int64_t rows = left < at_once ? left : at_once;
    ROWS(LOAD_FIRST(a, rows * k), LOAD_FIRST(c, rows * n), STORE_FIRST(c, sum, rows * n))
  }
#undef ROWS
}

#define DENSE(k, name, is_plain)                                                                                       \
  static lanes_status LANES_NAME(name##_##k)(const void *rows, const float *a, const float *b, float *c,               \
                                             const float *bias, const float *gradient_value) {                         \
    (void)gradient_value;                                                                                              \
    LANES_NAME(dense)(rows, a, b, c, bias, k, is_plain);                                                               \
    return LANES_OK;                                                                                                   \
  }
#define EACH_DENSE_4(X, ...) X(1, __VA_ARGS__) X(2, __VA_ARGS__) X(3, __VA_ARGS__) X(4, __VA_ARGS__)
#if LANES_VECTOR == 16
#define EACH_DENSE(X, ...)                                                                                             \
  EACH_DENSE_4(X, __VA_ARGS__) X(5, __VA_ARGS__) X(6, __VA_ARGS__)
#else
#define EACH_DENSE EACH_DENSE_4
#endif
EACH_DENSE(DENSE, plain_dense, 1)
EACH_DENSE(DENSE, dense, 0)
#undef DENSE
#undef DENSE_ROWS
#undef PERMUTE
#undef INDEX
#undef LOAD_INDEX
#undef PLUS
#define DENSE_ENTRY(k, name) [k - 1] = LANES_NAME(name##_##k),
