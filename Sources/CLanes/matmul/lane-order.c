/* C2's lane order: a long k over few outputs, or over a vector of them. */
#include "paths.h"
#include "workspace.h"

#include <stddef.h>

static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static inline float initial(const lanes_matmul_call *call, const float *c) {
  return call->beta == 0 ? 0 : call->beta == 1 ? *c : call->beta * *c;
}

/* m = 1 or n = 1, and more than 64 outputs: a vector x of k values, times the matrix y, gives `outputs` values. */
typedef struct vector_job {
  const lanes_matmul_call *call;
  const lanes_kernels *kernels;
  const float *x;
  const float *y;
  int64_t y_stride;
  int y_is_rows; /* whether the k values that belong to one output lie beside each other */
  float y_scale;
  int64_t outputs, c_step, bias_step;
  float (*lanes)[LANES_LANES * LANES_LANE_STRIP]; /* one a thread */
} vector_job;

static void start_lanes(const vector_job *job, int64_t first, int64_t count, float *lanes, int64_t lane_step,
                        int64_t output_step) {
  for (int l = 1; l < LANES_LANES; l++)
    for (int64_t r = 0; r < count; r++) lanes[l * lane_step + r * output_step] = 0;
  for (int64_t r = 0; r < count; r++)
    lanes[r * output_step] = initial(job->call, job->call->c + (first + r) * job->c_step);
}

static void run_vector(void *argument, int thread, int threads) {
  const vector_job *job = argument;
  const lanes_matmul_call *call = job->call;
  const lanes_matmul_kernels *kernels = &job->kernels->matmul;
  const lanes_part part = lanes_part_of(job->outputs, 16, thread, threads);
  float *lanes = job->lanes[thread];
  float sums[LANES_LANE_STRIP];
  for (int64_t first = part.begin; first < part.end; first += LANES_LANE_STRIP) {
    const int64_t count = least(LANES_LANE_STRIP, part.end - first);
    if (job->y_is_rows) {
      start_lanes(job, first, count, lanes, 1, LANES_LANES);
      kernels->lane_dots(call->k, job->x, count, job->y + first * job->y_stride, job->y_stride, job->y_scale,
                         (float(*)[LANES_LANES])lanes);
      kernels->lane_trees(count, (float(*)[LANES_LANES])lanes, sums);
    } else {
      start_lanes(job, first, count, lanes, LANES_LANE_STRIP, 1);
      kernels->lane_columns(call->k, job->x, count, job->y + first, job->y_stride, job->y_scale,
                            (float(*)[LANES_LANE_STRIP])lanes);
      for (int64_t r = 0; r < count; r++) sums[r] = lanes[r];
    }
    if (call->bias)
      for (int64_t r = 0; r < count; r++) sums[r] += call->bias[(first + r) * job->bias_step];
    if (call->activation != LANES_IDENTITY) job->kernels->elementwise.unary[call->activation](count, sums, sums);
    for (int64_t r = 0; r < count; r++) call->c[(first + r) * job->c_step] = sums[r];
  }
}

static lanes_status multiply_vector(const lanes_context *context, const lanes_matmul_call *call) {
  vector_job job = {.call = call, .kernels = context->kernels};
  int64_t x_step;
  float x_scale;
  if (call->m == 1) { /* x is op(A), y is op(B). */
    job.x = call->a, x_step = call->transpose_a ? call->a_stride : 1, x_scale = call->alpha;
    job.y = call->b, job.y_stride = call->b_stride, job.y_is_rows = call->transpose_b, job.y_scale = 1;
    job.outputs = call->n, job.c_step = 1, job.bias_step = 1;
  } else { /* x is op(B), y is op(A). */
    job.x = call->b, x_step = call->transpose_b ? 1 : call->b_stride, x_scale = 1;
    job.y = call->a, job.y_stride = call->a_stride, job.y_is_rows = !call->transpose_a, job.y_scale = call->alpha;
    job.outputs = call->m, job.c_step = call->c_stride, job.bias_step = 0;
  }
  /* Reading y is what takes the time: about 20 bytes a nanosecond. */
  const double nanoseconds = (double)call->k * (double)job.outputs / 5;
  const int threads = lanes_threads_for(context, nanoseconds, (job.outputs + 15) / 16);

  const int64_t lanes = (int64_t)threads * LANES_LANES * LANES_LANE_STRIP, k = call->k;
  const int copies_x = x_step != 1 || x_scale != 1;
  float *workspace = lanes_workspace(lanes + (copies_x ? k : 0));
  if (!workspace) return LANES_OUT_OF_MEMORY;
  job.lanes = (float(*)[LANES_LANES * LANES_LANE_STRIP])workspace;
  if (copies_x) {
    float *x = workspace + lanes;
    for (int64_t p = 0; p < k; p++) x[p] = x_scale * job.x[p * x_step];
    job.x = x;
  }
  lanes_run(threads, run_vector, &job);
  return LANES_OK;
}

/* m·n ≤ 64: every pair of a row of op(A) and a column of op(B), a piece of k at a time. */
enum { PIECE = 256, MOST_OUTPUTS = 64 };

/* `count` rows of `k` values, which lie beside each other or not, as rows of `stride`: where they are, or in `copy`. */
static const float *as_rows(const lanes_matmul_kernels *kernels, const float *from, int64_t from_stride, int is_rows,
                            int64_t count, int64_t p, int64_t k, float scale, float *copy, int64_t *stride) {
  is_rows |= count == 1 && from_stride == 1;
  if (is_rows && scale == 1) {
    *stride = from_stride;
    return from + p;
  }
  *stride = PIECE;
  if (count <= 4)
    for (int64_t q = 0; q < k; q++)
      for (int64_t r = 0; r < count; r++)
        copy[r * PIECE + q] = scale * from[is_rows ? r * from_stride + p + q : (p + q) * from_stride + r];
  else if (is_rows)
    kernels->pack_copied(k, count, from + p, from_stride, scale, copy, PIECE);
  else
    kernels->pack_transposed(k, count, from + p * from_stride, from_stride, scale, copy, PIECE);
  return copy;
}

static lanes_status multiply_few(const lanes_context *context, const lanes_matmul_call *call) {
  const lanes_kernels *kernels = context->kernels;
  const int64_t m = call->m, n = call->n;
  float *copies = lanes_workspace((m + n) * PIECE);
  if (!copies) return LANES_OUT_OF_MEMORY;

  float lanes[MOST_OUTPUTS][LANES_LANES] = {0}; /* of C[i, j]: i·n + j, or j·m + i where m is larger */
  const int64_t i_step = m > n ? 1 : n, j_step = m > n ? m : 1;
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < n; j++) lanes[i * i_step + j * j_step][0] = initial(call, call->c + i * call->c_stride + j);

  for (int64_t p = 0; p < call->k; p += PIECE) {
    const int64_t k = least(PIECE, call->k - p);
    int64_t a_stride, b_stride;
    const float *a = as_rows(&kernels->matmul, call->a, call->a_stride, !call->transpose_a, m, p, k, call->alpha, copies,
                             &a_stride);
    const float *b = as_rows(&kernels->matmul, call->b, call->b_stride, call->transpose_b, n, p, k, 1, copies + m * PIECE,
                             &b_stride);
    if (m > n)
      for (int64_t j = 0; j < n; j++) kernels->matmul.lane_dots(k, b + j * b_stride, m, a, a_stride, 1, lanes + j * m);
    else
      for (int64_t i = 0; i < m; i++) kernels->matmul.lane_dots(k, a + i * a_stride, n, b, b_stride, 1, lanes + i * n);
  }

  float trees[MOST_OUTPUTS];
  kernels->matmul.lane_trees(m * n, lanes, trees);
  for (int64_t i = 0; i < m; i++) {
    float sums[MOST_OUTPUTS];
    for (int64_t j = 0; j < n; j++) {
      sums[j] = trees[i * i_step + j * j_step];
      if (call->bias) sums[j] += call->bias[j];
    }
    if (call->activation != LANES_IDENTITY) kernels->elementwise.unary[call->activation](n, sums, sums);
    for (int64_t j = 0; j < n; j++) call->c[i * call->c_stride + j] = sums[j];
  }
  return LANES_OK;
}

lanes_status lanes_matmul_in_lane_order(const lanes_context *context, const lanes_matmul_call *call) {
  const int64_t larger = call->m > call->n ? call->m : call->n;
  return larger > MOST_OUTPUTS ? multiply_vector(context, call) : multiply_few(context, call);
}
