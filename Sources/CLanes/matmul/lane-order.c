/* C2's lane order: a long k over few outputs, or over a vector of them. */
#include "paths.h"
#include "workspace.h"

#include <stddef.h>
#include <string.h>

static inline float initial(const lanes_matmul_call *call, const float *c) {
  return call->beta == 0 ? 0 : call->beta == 1 ? *c : call->beta * *c;
}

/* What is done to the sums of C[i, j …], `count` of them, which lie beside each other. */
static void finish(const lanes_matmul_call *call, const lanes_kernels *kernels, int64_t i, int64_t j, int64_t count,
                   float *sums) {
  if (call->bias)
    for (int64_t r = 0; r < count; r++) sums[r] += call->bias[j + r];
  if (call->activation == LANES_IDENTITY) return;
  if (call->gradient_value)
    kernels->elementwise.unary_gradient[call->activation](
        count, call->gradient_value + i * call->gradient_value_stride + j, sums, sums, 0);
  else
    kernels->elementwise.unary[call->activation](count, sums, sums, 0);
}

/* The same for the sums of C[i …, 0], with room for the gradient's values. */
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

/* Outputs that a thread computes at once. Where y lies in columns, their lanes stay in a level-1 cache; unless y comes from
 * memory, which likes long rows to be read from one end to the other: then in a level-2 cache. */
enum { STRIP_OF_ROWS = 64, STRIP_OF_COLUMNS = 256, LONG_STRIP_OF_COLUMNS = 4096 };

/* m = 1 or n = 1, and more than 64 outputs: a vector x of k values, times the matrix y, gives `outputs` values. */
typedef struct vector_job {
  const lanes_matmul_call *call;
  const lanes_kernels *kernels;
  const float *x;
  const float *y;
  int64_t y_stride;
  int y_is_rows; /* whether the k values that belong to one output lie beside each other */
  float y_scale;
  int is_in_memory; /* y */
  int64_t outputs, c_step;
  int64_t multiple; /* of outputs, that a thread has */
  int64_t strip;    /* outputs at once, a multiple of that */
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
  for (int64_t first = part.begin; first < part.end; first += strip) {
    const int64_t count = lanes_least(strip, part.end - first);
    float *c = call->c + first * c_step;
    for (int64_t r = 0; r < count; r++) sums[r] = initial(call, c + r * c_step);
    if (job->y_is_rows)
      kernels->lane_dot_sums(call->k, job->x, count, job->y + first * job->y_stride, job->y_stride, job->y_scale,
                             job->is_in_memory, sums);
    else {
      memset(others, 0, (size_t)(strip * (LANES_LANES - 1)) * sizeof *others);
      kernels->lane_columns(call->k, job->x, count, job->y + first, job->y_stride, job->y_scale, job->is_in_memory, sums,
                            strip);
      kernels->lane_column_trees(count, sums, strip);
    }
    if (call->m == 1)
      finish(call, job->kernels, 0, first, count, sums);
    else
      finish_column(call, job->kernels, first, count, sums, others);
    for (int64_t r = 0; r < count; r++) c[r * c_step] = sums[r];
  }
}

static lanes_status multiply_vector(const lanes_context *context, const lanes_matmul_call *call) {
  vector_job job = {.call = call, .kernels = context->kernels};
  int64_t x_step;
  float x_scale;
  if (call->n > 1) { /* x is op(A), y is op(B). */
    job.x = call->a, x_step = call->transpose_a ? call->a_stride : 1, x_scale = call->alpha;
    job.y = call->b, job.y_stride = call->b_stride, job.y_is_rows = call->transpose_b, job.y_scale = 1;
    job.outputs = call->n, job.c_step = 1;
  } else { /* x is op(B), y is op(A). */
    job.x = call->b, x_step = call->transpose_b ? 1 : call->b_stride, x_scale = 1;
    job.y = call->a, job.y_stride = call->a_stride, job.y_is_rows = !call->transpose_a, job.y_scale = call->alpha;
    job.outputs = call->m, job.c_step = call->c_stride;
  }
  /* Reading y is what takes the time: about 20 bytes a nanosecond. */
  const double nanoseconds = (double)call->k * (double)job.outputs / 5;
  job.multiple = job.y_is_rows ? 1 : 16;
  const int threads = lanes_threads_for(context, nanoseconds, lanes_divide_up(job.outputs, job.multiple));

  const int64_t each = lanes_divide_up(job.outputs, job.multiple * threads) * job.multiple, k = call->k;
  job.is_in_memory = k * job.outputs > context->streaming_floats / 2;
  const int64_t most = job.y_is_rows ? STRIP_OF_ROWS : job.is_in_memory ? LONG_STRIP_OF_COLUMNS : STRIP_OF_COLUMNS;
  job.strip = lanes_least(each, most);
  job.each = job.strip * (job.y_is_rows ? 2 : LANES_LANES);
  const int copies_x = x_step != 1 || x_scale != 1;
  float *workspace = lanes_workspace(threads * job.each + (copies_x ? k : 0));
  if (!workspace) return LANES_OUT_OF_MEMORY;
  job.workspace = workspace;
  if (copies_x) {
    float *x = workspace + threads * job.each;
    for (int64_t p = 0; p < k; p++) x[p] = x_scale * job.x[p * x_step];
    job.x = x;
  }
  lanes_run(threads, run_vector, &job);
  return LANES_OK;
}

/* m·n ≤ 64: every pair of a row of op(A) and a column of op(B), a piece of k at a time: as long as the level-1 cache has room
 * for copies of all rows. */
enum { MOST_OUTPUTS = 64, PIECES = 1 << 12, SHORTEST_PIECE = 256 };
static inline int64_t piece_of(int64_t m, int64_t n) {
  return lanes_most(PIECES / (m + n) & -LANES_LANES, SHORTEST_PIECE);
}

/* Takes `count` columns of a matrix with no gaps apart; a constant count lets the compiler do it with shuffles. */
static inline __attribute__((always_inline)) void split_columns(const int count, int64_t k, const float *restrict from,
                                                                float *restrict copy, int64_t piece) {
  for (int64_t q = 0; q < k; q++)
    for (int r = 0; r < count; r++) copy[r * piece + q] = from[q * count + r];
}

/* `count` rows of `k` values, which lie beside each other or not, as rows of `stride`: where they are, or in `copy`, a piece
 * each. */
static const float *as_rows(const lanes_matmul_kernels *kernels, const float *from, int64_t from_stride, int is_rows,
                            int64_t count, int64_t p, int64_t k, float scale, float *copy, int64_t piece, int64_t *stride) {
  is_rows |= count == 1 && from_stride == 1;
  if (is_rows && scale == 1) {
    *stride = from_stride;
    return from + p;
  }
  *stride = piece;
  const int is_dense = !is_rows && from_stride == count && scale == 1;
  if (is_dense && count == 2) /* Of the other operand, pairs are taken as they are. */
    split_columns(2, k, from + 2 * p, copy, piece);
  else if (is_dense && count == 3)
    split_columns(3, k, from + 3 * p, copy, piece);
  else if (is_dense && count == 4)
    split_columns(4, k, from + 4 * p, copy, piece);
  else if (count <= 4)
    for (int64_t q = 0; q < k; q++)
      for (int64_t r = 0; r < count; r++)
        copy[r * piece + q] = scale * from[is_rows ? r * from_stride + p + q : (p + q) * from_stride + r];
  else if (is_rows)
    kernels->pack_copied(k, count, from + p, from_stride, scale, copy, piece);
  else
    kernels->pack_transposed(k, count, from + p * from_stride, from_stride, scale, copy, piece);
  return copy;
}

/* Columns of a plain B as they stand side by side in its rows. A few are taken apart in no time, which is worth it for a few rows
 * that are not to be taken apart. */
static int should_stay_columns(const lanes_matmul_call *call) {
  enum { FEW = 4 };
  return !call->transpose_b && call->n >= (call->transpose_a || call->m < FEW ? FEW - 1 : FEW + 1);
}
static void multiply_few_columns(const lanes_kernels *kernels, const lanes_matmul_call *call) {
  const int64_t m = call->m, n = call->n, c_stride = call->c_stride;
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < n; j++) call->c[i * c_stride + j] = initial(call, call->c + i * c_stride + j);
  const int64_t a_row = call->transpose_a ? 1 : call->a_stride, a_step = call->transpose_a ? call->a_stride : 1;
  kernels->matmul.lane_column_sums(call->k, m, call->a, a_row, a_step, call->alpha, n, call->b, call->b_stride, call->c,
                                   c_stride);
  for (int64_t i = 0; i < m; i++) finish(call, kernels, i, 0, n, call->c + i * c_stride);
}

/* With room for copies of a piece of each row. */
static void multiply_few(const lanes_kernels *kernels, const lanes_matmul_call *call, float *copies) {
  const lanes_matmul_kernels *matmul = &kernels->matmul;
  const int64_t m = call->m, n = call->n, piece = piece_of(m, n);
  float *const b_copies = copies + m * piece;
  /* The columns of a dense B of two, or else those of such an A. */
  const int has_b_pairs = n == 2 && !call->transpose_b && call->b_stride == 2;
  const int has_a_pairs = !has_b_pairs && m == 2 && call->transpose_a && call->a_stride == 2 && call->alpha == 1;
  const int by_a = has_a_pairs || (m > n && !has_b_pairs);
  float lanes[MOST_OUTPUTS][LANES_LANES] = {0}; /* of C[i, j]: j·m + i where it is by_a, else i·n + j */
  const int64_t i_step = by_a ? 1 : n, j_step = by_a ? m : 1;
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < n; j++) lanes[i * i_step + j * j_step][0] = initial(call, call->c + i * call->c_stride + j);

  for (int64_t p = 0; p < call->k; p += piece) {
    const int64_t k = lanes_least(piece, call->k - p);
    int64_t a_stride = 0, b_stride = 0;
    const float *a = has_a_pairs ? call->a + 2 * p
                                 : as_rows(matmul, call->a, call->a_stride, !call->transpose_a, m, p, k, call->alpha, copies,
                                           piece, &a_stride);
    const float *b = has_b_pairs ? call->b + 2 * p
                                 : as_rows(matmul, call->b, call->b_stride, call->transpose_b, n, p, k, 1, b_copies, piece,
                                           &b_stride);
    if (has_b_pairs)
      matmul->lane_pairs(k, m, a, a_stride, b, lanes);
    else if (has_a_pairs)
      matmul->lane_pairs(k, n, b, b_stride, a, lanes);
    else if (by_a)
      matmul->lane_dots(k, n, b, b_stride, m, a, a_stride, lanes);
    else
      matmul->lane_dots(k, m, a, a_stride, n, b, b_stride, lanes);
  }

  float trees[MOST_OUTPUTS];
  matmul->lane_trees(m * n, lanes, trees);
  for (int64_t i = 0; i < m; i++) {
    float sums[MOST_OUTPUTS];
    for (int64_t j = 0; j < n; j++) sums[j] = trees[i * i_step + j * j_step];
    finish(call, kernels, i, 0, n, sums);
    for (int64_t j = 0; j < n; j++) call->c[i * call->c_stride + j] = sums[j];
  }
}

typedef struct few_job {
  const lanes_matmul_call *call;
  const lanes_kernels *kernels;
  float *copies;
  int64_t copies_each;
} few_job;

/* A thread has some of C's rows, or of its columns where these are more. */
static void run_few(void *argument, int thread, int threads) {
  const few_job *job = argument;
  const lanes_matmul_call part = lanes_part_of_call(job->call, 1, thread, threads);
  if (should_stay_columns(&part))
    multiply_few_columns(job->kernels, &part);
  else
    multiply_few(job->kernels, &part, job->copies + thread * job->copies_each);
}

static lanes_status multiply_few_on_threads(const lanes_context *context, const lanes_matmul_call *call) {
  const double m = (double)call->m, n = (double)call->n, k = (double)call->k;
  /* Computing, or reading about 60 bytes a nanosecond. */
  const double computing = 2 * m * n / context->kernels->matmul.flops, reading = (m + n) / 15;
  const int threads =
      lanes_threads_for(context, k * (computing > reading ? computing : reading), lanes_parts_of_call(call, 1));
  few_job job = {call, context->kernels, NULL, lanes_most(PIECES, (call->m + call->n) * SHORTEST_PIECE)};
  job.copies = lanes_workspace(threads * job.copies_each);
  if (!job.copies) return LANES_OUT_OF_MEMORY;
  lanes_run(threads, run_few, &job);
  return LANES_OK;
}

/* A packed B: each row of op(A) with one panel after the other. */
typedef struct packed_job {
  const lanes_matmul_call *call;
  const lanes_kernels *kernels;
  int64_t block_k;
  const float *x; /* m rows of k */
  int64_t x_stride;
  int is_in_memory; /* B */
} packed_job;

static void run_packed(void *argument, int thread, int threads) {
  const packed_job *job = argument;
  const lanes_matmul_call *call = job->call;
  const lanes_matmul_kernels *kernels = &job->kernels->matmul;
  const int64_t k = call->k, block_k = job->block_k;
  const lanes_columns columns = lanes_columns_of(kernels, call->n, kernels->vectors);
  const lanes_part tiles = lanes_part_of(columns.tiles, 1, thread, threads);
  enum { WIDEST = LANES_MOST_VECTORS * 16 };
  float lanes[LANES_LANES][WIDEST];
  for (int64_t i = 0; i < call->m; i++) {
    for (int64_t t = tiles.begin; t < tiles.end; t++) {
      const int64_t j = lanes_first_column(&columns, t), width = lanes_width(&columns, t);
      const int64_t count = lanes_least(width, call->n - j);
      float *c = call->c + i * call->c_stride + j;
      memset(lanes[1], 0, sizeof lanes - sizeof lanes[0]);
      for (int64_t r = 0; r < count; r++) lanes[0][r] = initial(call, c + r);
      for (int64_t p = 0; p < k; p += block_k) {
        const int64_t steps = lanes_least(block_k, k - p);
        kernels->lane_columns(steps, job->x + i * job->x_stride + p, count,
                              lanes_packed_panels(kernels, call->packed_b, call->n, p) + j * steps, width, 1,
                              job->is_in_memory, lanes[0], WIDEST);
      }
      kernels->lane_column_trees(count, lanes[0], WIDEST);
      finish(call, job->kernels, i, j, count, lanes[0]);
      memcpy(c, lanes[0], 4 * (size_t)count);
    }
  }
}

static lanes_status multiply_packed(const lanes_context *context, const lanes_matmul_call *call) {
  const int64_t m = call->m, k = call->k;
  packed_job job = {
      .call = call,
      .kernels = context->kernels,
      .block_k = lanes_packed_block_k(context, k),
      .x = call->a,
      .x_stride = call->a_stride,
      .is_in_memory = k * call->n > context->streaming_floats / 2,
  };
  if (call->transpose_a || call->alpha != 1) {
    float *x = lanes_workspace(m * k);
    if (!x) return LANES_OUT_OF_MEMORY;
    const int64_t i_step = call->transpose_a ? 1 : call->a_stride, p_step = call->transpose_a ? call->a_stride : 1;
    for (int64_t i = 0; i < m; i++)
      for (int64_t p = 0; p < k; p++) x[i * k + p] = call->alpha * call->a[i * i_step + p * p_step];
    job.x = x, job.x_stride = k;
  }
  const double nanoseconds = (double)k * (double)call->n * (double)m / 5;
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int64_t tiles = lanes_columns_of(kernels, call->n, kernels->vectors).tiles;
  lanes_run(lanes_threads_for(context, nanoseconds, tiles), run_packed, &job);
  return LANES_OK;
}

lanes_status lanes_matmul_in_lane_order(const lanes_context *context, const lanes_matmul_call *call) {
  if (call->packed_b) return multiply_packed(context, call);
  const int has_rows = (call->m == 1 && call->transpose_b) || (call->n == 1 && !call->transpose_a);
  return has_rows || lanes_most(call->m, call->n) > MOST_OUTPUTS ? multiply_vector(context, call)
                                                                 : multiply_few_on_threads(context, call);
}
