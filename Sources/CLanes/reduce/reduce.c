#include "../core/checks.h"
#include "../core/threads.h"

static const double cost = 0.2; /* nanoseconds an element, about */

enum { BLOCK = LANES_SUM_BLOCK, BLOCKS_AT_ONCE = 1024 };

typedef struct reduce_job {
  const lanes_kernels *kernels;
  float (*row)(int64_t n, const float *x);
  lanes_reduce_op op;
  int64_t rows, columns, stride;
  const float *x;
  float *out;
  int64_t first_block; /* for everything: the first of the blocks at hand, whose results go to out */
} reduce_job;

static void run_rows(void *argument, int thread, int threads) {
  const reduce_job *job = argument;
  lanes_part part = lanes_part_of(job->rows, 1, thread, threads);
  for (int64_t i = part.begin; i < part.end; i++) job->out[i] = job->row(job->columns, job->x + i * job->stride);
}

static void run_columns(void *argument, int thread, int threads) {
  const reduce_job *job = argument;
  lanes_part part = lanes_part_of(job->columns, 64, thread, threads);
  int64_t columns = part.end - part.begin;
  if (columns <= 0) return;
  float *out = job->out + part.begin;
  if (job->op != LANES_MAX) {
    job->kernels->reduce.column_sum(job->rows, columns, job->x + part.begin, job->stride, out);
    return;
  }
  lanes_binary_kernel maximum = job->kernels->elementwise.binary[LANES_MAXIMUM][3];
  for (int64_t j = 0; j < columns; j++) out[j] = -__builtin_inff();
  for (int64_t i = 0; i < job->rows; i++) maximum(columns, out, job->x + i * job->stride + part.begin, out, 0);
}

/* Elements begin ..< begin + count in row-major order, without gaps: in place where the matrix has none. */
static const float *gather(const reduce_job *job, int64_t begin, int64_t count, float *buffer) {
  if (job->stride == job->columns || job->rows == 1) return job->x + begin;
  int64_t row = begin / job->columns, column = begin % job->columns;
  for (int64_t i = 0; i < count; i++) {
    buffer[i] = job->x[row * job->stride + column];
    if (++column == job->columns) column = 0, row++;
  }
  return buffer;
}

static void run_blocks(void *argument, int thread, int threads) {
  const reduce_job *job = argument;
  int64_t elements = job->rows * job->columns;
  int64_t blocks = (elements + BLOCK - 1) / BLOCK - job->first_block;
  if (blocks > BLOCKS_AT_ONCE) blocks = BLOCKS_AT_ONCE;
  lanes_part part = lanes_part_of(blocks, 1, thread, threads);
  float buffer[BLOCK];
  for (int64_t i = part.begin; i < part.end; i++) {
    int64_t begin = (job->first_block + i) * BLOCK;
    int64_t count = elements - begin < BLOCK ? elements - begin : BLOCK;
    job->out[i] = job->row(count, gather(job, begin, count, buffer));
  }
}

static float everything(const lanes_context *context, reduce_job *job) {
  float results[BLOCKS_AT_ONCE];
  job->out = results;
  lanes_binary_kernel fold = context->kernels->elementwise.binary[job->op == LANES_MAX ? LANES_MAXIMUM : LANES_ADD][3];
  float total = job->op == LANES_MAX ? -__builtin_inff() : 0;
  int64_t elements = job->rows * job->columns, all = (elements + BLOCK - 1) / BLOCK;
  for (job->first_block = 0; job->first_block < all; job->first_block += BLOCKS_AT_ONCE) {
    int64_t blocks = all - job->first_block < BLOCKS_AT_ONCE ? all - job->first_block : BLOCKS_AT_ONCE;
    lanes_run(lanes_threads_for(context, cost * BLOCK * (double)blocks, blocks), run_blocks, job);
    for (int64_t i = 0; i < blocks; i++) fold(1, &total, &results[i], &total, 0);
  }
  return total;
}

static int64_t results_of(lanes_axis axis, int64_t rows, int64_t columns) {
  return axis == LANES_EVERYTHING ? 1 : axis == LANES_EACH_ROW ? rows : columns;
}

static lanes_status check(lanes_axis axis, int64_t rows, int64_t columns, const float *x, int64_t x_stride,
                          const void *out) {
  if ((unsigned)axis >= LANES_AXIS_COUNT) return LANES_INVALID_OPERATION;
  LANES_TRY(lanes_check_matrix(x, rows, columns, x_stride));
  int64_t results = results_of(axis, rows, columns);
  if (results == 0) return LANES_OK;
  if (!out) return LANES_NULL_POINTER;
  return lanes_check_disjoint(lanes_extent_of_vector(out, results), lanes_extent_of(x, rows, columns, x_stride));
}

lanes_status lanes_reduce(const lanes_context *context, lanes_reduce_op op, lanes_axis axis, int64_t rows,
                          int64_t columns, const float *x, int64_t x_stride, float *out) {
  LANES_TRY(lanes_enter(&context));
  if ((unsigned)op >= LANES_REDUCE_COUNT) return LANES_INVALID_OPERATION;
  LANES_TRY(check(axis, rows, columns, x, x_stride, out));
  const lanes_reduce_kernels *kernels = &context->kernels->reduce;
  reduce_job job = {.kernels = context->kernels,
                    .row = op == LANES_MAX ? kernels->max : kernels->sum,
                    .op = op,
                    .rows = rows,
                    .columns = columns,
                    .stride = x_stride,
                    .x = x,
                    .out = out};
  double work = cost * (double)rows * (double)columns;
  switch (axis) {
  case LANES_EACH_ROW: lanes_run(lanes_threads_for(context, work, rows), run_rows, &job); break;
  case LANES_EACH_COLUMN: lanes_run(lanes_threads_for(context, work, (columns + 63) / 64), run_columns, &job); break;
  default: *out = everything(context, &job); break;
  }
  if (op != LANES_MEAN) return LANES_OK;
  int64_t results = results_of(axis, rows, columns);
  float count = (float)(axis == LANES_EVERYTHING ? rows * columns : axis == LANES_EACH_ROW ? columns : rows);
  if (results > 0) context->kernels->elementwise.binary[LANES_DIVIDE][1](results, out, &count, out, 0);
  return LANES_OK;
}

typedef struct argmax_job {
  const lanes_reduce_kernels *kernels;
  int64_t rows, columns, stride;
  const float *x;
  int32_t *out;
} argmax_job;

static void run_argmax_rows(void *argument, int thread, int threads) {
  const argmax_job *job = argument;
  lanes_part part = lanes_part_of(job->rows, 1, thread, threads);
  for (int64_t i = part.begin; i < part.end; i++)
    job->out[i] = (int32_t)job->kernels->argmax(job->columns, job->x + i * job->stride);
}

static void run_argmax_columns(void *argument, int thread, int threads) {
  const argmax_job *job = argument;
  lanes_part part = lanes_part_of(job->columns, 64, thread, threads);
  if (part.end > part.begin)
    job->kernels->column_argmax(job->rows, part.end - part.begin, job->x + part.begin, job->stride,
                                job->out + part.begin);
}

/* Row by row: a later row wins only by a larger value, or by the first NaN. */
static int32_t argmax_everything(const argmax_job *job) {
  int64_t best = 0;
  float largest = 0;
  for (int64_t i = 0; i < job->rows; i++) {
    const float *row = job->x + i * job->stride;
    int64_t j = job->kernels->argmax(job->columns, row);
    if (i == 0 || row[j] > largest || (row[j] != row[j] && largest == largest)) {
      largest = row[j];
      best = i * job->columns + j;
    }
  }
  return (int32_t)best;
}

lanes_status lanes_argmax(const lanes_context *context, lanes_axis axis, int64_t rows, int64_t columns, const float *x,
                          int64_t x_stride, int32_t *out) {
  LANES_TRY(lanes_enter(&context));
  LANES_TRY(check(axis, rows, columns, x, x_stride, out));
  if (results_of(axis, rows, columns) == 0) return LANES_OK;
  int64_t each = axis == LANES_EVERYTHING ? rows * columns : axis == LANES_EACH_ROW ? columns : rows;
  if (each == 0) return LANES_EMPTY;
  if (each > INT32_MAX) return LANES_INVALID_SIZE;
  argmax_job job = {&context->kernels->reduce, rows, columns, x_stride, x, out};
  double work = 2 * cost * (double)rows * (double)columns;
  switch (axis) {
  case LANES_EACH_ROW: lanes_run(lanes_threads_for(context, work, rows), run_argmax_rows, &job); break;
  case LANES_EACH_COLUMN:
    lanes_run(lanes_threads_for(context, work, (columns + 63) / 64), run_argmax_columns, &job);
    break;
  default: *out = argmax_everything(&job); break;
  }
  return LANES_OK;
}
