/* Linear + softmax cross-entropy (CONTRACT.md, C8), a chunk of rows at a time: the chunk's logits become its gradient in place,
 * and are used up before the next chunk's. Every sum over rows is a chain that the next chunk continues. Where that is
 * worth it, the first chunk's logits stand in place of the gradient by the weights, as many rows as that has. */
#include "../core/checks.h"
#include "../matmul/paths.h"
#include "../matmul/workspace.h"
#include "labels.h"

#include <stdatomic.h>
#include <stdlib.h>

/* The logits of a chunk in the workspace. Each chunk reads the weights twice and their gradient once more than no chunks would:
 * the more rows the better. */
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

/* The most rows of a chunk in the workspace: all, or as few as make the chunks even. */
static int64_t rows_of_chunk(const lanes_linear_cross_entropy_call *call) {
  int64_t rows = most_bytes / (int64_t)sizeof(float) / call->classes;
  rows = rows < 8 ? 8 : rows > most_rows ? most_rows : rows;
  const int64_t chunks = lanes_divide_up(call->rows, rows);
  return chunks > 1 && same_order(call, call->rows / chunks) ? lanes_divide_up(call->rows, chunks) : call->rows;
}

static int64_t whole_lines(int64_t floats) { return (floats + 15) & -16; }

/* Rows begin at cache lines where the workspace does, an odd number of lines apart, so that no two of 64 begin at one place of a
 * page: where they are long enough for that to take little more memory. */
static int64_t stride_of(int64_t columns) { return columns < 256 ? columns : whole_lines(columns) | 16; }

/* The logits of a chunk of the most rows. */
static int64_t logits_of(const lanes_linear_cross_entropy_call *call) {
  return rows_of_chunk(call) * stride_of(call->classes);
}

/* The losses of all rows behind them, for a mean where the caller wants no losses. */
static int64_t workspace_of(const lanes_linear_cross_entropy_call *call) {
  return call->rows > 0 && call->classes > 0 ? logits_of(call) + call->rows : 0;
}

/* A chunk; its logits, then their gradient. */
typedef struct chunk {
  int64_t first, rows;
  float *logits;
  int64_t stride;
} chunk;

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

/* The gradient by the weights where the chunk's logits stand in its place: a thread packs some columns of them, and then writes
 * these columns of the product. What is packed, and the transposed x, are where the logits of other chunks will be. */
typedef struct in_place_job {
  const lanes_linear_cross_entropy_call *call;
  lanes_context alone; /* one thread's */
  int64_t rows, columns, transposed_stride, packed_floats;
  float *transposed, *packed; /* x, and a thread's columns behind each other */
  _Atomic int64_t taken;
  _Atomic(lanes_status) status;
} in_place_job;

/* Where there is no room for so many columns at a time, they do not make up for reading all of x. */
enum { LEAST_COLUMNS = 96 };

/* The columns are dealt out evenly. Those that are packed stay in a level-2 cache, and there is room for them in the workspace;
 * 0: not for enough. */
static in_place_job in_place_job_of(const lanes_context *context, const lanes_linear_cross_entropy_call *call, int64_t rows) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int64_t tile = kernels->vectors * kernels->vector, threads = context->threads;
  in_place_job job = {.call = call, .alone = *context, .rows = rows, .transposed_stride = whole_lines(rows) | 16};
  job.alone.threads = 1;
  job.transposed = call->workspace;
  const int64_t x_floats = job.transposed_stride * call->inputs;
  const int64_t room = (logits_of(call) - x_floats) / threads - 2 * LANES_PACKED_HEADER;
  const int64_t most = lanes_least(context->blocking.level2, room) / rows / tile * tile;
  if (most < LEAST_COLUMNS) return job;
  const int64_t turns = threads * lanes_divide_up(call->classes, threads * most);
  job.columns = lanes_divide_up(lanes_divide_up(call->classes, turns), tile) * tile;
  job.packed = job.transposed + x_floats;
  job.packed_floats = whole_lines(lanes_packed_floats(kernels, job.columns, rows));
  return job;
}

/* The rows of the first chunk where its logits stand in place of the gradient by the weights; 0: there is no such chunk. */
static int64_t rows_in_place(const lanes_context *context, const lanes_linear_cross_entropy_call *call) {
  const int64_t usual = rows_of_chunk(call), most = lanes_least(call->inputs, context->blocking.level2 / LEAST_COLUMNS);
  const int64_t rows = lanes_least(call->rows, most), rest = call->rows - rows;
  if (!call->w_gradient || lanes_is_far(call->w_gradient_stride) || rows <= usual || !same_order(call, rows)) return 0;
  if (rest > 0 && !same_order(call, rest / lanes_divide_up(rest, usual))) return 0;
  return in_place_job_of(context, call, rows).columns > 0 ? rows : 0;
}

enum { INPUTS_AT_ONCE = 16 };
static void transpose_x(void *argument, int thread, int threads) {
  const in_place_job *job = argument;
  const lanes_linear_cross_entropy_call *call = job->call;
  const lanes_part own = lanes_part_of(call->inputs, INPUTS_AT_ONCE, thread, threads);
  job->alone.kernels->matmul.pack_transposed(job->rows, own.end - own.begin, call->x + own.begin, call->x_stride, 1,
                                             job->transposed + own.begin * job->transposed_stride, job->transposed_stride);
}

static lanes_status multiply_columns(const in_place_job *job, int64_t j, float *packed) {
  const lanes_linear_cross_entropy_call *call = job->call;
  const int64_t n = lanes_least(job->columns, call->classes - j), stride = call->w_gradient_stride;
  float *place = call->w_gradient + j;
  LANES_TRY(lanes_matmul_pack(&job->alone, LANES_NORMAL, job->rows, n, place, stride, packed));
  /* The order is that of all columns, however few these are. */
  return lanes_matmul_in_chain_order(
      &job->alone, &(lanes_matmul_call){.m = call->inputs, .n = n, .k = job->rows, .alpha = 1, .a = job->transposed,
                                        .a_stride = job->transposed_stride, .packed_b = packed, .c = place, .c_stride = stride},
      job->rows);
}

static void multiply_in_place(void *argument, int thread, int threads) {
  (void)threads;
  in_place_job *job = argument;
  for (int64_t j; (j = job->columns * atomic_fetch_add(&job->taken, 1)) < job->call->classes;) {
    const lanes_status status = multiply_columns(job, j, job->packed + thread * job->packed_floats);
    if (status != LANES_OK) atomic_store(&job->status, status);
  }
}

static lanes_status make_w_gradient_in_place(const lanes_context *context, const lanes_linear_cross_entropy_call *call,
                                             const chunk *chunk) {
  in_place_job job = in_place_job_of(context, call, chunk->rows);
  lanes_run((int)lanes_least(context->threads, lanes_divide_up(call->inputs, INPUTS_AT_ONCE)), transpose_x, &job);
  lanes_run(context->threads, multiply_in_place, &job);
  return atomic_load(&job.status);
}

static lanes_status make_w_gradient(const lanes_context *context, const lanes_linear_cross_entropy_call *call,
                                    const chunk *chunk) {
  if (chunk->logits != call->workspace) return make_w_gradient_in_place(context, call, chunk);
  return lanes_matmul(context,
                      &(lanes_matmul_call){.m = call->inputs, .n = call->classes, .k = chunk->rows,
                                           .transpose_a = LANES_TRANSPOSED, .alpha = 1,
                                           .a = call->x + chunk->first * call->x_stride, .a_stride = call->x_stride,
                                           .b = chunk->logits, .b_stride = chunk->stride, .beta = chunk->first > 0 ? 1 : 0,
                                           .c = call->w_gradient, .c_stride = call->w_gradient_stride});
}

static lanes_status run_chunk(const lanes_context *context, const lanes_linear_cross_entropy_call *call, const chunk *chunk) {
  const int64_t first = chunk->first, rows = chunk->rows, stride = chunk->stride, d = call->inputs, n = call->classes;
  const float *x = call->x + first * call->x_stride;
  float *logits = chunk->logits;
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
  if (call->bias_gradient) {
    if (first == 0)
      for (int64_t j = 0; j < n; j++) call->bias_gradient[j] = 0;
    bias_job job = {rows, n, logits, stride, call->bias_gradient};
    lanes_run(lanes_threads_for(context, 0.1 * (double)rows * (double)n, (n + 15) / 16), add_rows, &job);
  }
  /* Last: it may take the logits' place. */
  return call->w_gradient ? make_w_gradient(context, call, chunk) : LANES_OK;
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
  const int64_t in_place = rows_in_place(context, call), rest = call->rows - in_place;
  if (in_place > 0)
    LANES_TRY(run_chunk(context, call, &(chunk){0, in_place, call->w_gradient, call->w_gradient_stride}));
  const int64_t chunks = lanes_divide_up(rest, rows_of_chunk(call));
  for (int64_t first = in_place, left = chunks; left > 0; left--) {
    const int64_t rows = lanes_divide_up(call->rows - first, left);
    LANES_TRY(run_chunk(context, call, &(chunk){first, rows, call->workspace, stride_of(call->classes)}));
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
