/* The lane order, C1: 16 partial sums over p, held in whole vectors. */
enum { LANES_NAME(lane_vectors) = LANES_LANES / LANES_VECTOR };
#define LANE_VECTORS LANES_NAME(lane_vectors)

/* `count` rows of y at once: a constant after inlining, enough of them to hide the latency of the fma. */
static inline __attribute__((always_inline)) void LANES_NAME(dots_of_rows)(int64_t k, const float *x, const int count,
                                                                           const float *y, int64_t y_stride, float alpha,
                                                                           float (*lanes)[LANES_LANES]) {
  const VECTOR scale = BROADCAST(alpha);
  VECTOR sums[8][LANE_VECTORS];
  UNROLL for (int r = 0; r < count; r++) UNROLL for (int v = 0; v < LANE_VECTORS; v++) sums[r][v] =
      LOAD(lanes[r] + v * LANES_VECTOR);
  int64_t p = 0;
  for (; p + LANES_LANES <= k; p += LANES_LANES) {
    UNROLL for (int v = 0; v < LANE_VECTORS; v++) {
      const VECTOR value = LOAD(x + p + v * LANES_VECTOR);
      UNROLL for (int r = 0; r < count; r++) sums[r][v] =
          FMA(value, scale * LOAD(y + r * y_stride + p + v * LANES_VECTOR), sums[r][v]);
    }
  }
  UNROLL for (int r = 0; r < count; r++) UNROLL for (int v = 0; v < LANE_VECTORS; v++)
      STORE(lanes[r] + v * LANES_VECTOR, sums[r][v]);
  for (int l = 0; p + l < k; l++)
    for (int r = 0; r < count; r++) lanes[r][l] = lanes_fma(x[p + l], alpha * y[r * y_stride + p + l], lanes[r][l]);
}

static void LANES_NAME(lane_dots)(int64_t k, const float *x, int64_t count, const float *y, int64_t y_stride, float alpha,
                                  float (*lanes)[LANES_LANES]) {
  enum { AT_ONCE = LANES_VECTOR / 2 };
  int64_t r = 0;
  for (; r + AT_ONCE <= count; r += AT_ONCE)
    LANES_NAME(dots_of_rows)(k, x, AT_ONCE, y + r * y_stride, y_stride, alpha, lanes + r);
  for (; r < count; r++) LANES_NAME(dots_of_rows)(k, x, 1, y + r * y_stride, y_stride, alpha, lanes + r);
}
#undef LANE_VECTORS

/* One lane over `steps` rows of y, 16 apart: steps is a constant after inlining, and saves loading and storing the lane. */
static inline __attribute__((always_inline)) void LANES_NAME(lane_of_columns)(const int steps, const float *x,
                                                                              int64_t count, const float *y,
                                                                              int64_t y_stride, float alpha,
                                                                              float *lane) {
  const VECTOR scale = BROADCAST(alpha);
  const int64_t whole = count & -LANES_VECTOR, rest = count - whole;
  for (int64_t r = 0; r < whole; r += LANES_VECTOR) {
    VECTOR sum = LOAD(lane + r);
    UNROLL for (int s = 0; s < steps; s++) sum =
        FMA(BROADCAST(x[s * LANES_LANES]), scale * LOAD(y + s * LANES_LANES * y_stride + r), sum);
    STORE(lane + r, sum);
  }
  if (!rest) return;
  VECTOR sum = LOAD(lane + whole);
  UNROLL for (int s = 0; s < steps; s++) sum =
      FMA(BROADCAST(x[s * LANES_LANES]), scale * LOAD_FIRST(y + s * LANES_LANES * y_stride + whole, rest), sum);
  STORE(lane + whole, sum);
}

static void LANES_NAME(lane_columns)(int64_t k, const float *x, int64_t count, const float *y, int64_t y_stride, float alpha,
                                     float (*lanes)[LANES_LANE_STRIP]) {
  enum { STEPS = 4 };
  int64_t p = 0;
  for (; p + STEPS * LANES_LANES <= k; p += STEPS * LANES_LANES)
    for (int l = 0; l < LANES_LANES; l++)
      LANES_NAME(lane_of_columns)(STEPS, x + p + l, count, y + (p + l) * y_stride, y_stride, alpha, lanes[l]);
  for (; p < k; p++)
    LANES_NAME(lane_of_columns)(1, x + p, count, y + p * y_stride, y_stride, alpha, lanes[p % LANES_LANES]);

  for (int half = LANES_LANES / 2; half > 0; half /= 2)
    for (int l = 0; l < half; l++)
      for (int64_t r = 0; r < count; r += LANES_VECTOR)
        STORE(lanes[l] + r, LOAD(lanes[l] + r) + LOAD(lanes[l + half] + r));
}
