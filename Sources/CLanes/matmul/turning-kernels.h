/* Sums of a turned product, sums[j·stride + i], become `rows` rows of C, of n ≥ 4 columns; c[i·c_stride + j] gets its bias[j] and
 * relu by the way. Four columns at a time; the last four begin further left where fewer are left. */
static void LANES_NAME(turn_sums)(int64_t rows, int64_t n, const float *sums, int64_t stride, const float *bias, int relu,
                                  float *c, int64_t c_stride) {
  for (int64_t i = 0; i < rows; i += LANES_VECTOR, sums += LANES_VECTOR, c += LANES_VECTOR * c_stride)
    for (int64_t next = 0; next < n; next += 4) {
      const int64_t j = next + 4 <= n ? next : n - 4, count = rows - i;
      VECTOR fours[4];
      UNROLL for (int s = 0; s < 4; s++) {
        fours[s] = LOAD(sums + (j + s) * stride);
        if (bias) fours[s] += BROADCAST(bias[j + s]);
        if (relu) fours[s] = RELU(fours[s]);
      }
      LANES_NAME(transpose_fours)(fours, fours);
      UNROLL for (int q = 0; q < LANES_VECTOR / 4; q++) UNROLL for (int r = 0; r < 4; r++)
          if (4 * q + r < count) memcpy(c + (4 * q + r) * c_stride + j, (const float *)&fours[r] + 4 * q, 4 * sizeof(float));
    }
}
