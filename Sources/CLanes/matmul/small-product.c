/* Small products that are worth several threads: each has some rows of C, or columns where these are more. */
#include "small-product.h"

typedef struct small_job {
  const lanes_context *context;
  const lanes_matmul_call *call;
} small_job;

static void run_part(void *argument, int thread, int threads) {
  const small_job *job = argument;
  const lanes_matmul_call part = lanes_part_of_call(job->call, job->context->kernels->matmul.vector, thread, threads);
  if (part.m == 0 || part.n == 0) return;
  lanes_small_product small;
  lanes_decide_small(job->context, &part, &small);
  small.run(&small, part.a, part.b, part.c, part.bias, NULL);
}

lanes_status lanes_multiply_small(const lanes_context *context, const lanes_matmul_call *call) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  small_job job = {context, call};
  const double nanoseconds = 2 * (double)call->m * (double)call->n * (double)call->k / kernels->flops;
  int64_t parts = lanes_parts_of_call(call, kernels->vector);
  /* A part of a column, or of what is turned, may be of no form that has a kernel. */
  if (lanes_column_form_of(kernels, call) != LANES_COLUMN_FORMS) parts = 1;
  lanes_run(lanes_threads_for(context, nanoseconds, parts), run_part, &job);
  return LANES_OK;
}
