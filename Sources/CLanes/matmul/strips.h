/* Strips: few rows of C beside many columns, in the chain order, C2. */
#ifndef LANES_STRIPS_H
#define LANES_STRIPS_H

#include "paths.h"

/* B's rows are to be read from one end to the other where they come from memory, or are so far apart that their lines fill but a
 * few places of the smaller caches. */
enum { LANES_CROWDED_STRIDE = 128 };
static inline int lanes_takes_strips(const lanes_context *context, const lanes_matmul_call *call) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  enum { FEW_ROWS = 4 };
  const int64_t m = call->m, size = call->n * call->k;
  if (m > kernels->strips.rows || call->transpose_b || call->packed_b || call->k <= LANES_SHORT_K ||
      call->n < kernels->strips.columns * context->threads)
    return 0;
  if (size > context->streaming_floats / kernels->strips.share[m <= FEW_ROWS]) return 1;
  return m <= kernels->strips.crowded_rows && size > context->blocking.level2 && call->b_stride % LANES_CROWDED_STRIDE == 0;
}

lanes_status lanes_multiply_strips(const lanes_context *context, const lanes_matmul_call *call);

#endif
