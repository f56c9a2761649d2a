/* Sums in 16 lanes, and maxima, whose order cannot matter (CONTRACT.md, C1 and C5). */

static float LANES_NAME(row_sum)(int64_t n, const float *x) {
  V16 lanes = {0};
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) lanes += LANES_NAME(load16)(x + i);
  if (i < n) lanes += LANES_NAME(load16_tail)(x + i, n - i);
  return LANES_NAME(tree)(lanes);
}

/* Σ a·b in 16 lanes. */
static float LANES_NAME(row_dot)(int64_t n, const float *a, const float *b) {
  V16 lanes = {0};
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) lanes = LANES_NAME(fma16)(LANES_NAME(load16)(a + i), LANES_NAME(load16)(b + i), lanes);
  /* A lane that holds no element may not meet fma(0, 0, lane): that would turn its −0 into +0. */
  if (i < n) {
    float block[16];
    LANES_NAME(store16)(block, lanes);
    for (int64_t lane = 0; lane < n - i; lane++) block[lane] = lanes_fma(a[i + lane], b[i + lane], block[lane]);
    lanes = LANES_NAME(load16)(block);
  }
  return LANES_NAME(tree)(lanes);
}

/* NaN where there is one; else the larger, +0 being larger than −0. The common case is one comparison an element: what a
 * comparison cannot see, NaN and the sign of a zero maximum, is looked at afterwards. */
static float LANES_NAME(row_max)(int64_t n, const float *x) {
  float largest = -__builtin_inff();
  int unordered = 0;
  int64_t whole = n & -16;
  float block[16];
  int seen[16] = {0};
  for (int lane = 0; lane < 16; lane++) block[lane] = largest;
  for (int64_t i = 0; i < whole; i += 16) {
    SIMD for (int lane = 0; lane < 16; lane++) {
      block[lane] = x[i + lane] > block[lane] ? x[i + lane] : block[lane];
      seen[lane] |= x[i + lane] != x[i + lane];
    }
  }
  for (int lane = 0; lane < 16; lane++) {
    largest = block[lane] > largest ? block[lane] : largest;
    unordered |= seen[lane];
  }
  for (int64_t i = whole; i < n; i++) {
    largest = x[i] > largest ? x[i] : largest;
    unordered |= x[i] != x[i];
  }
  if (unordered) return __builtin_nanf("");
  if (largest != 0) return largest;
  for (int64_t i = 0; i < n; i++)
    if (BITS_OF(x[i]) == 0) return 0;
  return -0.0f;
}

static int64_t LANES_NAME(row_argmax)(int64_t n, const float *x) {
  float largest = LANES_NAME(row_max)(n, x);
  int64_t i = 0;
  if (largest != largest)
    while (x[i] == x[i]) i++;
  else
    while (x[i] != largest) i++;
  return i;
}

static void LANES_NAME(column_sum)(int64_t rows, int64_t columns, const float *x, int64_t stride, float *out) {
  int64_t j = 0;
  for (; j + 64 <= columns; j += 64) {
    V16 sums[4] = {{0}, {0}, {0}, {0}};
    for (int64_t i = 0; i < rows; i++)
      for (int v = 0; v < 4; v++) sums[v] += LANES_NAME(load16)(x + i * stride + j + 16 * v);
    for (int v = 0; v < 4; v++) LANES_NAME(store16)(out + j + 16 * v, sums[v]);
  }
  for (; j + 16 <= columns; j += 16) {
    V16 sum = {0};
    for (int64_t i = 0; i < rows; i++) sum += LANES_NAME(load16)(x + i * stride + j);
    LANES_NAME(store16)(out + j, sum);
  }
  if (columns - j == 1) {
    float sum = 0;
    for (int64_t i = 0; i < rows; i++) sum += x[i * stride + j];
    out[j] = sum;
  } else if (j < columns) {
    V16 sum = {0};
    for (int64_t i = 0; i < rows; i++) sum += LANES_NAME(load16_tail)(x + i * stride + j, columns - j);
    float block[16];
    LANES_NAME(store16)(block, sum);
    LANES_NAME(store_tail)(out + j, block, columns - j);
  }
}

static void LANES_NAME(column_argmax)(int64_t rows, int64_t columns, const float *x, int64_t stride, int32_t *out) {
  enum { WIDTH = 256 };
  float best[WIDTH];
  for (int64_t begin = 0; begin < columns; begin += WIDTH) {
    int64_t width = columns - begin < WIDTH ? columns - begin : WIDTH;
    int32_t *index = out + begin;
    for (int64_t j = 0; j < width; j++) best[j] = x[begin + j], index[j] = 0;
    for (int64_t i = 1; i < rows; i++) {
      const float *row = x + i * stride + begin;
      SIMD for (int64_t j = 0; j < width; j++) {
        int better = (row[j] > best[j]) | ((row[j] != row[j]) & (best[j] == best[j]));
        index[j] = better ? (int32_t)i : index[j];
        best[j] = better ? row[j] : best[j];
      }
    }
  }
}

#define LANES_REDUCE_KERNELS                                                                                           \
  {                                                                                                                    \
    .sum = LANES_NAME(row_sum), .max = LANES_NAME(row_max), .argmax = LANES_NAME(row_argmax),                          \
    .column_sum = LANES_NAME(column_sum), .column_argmax = LANES_NAME(column_argmax),                                  \
  }
