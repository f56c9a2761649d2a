/* C2's lane order with a packed B. */
#include "lane-order.h"

typedef struct packed_job {
  const lanes_matmul_call *call;
  const lanes_kernels *kernels;
  int64_t block_k;
  int has_lanes_in_memory; /* where B comes from there, or in several blocks */
  int is_in_memory; /* B */
} packed_job;

/* Each row of op(A), with all blocks of B; a piece of it is copied where its values do not lie beside each other as they are. */
enum { WIDEST = LANES_MOST_VECTORS * 16 };
static void multiply_in_memory(const packed_job *job, const lanes_matmul_call *call, int64_t j, int64_t width, int64_t count) {
  const lanes_matmul_kernels *kernels = &job->kernels->matmul;
  const int64_t k = call->k, block_k = job->block_k;
  const int64_t a_row = call->transpose_a ? 1 : call->a_stride, a_step = call->transpose_a ? call->a_stride : 1;
  const int is_copied = call->transpose_a || call->alpha != 1;
  float lanes[LANES_LANES][WIDEST], copy[LANES_MOST_STEPS];
  for (int64_t i = 0; i < call->m; i++) {
    float *c = call->c + i * call->c_stride + j;
    memset(lanes[1], 0, sizeof lanes - sizeof lanes[0]);
    lanes_start_sums(call, c, 1, count, lanes[0]);
    for (int64_t p = 0; p < k; p += block_k) {
      const int64_t steps = lanes_least(block_k, k - p);
      const float *from = call->a + i * a_row + p * a_step, *x = is_copied ? copy : from;
      if (is_copied)
        for (int64_t q = 0; q < steps; q++) copy[q] = call->alpha * from[q * a_step];
      kernels->lane_columns(steps, x, count, lanes_packed_panels(kernels, call->packed_b, call->n, p) + j * steps, width, 1,
                            job->is_in_memory, lanes[0], WIDEST);
    }
    kernels->lane_column_trees(count, lanes[0], WIDEST);
    lanes_finish_sums(call, job->kernels, i, j, count, lanes[0]);
    memcpy(c, lanes[0], 4 * (size_t)count);
  }
}

/* One panel after the other; a thread has some of them, or some rows where there are fewer panels than threads. */
static void run_packed(void *argument, int thread, int threads) {
  const packed_job *job = argument;
  const lanes_matmul_kernels *kernels = &job->kernels->matmul;
  const lanes_columns columns = lanes_columns_of(kernels, job->call->n, kernels->vectors);
  const int by_rows = columns.tiles < threads;
  lanes_matmul_call call = *job->call;
  lanes_part tiles = {0, columns.tiles};
  if (by_rows) call = lanes_part_between(job->call, 1, lanes_part_of(call.m, 1, thread, threads));
  else tiles = lanes_part_of(columns.tiles, 1, thread, threads);
  for (int64_t t = tiles.begin; call.m > 0 && t < tiles.end; t++) {
    const int64_t j = lanes_first_column(&columns, t), width = lanes_width(&columns, t);
    const int64_t count = lanes_least(width, call.n - j);
    if (job->has_lanes_in_memory)
      multiply_in_memory(job, &call, j, width, count);
    else
      lanes_multiply_columns(&call, job->kernels, j, count,
                             lanes_packed_panels(kernels, call.packed_b, call.n, 0) + j * call.k, width);
  }
}

lanes_status lanes_multiply_packed_lanes(const lanes_context *context, const lanes_matmul_call *call) {
  const int64_t m = call->m, n = call->n, k = call->k, block_k = lanes_packed_block_k(context, k);
  const int is_in_memory = k * n > context->streaming_floats / 2;
  packed_job job = {
      .call = call,
      .kernels = context->kernels,
      .block_k = block_k,
      .has_lanes_in_memory = is_in_memory || k > block_k,
      .is_in_memory = is_in_memory,
  };
  const double nanoseconds = (double)k * (double)n * (double)m / 5;
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int64_t tiles = lanes_columns_of(kernels, n, kernels->vectors).tiles;
  lanes_run(lanes_threads_for(context, nanoseconds, lanes_most(tiles, m)), run_packed, &job);
  return LANES_OK;
}
