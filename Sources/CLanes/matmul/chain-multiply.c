/* The loops over the tiles of a block, around the micro-kernel, and the epilogue that it does not do. */
#include "chain-order.h"

static void activate(const chain_job *job, lanes_part rows, lanes_part columns) {
  const lanes_matmul_call *call = job->call;
  const int64_t n = columns.end - columns.begin;
  float *c = call->c + rows.begin * call->c_stride + columns.begin;
  if (job->gradient) {
    const float *value = call->gradient_value + rows.begin * call->gradient_value_stride + columns.begin;
    for (int64_t i = rows.begin; i < rows.end; i++, c += call->c_stride, value += call->gradient_value_stride)
      job->gradient(n, value, c, c, 0);
  } else if (n == call->c_stride)
    job->activation(n * (rows.end - rows.begin), c, c, 0);
  else
    for (int64_t i = rows.begin; i < rows.end; i++, c += call->c_stride) job->activation(n, c, c, 0);
}

/* A's share of a block: where the first tile starts, and how far it is to the next tile. */
typedef struct chain_operand {
  const float *first;
  int64_t step;
} chain_operand;

static chain_operand a_of(const chain_job *job, const chain_block *block, const chain_block *share) {
  const lanes_matmul_call *call = job->call;
  const int64_t i = share->row_tiles.begin * job->mr, p = share->steps.begin;
  if (job->k == 0) return (chain_operand){NULL, 0};
  if (job->a_panels) {
    const int64_t panel = job->a_panel * (block->steps.end - block->steps.begin);
    return (chain_operand){job->a_panels + (share->row_tiles.begin - block->row_tiles.begin) * panel, panel};
  }
  if (call->transpose_a) return (chain_operand){call->a + p * call->a_stride + i, job->mr};
  return (chain_operand){call->a + i * call->a_stride + p, job->mr * call->a_stride};
}

/* The first step of column j of op(B). In panels it lies j (from the block's first column) times their steps from the start. */
static const float *b_of(const chain_job *job, const chain_block *block, const chain_block *share, int64_t j) {
  const int64_t p = share->steps.begin, k = share->steps.end - p;
  if (job->k == 0) return NULL;
  if (block->b_panels) return block->b_panels + (j - lanes_first_column(&job->columns, block->column_tiles.begin)) * k;
  if (job->packed_b) return lanes_packed_panels(job->kernels, job->packed_b, job->call->n, p) + j * k;
  return job->call->b + p * job->call->b_stride + j;
}

void lanes_chain_multiply(const chain_job *job, const chain_block *block, const chain_block *share) {
  const lanes_matmul_call *call = job->call;
  const lanes_matmul_kernels *kernels = job->kernels;
  const int64_t n = call->n, mr = job->mr, k = share->steps.end - share->steps.begin;
  const int is_last = share->steps.end == job->k, has_b_panels = block->b_panels || job->packed_b;
  const chain_operand a = a_of(job, block, share);
  const lanes_part rows = {share->row_tiles.begin * mr, lanes_least(share->row_tiles.end * mr, call->m)};
  const int64_t first_column = lanes_first_column(&job->columns, share->column_tiles.begin);
  lanes_micro_tile tile = {
      .k = k,
      .a_stride = job->a_panels ? job->a_panel : call->a_stride,
      .b_stride = call->b_stride,
      .next_b_stride = call->b_stride,
      .c_stride = call->c_stride,
      .beta = share->steps.begin == 0 ? call->beta : 1,
      .relu = is_last && call->activation == LANES_RELU && !job->gradient,
  };
  const lanes_micro_kernel(*micro)[2][LANES_MOST_MR] =
      kernels->micro[job->a_panels || call->transpose_a ? LANES_A_PANEL : LANES_A_ROWS];
  /* A long chain leaves time to fetch the next tile of C. */
  const int64_t c_step = mr * call->c_stride, fetches = k >= 64;
  const int64_t tiles_of_rows = lanes_divide_up(rows.end - rows.begin, mr);
  tile.next_b_beside = tiles_of_rows < 3 ? 16 * tiles_of_rows : 0;
  int64_t activated = first_column;
  for (int64_t t = share->column_tiles.begin; t < share->column_tiles.end; t++) {
    const int64_t j = lanes_first_column(&job->columns, t), width = lanes_width(&job->columns, t);
    tile.columns = lanes_least(width, n - j);
    tile.b = b_of(job, block, share, j);
    if (has_b_panels) tile.b_stride = width;
    tile.bias = is_last && call->bias ? call->bias + j : NULL;
    const int64_t vectors = lanes_divide_up(tile.columns, kernels->vector);
    const int is_partial = !has_b_panels && tile.columns < vectors * kernels->vector;
    const lanes_micro_kernel *of_rows = micro[vectors - 1][is_partial];
    const float *next_b = block->next_b ? block->next_b + (j - first_column) : NULL;
    if (job->fetches_b && t + 1 < share->column_tiles.end) next_b = tile.b + width;
    tile.a = a.first;
    tile.c = call->c + rows.begin * call->c_stride + j;
    for (int64_t i = rows.begin; i < rows.end; i += mr, tile.a += a.step, tile.c += c_step) {
      const int64_t line = (i - rows.begin) / mr * 16; /* Each tile of rows fetches another line of 16 columns. */
      tile.next_b = next_b && line < width ? next_b + line : NULL;
      tile.next_c = fetches && i + mr < rows.end ? tile.c + c_step : NULL;
      of_rows[lanes_least(mr, rows.end - i) - 1](&tile);
    }
    /* As soon as there are enough columns for whole vectors, and while they are still in cache. */
    const int64_t done = j + tile.columns;
    if ((job->activation || job->gradient) && is_last &&
        (t + 1 == share->column_tiles.end || done - activated >= 256)) {
      activate(job, rows, (lanes_part){activated, done});
      activated = done;
    }
  }
}
