/* The matmul kernels, C2, in terms of vectors of LANES_VECTOR floats. */
#define VECTOR LANES_NAME(vector)
typedef float VECTOR __attribute__((vector_size(4 * LANES_VECTOR)));
typedef int32_t LANES_NAME(vector_mask) __attribute__((vector_size(4 * LANES_VECTOR)));

static inline VECTOR LANES_NAME(load)(const float *from) {
  VECTOR value;
  memcpy(&value, from, sizeof value);
  return value;
}
static inline void LANES_NAME(store)(float *to, VECTOR value) { memcpy(to, &value, sizeof value); }
static inline VECTOR LANES_NAME(broadcast)(float value) {
  VECTOR values;
  for (int i = 0; i < LANES_VECTOR; i++) values[i] = value;
  return values;
}

/* The first n of a vector, 0 < n ≤ LANES_VECTOR; nothing beyond them is read (they become 0) or written. */
#if LANES_VECTOR == 16
static inline VECTOR LANES_NAME(load_first)(const float *from, int64_t n) {
  return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), from);
}
static inline void LANES_NAME(store_first)(float *to, VECTOR value, int64_t n) {
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << n) - 1), value);
}
#else
static inline VECTOR LANES_NAME(load_first)(const float *from, int64_t n) {
#if LANES_VECTOR == 8
  const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_maskload_ps(from, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), index));
#else
  if (n == LANES_VECTOR) return LANES_NAME(load)(from);
  float block[16];
  LANES_NAME(load_tail)(block, from, n);
  return LANES_NAME(load)(block);
#endif
}
static inline void LANES_NAME(store_first)(float *to, VECTOR value, int64_t n) {
  if (n == LANES_VECTOR) {
    LANES_NAME(store)(to, value);
    return;
  }
  typedef float four __attribute__((vector_size(16)));
  four part;
#if LANES_VECTOR == 8
  part = __builtin_shufflevector(value, value, 0, 1, 2, 3);
  if (n & 4) {
    memcpy(to, &part, 16);
    to += 4;
    part = __builtin_shufflevector(value, value, 4, 5, 6, 7);
  }
#else
  part = value;
#endif
  if (n & 2) {
    memcpy(to, &part, 8);
    to += 2;
    part = __builtin_shufflevector(part, part, 2, 3, 2, 3);
  }
  if (n & 1) *to = part[0];
}
#endif

static inline VECTOR LANES_NAME(vector_fma)(VECTOR a, VECTOR b, VECTOR c) {
#if LANES_VECTOR == 4
  /* Element by element, for the instruction sets whose lanes_fma is an emulation. */
  for (int i = 0; i < LANES_VECTOR; i++) c[i] = lanes_fma(a[i], b[i], c[i]);
  return c;
#else
  return __builtin_elementwise_fma(a, b, c);
#endif
}

/* Half a vector, of which the first n are read or written. Where that takes no less time than a whole one, it is one, and
 * there are no kernels of halves. */
#if LANES_VECTOR == 16
#define HALF LANES_NAME(half_vector)
typedef float HALF __attribute__((vector_size(32)));
static inline HALF LANES_NAME(load_half)(const float *from, int64_t n) {
  return _mm256_maskz_loadu_ps((__mmask8)((1u << n) - 1), from);
}
static inline void LANES_NAME(store_half)(float *to, HALF value, int64_t n) {
  _mm256_mask_storeu_ps(to, (__mmask8)((1u << n) - 1), value);
}
#define LOAD_HALF LANES_NAME(load_half)
#define STORE_HALF LANES_NAME(store_half)
#define HALF_OF(vector) __builtin_shufflevector(vector, vector, 0, 1, 2, 3, 4, 5, 6, 7)
/* Keeps the compiler from making a vector and its half in two steps. */
#define AS_IT_IS(vector) __asm__("" : "+v"(vector))
#define HALF_FMA __builtin_elementwise_fma
#else
#define HALF VECTOR
#define LOAD_HALF LOAD_FIRST
#define STORE_HALF STORE_FIRST
#define HALF_OF(vector) vector
#define AS_IT_IS(vector) (void)vector
#define HALF_FMA FMA
#endif

/* Several vectors side by side whose last one would not be whole: it begins further left, where it ends with the tile, and
 * does some columns a second time. Masks do that as well where they cost nothing. */
#define SHIFTS (LANES_VECTOR < 16)
/* Lets the compiler read through the pointer only when the value is done: so it needs no second register to read into. */
#if LANES_VECTOR == 8
#define AFTER(value, pointer) __asm__("" : "+x"(value), "+r"(pointer))
#define AFTER_ALL(values, pointer) __asm__("" : "+x"((values)[0]), "+x"((values)[1]), "+x"((values)[2]), "+r"(pointer))
#else
#define AFTER(value, pointer) (void)0
#define AFTER_ALL(values, pointer) (void)0
#endif

/* Keeps the compiler from making an address of its own of each row: it has no registers for these. */
#define KEEP(pointer) __asm__("" : "+r"(pointer))

/* The first of every two groups of so many elements, of two vectors one behind the other, or the second: part 0 or 1. */
#define PARTS_AT(i, size, part) (2 * ((i) / (size)) + (part)) * (size) + (i) % (size)
#define PARTS_4(i, size, part)                                                                                         \
  PARTS_AT(i, size, part), PARTS_AT(i + 1, size, part), PARTS_AT(i + 2, size, part), PARTS_AT(i + 3, size, part)
#if LANES_VECTOR == 16
#define PARTS(x, y, size, part)                                                                                        \
  __builtin_shufflevector(x, y, PARTS_4(0, size, part), PARTS_4(4, size, part), PARTS_4(8, size, part), PARTS_4(12, size, part))
#elif LANES_VECTOR == 8
#define PARTS(x, y, size, part) __builtin_shufflevector(x, y, PARTS_4(0, size, part), PARTS_4(4, size, part))
#else
#define PARTS(x, y, size, part) __builtin_shufflevector(x, y, PARTS_4(0, size, part))
#endif

#define LOAD LANES_NAME(load)
#define STORE LANES_NAME(store)
#define LOAD_FIRST LANES_NAME(load_first)
#define STORE_FIRST LANES_NAME(store_first)
#define BROADCAST LANES_NAME(broadcast)
#define FMA LANES_NAME(vector_fma)
#define UNROLL _Pragma("clang loop unroll(full)")
#define RELU(value) ((__typeof__(value))((__typeof__(value < value))value & ~(value < (__typeof__(value)){})))

#include "small-kernels.h"

#include "micro-kernels.h"

#include "wide-kernels.h"

#include "fours.h"

#include "row-kernels.h"

#if LANES_VECTOR >= 8
#include "dense-kernels.h"
#endif

#include "slim-kernels.h"

#include "band-kernels.h"

#if LANES_VECTOR == 8
#include "pooled-kernels.h"
#endif

#include "pack-kernels.h"

#include "transposing-kernels.h"

#include "turning-kernels.h"

#include "lane-dot-kernels.h"

#include "lane-column-kernels.h"

#undef VECTOR
#undef LOAD
#undef STORE
#undef LOAD_FIRST
#undef STORE_FIRST
#undef BROADCAST
#undef FMA
#undef HALF
#undef LOAD_HALF
#undef STORE_HALF
#undef HALF_OF
#undef AS_IT_IS
#undef HALF_FMA
#undef UNROLL
#undef RELU
#undef AFTER
#undef AFTER_ALL
#undef KEEP
#undef PARTS
#undef PARTS_4
#undef PARTS_AT
#undef FOUR

/* AVX-512 takes AVX2's: halves of its vectors have fewer empty lanes, and take half the time. */
#if LANES_VECTOR == 16
#define POOLED_KERNELS &lanes_pooled_avx2
#elif LANES_VECTOR == 8
#define POOLED_KERNELS &LANES_NAME(lanes_pooled)
#else
#define POOLED_KERNELS NULL
#endif

/* Three vectors and 8 rows ask for 11 loads and 24 fmas a step: on a core that loads one vector for two fmas, neither waits. */
#if LANES_VECTOR == 16
#define MATMUL_TILES                                                                                                   \
  .vector = 16, .vectors = 3, .small_vectors = 1, .mr = {16, 14, 8}, .half = 8, .slim_rows = 8, .strip_rows = 14,      \
  .dense_columns = LANES_DENSE, .dense_steps = LANES_DENSE_STEPS,                                                      \
  .crowded_rows = 2, .transposing_rows = LANES_NAME(transposing_rows), .turned_columns = {4, LANES_TURNED_N}, .flops = 100
#define BANDS_WORTH .rows = 12, .crowded_rows = 3, .columns = 384, .steps = {80, 32}, .share = {1, 2}
#define SMALL_FORM(form, kind) {MICRO_LASTS(MICRO_ROWS_OF_1, form, kind, 1)}
#elif LANES_VECTOR == 8
#define MATMUL_TILES                                                                                                   \
  .vector = 8, .vectors = 2, .small_vectors = 2, .mr = {12, 6, 4}, .slim_rows = 8, .strip_rows = 32,                   \
  .dense_columns = 7, .dense_steps = LANES_SHORT_K,                                                                    \
  .crowded_rows = 32, .transposing_rows = LANES_NAME(transposing_rows), .turned_columns = {5, 8}, .flops = 100
#else
#define MATMUL_TILES                                                                                                   \
  .vector = 4, .vectors = 2, .small_vectors = 2, .mr = {12, 6, 4}, .slim_rows = 4, .strip_rows = 32,                   \
  .crowded_rows = 32, .transposing_rows = LANES_NAME(transposing_rows), .turned_columns = {5, 6}, .flops = 4
#endif
#if LANES_VECTOR < 16
/* Their tiles have so few cache lines of a row of B that what is not in a cache near by is worth it sooner. */
#define BANDS_WORTH .rows = 32, .crowded_rows = 32, .columns = 256, .steps = {32, 32}, .share = {4, 4}
#define SMALL_FORM(form, kind) {MICRO_LASTS(MICRO_ROWS_OF_1, form, kind, 1), MICRO_LASTS_OF_SEVERAL(MICRO_ROWS, form, kind, 2)}
#endif

#if LANES_VECTOR >= 8
#define DENSE_KERNELS {{EACH_DENSE(DENSE_ENTRY, plain_dense)}, {EACH_DENSE(DENSE_ENTRY, dense)}}
#else
#define DENSE_KERNELS {{0}}
#endif
#define MICRO_ENTRY(rows, name) [rows - 1] = LANES_NAME(name##_##rows),
#define MICRO_LASTS(ROWS, form, kind, vectors)                                                                         \
  {{ROWS(MICRO_ENTRY, kind##_##form##_##vectors)},                                                                     \
   {ROWS(MICRO_ENTRY, kind##_##form##_##vectors##_partial)},                                                           \
   {MICRO_HALVES(ROWS, kind##_##form##_##vectors)}}
#if LANES_VECTOR == 16
#define MICRO_HALVES(ROWS, name) ROWS(MICRO_ENTRY, name##_half)
#else
#define MICRO_HALVES(ROWS, name) 0
#endif
#if SHIFTS
#define MICRO_LASTS_OF_SEVERAL(ROWS, form, kind, vectors)                                                              \
  {{ROWS(MICRO_ENTRY, kind##_##form##_##vectors)},                                                                     \
   {ROWS(MICRO_ENTRY, kind##_##form##_##vectors)},                                                                     \
   {ROWS(MICRO_ENTRY, kind##_##form##_##vectors)}}
#else
#define MICRO_LASTS_OF_SEVERAL MICRO_LASTS
#endif
#define MICRO_FORM(form)                                                                                               \
  {MICRO_LASTS(MICRO_ROWS_OF_1, form, micro, 1), MICRO_LASTS_OF_SEVERAL(MICRO_ROWS, form, micro, 2),                   \
   MICRO_LASTS_OF_SEVERAL(MICRO_ROWS_OF_3, form, micro, 3)}
#define LANES_MATMUL_KERNELS                                                                                           \
  {                                                                                                                    \
    MATMUL_TILES, .micro = {MICRO_FORM(panel), MICRO_FORM(rows)}, \
    .small = {{SMALL_FORM(panel, plain), SMALL_FORM(rows, plain)}, {SMALL_FORM(panel, small), SMALL_FORM(rows, small)}},  \
    .copying = {{COPYING_ROWS(MICRO_ENTRY, copying_panel)}, {COPYING_ROWS(MICRO_ENTRY, copying_rows)}},                \
    .packing = {{PACKING_ROWS(MICRO_ENTRY, packing_panel)}, {PACKING_ROWS(MICRO_ENTRY, packing_rows)}},                \
    .transposing = {{TRANSPOSING_ROWS(MICRO_ENTRY, transposing_panel)},                                                \
                    {TRANSPOSING_ROWS(MICRO_ENTRY, transposing_rows)}},                                                \
    .strip = {{MICRO_ROWS(MICRO_ENTRY, strip_panel)}, {MICRO_ROWS(MICRO_ENTRY, strip_rows)}},                          \
    .bands = {BAND_KERNELS, BANDS_WORTH},                                                                            \
    .wide_columns = WIDE_COLUMNS, .wide = {WIDE_OF(plain_wide), WIDE_OF(wide)},                                        \
    .dense = DENSE_KERNELS, .narrow = {NARROW_OF(plain_narrow), NARROW_OF(narrow)},                                    \
    .pooled = POOLED_KERNELS,                                                                                          \
    .rows = {ROWS_OF(plain_rows_of), ROWS_OF(rows_of)},                                                                \
    .slim = SLIM_KERNELS, .slim_short_column = SLIM_ROWS(1),                                                           \
    .turn_sums = LANES_NAME(turn_sums),                                                                                \
    .pack_copied = LANES_NAME(pack_copied), .pack_transposed = LANES_NAME(lanes_pack_transposed),                      \
    .pack_transposed_half = PACK_TRANSPOSED_HALF,                                                                      \
    .lane_dots = LANES_NAME(lane_dots), .lane_pairs = LANES_NAME(lane_pairs), .lane_trees = LANES_NAME(lane_trees),    \
    .lane_dot_sums = LANES_NAME(lane_dot_sums), .lane_row_sums = LANES_NAME(lane_row_sums),                            \
    .lane_columns = LANES_NAME(lane_columns), .aligned_lane_columns = LANES_NAME(aligned_lane_columns),                \
    .lane_column_trees = LANES_NAME(lane_column_trees), .lane_column_sums = LANES_NAME(lane_column_sums),        \
  }
