/* Bands: few rows of C beside many columns, in the chain order, C2. */
#ifndef LANES_BANDS_H
#define LANES_BANDS_H

#include "paths.h"

/* B's rows are to be read from one end to the other where they come from memory, or are so far apart that their lines fill but a
 * few places of the smaller caches; and there are so many steps that they outweigh a way through the buffer for each row of C. */
enum { LANES_FEW_ROWS = 4, LANES_CROWDED_STRIDE = 128 };
static inline int lanes_takes_bands(const lanes_context *context, const lanes_matmul_call *call) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int64_t m = call->m, size = call->n * call->k;
  const int are_few = m <= LANES_FEW_ROWS;
  if (m > kernels->bands.rows || call->transpose_b || call->packed_b || call->k < m * kernels->bands.steps[are_few] ||
      call->n < kernels->bands.columns * context->threads)
    return 0;
  if (size > context->streaming_floats / kernels->bands.share[are_few]) return 1;
  return m <= kernels->bands.crowded_rows && size > context->blocking.level2 && call->b_stride % LANES_CROWDED_STRIDE == 0;
}

lanes_status lanes_multiply_bands(const lanes_context *context, const lanes_matmul_call *call);

#endif
