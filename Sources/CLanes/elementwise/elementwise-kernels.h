/* Loops over the scalar definitions, one for each line of the lists in lanes.h: whole blocks of 16, then the tail as a block
 * of its own. */
#include "unary-definitions.h"

#include "nary-definitions.h"

#include "activation-definitions.h"

#define BLOCK 16

/* Four vectors at a time hide the latency of a long chain of operations. */
#define GROUP (4 * LANES_VECTOR)
#define GROUPED _Pragma("clang loop vectorize(assume_safety) interleave_count(4)")

/* A group of results, from registers to memory: past the caches, where the output begins at a cache line. */
ALWAYS_INLINE void LANES_NAME(store_group)(float *to, const float *group, int streams) {
  if (streams)
    for (int j = 0; j < GROUP; j += 16)
      __builtin_nontemporal_store(LANES_NAME(load16)(group + j), (V16 *)__builtin_assume_aligned(to + j, 64));
  else
    for (int j = 0; j < GROUP; j += 16) LANES_NAME(store16)(to + j, LANES_NAME(load16)(group + j));
}

ALWAYS_INLINE int LANES_NAME(are_ordinary)(lanes_unary_op op, const float *x) {
  typedef int32_t bits16 __attribute__((vector_size(64)));
  bits16 any = {0};
  for (int j = 0; j < GROUP; j += 16) {
    bits16 bits, outside;
    memcpy(&bits, x + j, sizeof bits);
    for (int lane = 0; lane < 16; lane++) outside[lane] = LANES_NAME(outside)(op, bits[lane]);
    any |= outside;
  }
  return __builtin_reduce_or(any < 0) == 0;
}

/* Groups of ordinary arguments take the short form, all others a call: so that the loop keeps its registers. */
#define UNARY(NAME, name, argument)                                                                                    \
  /* n is a multiple of 16 and a constant after inlining. */                                                           \
  ALWAYS_INLINE void LANES_NAME(compute_##name)(int n, const float *x, float *y, int ordinary) {                       \
    if (LANES_##NAME == LANES_TANH)                                                                                    \
      for (int j = 0; j < n; j += 16) LANES_NAME(store16)(y + j, LANES_NAME(tanh16)(LANES_NAME(load16)(x + j)));       \
    else if (ordinary)                                                                                                 \
      GROUPED for (int j = 0; j < n; j++) y[j] = LANES_NAME(ordinary)(LANES_##NAME, x[j]);                             \
    else                                                                                                               \
      GROUPED for (int j = 0; j < n; j++) y[j] = LANES_NAME(name)(x[j]);                                               \
  }                                                                                                                    \
  ALWAYS_INLINE void LANES_NAME(unary_any_##name)(int64_t n, const float *x, float *y, int streams) {                  \
    int64_t grouped = n - n % GROUP, whole = n & -BLOCK, tail = n - whole;                                             \
    for (int64_t i = 0; i < grouped; i += GROUP) {                                                                     \
      float group[GROUP];                                                                                              \
      LANES_NAME(compute_##name)(GROUP, x + i, group, 0);                                                              \
      LANES_NAME(store_group)(y + i, group, streams);                                                                  \
    }                                                                                                                  \
    for (int64_t i = grouped; i < whole; i += BLOCK) {                                                                 \
      float block[BLOCK];                                                                                              \
      LANES_NAME(compute_##name)(BLOCK, x + i, block, 0);                                                              \
      memcpy(y + i, block, sizeof block);                                                                              \
    }                                                                                                                  \
    if (!tail) return;                                                                                                 \
    float in[BLOCK], out[BLOCK];                                                                                       \
    LANES_NAME(load_tail)(in, x + whole, tail);                                                                        \
    LANES_NAME(compute_##name)(BLOCK, in, out, 0);                                                                     \
    LANES_NAME(store_tail)(y + whole, out, tail);                                                                      \
  }                                                                                                                    \
  static __attribute__((noinline, cold)) void LANES_NAME(unary_special_##name)(int64_t n, const float *x, float *y,    \
                                                                               int streams) {                          \
    LANES_NAME(unary_any_##name)(n, x, y, streams);                                                                    \
  }                                                                                                                    \
  static void LANES_NAME(unary_##name)(int64_t n, const float *x, float *y, int streams) {                             \
    if (LANES_NAME(outside)(LANES_##NAME, BITS_OF(1)) < 0) {                                                           \
      LANES_NAME(unary_any_##name)(n, x, y, streams);                                                                  \
      return;                                                                                                          \
    }                                                                                                                  \
    int64_t grouped = n - n % GROUP;                                                                                   \
    for (int64_t i = 0; i < grouped; i += GROUP) {                                                                     \
      if (__builtin_expect(!LANES_NAME(are_ordinary)(LANES_##NAME, x + i), 0)) {                                       \
        LANES_NAME(unary_special_##name)(GROUP, x + i, y + i, streams);                                                \
        continue;                                                                                                      \
      }                                                                                                                \
      float group[GROUP];                                                                                              \
      LANES_NAME(compute_##name)(GROUP, x + i, group, 1);                                                              \
      LANES_NAME(store_group)(y + i, group, streams);                                                                  \
    }                                                                                                                  \
    if (n > grouped) LANES_NAME(unary_special_##name)(n - grouped, x + grouped, y + grouped, streams);                 \
  }                                                                                                                    \
  static void LANES_NAME(unary_gradient_##name)(int64_t n, const float *value, const float *dy, float *dx, int streams) {\
    int64_t grouped = n - n % GROUP, whole = n & -BLOCK, tail = n - whole;                                             \
    for (int64_t i = 0; i < grouped; i += GROUP) {                                                                     \
      float group[GROUP];                                                                                              \
      GROUPED for (int j = 0; j < GROUP; j++) group[j] = LANES_NAME(name##_gradient)(value[i + j], dy[i + j]);         \
      LANES_NAME(store_group)(dx + i, group, streams);                                                                 \
    }                                                                                                                  \
    SIMD for (int64_t i = grouped; i < whole; i++) dx[i] = LANES_NAME(name##_gradient)(value[i], dy[i]);               \
    if (!tail) return;                                                                                                 \
    float in[BLOCK], up[BLOCK], out[BLOCK];                                                                            \
    LANES_NAME(load_tail)(in, value + whole, tail);                                                                    \
    LANES_NAME(load_tail)(up, dy + whole, tail);                                                                       \
    SIMD for (int i = 0; i < BLOCK; i++) out[i] = LANES_NAME(name##_gradient)(in[i], up[i]);                           \
    LANES_NAME(store_tail)(dx + whole, out, tail);                                                                     \
  }
LANES_UNARY_LIST(UNARY)
#undef UNARY

/* An operand's step is 1 or 0: a constant after inlining. Its tail is a block where it is an array. */
#define OPERAND_TAIL(name)                                                                                             \
  float name##_block[BLOCK];                                                                                           \
  if (name##_step) LANES_NAME(load_tail)(name##_block, name + whole, tail);

#define BINARY(NAME, name)                                                                                             \
  ALWAYS_INLINE void LANES_NAME(binary_##name)(int64_t n, const float *a, int a_step, const float *b, int b_step,      \
                                               float *out, int streams) {                                              \
    int64_t grouped = n - n % GROUP, whole = n & -BLOCK, tail = n - whole;                                             \
    const float a_value = *a, b_value = *b;                                                                            \
    for (int64_t i = 0; i < grouped; i += GROUP) {                                                                     \
      float group[GROUP];                                                                                              \
      SIMD for (int j = 0; j < GROUP; j++) group[j] = LANES_NAME(name)(                                                \
          a_step ? a[i + j] : a_value, b_step ? b[i + j] : b_value);                                                   \
      LANES_NAME(store_group)(out + i, group, streams);                                                                \
    }                                                                                                                  \
    SIMD for (int64_t i = grouped; i < whole; i++) out[i] =                                                            \
        LANES_NAME(name)(a_step ? a[i] : a_value, b_step ? b[i] : b_value);                                            \
    if (!tail) return;                                                                                                 \
    OPERAND_TAIL(a)                                                                                                    \
    OPERAND_TAIL(b)                                                                                                    \
    float out_block[BLOCK];                                                                                            \
    SIMD for (int i = 0; i < BLOCK; i++) out_block[i] =                                                                \
        LANES_NAME(name)(a_step ? a_block[i] : a_value, b_step ? b_block[i] : b_value);                                \
    LANES_NAME(store_tail)(out + whole, out_block, tail);                                                              \
  }                                                                                                                    \
  BINARY_STEPS(name, 00, 0, 0)                                                                                         \
  BINARY_STEPS(name, 10, 1, 0)                                                                                         \
  BINARY_STEPS(name, 01, 0, 1)                                                                                         \
  BINARY_STEPS(name, 11, 1, 1)
#define BINARY_STEPS(name, suffix, a_step, b_step)                                                                     \
  static void LANES_NAME(binary_##name##_##suffix)(int64_t n, const float *a, const float *b, float *out, int streams) {\
    LANES_NAME(binary_##name)(n, a, a_step, b, b_step, out, streams);                                                  \
  }
LANES_BINARY_LIST(BINARY)
#undef BINARY
#undef BINARY_STEPS

#define TERNARY(NAME, name)                                                                                            \
  ALWAYS_INLINE void LANES_NAME(ternary_##name)(int64_t n, const float *a, int a_step, const float *b, int b_step,     \
                                                const float *c, int c_step, float *out, int streams) {                 \
    int64_t grouped = n - n % GROUP, whole = n & -BLOCK, tail = n - whole;                                             \
    const float a_value = *a, b_value = *b, c_value = *c;                                                              \
    for (int64_t i = 0; i < grouped; i += GROUP) {                                                                     \
      float group[GROUP];                                                                                              \
      SIMD for (int j = 0; j < GROUP; j++) group[j] = LANES_NAME(name)(                                                \
          a_step ? a[i + j] : a_value, b_step ? b[i + j] : b_value, c_step ? c[i + j] : c_value);                      \
      LANES_NAME(store_group)(out + i, group, streams);                                                                \
    }                                                                                                                  \
    SIMD for (int64_t i = grouped; i < whole; i++) out[i] =                                                            \
        LANES_NAME(name)(a_step ? a[i] : a_value, b_step ? b[i] : b_value, c_step ? c[i] : c_value);                   \
    if (!tail) return;                                                                                                 \
    OPERAND_TAIL(a)                                                                                                    \
    OPERAND_TAIL(b)                                                                                                    \
    OPERAND_TAIL(c)                                                                                                    \
    float out_block[BLOCK];                                                                                            \
    SIMD for (int i = 0; i < BLOCK; i++) out_block[i] = LANES_NAME(name)(                                              \
        a_step ? a_block[i] : a_value, b_step ? b_block[i] : b_value, c_step ? c_block[i] : c_value);                  \
    LANES_NAME(store_tail)(out + whole, out_block, tail);                                                              \
  }                                                                                                                    \
  TERNARY_STEPS(name, 000, 0, 0, 0)                                                                                    \
  TERNARY_STEPS(name, 100, 1, 0, 0)                                                                                    \
  TERNARY_STEPS(name, 010, 0, 1, 0)                                                                                    \
  TERNARY_STEPS(name, 110, 1, 1, 0)                                                                                    \
  TERNARY_STEPS(name, 001, 0, 0, 1)                                                                                    \
  TERNARY_STEPS(name, 101, 1, 0, 1)                                                                                    \
  TERNARY_STEPS(name, 011, 0, 1, 1)                                                                                    \
  TERNARY_STEPS(name, 111, 1, 1, 1)
#define TERNARY_STEPS(name, suffix, a_step, b_step, c_step)                                                            \
  static void LANES_NAME(ternary_##name##_##suffix)(int64_t n, const float *a, const float *b, const float *c,         \
                                                    float *out, int streams) {                                         \
    LANES_NAME(ternary_##name)(n, a, a_step, b, b_step, c, c_step, out, streams);                                      \
  }
LANES_TERNARY_LIST(TERNARY)
#undef TERNARY
#undef TERNARY_STEPS
#undef OPERAND_TAIL

#define UNARY_ROW(NAME, name, argument) [LANES_##NAME] = LANES_NAME(unary_##name),
#define UNARY_GRADIENT_ROW(NAME, name, argument) [LANES_##NAME] = LANES_NAME(unary_gradient_##name),
#define BINARY_ROW(NAME, name)                                                                                         \
  [LANES_##NAME] = {LANES_NAME(binary_##name##_00), LANES_NAME(binary_##name##_10), LANES_NAME(binary_##name##_01),    \
                    LANES_NAME(binary_##name##_11)},
#define TERNARY_ROW(NAME, name)                                                                                        \
  [LANES_##NAME] = {LANES_NAME(ternary_##name##_000), LANES_NAME(ternary_##name##_100),                                \
                    LANES_NAME(ternary_##name##_010), LANES_NAME(ternary_##name##_110),                                \
                    LANES_NAME(ternary_##name##_001), LANES_NAME(ternary_##name##_101),                                \
                    LANES_NAME(ternary_##name##_011), LANES_NAME(ternary_##name##_111)},

#define LANES_ELEMENTWISE_KERNELS                                                                                      \
  {                                                                                                                    \
    .unary = {LANES_UNARY_LIST(UNARY_ROW)}, .unary_gradient = {LANES_UNARY_LIST(UNARY_GRADIENT_ROW)},                  \
    .binary = {LANES_BINARY_LIST(BINARY_ROW)}, .ternary = {LANES_TERNARY_LIST(TERNARY_ROW)},                           \
  }
