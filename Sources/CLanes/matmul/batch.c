/* Many products of one shape: the threads share the products where there are enough of them, or one has not enough to do for
 * several, and else each product. */
#include "../core/checks.h"
#include "paths.h"

#include <stdatomic.h>

typedef struct batch_job {
  lanes_product product;
  const lanes_matmul_call *call; /* the first product's */
  lanes_matmul_steps steps;
  int64_t count;
  _Atomic(lanes_status) status;
} batch_job;

static const float *further(const float *data, int64_t i, int64_t step) { return data ? data + i * step : NULL; }

static void run_products(void *argument, int thread, int threads) {
  batch_job *job = argument;
  const lanes_matmul_call *call = job->call;
  const lanes_matmul_steps *steps = &job->steps;
  const lanes_part part = lanes_part_of(job->count, 1, thread, threads);
  for (int64_t i = part.begin; i < part.end; i++) {
    const lanes_status status =
        lanes_product_run(&job->product, further(call->a, i, steps->a), further(call->b, i, steps->b),
                          call->c + i * steps->c, call->bias, further(call->gradient_value, i, steps->gradient_value));
    if (status != LANES_OK) atomic_store_explicit(&job->status, status, memory_order_relaxed);
  }
}

/* From the first element of the first matrix to the last of the last one. */
static lanes_status check_reach(int64_t count, int64_t step, int64_t rows, int64_t stride) {
  int64_t reach, matrix;
  if (step < 0 || __builtin_mul_overflow(count, step, &reach) || __builtin_mul_overflow(rows, stride, &matrix) ||
      __builtin_add_overflow(reach, matrix, &reach) || reach > LANES_MOST_ELEMENTS)
    return LANES_INVALID_STRIDE;
  return LANES_OK;
}

static lanes_extent reach_of(const float *data, int64_t count, int64_t step, int64_t rows, int64_t columns, int64_t stride) {
  if (!data || rows == 0 || columns == 0) return lanes_extent_of_vector(NULL, 0);
  return lanes_extent_of_vector(data, (count - 1) * step + (rows - 1) * stride + columns);
}

static lanes_status check_batch(const lanes_matmul_kernels *kernels, const lanes_matmul_call *call, int64_t count,
                                const lanes_matmul_steps *steps) {
  const int64_t m = call->m, n = call->n, k = call->k;
  const int64_t a_rows = call->transpose_a ? k : m, a_columns = call->transpose_a ? m : k;
  const int64_t b_rows = call->transpose_b ? n : k, b_columns = call->transpose_b ? k : n;
  const float *b = call->packed_b ? NULL : call->b;
  LANES_TRY(check_reach(count, steps->a, a_rows, call->a_stride));
  LANES_TRY(b ? check_reach(count, steps->b, b_rows, call->b_stride) : LANES_OK);
  LANES_TRY(check_reach(count, steps->c, m, call->c_stride));
  LANES_TRY(call->gradient_value ? check_reach(count, steps->gradient_value, m, call->gradient_value_stride) : LANES_OK);
  const int is_behind = steps->c >= (m - 1) * call->c_stride + n;
  const int is_beside = steps->c >= n && steps->c <= call->c_stride / count;
  if (!is_behind && !is_beside) return LANES_OVERLAP;
  const lanes_extent c = reach_of(call->c, count, steps->c, m, n, call->c_stride);
  if (k > 0 && call->alpha != 0) {
    LANES_TRY(lanes_check_disjoint(c, reach_of(call->a, count, steps->a, a_rows, a_columns, call->a_stride)));
    LANES_TRY(lanes_check_disjoint(c, reach_of(b, count, steps->b, b_rows, b_columns, call->b_stride)));
    if (call->packed_b)
      LANES_TRY(lanes_check_disjoint(c, lanes_extent_of_vector(call->packed_b, lanes_packed_floats(kernels, n, k))));
  }
  LANES_TRY(lanes_check_disjoint(c, lanes_extent_of_vector(call->bias, call->bias ? n : 0)));
  return lanes_check_disjoint(c, reach_of(call->gradient_value, count, steps->gradient_value, m, n,
                                          call->gradient_value_stride));
}

lanes_status lanes_matmul_batch(const lanes_context *context, const lanes_matmul_call *call, int64_t count,
                                lanes_matmul_steps steps) {
  LANES_TRY(lanes_enter(&context));
  if (!call) return LANES_NULL_POINTER;
  LANES_TRY(lanes_check_product(count, 1));
  if (count == 0 || call->m == 0 || call->n == 0) return LANES_OK;
  LANES_TRY(lanes_matmul_check(context, call));
  if (count > 1) LANES_TRY(check_batch(&context->kernels->matmul, call, count, &steps));
  batch_job job = {.call = call, .steps = steps, .count = count, .status = LANES_OK};
  if (call->packed_b) job.steps.b = 0;
  const double each = 2 * (double)call->m * (double)call->n * (double)call->k / context->kernels->matmul.flops;
  const int threads = lanes_threads_for(context, each * (double)count, count);
  const int are_alone = lanes_is_alone(context, call) || lanes_threads_for(context, each, threads) == 1;
  const int shares_products = are_alone || count >= 4 * (int64_t)threads;
  lanes_context alone = *context;
  alone.threads = 1;
  LANES_TRY(lanes_matmul_prepare(shares_products ? &alone : context, call, &job.product));
  lanes_run(shares_products ? threads : 1, run_products, &job);
  return atomic_load_explicit(&job.status, memory_order_relaxed);
}
