/* Linear + softmax cross-entropy (CONTRACT.md, C8), a chunk of rows at a time: the chunk's logits become its gradient in place,
 * and are used up before the next chunk's. Every sum over rows is a chain that the next chunk continues. */
#include "../core/checks.h"
#include "../matmul/paths.h"
#include "../matmul/workspace.h"
#include "labels.h"

#include <stdlib.h>

/* The logits of a chunk. Each chunk reads the weights twice and their gradient once more than no chunks would: the more rows
 * the better. */
static const int64_t most_bytes = 52 << 20;
static const int64_t most_rows = 512;

/* Whether every product has the same order for chunks of so many rows, or one more, as for all rows. The sums of the lane
 * order cannot be continued. */
static int same_order(const lanes_linear_cross_entropy_call *call, int64_t rows) {
  const int64_t d = call->inputs, n = call->classes, all = call->rows;
  if (lanes_takes_lane_order(d, n, all)) return 0;
  for (int64_t m = rows; m <= rows + 1; m++)
    if (lanes_takes_lane_order(m, n, d) != lanes_takes_lane_order(all, n, d) ||
        lanes_takes_lane_order(m, d, n) != lanes_takes_lane_order(all, d, n) || lanes_takes_lane_order(d, n, m))
      return 0;
  return 1;
}

/* The rows are dealt out evenly to this number of chunks. */
static int64_t chunks_of(const lanes_linear_cross_entropy_call *call) {
  int64_t rows = most_bytes / (int64_t)sizeof(float) / call->classes;
  rows = rows < 8 ? 8 : rows > most_rows ? most_rows : rows;
  const int64_t chunks = (call->rows + rows - 1) / rows;
  return chunks > 1 && same_order(call, call->rows / chunks) ? chunks : 1;
}

/* Rows of logits begin at cache lines where the workspace does, and not all at one place of a page: where they are long enough for
 * that to take little more memory. */
static int64_t stride_of(const lanes_linear_cross_entropy_call *call) {
  if (call->classes < 256) return call->classes;
  const int64_t lines = (call->classes + 15) / 16;
  return (lines + (lines % 64 == 0)) * 16;
}

/* The logits of the longest chunk. */
static int64_t logits_of(const lanes_linear_cross_entropy_call *call) {
  const int64_t chunks = chunks_of(call);
  return (call->rows + chunks - 1) / chunks * stride_of(call);
}

/* The losses of all rows behind them, for a mean where the caller wants no losses. */
static int64_t workspace_of(const lanes_linear_cross_entropy_call *call) {
  return call->rows > 0 && call->classes > 0 ? logits_of(call) + call->rows : 0;
}

typedef struct bias_job {
  int64_t rows, columns;
  const float *x;
  int64_t stride;
  float *sum;
} bias_job;

/* C5's chain over the rows, continued from what the chunks before left in sum. */
static void add_rows(void *argument, int thread, int threads) {
  const bias_job *job = argument;
  const lanes_part part = lanes_part_of(job->columns, 16, thread, threads);
  for (int64_t i = 0; i < job->rows; i++)
    for (int64_t j = part.begin; j < part.end; j++) job->sum[j] += job->x[i * job->stride + j];
}

static lanes_status run_chunk(const lanes_context *context, const lanes_linear_cross_entropy_call *call, int64_t first,
                              int64_t rows) {
  const int64_t d = call->inputs, n = call->classes;
  const float *x = call->x + first * call->x_stride;
  const int64_t stride = stride_of(call);
  float *logits = call->workspace;
  LANES_TRY(lanes_matmul(context, &(lanes_matmul_call){.m = rows, .n = n, .k = d, .alpha = 1, .a = x,
                                                       .a_stride = call->x_stride, .b = call->w, .b_stride = call->w_stride,
                                                       .c = logits, .c_stride = stride, .bias = call->bias}));
  const int wants_gradient = call->x_gradient || call->w_gradient || call->bias_gradient;
  LANES_TRY(lanes_softmax_cross_entropy(
      context, &(lanes_cross_entropy_call){.rows = rows, .columns = n, .logits = logits, .logits_stride = stride,
                                           .labels = call->labels + first, .label_options = call->label_options,
                                           .loss = call->loss ? call->loss + first : NULL,
                                           .gradient = wants_gradient ? logits : NULL, .gradient_stride = stride,
                                           .scale = call->scale}));
  if (call->x_gradient)
    LANES_TRY(lanes_matmul(
        context, &(lanes_matmul_call){.m = rows, .n = d, .k = n, .transpose_b = LANES_TRANSPOSED, .alpha = 1, .a = logits,
                                      .a_stride = stride, .b = call->w, .b_stride = call->w_stride,
                                      .c = call->x_gradient + first * call->x_gradient_stride,
                                      .c_stride = call->x_gradient_stride}));
  if (call->w_gradient)
    LANES_TRY(lanes_matmul(
        context, &(lanes_matmul_call){.m = d, .n = n, .k = rows, .transpose_a = LANES_TRANSPOSED, .alpha = 1, .a = x,
                                      .a_stride = call->x_stride, .b = logits, .b_stride = stride, .beta = first > 0 ? 1 : 0,
                                      .c = call->w_gradient, .c_stride = call->w_gradient_stride}));
  if (call->bias_gradient) {
    if (first == 0)
      for (int64_t j = 0; j < n; j++) call->bias_gradient[j] = 0;
    bias_job job = {rows, n, logits, stride, call->bias_gradient};
    lanes_run(lanes_threads_for(context, 0.1 * (double)rows * (double)n, (n + 15) / 16), add_rows, &job);
  }
  return LANES_OK;
}

static lanes_status check(const lanes_linear_cross_entropy_call *call) {
  const int64_t rows = call->rows, d = call->inputs, n = call->classes;
  LANES_TRY(lanes_check_product(rows, n));
  LANES_TRY(lanes_check_matrix(call->x, rows, d, call->x_stride));
  LANES_TRY(lanes_check_matrix(call->w, d, n, call->w_stride));
  if (rows > 0 && n == 0) return LANES_EMPTY;
  if (rows > 0 && !call->labels) return LANES_NULL_POINTER;
  const float *weights = call->label_options.class_weights;
  const lanes_extent inputs[] = {
      lanes_extent_of(call->x, rows, d, call->x_stride), lanes_extent_of(call->w, d, n, call->w_stride),
      lanes_extent_of_vector(call->bias, call->bias ? n : 0), lanes_extent_of_vector(call->labels, rows),
      lanes_extent_of_vector(weights, weights ? n : 0)};
  if (call->x_gradient) LANES_TRY(lanes_check_matrix(call->x_gradient, rows, d, call->x_gradient_stride));
  if (call->w_gradient) LANES_TRY(lanes_check_matrix(call->w_gradient, d, n, call->w_gradient_stride));
  const int64_t scratch = call->workspace ? call->workspace_floats : 0;
  LANES_TRY(lanes_check_product(scratch, 1));
  const lanes_extent outputs[] = {
      lanes_extent_of_vector(call->workspace, scratch),
      lanes_extent_of_vector(call->loss, call->loss ? rows : 0), lanes_extent_of_vector(call->mean, call->mean ? 1 : 0),
      lanes_extent_of(call->x_gradient, call->x_gradient ? rows : 0, d, call->x_gradient_stride),
      lanes_extent_of(call->w_gradient, call->w_gradient ? d : 0, n, call->w_gradient_stride),
      lanes_extent_of_vector(call->bias_gradient, call->bias_gradient ? n : 0)};
  for (size_t i = 0; i < sizeof(outputs) / sizeof(*outputs); i++) {
    for (size_t j = 0; j < sizeof(inputs) / sizeof(*inputs); j++)
      LANES_TRY(lanes_check_disjoint(outputs[i], inputs[j]));
    for (size_t j = 0; j < i; j++) LANES_TRY(lanes_check_disjoint(outputs[i], outputs[j]));
  }
  return lanes_check_labels(rows, n, call->labels, &call->label_options);
}

/* In a workspace that suffices. */
static lanes_status run_chunks(const lanes_context *context, const lanes_linear_cross_entropy_call *call) {
  const int64_t chunks = chunks_of(call), each = call->rows / chunks, more = call->rows % chunks;
  for (int64_t chunk = 0, first = 0; chunk < chunks; chunk++) {
    const int64_t rows = each + (chunk < more);
    LANES_TRY(run_chunk(context, call, first, rows));
    first += rows;
  }
  return LANES_OK;
}

lanes_status lanes_linear_cross_entropy(const lanes_context *context, const lanes_linear_cross_entropy_call *call) {
  LANES_TRY(lanes_enter(&context));
  if (!call) return LANES_NULL_POINTER;
  LANES_TRY(check(call));
  if (call->rows == 0 || call->classes == 0) {
    for (int64_t i = 0; call->w_gradient && i < call->inputs; i++)
      for (int64_t j = 0; j < call->classes; j++) call->w_gradient[i * call->w_gradient_stride + j] = 0;
    for (int64_t j = 0; call->bias_gradient && j < call->classes; j++) call->bias_gradient[j] = 0;
    if (call->mean) *call->mean = 0;
    return LANES_OK;
  }
  /* With a workspace that suffices, the scale of a row that counts 1, and all losses where they are needed. */
  lanes_linear_cross_entropy_call inner = *call;
  const int64_t floats = workspace_of(call);
  float *own = NULL;
  if (!call->workspace || call->workspace_floats < floats) {
    int64_t bytes;
    inner.workspace = own = lanes_allocate(floats, &bytes);
    if (!own) return LANES_OUT_OF_MEMORY;
  }
  float weight = 1;
  if (call->mean || call->gradient_of_mean)
    weight = lanes_weight_of_rows(context->kernels, call->rows, call->labels, &call->label_options);
  if (call->gradient_of_mean) inner.scale = lanes_by_weight(call->scale, weight);
  if (call->mean && !call->loss) inner.loss = inner.workspace + logits_of(call);
  lanes_status status = run_chunks(context, &inner);
  if (call->mean && status == LANES_OK) status = lanes_mean_of_losses(context, call->rows, inner.loss, weight, call->mean);
  free(own);
  return status;
}

lanes_status lanes_linear_cross_entropy_workspace(const lanes_context *context, int64_t rows, int64_t inputs,
                                                  int64_t classes, int64_t *floats) {
  LANES_TRY(lanes_enter(&context));
  if (!floats) return LANES_NULL_POINTER;
  LANES_TRY(lanes_check_product(rows, classes));
  LANES_TRY(lanes_check_product(rows, inputs));
  LANES_TRY(lanes_check_product(inputs, classes));
  *floats = workspace_of(&(lanes_linear_cross_entropy_call){.rows = rows, .inputs = inputs, .classes = classes});
  return LANES_OK;
}
