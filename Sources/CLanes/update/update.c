#include "../core/checks.h"
#include "../core/threads.h"

static const double cost = 0.4; /* nanoseconds an element, about */
static const int64_t block = 4096;

enum { MOST_ARRAYS = 5 };

/* The first `outputs` arrays are written, the others read. */
static lanes_status check(int64_t count, int outputs, int arrays, const float *const *array) {
  for (int i = 0; i < arrays; i++) {
    if (!array[i]) return LANES_NULL_POINTER;
    for (int j = 0; j < i && j < outputs; j++)
      LANES_TRY(lanes_check_disjoint(lanes_extent_of_vector(array[i], count), lanes_extent_of_vector(array[j], count)));
  }
  return LANES_OK;
}

static int threads_for(const lanes_context *context, int64_t count) {
  return lanes_threads_for(context, cost * (double)count, (count + block - 1) / block);
}

typedef struct update_job {
  const lanes_update_call *call;
  void (*rule)(const lanes_update_call *call, int64_t begin, int64_t n, int is_treated);
  int is_treated;
} update_job;

static void run_update(void *argument, int thread, int threads) {
  const update_job *job = argument;
  lanes_part part = lanes_part_of(job->call->count, block, thread, threads);
  if (part.end > part.begin) job->rule(job->call, part.begin, part.end - part.begin, job->is_treated);
}

lanes_status lanes_update(const lanes_context *context, const lanes_update_call *call) {
  LANES_TRY(lanes_enter(&context));
  if (!call) return LANES_NULL_POINTER;
  if ((unsigned)call->rule >= LANES_UPDATE_COUNT) return LANES_INVALID_OPERATION;
  LANES_TRY(lanes_check_product(call->count, 1));
  if (call->count == 0) return LANES_OK;
  const float *array[MOST_ARRAYS] = {call->parameter};
  int outputs = 1;
  if (call->rule != LANES_SGD) array[outputs++] = call->first;
  if (call->rule >= LANES_RMS_PROP) array[outputs++] = call->second;
  if (call->average) array[outputs++] = call->average;
  array[outputs] = call->gradient;
  LANES_TRY(check(call->count, outputs, outputs + 1, array));
  float infinity = __builtin_inff();
  update_job job = {.call = call,
                    .rule = context->kernels->update.rules[call->rule],
                    .is_treated = call->scale != 1 || call->low > -infinity || call->high < infinity ||
                                  call->decay != 0 || call->shrink != 0};
  lanes_run(threads_for(context, call->count), run_update, &job);
  return LANES_OK;
}

typedef struct average_job {
  const lanes_update_kernels *kernels;
  int64_t count;
  float *average;
  const float *parameter;
  float share;
} average_job;

static void run_average(void *argument, int thread, int threads) {
  const average_job *job = argument;
  lanes_part part = lanes_part_of(job->count, block, thread, threads);
  if (part.end > part.begin)
    job->kernels->moving_average(part.end - part.begin, job->average + part.begin, job->parameter + part.begin, job->share);
}

lanes_status lanes_moving_average(const lanes_context *context, int64_t count, float *average, const float *parameter,
                                  float decay) {
  LANES_TRY(lanes_enter(&context));
  LANES_TRY(lanes_check_product(count, 1));
  if (count == 0) return LANES_OK;
  LANES_TRY(check(count, 1, 2, (const float *[]){average, parameter}));
  average_job job = {&context->kernels->update, count, average, parameter, 1 - decay};
  lanes_run(threads_for(context, count), run_average, &job);
  return LANES_OK;
}
