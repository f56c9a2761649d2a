#include "../core/checks.h"
#include "../core/threads.h"
#include "../matmul/workspace.h"
#include "labels.h"

static const double cost = 0.2; /* nanoseconds an element, about */

/* Rows a kernel takes at once: a block of them stays in the first-level cache between its passes. */
static int64_t rows_at_once(int64_t columns) {
  const int64_t rows = 4096 / columns;
  return rows < 1 ? 1 : rows < LANES_SOFTMAX_ROWS ? rows : LANES_SOFTMAX_ROWS;
}

/* A row of scratch memory, behind `kept` floats of the thread's workspace, where an output beside its input goes past the
 * cache, else NULL: together they exceed what last-level caches hold, and rows are long enough to be mostly whole cache
 * lines. Without memory nothing streams. */
static float *scratch_for(const lanes_context *context, const float *in, const float *out, int64_t rows, int64_t columns,
                          int64_t kept) {
  const int streams = out && out != in && (uintptr_t)out % sizeof(float) == 0 && columns >= 1024 &&
                      rows > context->streaming_floats / 2 / columns;
  float *workspace = streams ? lanes_workspace(kept + columns) : NULL;
  return workspace ? workspace + kept : NULL;
}

/* Orders what was written past the cache before what the thread writes next. */
static void finish_streaming(const float *scratch) {
#if defined(__x86_64__)
  if (scratch) __builtin_ia32_sfence();
#else
  (void)scratch;
#endif
}

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

typedef struct softmax_job {
  const lanes_context *context;
  lanes_softmax_kernel kernel;
  int64_t rows, columns;
  const float *x;
  int64_t x_stride;
  float *y;
  int64_t y_stride;
} softmax_job;

static void run_softmax(void *argument, int thread, int threads) {
  const softmax_job *job = argument;
  lanes_part part = lanes_part_of(job->rows, 1, thread, threads);
  float *scratch = scratch_for(job->context, job->x, job->y, job->rows, job->columns, 0);
  /* A kernel that streams writes one row while it computes the next. */
  const int64_t block = scratch ? part.end - part.begin : rows_at_once(job->columns);
  for (int64_t i = part.begin; i < part.end; i += block)
    job->kernel(smaller(block, part.end - i), job->columns, job->x + i * job->x_stride, job->x_stride,
                job->y + i * job->y_stride, job->y_stride, scratch);
  finish_streaming(scratch);
}

static lanes_status softmax(const lanes_context *context, const softmax_job *job) {
  int64_t rows = job->rows, columns = job->columns;
  LANES_TRY(lanes_check_matrix(job->x, rows, columns, job->x_stride));
  LANES_TRY(lanes_check_matrix(job->y, rows, columns, job->y_stride));
  if (rows == 0) return LANES_OK;
  if (columns == 0) return LANES_EMPTY;
  LANES_TRY(lanes_check_in_place(lanes_extent_of(job->y, rows, columns, job->y_stride),
                                 lanes_extent_of(job->x, rows, columns, job->x_stride)));
  lanes_run(lanes_threads_for(context, cost * (double)rows * (double)columns, rows), run_softmax, (void *)job);
  return LANES_OK;
}

lanes_status lanes_softmax(const lanes_context *context, int64_t rows, int64_t columns, const float *x, int64_t x_stride,
                           float *y, int64_t y_stride) {
  LANES_TRY(lanes_enter(&context));
  return softmax(context,
                 &(softmax_job){context, context->kernels->softmax.softmax, rows, columns, x, x_stride, y, y_stride});
}

lanes_status lanes_log_softmax(const lanes_context *context, int64_t rows, int64_t columns, const float *x,
                               int64_t x_stride, float *y, int64_t y_stride) {
  LANES_TRY(lanes_enter(&context));
  return softmax(context,
                 &(softmax_job){context, context->kernels->softmax.log_softmax, rows, columns, x, x_stride, y, y_stride});
}

typedef struct gradient_job {
  lanes_softmax_gradient_kernel kernel;
  int64_t rows, columns;
  const float *y;
  int64_t y_stride;
  const float *dy;
  int64_t dy_stride;
  float *dx;
  int64_t dx_stride;
} gradient_job;

static void run_gradient(void *argument, int thread, int threads) {
  const gradient_job *job = argument;
  lanes_part part = lanes_part_of(job->rows, 1, thread, threads);
  for (int64_t i = part.begin; i < part.end; i++)
    job->kernel(job->columns, job->y + i * job->y_stride, job->dy + i * job->dy_stride, job->dx + i * job->dx_stride);
}

static lanes_status gradient(const lanes_context *context, const gradient_job *job) {
  int64_t rows = job->rows, columns = job->columns;
  LANES_TRY(lanes_check_matrix(job->y, rows, columns, job->y_stride));
  LANES_TRY(lanes_check_matrix(job->dy, rows, columns, job->dy_stride));
  LANES_TRY(lanes_check_matrix(job->dx, rows, columns, job->dx_stride));
  if (rows == 0) return LANES_OK;
  if (columns == 0) return LANES_EMPTY;
  lanes_extent out = lanes_extent_of(job->dx, rows, columns, job->dx_stride);
  LANES_TRY(lanes_check_in_place(out, lanes_extent_of(job->y, rows, columns, job->y_stride)));
  LANES_TRY(lanes_check_in_place(out, lanes_extent_of(job->dy, rows, columns, job->dy_stride)));
  lanes_run(lanes_threads_for(context, cost * (double)rows * (double)columns, rows), run_gradient, (void *)job);
  return LANES_OK;
}

lanes_status lanes_softmax_gradient(const lanes_context *context, int64_t rows, int64_t columns, const float *y,
                                    int64_t y_stride, const float *dy, int64_t dy_stride, float *dx, int64_t dx_stride) {
  LANES_TRY(lanes_enter(&context));
  return gradient(context, &(gradient_job){context->kernels->softmax.gradient, rows, columns, y, y_stride, dy, dy_stride,
                                           dx, dx_stride});
}

lanes_status lanes_log_softmax_gradient(const lanes_context *context, int64_t rows, int64_t columns, const float *y,
                                        int64_t y_stride, const float *dy, int64_t dy_stride, float *dx,
                                        int64_t dx_stride) {
  LANES_TRY(lanes_enter(&context));
  return gradient(context, &(gradient_job){context->kernels->softmax.log_gradient, rows, columns, y, y_stride, dy,
                                           dy_stride, dx, dx_stride});
}

typedef struct cross_entropy_job {
  const lanes_context *context;
  const lanes_cross_entropy_call *call;
  int64_t kept; /* floats of the caller's workspace that hold losses */
} cross_entropy_job;

static lanes_cross_entropy_kernel cross_entropy_kernel(const lanes_softmax_kernels *kernels,
                                                       const lanes_cross_entropy_call *call) {
  const lanes_label_options *options = &call->label_options;
  if (!call->labels) return kernels->cross_entropy_targets;
  if (options->smoothing != 0) return kernels->cross_entropy_smoothed;
  return options->ignores || options->class_weights ? kernels->cross_entropy_options : kernels->cross_entropy_labels;
}

static void run_cross_entropy(void *argument, int thread, int threads) {
  const cross_entropy_job *job = argument;
  const lanes_cross_entropy_call *call = job->call;
  lanes_part part = lanes_part_of(call->rows, 1, thread, threads);
  const lanes_cross_entropy_kernel kernel = cross_entropy_kernel(&job->context->kernels->softmax, call);
  float *scratch = scratch_for(job->context, call->logits, call->gradient, call->rows, call->columns, job->kept);
  const int64_t block = !scratch ? rows_at_once(call->columns) : call->labels ? part.end - part.begin : 1;
  for (int64_t i = part.begin; i < part.end; i += block) kernel(call, i, smaller(block, part.end - i), scratch);
  finish_streaming(scratch);
}

static lanes_status check_cross_entropy(const lanes_cross_entropy_call *call) {
  int64_t rows = call->rows, columns = call->columns;
  LANES_TRY(lanes_check_matrix(call->logits, rows, columns, call->logits_stride));
  if (rows == 0) return LANES_OK;
  if (columns == 0) return LANES_EMPTY;
  const float *weights = call->labels ? call->label_options.class_weights : NULL;
  lanes_extent logits = lanes_extent_of(call->logits, rows, columns, call->logits_stride);
  lanes_extent aim = lanes_extent_of_vector(call->labels, rows);
  if (!call->labels) {
    LANES_TRY(lanes_check_matrix(call->targets, rows, columns, call->targets_stride));
    aim = lanes_extent_of(call->targets, rows, columns, call->targets_stride);
  }
  lanes_extent loss = lanes_extent_of_vector(call->loss, call->loss ? rows : 0);
  lanes_extent mean = lanes_extent_of_vector(call->mean, call->mean ? 1 : 0);
  lanes_extent class_weights = lanes_extent_of_vector(weights, weights ? columns : 0);
  LANES_TRY(lanes_check_disjoint(loss, logits));
  LANES_TRY(lanes_check_disjoint(loss, aim));
  LANES_TRY(lanes_check_disjoint(loss, class_weights));
  LANES_TRY(lanes_check_disjoint(mean, logits));
  LANES_TRY(lanes_check_disjoint(mean, aim));
  LANES_TRY(lanes_check_disjoint(mean, class_weights));
  LANES_TRY(lanes_check_disjoint(mean, loss));
  if (call->gradient) {
    LANES_TRY(lanes_check_matrix(call->gradient, rows, columns, call->gradient_stride));
    lanes_extent gradient = lanes_extent_of(call->gradient, rows, columns, call->gradient_stride);
    LANES_TRY(lanes_check_in_place(gradient, logits));
    LANES_TRY(lanes_check_disjoint(gradient, aim));
    LANES_TRY(lanes_check_disjoint(gradient, class_weights));
    LANES_TRY(lanes_check_disjoint(gradient, loss));
    LANES_TRY(lanes_check_disjoint(gradient, mean));
  }
  return call->labels ? lanes_check_labels(rows, columns, call->labels, &call->label_options) : LANES_OK;
}

static void cross_entropy(const lanes_context *context, const lanes_cross_entropy_call *call, int64_t kept) {
  cross_entropy_job job = {context, call, kept};
  double work = cost * (double)call->rows * (double)call->columns;
  lanes_run(lanes_threads_for(context, work, call->rows), run_cross_entropy, &job);
}

lanes_status lanes_softmax_cross_entropy(const lanes_context *context, const lanes_cross_entropy_call *call) {
  LANES_TRY(lanes_enter(&context));
  if (!call) return LANES_NULL_POINTER;
  LANES_TRY(check_cross_entropy(call));
  const int64_t rows = call->rows;
  if (rows == 0) {
    if (call->mean) *call->mean = 0;
    return LANES_OK;
  }
  if (!call->mean && !call->gradient_of_mean) {
    cross_entropy(context, call, 0);
    return LANES_OK;
  }
  /* With the scale of a row that counts 1, and all losses where they are needed. */
  lanes_cross_entropy_call inner = *call;
  int64_t kept = 0;
  if (call->mean && !call->loss) {
    kept = (rows + 15) & -16;
    inner.loss = lanes_workspace(kept + 2 * call->columns);
    if (!inner.loss) return LANES_OUT_OF_MEMORY;
  }
  const float weight = lanes_weight_of_rows(context->kernels, rows, call->labels, &call->label_options);
  if (call->gradient_of_mean) inner.scale = lanes_by_weight(call->scale, weight);
  cross_entropy(context, &inner, kept);
  return call->mean ? lanes_mean_of_losses(context, rows, inner.loss, weight, call->mean) : LANES_OK;
}
