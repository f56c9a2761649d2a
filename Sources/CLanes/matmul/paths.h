/* The ways through a matmul. Arguments are checked before, m and n are not 0. */
#ifndef LANES_MATMUL_PATHS_H
#define LANES_MATMUL_PATHS_H

#include "../core/threads.h"

/* The chain order, C2. With k = 0, A and B are not read. */
lanes_status lanes_matmul_in_chain_order(const lanes_context *context, const lanes_matmul_call *call, int64_t k);

/* The lane order, C2: k ≥ 128, and m = 1 or n = 1 or m·n ≤ 64. */
lanes_status lanes_matmul_in_lane_order(const lanes_context *context, const lanes_matmul_call *call);

static inline int64_t lanes_least(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t lanes_divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

/* The size of blocks that are as equal as multiples allow, and no larger than `most`. */
static inline int64_t lanes_even_block(int64_t count, int64_t most, int64_t multiple) {
  if (count <= most) return count;
  int64_t even = lanes_divide_up(count, lanes_divide_up(count, most));
  return lanes_least(most, lanes_divide_up(even, multiple) * multiple);
}

/* Blocks of k are multiples of the lanes, so that a block's first step belongs to lane 0. */
static inline int64_t lanes_block_k(const lanes_matmul_kernels *kernels, int64_t k) {
  return lanes_even_block(k, kernels->kc, LANES_LANES);
}

/* A packed B: a header, then for each block of k the panels of all columns. */
enum { LANES_PACKED_HEADER = 16 }; /* floats */

/* The panels of the block that begins with step p. */
static inline const float *lanes_packed_panels(const lanes_matmul_kernels *kernels, const float *packed_b, int64_t n,
                                               int64_t p) {
  return packed_b + LANES_PACKED_HEADER + p * lanes_divide_up(n, kernels->nr) * kernels->nr;
}

/* Sizes, strides, overlaps, packing. */
lanes_status lanes_matmul_check(const lanes_kernels *kernels, const lanes_matmul_call *call);

/* Whether it was packed for these kernels, k and n. */
int lanes_is_packed(const lanes_kernels *kernels, const float *packed_b, int64_t k, int64_t n);

#endif
