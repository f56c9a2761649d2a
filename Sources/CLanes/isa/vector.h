/* The 16 virtual lanes of the contract (C1) as one value; the compiler splits it into the registers that there are. */
typedef float LANES_NAME(v16) __attribute__((vector_size(64)));
#define V16 LANES_NAME(v16)
typedef uint32_t LANES_NAME(index16) __attribute__((vector_size(64)));

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define SIMD _Pragma("omp simd")

ALWAYS_INLINE V16 LANES_NAME(load16)(const float *from) {
  V16 value;
  memcpy(&value, from, sizeof value);
  return value;
}
ALWAYS_INLINE void LANES_NAME(store16)(float *to, V16 value) { memcpy(to, &value, sizeof value); }

/* The last n < 16 floats, and 0 in the other lanes. */
ALWAYS_INLINE V16 LANES_NAME(load16_tail)(const float *from, int64_t n) {
  float block[16];
  LANES_NAME(load_tail)(block, from, n);
  return LANES_NAME(load16)(block);
}

ALWAYS_INLINE V16 LANES_NAME(fma16)(V16 a, V16 b, V16 c) {
#if LANES_FMA_INSTRUCTION
  return __builtin_elementwise_fma(a, b, c);
#else
  float x[16], y[16], z[16];
  LANES_NAME(store16)(x, a);
  LANES_NAME(store16)(y, b);
  LANES_NAME(store16)(z, c);
  SIMD for (int lane = 0; lane < 16; lane++) z[lane] = lanes_fma(x[lane], y[lane], z[lane]);
  return LANES_NAME(load16)(z);
#endif
}

/* Lane by lane, the entry of a table of 16 that the lane's index names, modulo 16. */
ALWAYS_INLINE V16 LANES_NAME(lookup16)(const float *table, LANES_NAME(index16) index) {
#if LANES_VECTOR == 16
  return (V16)_mm512_permutexvar_ps((__m512i)index, (__m512)LANES_NAME(load16)(table));
#elif LANES_VECTOR == 8
  const __m256 low = _mm256_loadu_ps(table), high = _mm256_loadu_ps(table + 8);
  __m256 half[2];
  for (int i = 0; i < 2; i++) {
    __m256i lanes;
    memcpy(&lanes, (const char *)&index + 32 * i, 32);
    half[i] = _mm256_blendv_ps(_mm256_permutevar8x32_ps(low, lanes), _mm256_permutevar8x32_ps(high, lanes),
                               _mm256_castsi256_ps(_mm256_slli_epi32(lanes, 28)));
  }
  return LANES_NAME(load16)((const float *)half);
#else
  uint32_t lanes[16];
  float value[16];
  memcpy(lanes, &index, sizeof lanes);
  for (int lane = 0; lane < 16; lane++) value[lane] = table[lanes[lane] & 15];
  return LANES_NAME(load16)(value);
#endif
}

/* The tree of C1. */
ALWAYS_INLINE float LANES_NAME(tree)(V16 v) {
  typedef float v8 __attribute__((vector_size(32)));
  typedef float v4 __attribute__((vector_size(16)));
  v8 eight = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
             __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
  v4 four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3) + __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
  return (four[0] + four[2]) + (four[1] + four[3]);
}
