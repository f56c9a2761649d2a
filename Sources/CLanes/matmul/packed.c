/* Operands that are packed once and multiplied many times. */
#include "../core/checks.h"
#include "paths.h"

#include <string.h>

/* What a packed operand begins with. */
typedef struct packed_header {
  uint64_t mark;
  int64_t isa, block_k, k, n;
} packed_header;

_Static_assert(sizeof(packed_header) <= 4 * LANES_PACKED_HEADER, "the header has its place");

static const uint64_t mark = 0x324b434150534e4c; /* "LNSPACK2" */

int lanes_is_packed(const lanes_context *context, const float *packed_b, int64_t k, int64_t n) {
  packed_header header;
  memcpy(&header, packed_b, sizeof header);
  return header.mark == mark && header.isa == (int64_t)context->kernels->isa &&
         header.block_k == lanes_packed_block_k(context, k) && header.k == k && header.n == n;
}

void lanes_pack_columns(const lanes_matmul_kernels *kernels, const lanes_columns *columns, int64_t first, int64_t end,
                        int64_t n, int64_t p, int64_t k, lanes_transpose transpose_b, const float *b, int64_t b_stride,
                        float *to) {
  while (first < end) { /* As many tiles of one width as lie beside each other. */
    const int width = lanes_width(columns, first);
    int64_t last = first + 1;
    while (last < end && lanes_width(columns, last) == width) last++;
    const int64_t j = lanes_first_column(columns, first), next = lanes_first_column(columns, last);
    if (transpose_b)
      kernels->pack_transposed(lanes_least(next, n) - j, k, b + j * b_stride + p, b_stride, 1, to, width);
    else
      kernels->pack_copied(lanes_least(next, n) - j, k, b + p * b_stride + j, b_stride, 1, to, width);
    to += (next - j) * k;
    first = last;
  }
}

static lanes_status size_of(const lanes_matmul_kernels *kernels, int64_t k, int64_t n, int64_t *floats) {
  LANES_TRY(lanes_check_product(k, n));
  LANES_TRY(lanes_check_product(n, 1));
  const lanes_columns columns = lanes_columns_of(kernels, n, kernels->vectors);
  LANES_TRY(lanes_check_product(k, lanes_first_column(&columns, columns.tiles)));
  *floats = lanes_packed_floats(kernels, n, k);
  return LANES_OK;
}

lanes_status lanes_matmul_packed_size(const lanes_context *context, int64_t k, int64_t n, int64_t *floats) {
  LANES_TRY(lanes_enter(&context));
  return floats ? size_of(&context->kernels->matmul, k, n, floats) : LANES_NULL_POINTER;
}

typedef struct pack_job {
  const lanes_matmul_kernels *kernels;
  lanes_transpose transpose_b;
  int64_t block_k, k, n, b_stride;
  const float *b;
  float *packed;
} pack_job;

static void run_pack(void *argument, int thread, int threads) {
  const pack_job *job = argument;
  const lanes_columns columns = lanes_columns_of(job->kernels, job->n, job->kernels->vectors);
  const lanes_part tiles = lanes_part_of(columns.tiles, 1, thread, threads);
  const int64_t block_k = job->block_k, all = lanes_first_column(&columns, columns.tiles);
  for (int64_t p = 0; p < job->k; p += block_k) {
    const int64_t steps = lanes_least(block_k, job->k - p);
    float *to = job->packed + LANES_PACKED_HEADER + p * all + lanes_first_column(&columns, tiles.begin) * steps;
    lanes_pack_columns(job->kernels, &columns, tiles.begin, tiles.end, job->n, p, steps, job->transpose_b, job->b,
                       job->b_stride, to);
  }
}

lanes_status lanes_matmul_pack(const lanes_context *context, lanes_transpose transpose_b, int64_t k, int64_t n,
                               const float *b, int64_t b_stride, float *packed) {
  LANES_TRY(lanes_enter(&context));
  if ((unsigned)transpose_b > LANES_TRANSPOSED) return LANES_INVALID_OPERATION;
  int64_t floats, rows = transpose_b ? n : k, columns = transpose_b ? k : n;
  LANES_TRY(size_of(&context->kernels->matmul, k, n, &floats));
  if (!packed) return LANES_NULL_POINTER;
  LANES_TRY(lanes_check_matrix(b, rows, columns, b_stride));
  LANES_TRY(lanes_check_disjoint(lanes_extent_of_vector(packed, floats), lanes_extent_of(b, rows, columns, b_stride)));
  pack_job job = {&context->kernels->matmul, transpose_b, lanes_packed_block_k(context, k), k, n, b_stride, b, packed};
  lanes_run(lanes_threads_for(context, (double)k * (double)n / 4, lanes_divide_up(n, 3 * job.kernels->vector)), run_pack, &job);
  memset(packed, 0, 4 * LANES_PACKED_HEADER);
  const packed_header header = {mark, context->kernels->isa, job.block_k, k, n};
  memcpy(packed, &header, sizeof header);
  return LANES_OK;
}
