/* Binary and ternary functions with broadcasting. Whatever the operands, the work is seen as rows of columns; operands that
 * are whole matrices without gaps make it one long row, and a single column is turned into a row. */
#include "../core/checks.h"
#include "../core/threads.h"
#include "streaming.h"

static const double cost = 0.2;       /* nanoseconds an element, about */
static const int64_t block = 4096;    /* elements of a long row that one thread takes at least */

enum { MOST_OPERANDS = 3 };

typedef struct nary_job {
  int count; /* of operands */
  lanes_binary_kernel binary;
  lanes_ternary_kernel ternary;
  int streams;
  int64_t rows, columns;
  lanes_operand operands[MOST_OPERANDS];
  float *out;
  int64_t out_stride;
} nary_job;

static void run_part_of_row(const nary_job *job, int64_t row, int64_t begin, int64_t end, int streams) {
  const float *at[MOST_OPERANDS];
  for (int i = 0; i < job->count; i++)
    at[i] = job->operands[i].data + row * job->operands[i].row_stride + begin * job->operands[i].column_stride;
  float *out = job->out + row * job->out_stride + begin;
  if (job->count == 2) job->binary(end - begin, at[0], at[1], out, streams);
  else job->ternary(end - begin, at[0], at[1], at[2], out, streams);
}

static void run_row(const nary_job *job, int64_t row, int64_t begin, int64_t end) {
  const float *out = job->out + row * job->out_stride + begin;
  const int64_t head = job->streams ? lanes_floats_to_line(out, end - begin) : 0;
  if (head > 0) run_part_of_row(job, row, begin, begin + head, 0);
  if (begin + head < end) run_part_of_row(job, row, begin + head, end, job->streams);
}

static void run_nary(void *argument, int thread, int threads) {
  const nary_job *job = argument;
  if (job->rows == 1) {
    lanes_part part = lanes_part_of(job->columns, block, thread, threads);
    run_row(job, 0, part.begin, part.end);
  } else {
    lanes_part part = lanes_part_of(job->rows, 1, thread, threads);
    for (int64_t row = part.begin; row < part.end; row++) run_row(job, row, 0, job->columns);
  }
  lanes_finish_streaming(job->streams);
}

static lanes_status check(const nary_job *job) {
  LANES_TRY(lanes_check_matrix(job->out, job->rows, job->columns, job->out_stride));
  if (job->rows == 0 || job->columns == 0) return LANES_OK;
  lanes_extent out = lanes_extent_of(job->out, job->rows, job->columns, job->out_stride);
  for (int i = 0; i < job->count; i++) {
    const lanes_operand *x = &job->operands[i];
    if ((x->column_stride != 0 && x->column_stride != 1) || x->row_stride < 0) return LANES_INVALID_STRIDE;
    if (!x->data) return LANES_NULL_POINTER;
    int64_t columns = x->column_stride ? job->columns : 1, rows = x->row_stride ? job->rows : 1;
    LANES_TRY(lanes_check_product(rows, x->row_stride));
    LANES_TRY(lanes_check_in_place(out, lanes_extent_of(x->data, rows, columns, x->row_stride)));
  }
  return LANES_OK;
}

/* Fewer, longer rows where the strides allow it; the same elements meet. */
static void flatten(nary_job *job) {
  if (job->columns == 1) {
    int steps = job->out_stride == 1 || job->rows == 1;
    for (int i = 0; i < job->count; i++) steps &= job->operands[i].row_stride <= 1;
    if (!steps) return;
    for (int i = 0; i < job->count; i++)
      job->operands[i] = (lanes_operand){job->operands[i].data, 0, job->operands[i].row_stride};
  } else {
    int gapless = job->out_stride == job->columns;
    for (int i = 0; i < job->count; i++) {
      const lanes_operand *x = &job->operands[i];
      gapless &= x->column_stride ? x->row_stride == job->columns : x->row_stride == 0;
    }
    if (!gapless) return;
  }
  job->columns *= job->rows;
  job->rows = 1;
}

/* The kernel's index: a bit for each operand that is an array along the rows. */
static int steps_of(const nary_job *job) {
  int steps = 0;
  for (int i = 0; i < job->count; i++) steps |= (int)job->operands[i].column_stride << i;
  return steps;
}

static void start(const lanes_context *context, nary_job *job) {
  int in_place = 0;
  for (int i = 0; i < job->count; i++) in_place |= job->operands[i].data == job->out;
  job->streams = !in_place && lanes_streams(context, job->rows, job->columns, job->out);
  int64_t parts = job->rows == 1 ? (job->columns + block - 1) / block : job->rows;
  lanes_run(lanes_threads_for(context, cost * (double)job->rows * (double)job->columns, parts), run_nary, job);
}

lanes_status lanes_binary(const lanes_context *context, lanes_binary_op op, int64_t rows, int64_t columns, lanes_operand a,
                          lanes_operand b, float *out, int64_t out_stride) {
  LANES_TRY(lanes_enter(&context));
  if ((unsigned)op >= LANES_BINARY_COUNT) return LANES_INVALID_OPERATION;
  nary_job job = {.count = 2, .rows = rows, .columns = columns, .operands = {a, b}, .out = out, .out_stride = out_stride};
  LANES_TRY(check(&job));
  if (rows == 0 || columns == 0) return LANES_OK;
  flatten(&job);
  job.binary = context->kernels->elementwise.binary[op][steps_of(&job)];
  start(context, &job);
  return LANES_OK;
}

lanes_status lanes_ternary(const lanes_context *context, lanes_ternary_op op, int64_t rows, int64_t columns,
                           lanes_operand a, lanes_operand b, lanes_operand c, float *out, int64_t out_stride) {
  LANES_TRY(lanes_enter(&context));
  if ((unsigned)op >= LANES_TERNARY_COUNT) return LANES_INVALID_OPERATION;
  nary_job job = {
      .count = 3, .rows = rows, .columns = columns, .operands = {a, b, c}, .out = out, .out_stride = out_stride};
  LANES_TRY(check(&job));
  if (rows == 0 || columns == 0) return LANES_OK;
  flatten(&job);
  job.ternary = context->kernels->elementwise.ternary[op][steps_of(&job)];
  start(context, &job);
  return LANES_OK;
}
