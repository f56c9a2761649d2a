/* C2's lane order: a long k over few outputs, or over a vector of them. */
#include "lane-order.h"
#include "workspace.h"

/* m·n ≤ 64: every pair of a row of op(A) and a column of op(B), a piece of k at a time, as long as the level-1 cache has room
 * for copies of all rows. */
enum { MOST_OUTPUTS = 64, PIECES = 1 << 12, SHORTEST_PIECE = 256 };
static inline int64_t piece_of(int64_t m, int64_t n) {
  return lanes_most(PIECES / (m + n) & -LANES_LANES, SHORTEST_PIECE);
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
  if (!is_rows && count <= LANES_SHORT_K && scale == 1)
    lanes_turn_columns(count, k, from + p * from_stride, from_stride, copy, piece);
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

/* So do those of a transposed A, where they are more and take fewer halves of vectors, as the columns of
 * Cᵀ = op(B)ᵀ·op(A)ᵀ. */
static int are_columns_of_turned(const lanes_matmul_call *call) {
  enum { LEAST = 5, HALF = 8 };
  return call->transpose_a && call->alpha == 1 && call->m >= LEAST &&
         call->n * lanes_divide_up(call->m, HALF) < call->m * lanes_divide_up(call->n, HALF);
}
static void multiply_turned_columns(const lanes_kernels *kernels, const lanes_matmul_call *call) {
  const int64_t m = call->m, n = call->n, b_step = call->transpose_b ? 1 : call->b_stride;
  float turned[MOST_OUTPUTS], sums[MOST_OUTPUTS];
  for (int64_t j = 0; j < n; j++) lanes_start_sums(call, call->c + j, call->c_stride, m, turned + j * m);
  kernels->matmul.lane_column_sums(call->k, n, call->b, call->transpose_b ? call->b_stride : 1, b_step, 1, m, call->a,
                                   call->a_stride, turned, m);
  for (int64_t i = 0; i < m; i++) {
    for (int64_t j = 0; j < n; j++) sums[j] = turned[j * m + i];
    lanes_finish_sums(call, kernels, i, 0, n, sums);
    memcpy(call->c + i * call->c_stride, sums, (size_t)n * sizeof *sums);
  }
}

/* Rows of a plain A and of a transposed B where they are, for so many steps at most: more had better be read in pieces. Short
 * vectors read them twice: so many steps, or as many as a level-1 cache holds of all rows. */
enum { ROWS_IN_PLACE = 4096, READ_TWICE = 1200, READ_TWICE_IN_ALL = 1 << 13 };
static int are_rows(const lanes_kernels *kernels, const lanes_matmul_call *call) {
  const int64_t twice = lanes_most(READ_TWICE, READ_TWICE_IN_ALL / (call->m + call->n));
  const int64_t most = kernels->matmul.vector < LANES_LANES ? twice : ROWS_IN_PLACE;
  return !call->transpose_a && call->transpose_b && call->alpha == 1 && call->k <= most;
}
static void multiply_few_rows(const lanes_kernels *kernels, const lanes_matmul_call *call) {
  const int64_t c_stride = call->c_stride;
  for (int64_t i = 0; i < call->m; i++) lanes_start_sums(call, call->c + i * c_stride, 1, call->n, call->c + i * c_stride);
  kernels->matmul.lane_dot_sums(call->k, call->m, call->a, call->a_stride, call->n, call->b, call->b_stride, call->c, c_stride);
  for (int64_t i = 0; i < call->m; i++) lanes_finish_sums(call, kernels, i, 0, call->n, call->c + i * c_stride);
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
    for (int64_t j = 0; j < n; j++) lanes[i * i_step + j * j_step][0] = lanes_start_sum(call, call->c + i * call->c_stride + j);

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
    lanes_finish_sums(call, kernels, i, 0, n, sums);
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
  if (are_columns_of_turned(&part))
    multiply_turned_columns(job->kernels, &part);
  else if (should_stay_columns(&part))
    lanes_multiply_columns(&part, job->kernels, 0, part.n, part.b, part.b_stride);
  else if (are_rows(job->kernels, &part))
    multiply_few_rows(job->kernels, &part);
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

lanes_status lanes_matmul_in_lane_order(const lanes_context *context, const lanes_matmul_call *call) {
  if (call->packed_b) return lanes_multiply_packed_lanes(context, call);
  /* Two columns are taken apart in no time. */
  const int are_rows = call->n > 1 ? call->transpose_b : !call->transpose_a;
  const int is_vector = (call->m == 1 || call->n == 1) && (are_rows || call->m * call->n > 2);
  return is_vector ? lanes_multiply_vector(context, call) : multiply_few_on_threads(context, call);
}
