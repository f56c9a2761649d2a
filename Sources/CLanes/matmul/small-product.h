/* C2's chain order for sizes at which deciding how to multiply would take longer than multiplying: the micro-kernels, one
 * after the other, with operands where they are. */
#ifndef LANES_MATMUL_SMALL_PRODUCT_H
#define LANES_MATMUL_SMALL_PRODUCT_H

#include "paths.h"

/* The sizes of such products, at most. */
enum { LANES_SMALL = 64 };

static inline int64_t even_rows(int64_t m, int most) {
  if (m <= most) return m;
  const uint32_t tiles = ((uint32_t)m + (uint32_t)most - 1) / (uint32_t)most;
  return ((uint32_t)m + tiles - 1) / tiles;
}

/* op(B) is B, alpha is 1, and there is no activation but relu. */
static inline void lanes_matmul_small(const lanes_matmul_kernels *kernels, const lanes_matmul_call *call) {
  const int64_t m = call->m, n = call->n, vector = kernels->vector;
  /* As many vectors side by side as there are, but two and two for four. */
  const int64_t whole = n > kernels->vectors * vector || n <= 2 * vector ? 2 * vector : 3 * vector;
  lanes_micro_tile tile; /* Without a period, what is to be fetched is not looked at. */
  tile.k = call->k;
  tile.a_stride = call->a_stride;
  tile.b_stride = call->b_stride;
  tile.c_stride = call->c_stride;
  tile.beta = call->beta;
  tile.relu = call->activation == LANES_RELU;
  tile.next_c = NULL;
  tile.period = 0;
  const lanes_micro_kernel(*micro)[LANES_LAST_FORMS][LANES_MOST_MR] =
      kernels->micro[call->transpose_a ? LANES_A_PANEL : LANES_A_ROWS];
  const int64_t a_step = call->transpose_a ? 1 : call->a_stride;
  for (int64_t j = 0; j < n; j += whole) {
    tile.columns = lanes_least(whole, n - j);
    const int vectors = tile.columns > 2 * vector ? 3 : tile.columns > vector ? 2 : 1;
    const lanes_micro_kernel *of_rows = micro[vectors - 1][lanes_last_vector_of(kernels, tile.columns, vectors, 0)];
    const int64_t rows = even_rows(m, kernels->mr[vectors - 1]);
    tile.b = call->b + j;
    tile.bias = call->bias ? call->bias + j : NULL;
    for (int64_t i = 0; i < m; i += rows) {
      tile.a = call->a + i * a_step;
      tile.c = call->c + i * call->c_stride + j;
      of_rows[lanes_least(rows, m - i) - 1](&tile);
    }
  }
}

#endif
