/* Small, slim and turned products, on the threads that are worth it: each has some rows of C, or columns where these are more. A
 * B that is to be turned before is turned here, once for all of them. */
#include "small-decide.h"
#include "workspace.h"

typedef struct small_job {
  const lanes_context *context;
  const lanes_matmul_call *call;
  int is_turned, is_along; /* in vectors of rows, or columns, and so are its parts: a slim one, or a turned one */
} small_job;

/* Vectors of rows, or of columns where these are many: a part has one at least, and the last what is left over. One too short to
 * be slim has tiles. */
enum { AT_ONCE = 16 };
static int64_t length_of(const lanes_matmul_call *call) { return call->m > LANES_SLIM ? call->m : call->n; }
static lanes_matmul_call part_along(const lanes_matmul_call *call, int thread, int threads) {
  const int64_t length = length_of(call);
  lanes_part own = lanes_part_of(length / AT_ONCE, 1, thread, threads);
  own = (lanes_part){own.begin * AT_ONCE, thread == threads - 1 ? length : own.end * AT_ONCE};
  return lanes_part_between(call, call->m > LANES_SLIM, own);
}

static void run_part(void *argument, int thread, int threads) {
  const small_job *job = argument;
  const int64_t vector = job->context->kernels->matmul.vector;
  const lanes_matmul_call part =
      job->is_along ? part_along(job->call, thread, threads) : lanes_part_of_call(job->call, vector, thread, threads);
  if (part.m == 0 || part.n == 0) return;
  lanes_small_product small;
  lanes_decide_part(job->context, &part, job->call, job->is_turned, threads, &small);
  small.run(&small, part.a, part.b, part.c, part.bias, NULL);
}

static lanes_status multiply_beside_turned_b(const lanes_context *context, const lanes_matmul_call *call) {
  _Alignas(64) float turned[LANES_ON_STACK];
  const lanes_matmul_call plain = lanes_beside_turned_b(call);
  lanes_small_product small;
  lanes_turn_b(&context->kernels->matmul, call, call->b, turned);
  lanes_decide_small(context, &plain, 1, &small);
  return small.run(&small, call->a, turned, call->c, call->bias, NULL);
}

lanes_status lanes_multiply_small(const lanes_context *context, const lanes_matmul_call *call) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  if (lanes_turns_b_on_stack(context, call)) return multiply_beside_turned_b(context, call);
  if (lanes_is_alone(context, call) && !lanes_turns_b(context, call)) {
    lanes_small_product small;
    lanes_decide_part(context, call, call, lanes_is_worth_turning(context, call), 1, &small);
    return small.run(&small, call->a, call->b, call->c, call->bias, NULL);
  }
  lanes_matmul_call plain;
  if (lanes_turns_b(context, call)) {
    plain = lanes_beside_turned_b(call);
    if (lanes_shares_sets(plain.b_stride)) plain.b_stride += AT_ONCE; /* not of the rows that are made */
    float *turned = lanes_workspace(call->k * plain.b_stride);
    if (!turned) return LANES_OUT_OF_MEMORY;
    kernels->pack_transposed(call->n, call->k, call->b, call->b_stride, 1, turned, plain.b_stride);
    plain.b = turned;
    call = &plain;
  }
  small_job job = {context, call, .is_turned = lanes_is_worth_turning(context, call)};
  job.is_along = job.is_turned || lanes_slim_form_of(kernels, call) != LANES_SLIM_FORMS;
  const double nanoseconds = 2 * (double)call->m * (double)call->n * (double)call->k / kernels->flops;
  const int64_t parts = job.is_along ? lanes_most(length_of(call) / AT_ONCE, 1) : lanes_parts_of_call(call, kernels->vector);
  lanes_run(lanes_threads_for(context, nanoseconds, parts), run_part, &job);
  return LANES_OK;
}
