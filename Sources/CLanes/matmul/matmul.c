#include "../core/checks.h"
#include "small-decide.h"
#include "bands.h"

/* An input beside C. Without pointers: what can be said of it before they are known. */
LANES_CHECK lanes_status check_input(const int has_pointers, lanes_extent c, const float *data, int64_t rows, int64_t columns,
                                     int64_t stride) {
  static const float some;
  LANES_TRY(lanes_check_matrix(has_pointers ? data : &some, rows, columns, stride));
  return has_pointers ? lanes_check_disjoint(c, lanes_extent_of(data, rows, columns, stride)) : LANES_OK;
}

LANES_CHECK lanes_status check(const int has_pointers, const lanes_context *context, const lanes_matmul_call *call) {
  const int64_t m = call->m, n = call->n, k = call->k;
  if ((unsigned)call->transpose_a > LANES_TRANSPOSED || (unsigned)call->transpose_b > LANES_TRANSPOSED ||
      (unsigned)call->activation >= LANES_UNARY_COUNT)
    return LANES_INVALID_OPERATION;
  LANES_TRY(lanes_check_product(m, 1));
  LANES_TRY(lanes_check_product(n, 1));
  LANES_TRY(lanes_check_product(k, 1));
  const lanes_extent c = lanes_extent_of(call->c, m, n, call->c_stride);
  LANES_TRY(check_input(has_pointers, lanes_extent_of(NULL, 0, 0, 0), call->c, m, n, call->c_stride));
  if (m == 0 || n == 0) return LANES_OK;
  if (k > 0 && call->alpha != 0) {
    const int64_t a_rows = call->transpose_a ? k : m, a_columns = call->transpose_a ? m : k;
    const int64_t b_rows = call->transpose_b ? n : k, b_columns = call->transpose_b ? k : n;
    LANES_TRY(check_input(has_pointers, c, call->a, a_rows, a_columns, call->a_stride));
    if (call->packed_b) {
      if (!lanes_is_packed(context, call->packed_b, k, n)) return LANES_INVALID_PACKING;
      const int64_t floats = lanes_packed_floats(&context->kernels->matmul, n, k);
      LANES_TRY(check_input(has_pointers, c, call->packed_b, 1, floats, floats));
    } else
      LANES_TRY(check_input(has_pointers, c, call->b, b_rows, b_columns, call->b_stride));
  }
  if (call->gradient_value)
    LANES_TRY(check_input(has_pointers, c, call->gradient_value, m, n, call->gradient_value_stride));
  return call->bias ? check_input(has_pointers, c, call->bias, 1, n, n) : LANES_OK;
}

lanes_status lanes_matmul_check(const lanes_context *context, const lanes_matmul_call *call) {
  return check(1, context, call);
}

lanes_status lanes_matmul_check_shape(const lanes_context *context, const lanes_matmul_call *call) {
  return check(0, context, call);
}

void lanes_matmul_straighten(lanes_matmul_call *call) {
  const int64_t m = call->m, n = call->n, k = call->k;
  if (call->transpose_b && (n == 1 || (k == 1 && call->b_stride == 1))) {
    call->transpose_b = LANES_NORMAL;
    call->b_stride = n;
  }
  if ((call->transpose_a ? k : m) == 1) call->a_stride = call->transpose_a ? m : k;
  if ((call->transpose_b ? n : k) == 1) call->b_stride = call->transpose_b ? k : n;
  if (m == 1) call->c_stride = n;
}

/* Whether it is small and without fault: what the check above would find, in a short way. Any doubt is no. */
LANES_FAST int is_plainly_small(const lanes_context *context, const lanes_matmul_call *call) {
  const int64_t m = call->m, n = call->n, k = call->k, most_stride = (int64_t)1 << 38;
  if ((!lanes_has_small_sides(context, call) && !lanes_has_small_b(context, call) && !lanes_is_slim(context, call) &&
       !lanes_is_dense(&context->kernels->matmul, call)) ||
      (unsigned)call->transpose_a > LANES_TRANSPOSED || (unsigned)call->transpose_b > LANES_TRANSPOSED ||
      (call->transpose_b && (n == 1 || k == 1)) || !lanes_is_simple(context, call) ||
      lanes_may_gain_by_turning(context, call))
    return 0;
  const int64_t a_rows = call->transpose_a ? k : m, a_columns = call->transpose_a ? m : k;
  const int64_t b_rows = call->transpose_b ? n : k, b_columns = call->transpose_b ? k : n;
  const int64_t a_stride = call->a_stride, b_stride = call->b_stride, c_stride = call->c_stride;
  if (a_stride < a_columns || b_stride < b_columns || c_stride < n || (a_stride | b_stride | c_stride) > most_stride ||
      !call->a || !call->b || !call->c)
    return 0;
  const float *a_end = call->a + (a_rows - 1) * a_stride + a_columns, *b_end = call->b + (b_rows - 1) * b_stride + b_columns;
  const float *c = call->c, *c_end = c + (m - 1) * c_stride + n;
  return (a_end <= c || c_end <= call->a) && (b_end <= c || c_end <= call->b) &&
         (!call->bias || call->bias + n <= c || c_end <= call->bias);
}

/* In functions of their own, so that each has the registers: few steps; more of them beside a plain B; and everything else. */
static __attribute__((noinline)) lanes_status multiply_few_steps(const lanes_context *context, const lanes_matmul_call *call) {
  if (!lanes_is_alone(context, call)) return lanes_multiply_small(context, call);
  lanes_small_product small;
  __builtin_assume(call->k <= LANES_SHORT_K);
  lanes_decide_small(context, call, 1, &small);
  return small.run(&small, call->a, call->b, call->c, call->bias, NULL);
}

static __attribute__((noinline)) lanes_status multiply_more_steps(const lanes_context *context, const lanes_matmul_call *call) {
  if (!lanes_is_alone(context, call)) return lanes_multiply_small(context, call);
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  if (lanes_is_wide(kernels, call))
    return lanes_wide_kernel(kernels, call)(call, call->a, call->b, call->c, call->bias, NULL);
  if (!lanes_is_dense(kernels, call) && lanes_slim_form_of(kernels, call) == LANES_SLIM_FORMS &&
      lanes_has_small_tiles(context, call)) {
    /* Inlined: what was just decided stays in registers. */
    lanes_small_tiles tiles = lanes_decide_tiles(context, call);
    if (lanes_is_one_tile(&tiles, call))
      return lanes_multiply_small_tile(&tiles, call, call->a, call->b, call->c, call->bias);
    lanes_raise_last_tiles(kernels, call, &tiles);
    return lanes_multiply_small_tiles(&tiles, call, call->a, call->b, call->c, call->bias);
  }
  lanes_small_product small;
  lanes_decide_small(context, call, 1, &small);
  return small.run(&small, call->a, call->b, call->c, call->bias, NULL);
}

static __attribute__((noinline)) lanes_status multiply_any(const lanes_context *context, const lanes_matmul_call *call) {
  if (call->transpose_b && is_plainly_small(context, call)) return lanes_multiply_small(context, call);
  LANES_TRY(lanes_matmul_check(context, call));
  lanes_matmul_call straight = *call;
  lanes_matmul_straighten(&straight);
  const int64_t m = call->m, n = call->n, k = call->alpha != 0 ? call->k : 0;
  if (m == 0 || n == 0) return LANES_OK;
  if (k > 0 && lanes_is_small(context, &straight)) return lanes_multiply_small(context, &straight);
  if (lanes_takes_lane_order(m, n, k)) return lanes_matmul_in_lane_order(context, &straight);
  if (k > 0 && lanes_takes_bands(context, &straight)) return lanes_multiply_bands(context, &straight);
  return lanes_matmul_in_chain_order(context, &straight, k);
}

static __attribute__((noinline)) lanes_status multiply_by_default(const lanes_matmul_call *call) {
  const lanes_context *context = NULL;
  LANES_TRY(lanes_enter(&context));
  return lanes_matmul(context, call);
}

lanes_status lanes_matmul(const lanes_context *context, const lanes_matmul_call *call) {
  if (!context) return multiply_by_default(call);
  if (!call) return LANES_NULL_POINTER;
  if (!call->transpose_b && is_plainly_small(context, call))
    return call->k <= LANES_SHORT_K ? multiply_few_steps(context, call) : multiply_more_steps(context, call);
  return multiply_any(context, call);
}
