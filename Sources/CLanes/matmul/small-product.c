/* Small products that are worth several threads: each has some rows of C, or columns where these are more. */
#include "small-product.h"

typedef struct small_job {
  const lanes_context *context;
  const lanes_matmul_call *call;
  int is_slim;
} small_job;

/* A slim C in vectors of rows, or of columns where it is turned: a part has one at least, and the last what is left over. */
enum { AT_ONCE = 16 };
static int64_t slim_length(const lanes_matmul_call *call) { return call->n <= LANES_SLIM ? call->m : call->n; }
static lanes_matmul_call slim_part(const lanes_matmul_call *call, int thread, int threads) {
  const int64_t length = slim_length(call);
  lanes_part own = lanes_part_of(length / AT_ONCE, 1, thread, threads);
  own = (lanes_part){own.begin * AT_ONCE, thread == threads - 1 ? length : own.end * AT_ONCE};
  return lanes_part_between(call, call->n <= LANES_SLIM, own);
}

static void run_part(void *argument, int thread, int threads) {
  const small_job *job = argument;
  const int64_t vector = job->context->kernels->matmul.vector;
  const lanes_matmul_call part =
      job->is_slim ? slim_part(job->call, thread, threads) : lanes_part_of_call(job->call, vector, thread, threads);
  if (part.m == 0 || part.n == 0) return;
  lanes_small_product small;
  lanes_decide_small(job->context, &part, &small);
  small.run(&small, part.a, part.b, part.c, part.bias, NULL);
}

lanes_status lanes_multiply_small(const lanes_context *context, const lanes_matmul_call *call) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  small_job job = {context, call, lanes_slim_form_of(kernels, call) != LANES_SLIM_FORMS};
  const double nanoseconds = 2 * (double)call->m * (double)call->n * (double)call->k / kernels->flops;
  const int64_t parts = job.is_slim ? lanes_most(slim_length(call) / AT_ONCE, 1) : lanes_parts_of_call(call, kernels->vector);
  lanes_run(lanes_threads_for(context, nanoseconds, parts), run_part, &job);
  return LANES_OK;
}
