#include "../core/checks.h"
#include "small-product.h"

lanes_status lanes_matmul_check(const lanes_context *context, const lanes_matmul_call *call) {
  const int64_t m = call->m, n = call->n, k = call->k;
  if ((unsigned)call->transpose_a > LANES_TRANSPOSED || (unsigned)call->transpose_b > LANES_TRANSPOSED ||
      (unsigned)call->activation >= LANES_UNARY_COUNT)
    return LANES_INVALID_OPERATION;
  LANES_TRY(lanes_check_product(m, 1));
  LANES_TRY(lanes_check_product(n, 1));
  LANES_TRY(lanes_check_product(k, 1));
  LANES_TRY(lanes_check_matrix(call->c, m, n, call->c_stride));
  if (m == 0 || n == 0) return LANES_OK;
  const lanes_extent c = lanes_extent_of(call->c, m, n, call->c_stride);
  if (k > 0 && call->alpha != 0) {
    const int64_t a_rows = call->transpose_a ? k : m, a_columns = call->transpose_a ? m : k;
    const int64_t b_rows = call->transpose_b ? n : k, b_columns = call->transpose_b ? k : n;
    LANES_TRY(lanes_check_matrix(call->a, a_rows, a_columns, call->a_stride));
    LANES_TRY(lanes_check_disjoint(c, lanes_extent_of(call->a, a_rows, a_columns, call->a_stride)));
    if (call->packed_b) {
      if (!lanes_is_packed(context, call->packed_b, k, n)) return LANES_INVALID_PACKING;
      const int64_t floats = lanes_packed_panels(&context->kernels->matmul, call->packed_b, n, k) - call->packed_b;
      LANES_TRY(lanes_check_disjoint(c, lanes_extent_of_vector(call->packed_b, floats)));
    } else {
      LANES_TRY(lanes_check_matrix(call->b, b_rows, b_columns, call->b_stride));
      LANES_TRY(lanes_check_disjoint(c, lanes_extent_of(call->b, b_rows, b_columns, call->b_stride)));
    }
  }
  if (call->gradient_value) {
    LANES_TRY(lanes_check_matrix(call->gradient_value, m, n, call->gradient_value_stride));
    LANES_TRY(lanes_check_disjoint(c, lanes_extent_of(call->gradient_value, m, n, call->gradient_value_stride)));
  }
  return call->bias ? lanes_check_disjoint(c, lanes_extent_of_vector(call->bias, n)) : LANES_OK;
}

/* Smaller products are not worth several threads, whatever the kernels. */
enum { LEAST_FOR_THREADS = 1 << 17 };

static inline int is_small(int64_t size) { return (uint64_t)size - 1 < LANES_SMALL; }

/* Whether it is a call for lanes_matmul_small without fault: what the check below would find, in few steps. Any doubt is no. */
static inline int is_plainly_small(const lanes_matmul_call *call) {
  const int64_t m = call->m, n = call->n, k = call->k, most_stride = (int64_t)1 << 40;
  if (!is_small(m) || !is_small(n) || !is_small(k) || call->alpha != 1 || call->transpose_b != LANES_NORMAL ||
      call->gradient_value || call->packed_b || (unsigned)call->transpose_a > LANES_TRANSPOSED ||
      (unsigned)call->activation > LANES_RELU)
    return 0;
  const int64_t a_rows = call->transpose_a ? k : m, a_columns = call->transpose_a ? m : k;
  const int64_t a_stride = call->a_stride, b_stride = call->b_stride, c_stride = call->c_stride;
  if (a_stride < a_columns || b_stride < n || c_stride < n || (a_stride | b_stride | c_stride) > most_stride ||
      !call->a || !call->b || !call->c)
    return 0;
  const float *a_end = call->a + (a_rows - 1) * a_stride + a_columns, *b_end = call->b + (k - 1) * b_stride + n;
  const float *c = call->c, *c_end = c + (m - 1) * c_stride + n;
  return (a_end <= c || c_end <= call->a) && (b_end <= c || c_end <= call->b) &&
         (!call->bias || call->bias + n <= c || c_end <= call->bias);
}

lanes_status lanes_matmul(const lanes_context *context, const lanes_matmul_call *call) {
  LANES_TRY(lanes_enter(&context));
  if (!call) return LANES_NULL_POINTER;
  if (is_plainly_small(call) && (context->threads == 1 || call->m * call->n * call->k < LEAST_FOR_THREADS)) {
    lanes_matmul_small(&context->kernels->matmul, call);
    return LANES_OK;
  }
  LANES_TRY(lanes_matmul_check(context, call));
  const int64_t m = call->m, n = call->n, k = call->alpha != 0 ? call->k : 0;
  if (m == 0 || n == 0) return LANES_OK;
  if (lanes_takes_lane_order(m, n, k)) return lanes_matmul_in_lane_order(context, call);
  return lanes_matmul_in_chain_order(context, call, k);
}
