/* The last n < 16 floats of an array, through a block of 16 that kernels treat like any other. Nothing beyond the n is read
 * or written; the rest of the block is 0. */
#if LANES_VECTOR == 16
static inline void LANES_NAME(load_tail)(float *restrict block, const float *restrict from, int64_t n) {
  _mm512_storeu_ps(block, _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), from));
}
static inline void LANES_NAME(store_tail)(float *restrict to, const float *restrict block, int64_t n) {
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << n) - 1), _mm512_loadu_ps(block));
}
#else
static inline void LANES_NAME(copy_tail)(float *restrict to, const float *restrict from, int64_t n) {
  if (n & 8) memcpy(to, from, 32), to += 8, from += 8;
  if (n & 4) memcpy(to, from, 16), to += 4, from += 4;
  if (n & 2) memcpy(to, from, 8), to += 2, from += 2;
  if (n & 1) *to = *from;
}
static inline void LANES_NAME(load_tail)(float *restrict block, const float *restrict from, int64_t n) {
  memset(block, 0, 64);
  LANES_NAME(copy_tail)(block, from, n);
}
static inline void LANES_NAME(store_tail)(float *restrict to, const float *restrict block, int64_t n) {
  LANES_NAME(copy_tail)(to, block, n);
}
#endif
