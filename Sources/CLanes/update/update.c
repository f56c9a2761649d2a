#include "../core/checks.h"
#include "../core/threads.h"

static const double cost = 0.4; /* nanoseconds an element, about */
static const int64_t block = 4096;

enum { MOST_ARRAYS = 4 };

/* Writes to arrays[0 ..< outputs]; the others are read. */
typedef struct update_job {
  void (*apply)(const struct update_job *job, int64_t begin, int64_t count);
  const lanes_update_kernels *kernels;
  int64_t count;
  int outputs, inputs;
  float *arrays[MOST_ARRAYS];
  float scalars[5];
} update_job;

static void run_update(void *argument, int thread, int threads) {
  const update_job *job = argument;
  lanes_part part = lanes_part_of(job->count, block, thread, threads);
  if (part.end > part.begin) job->apply(job, part.begin, part.end - part.begin);
}

static lanes_status update(const lanes_context *context, update_job *job) {
  LANES_TRY(lanes_enter(&context));
  LANES_TRY(lanes_check_product(job->count, 1));
  if (job->count == 0) return LANES_OK;
  int arrays = job->outputs + job->inputs;
  for (int i = 0; i < arrays; i++) {
    if (!job->arrays[i]) return LANES_NULL_POINTER;
    for (int j = 0; j < i && j < job->outputs; j++)
      LANES_TRY(lanes_check_disjoint(lanes_extent_of_vector(job->arrays[i], job->count),
                                     lanes_extent_of_vector(job->arrays[j], job->count)));
  }
  job->kernels = &context->kernels->update;
  int64_t blocks = (job->count + block - 1) / block;
  lanes_run(lanes_threads_for(context, cost * (double)job->count, blocks), run_update, job);
  return LANES_OK;
}

static void apply_sgd(const update_job *job, int64_t i, int64_t n) {
  job->kernels->sgd(n, job->arrays[0] + i, job->arrays[1] + i, job->scalars[0]);
}

lanes_status lanes_sgd(const lanes_context *context, int64_t count, float *parameter, const float *gradient, float rate) {
  return update(context, &(update_job){.apply = apply_sgd,
                                       .count = count,
                                       .outputs = 1,
                                       .inputs = 1,
                                       .arrays = {parameter, (float *)gradient},
                                       .scalars = {rate}});
}

static void apply_momentum(const update_job *job, int64_t i, int64_t n) {
  job->kernels->momentum(n, job->arrays[0] + i, job->arrays[1] + i, job->arrays[2] + i, job->scalars[0], job->scalars[1]);
}
static void apply_nesterov(const update_job *job, int64_t i, int64_t n) {
  job->kernels->nesterov(n, job->arrays[0] + i, job->arrays[1] + i, job->arrays[2] + i, job->scalars[0], job->scalars[1]);
}

lanes_status lanes_momentum(const lanes_context *context, int64_t count, float *parameter, float *velocity,
                            const float *gradient, float rate, float momentum, int nesterov) {
  return update(context, &(update_job){.apply = nesterov ? apply_nesterov : apply_momentum,
                                       .count = count,
                                       .outputs = 2,
                                       .inputs = 1,
                                       .arrays = {parameter, velocity, (float *)gradient},
                                       .scalars = {rate, momentum}});
}

static void apply_adagrad(const update_job *job, int64_t i, int64_t n) {
  job->kernels->adagrad(n, job->arrays[0] + i, job->arrays[1] + i, job->arrays[2] + i, job->scalars[0], job->scalars[1]);
}

lanes_status lanes_adagrad(const lanes_context *context, int64_t count, float *parameter, float *accumulator,
                           const float *gradient, float rate, float epsilon) {
  return update(context, &(update_job){.apply = apply_adagrad,
                                       .count = count,
                                       .outputs = 2,
                                       .inputs = 1,
                                       .arrays = {parameter, accumulator, (float *)gradient},
                                       .scalars = {rate, epsilon}});
}

static void apply_rms_prop(const update_job *job, int64_t i, int64_t n) {
  job->kernels->rms_prop(n, job->arrays[0] + i, job->arrays[1] + i, job->arrays[2] + i, job->arrays[3] + i,
                         job->scalars[0], job->scalars[1], job->scalars[2], job->scalars[3]);
}

lanes_status lanes_rms_prop(const lanes_context *context, int64_t count, float *parameter, float *mean_square,
                            float *velocity, const float *gradient, float rate, float rho, float momentum,
                            float epsilon) {
  return update(context, &(update_job){.apply = apply_rms_prop,
                                       .count = count,
                                       .outputs = 3,
                                       .inputs = 1,
                                       .arrays = {parameter, mean_square, velocity, (float *)gradient},
                                       .scalars = {rate, 1 - rho, momentum, epsilon}});
}

static void apply_adam(const update_job *job, int64_t i, int64_t n) {
  job->kernels->adam(n, job->arrays[0] + i, job->arrays[1] + i, job->arrays[2] + i, job->arrays[3] + i, job->scalars[0],
                     job->scalars[1], job->scalars[2], job->scalars[3], job->scalars[4]);
}

lanes_status lanes_adam(const lanes_context *context, int64_t count, float *parameter, float *first_moment,
                        float *second_moment, const float *gradient, float rate, float beta1, float beta2,
                        float epsilon, float shrink) {
  return update(context, &(update_job){.apply = apply_adam,
                                       .count = count,
                                       .outputs = 3,
                                       .inputs = 1,
                                       .arrays = {parameter, first_moment, second_moment, (float *)gradient},
                                       .scalars = {rate, 1 - beta1, 1 - beta2, epsilon, shrink}});
}

static void apply_moving_average(const update_job *job, int64_t i, int64_t n) {
  job->kernels->moving_average(n, job->arrays[0] + i, job->arrays[1] + i, job->scalars[0]);
}

lanes_status lanes_moving_average(const lanes_context *context, int64_t count, float *average, const float *parameter,
                                  float decay) {
  return update(context, &(update_job){.apply = apply_moving_average,
                                       .count = count,
                                       .outputs = 1,
                                       .inputs = 1,
                                       .arrays = {average, (float *)parameter},
                                       .scalars = {1 - decay}});
}
