#include "../core/checks.h"
#include "../core/threads.h"
#include "streaming.h"

/* Nanoseconds an element, about: enough to choose a number of threads. */
static const double cost = 0.3;
static const int64_t block = 4096;

typedef struct unary_job {
  lanes_unary_kernel kernel;
  int streams;
  int64_t count;
  const float *x;
  float *y;
} unary_job;

static void run_unary(void *argument, int thread, int threads) {
  const unary_job *job = argument;
  const lanes_part part = lanes_part_of(job->count, block, thread, threads);
  const float *x = job->x + part.begin;
  float *y = job->y + part.begin;
  const int64_t n = part.end - part.begin, head = job->streams ? lanes_floats_to_line(y, n) : 0;
  if (head > 0) job->kernel(head, x, y, 0);
  if (n > head) job->kernel(n - head, x + head, y + head, job->streams);
  lanes_finish_streaming(job->streams);
}

lanes_status lanes_unary(const lanes_context *context, lanes_unary_op op, int64_t count, const float *x, float *y) {
  LANES_TRY(lanes_enter(&context));
  if ((unsigned)op >= LANES_UNARY_COUNT) return LANES_INVALID_OPERATION;
  LANES_TRY(lanes_check_product(count, 1));
  if (count == 0) return LANES_OK;
  if (!x || !y) return LANES_NULL_POINTER;
  LANES_TRY(lanes_check_in_place(lanes_extent_of_vector(y, count), lanes_extent_of_vector(x, count)));
  unary_job job = {context->kernels->elementwise.unary[op], y != x && lanes_streams(context, 1, count, y), count, x, y};
  lanes_run(lanes_threads_for(context, cost * (double)count, (count + block - 1) / block), run_unary, &job);
  return LANES_OK;
}

typedef struct unary_gradient_job {
  lanes_unary_gradient_kernel kernel;
  int streams;
  int64_t count;
  const float *value, *dy;
  float *dx;
} unary_gradient_job;

static void run_unary_gradient(void *argument, int thread, int threads) {
  const unary_gradient_job *job = argument;
  const lanes_part part = lanes_part_of(job->count, block, thread, threads);
  const float *value = job->value + part.begin, *dy = job->dy + part.begin;
  float *dx = job->dx + part.begin;
  const int64_t n = part.end - part.begin, head = job->streams ? lanes_floats_to_line(dx, n) : 0;
  if (head > 0) job->kernel(head, value, dy, dx, 0);
  if (n > head) job->kernel(n - head, value + head, dy + head, dx + head, job->streams);
  lanes_finish_streaming(job->streams);
}

lanes_status lanes_unary_gradient(const lanes_context *context, lanes_unary_op op, int64_t count, const float *value,
                                  const float *dy, float *dx) {
  LANES_TRY(lanes_enter(&context));
  if ((unsigned)op >= LANES_UNARY_COUNT) return LANES_INVALID_OPERATION;
  LANES_TRY(lanes_check_product(count, 1));
  if (count == 0) return LANES_OK;
  if (!value || !dy || !dx) return LANES_NULL_POINTER;
  LANES_TRY(lanes_check_in_place(lanes_extent_of_vector(dx, count), lanes_extent_of_vector(value, count)));
  LANES_TRY(lanes_check_in_place(lanes_extent_of_vector(dx, count), lanes_extent_of_vector(dy, count)));
  unary_gradient_job job = {
      context->kernels->elementwise.unary_gradient[op],
      dx != value && dx != dy && lanes_streams(context, 1, count, dx), count, value, dy, dx};
  lanes_run(lanes_threads_for(context, cost * (double)count, (count + block - 1) / block), run_unary_gradient, &job);
  return LANES_OK;
}
