/* C2's lane order of a vector by a matrix. */
#include "lane-order.h"
#include "workspace.h"

/* What is done to the sums of C[i …, 0], `count` of them, with room for the gradient's values. */
static void finish_column(const lanes_matmul_call *call, const lanes_kernels *kernels, int64_t i, int64_t count,
                          float *sums, float *values) {
  if (call->bias)
    for (int64_t r = 0; r < count; r++) sums[r] += call->bias[0];
  if (call->activation == LANES_IDENTITY) return;
  if (call->gradient_value) {
    for (int64_t r = 0; r < count; r++) values[r] = call->gradient_value[(i + r) * call->gradient_value_stride];
    kernels->elementwise.unary_gradient[call->activation](count, values, sums, sums, 0);
  } else
    kernels->elementwise.unary[call->activation](count, sums, sums, 0);
}

/* Outputs that a thread computes at once. Where y lies in columns, lanes that are not in registers stay in a level-1 cache;
 * unless y comes from memory, which likes long rows to be read from one end to the other: then in a level-2 cache. */
enum { STRIP_OF_ROWS = 64, STRIP_OF_COLUMNS = 256, LONG_STRIP_OF_COLUMNS = 4096 };

/* m = 1 or n = 1: a vector x of k values, times the matrix y, gives `outputs` values. */
typedef struct vector_job {
  const lanes_matmul_call *call;
  const lanes_kernels *kernels;
  const float *x;
  const float *y;
  int64_t y_stride;
  int y_is_rows;    /* whether the k values that belong to one output lie beside each other */
  int is_aligned;   /* lanes of columns, each of which is finished before the next */
  int in_registers; /* the lanes of columns; x is then used where it is */
  int64_t head;     /* columns of a part before the first whole line; or 0 */
  int64_t x_step;
  float x_scale, y_scale;
  int is_in_memory; /* y */
  int64_t outputs, c_step;
  int64_t multiple; /* of outputs, that a thread has */
  int64_t strip;    /* outputs at once, a multiple of 16 */
  int64_t each;     /* floats of each thread's workspace: `strip` sums, other lanes or values for the epilogue */
  float *workspace;
} vector_job;

static void run_vector(void *argument, int thread, int threads) {
  const vector_job *job = argument;
  const lanes_matmul_call *call = job->call;
  const lanes_matmul_kernels *kernels = &job->kernels->matmul;
  const lanes_part part = lanes_part_of(job->outputs, job->multiple, thread, threads);
  const int64_t strip = job->strip, c_step = job->c_step;
  float *sums = job->workspace + thread * job->each, *others = sums + strip;
  for (int64_t first = part.begin, count; first < part.end; first += count) {
    count = lanes_least(first == part.begin && job->head > 0 ? job->head : strip, part.end - first);
    float *c = call->c + first * c_step;
    lanes_start_sums(call, c, c_step, count, sums);
    if (job->y_is_rows)
      kernels->lane_row_sums(call->k, job->x, count, job->y + first * job->y_stride, job->y_stride, job->y_scale,
                             job->is_in_memory, sums);
    else if (job->in_registers)
      kernels->lane_column_sums(call->k, 1, job->x, 0, job->x_step, job->x_scale, count, job->y + first, job->y_stride,
                                sums, 0);
    else {
      memset(others, 0, (size_t)(strip * (LANES_LANES - 1)) * sizeof *others);
      const float *y = job->y + first;
      if (job->is_aligned)
        kernels->aligned_lane_columns(call->k, job->x, count, y, job->y_stride, sums, strip);
      else
        kernels->lane_columns(call->k, job->x, count, y, job->y_stride, job->y_scale, job->is_in_memory, sums, strip);
      kernels->lane_column_trees(count, sums, strip);
    }
    if (call->m == 1)
      lanes_finish_sums(call, job->kernels, 0, first, count, sums);
    else
      finish_column(call, job->kernels, first, count, sums, others);
    if (c_step == 1)
      memcpy(c, sums, (size_t)count * sizeof *c);
    else
      for (int64_t r = 0; r < count; r++) c[r * c_step] = sums[r];
  }
}

lanes_status lanes_multiply_vector(const lanes_context *context, const lanes_matmul_call *call) {
  vector_job job = {.call = call, .kernels = context->kernels};
  if (call->n > 1) { /* x is op(A), y is op(B). */
    job.x = call->a, job.x_step = call->transpose_a ? call->a_stride : 1, job.x_scale = call->alpha;
    job.y = call->b, job.y_stride = call->b_stride, job.y_is_rows = call->transpose_b, job.y_scale = 1;
    job.outputs = call->n, job.c_step = 1;
  } else { /* x is op(B), y is op(A). */
    job.x = call->b, job.x_step = call->transpose_b ? 1 : call->b_stride, job.x_scale = 1;
    job.y = call->a, job.y_stride = call->a_stride, job.y_is_rows = !call->transpose_a, job.y_scale = call->alpha;
    job.outputs = call->m, job.c_step = call->c_stride;
  }
  /* Reading y is what takes the time: about 20 bytes a nanosecond. */
  const double nanoseconds = (double)call->k * (double)job.outputs / 5;
  const int64_t line = LANES_LANES, vector = context->kernels->matmul.vector, k = call->k;
  const int are_few = job.outputs <= 4 * vector;
  job.multiple = job.y_is_rows ? 1 : are_few ? line / 2 : line;
  const int threads = lanes_threads_for(context, nanoseconds, lanes_divide_up(job.outputs, job.multiple));

  const int64_t each = lanes_divide_up(job.outputs, line * threads) * line;
  job.is_in_memory = k * job.outputs > context->streaming_floats / 2;
  const int are_plain = !job.y_is_rows && job.y_scale == 1, are_in_cache = are_plain && !job.is_in_memory;
  const int has_lines = vector == line && job.y_stride % (line / 2) == 0; /* or halves of them */
  job.in_registers = are_plain && (are_few || (has_lines && are_in_cache));
  /* Of every 16th row some lines: not where they drive each other out of a level-1 cache, or nearly so. */
  const int is_short = job.outputs <= STRIP_OF_COLUMNS / 2, are_pages = line * job.y_stride % LANES_PAGE == 0;
  const int drives_out = lanes_is_far(job.y_stride) || (is_short && are_pages);
  job.is_aligned = are_in_cache && !job.in_registers && (vector == line || !drives_out);
  if (job.in_registers && has_lines && !are_few) job.head = -(int64_t)((uintptr_t)job.y / sizeof *job.y) & (line - 1);
  const int64_t most = job.y_is_rows ? STRIP_OF_ROWS : job.is_in_memory ? LONG_STRIP_OF_COLUMNS : STRIP_OF_COLUMNS;
  job.strip = lanes_least(each, most);
  job.each = job.strip * (job.y_is_rows ? 2 : LANES_LANES);
  const int copies_x = !job.in_registers && (job.x_step != 1 || job.x_scale != 1);
  float *workspace = lanes_workspace(threads * job.each + (copies_x ? k : 0));
  if (!workspace) return LANES_OUT_OF_MEMORY;
  job.workspace = workspace;
  if (copies_x) {
    float *x = workspace + threads * job.each;
    for (int64_t p = 0; p < k; p++) x[p] = job.x_scale * job.x[p * job.x_step];
    job.x = x;
  }
  lanes_run(threads, run_vector, &job);
  return LANES_OK;
}
