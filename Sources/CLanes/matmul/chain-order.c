/* C2's chain order: loops around the micro-kernel. Where operands are packed, the product is made in blocks, of NC columns, of
 * KC steps of the chains, of A_TILES tiles of rows: the threads pack a block together and then share its tiles, all in one
 * parallel region. Who multiplies which tiles is settled as they go, so that a thread that loses its core holds nobody up.
 * A chain that goes on in the next block of k reloads C. */
#include "chain-order.h"
#include "workspace.h"

/* At most so many tiles of rows are packed at once. */
enum { A_TILES = 144 };

/* Where a thread packs columns for itself: so many rows are multiplied by so many columns at once, in shorter steps where there
 * are no more rows than that; and only then, or where each thread gets so many tiles that all finish at about the same time. */
enum { OWN_ROWS = 192, OWN_COLUMNS = 256, OWN_K_OF_FEW_ROWS = 256, OWN_TILES = 16 };

/* The next of `shares`, or −1. `victim` is whose queue it comes from, at first the thread itself. */
static int64_t take_share(chain_queue *queues, int64_t shares, int threads, int *victim, int thread) {
  const int count = threads < QUEUES ? threads : QUEUES;
  for (;;) {
    const lanes_part own = lanes_part_of(shares, 1, *victim % count, count);
    const int64_t share =
        own.begin + atomic_fetch_add_explicit(&queues[*victim % count].taken, 1, memory_order_relaxed);
    if (share < own.end) return share;
    *victim = (*victim + 1) % count;
    if (*victim == thread % count) return -1;
  }
}

/* One thread's share of packing the block's rows of A, from a_panels on. */
static void pack_a(const chain_job *job, const chain_block *block, int thread, int threads) {
  const lanes_matmul_call *call = job->call;
  const int64_t width = job->a_panel, p = block->steps.begin, k = block->steps.end - p;
  const lanes_part tiles = lanes_part_of(block->row_tiles.end - block->row_tiles.begin, 1, thread, threads);
  for (int64_t t = tiles.begin; t < tiles.end; t++) {
    const int64_t i = (block->row_tiles.begin + t) * job->mr, rows = lanes_least(job->mr, call->m - i);
    float *panel = job->a_panels + t * width * k;
    if (call->transpose_a)
      job->kernels->pack_copied(rows, k, call->a + p * call->a_stride + i, call->a_stride, call->alpha, panel, width);
    else
      job->kernels->pack_transposed(rows, k, call->a + i * call->a_stride + p, call->a_stride, call->alpha, panel, width);
  }
}

/* One thread's share of packing the block's columns of B, from b_panels on. */
static void pack_b(const chain_job *job, const chain_block *block, int thread, int threads) {
  const lanes_matmul_call *call = job->call;
  const int64_t p = block->steps.begin, k = block->steps.end - p, before = block->column_tiles.begin;
  const lanes_part tiles = lanes_part_of(block->column_tiles.end - before, 1, thread, threads);
  const int64_t first = before + tiles.begin;
  const int64_t skipped = lanes_first_column(&job->columns, first) - lanes_first_column(&job->columns, before);
  lanes_pack_columns(job->kernels, &job->columns, first, before + tiles.end, call->n, p, k, call->transpose_b, call->b,
                     call->b_stride, job->b_panels + skipped * k);
}

/* Takes shares of a block until there are none left. A share has as many rows of A as stay in the level-2 cache; there are a
 * few shares for each thread, so that all of them finish at about the same time. */
static void multiply_shares(chain_job *job, const chain_block *block, int thread, int threads) {
  const int64_t row_tiles = block->row_tiles.end - block->row_tiles.begin;
  const int64_t column_tiles = block->column_tiles.end - block->column_tiles.begin;
  const int64_t kc = lanes_block_k(job->kernels, block->steps.end - block->steps.begin);
  const int64_t wanted = threads == 1 ? 1 : 8 * threads;
  int64_t rows = lanes_even_block(row_tiles, job->kernels->mc / job->columns.mr, 1), columns = column_tiles;
  while (lanes_divide_up(row_tiles, rows) * lanes_divide_up(column_tiles, columns) < wanted && (rows > 1 || columns > 1)) {
    if (columns > 2 || rows == 1)
      columns = lanes_divide_up(columns, 2);
    else
      rows = lanes_divide_up(rows, 2);
  }
  const int64_t across = lanes_divide_up(column_tiles, columns), shares = lanes_divide_up(row_tiles, rows) * across;
  int victim = thread % QUEUES;
  for (int64_t share; (share = take_share(job->queues, shares, threads, &victim, thread)) >= 0;) {
    const int64_t i = block->row_tiles.begin + share / across * rows;
    const int64_t j = block->column_tiles.begin + share % across * columns;
    chain_block part = {.row_tiles = {i, lanes_least(i + rows, block->row_tiles.end)},
                        .column_tiles = {j, lanes_least(j + columns, block->column_tiles.end)}};
    int64_t p = block->steps.begin;
    do { /* Without panels a block has all of k. Once at least: without k, C still has its beta, bias and activation. */
      part.steps = (lanes_part){p, lanes_least(p + kc, block->steps.end)};
      lanes_chain_multiply(job, block, &part);
      p = part.steps.end;
    } while (p < block->steps.end);
  }
}

static void run_chain_order(void *argument, int thread, int threads) {
  chain_job *job = argument;
  int is_first = 1;
  for (int64_t j = 0; j < job->columns.tiles; j += job->block_columns) {
    int64_t p = 0;
    do { /* Once at least, as above. */
      for (int64_t i = 0; i < job->row_tiles; i += job->block_rows) {
        const chain_block block = {{i, lanes_least(i + job->block_rows, job->row_tiles)},
                                   {j, lanes_least(j + job->block_columns, job->columns.tiles)},
                                   {p, lanes_least(p + job->block_k, job->k)},
                                   job->b_panels,
                                   NULL};
        if (!is_first) {
          lanes_barrier(threads); /* Until nobody reads the last block any more. */
          if (thread < QUEUES) atomic_store_explicit(&job->queues[thread].taken, 0, memory_order_relaxed);
        }
        if (job->b_panels && i == 0) pack_b(job, &block, thread, threads);
        if (job->a_panels) pack_a(job, &block, thread, threads);
        if (job->a_panels || job->b_panels) lanes_barrier(threads);
        is_first = 0;
        multiply_shares(job, &block, thread, threads);
      }
      p += job->block_k;
    } while (p < job->k);
  }
}

/* Where the block after that of tiles t ..< end and step p starts in B, where all its columns and steps are within B. */
static const float *next_block(const chain_job *job, int64_t t, int64_t end, int64_t p) {
  const lanes_matmul_call *call = job->call;
  if (call->transpose_b) return NULL;
  p += job->block_k;
  if (p + job->block_k > job->k) p = 0, t = end, end += job->block_columns;
  if (end > job->columns.tiles || lanes_first_column(&job->columns, end) > call->n) return NULL;
  return call->b + p * call->b_stride + lanes_first_column(&job->columns, t);
}

/* Each thread packs columns for itself, as many as stay in its level-2 cache until all rows have been multiplied by them.
 * Nobody waits for anybody. */
static void run_own_columns(void *argument, int thread, int threads) {
  chain_job *job = argument;
  const lanes_matmul_call *call = job->call;
  float *panels = job->b_panels + thread * job->block_columns * job->columns.wide * job->block_k;
  const int64_t rows = lanes_even_block(job->row_tiles, OWN_ROWS / job->mr, 1);
  const int64_t blocks = lanes_divide_up(job->columns.tiles, job->block_columns);
  int victim = thread % QUEUES;
  for (int64_t next; (next = take_share(job->queues, blocks, threads, &victim, thread)) >= 0;) {
    const int64_t t = next * job->block_columns;
    const lanes_part tiles = {t, lanes_least(t + job->block_columns, job->columns.tiles)};
    for (int64_t p = 0; p < job->k; p += job->block_k) {
      chain_block block = {{0, job->row_tiles}, tiles, {p, lanes_least(p + job->block_k, job->k)}, panels, NULL};
      lanes_pack_columns(job->kernels, &job->columns, tiles.begin, tiles.end, call->n, p, block.steps.end - p,
                         call->transpose_b, call->b, call->b_stride, panels);
      for (int64_t i = 0; i < job->row_tiles; i += rows) {
        chain_block share = block;
        share.row_tiles = (lanes_part){i, lanes_least(i + rows, job->row_tiles)};
        if (share.row_tiles.end == job->row_tiles) block.next_b = next_block(job, tiles.begin, tiles.end, p);
        lanes_chain_multiply(job, &block, &share);
      }
    }
  }
}

/* An operand of more floats than this is too large for the level-2 cache to make up for the way it lies in memory. */
static const int64_t small_operand = 1 << 16;

/* The rows of a tile that the level-1 cache holds side by side: it has room for about 8 lines from addresses that differ by
 * multiples of 4096 bytes. */
static int64_t rows_in_cache(const lanes_matmul_call *call) {
  return !call->transpose_a && (call->a_stride + 8) % 1024 <= 16 ? 8 : LANES_MOST_MR;
}

/* The micro-kernels read A where it is, unless alpha has to be multiplied in, or a transposed A spreads each panel over many
 * pages. */
static int should_pack_a(const lanes_matmul_call *call) {
  return call->alpha != 1 || (call->transpose_a && call->n >= 128 && call->m * call->k > small_operand);
}

/* The micro-kernels cannot read a transposed B where it is. Otherwise a panel must be read a few times to be worth it. */
static int should_pack_b(const lanes_matmul_call *call) {
  return call->transpose_b || (call->m >= 48 && call->n * call->k > small_operand);
}

lanes_status lanes_matmul_in_chain_order(const lanes_context *context, const lanes_matmul_call *call, int64_t k) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int64_t m = call->m, n = call->n;
  chain_job job = {.call = call, .kernels = kernels, .k = k, .mr = m, .row_tiles = 1, .block_k = k};
  job.columns = lanes_columns_of(kernels, n);
  const int64_t most_rows = lanes_least(job.columns.mr, rows_in_cache(call));
  if (m > most_rows) {
    job.mr = lanes_divide_up(m, lanes_divide_up(m, most_rows));
    job.row_tiles = lanes_divide_up(m, job.mr);
  }
  job.a_panel = (job.mr + 7) & -8;
  job.block_rows = job.row_tiles;
  job.block_columns = job.columns.tiles;
  if (k > 0) job.packed_b = call->packed_b;
  if (call->gradient_value) {
    if (call->activation != LANES_IDENTITY) job.gradient = context->kernels->elementwise.unary_gradient[call->activation];
  } else if (call->activation != LANES_IDENTITY && call->activation != LANES_RELU)
    job.activation = context->kernels->elementwise.unary[call->activation];

  const double nanoseconds = (2 * (double)k / kernels->flops + 0.03) * (double)m * (double)n; /* C alone: 0.03 each */
  const int threads = lanes_threads_for(context, nanoseconds, job.row_tiles * job.columns.tiles);
  chain_queue queues[QUEUES];
  for (int q = 0; q < threads && q < QUEUES; q++) atomic_init(&queues[q].taken, 0);
  job.queues = queues;
  const int packs_a = k > 0 && should_pack_a(call), packs_b = k > 0 && !call->packed_b && should_pack_b(call);
  if (threads == 1 && !packs_a && !packs_b && k <= kernels->kc && m <= kernels->mc) {
    const chain_block all = {{0, job.row_tiles}, {0, job.columns.tiles}, {0, k}, NULL, NULL};
    lanes_chain_multiply(&job, &all, &all);
    return LANES_OK;
  }

  job.fetches_b = k > 0 && !packs_b && !call->packed_b && n * k > 4 * small_operand;
  if (packs_b && !packs_a && (threads == 1 || m <= OWN_ROWS || job.columns.tiles >= OWN_TILES * threads)) {
    job.block_k = lanes_even_block(k, m <= OWN_ROWS ? OWN_K_OF_FEW_ROWS : kernels->kc, LANES_LANES);
    const int64_t shares = threads == 1 ? 1 : 4 * threads;
    job.block_columns = lanes_divide_up(job.columns.tiles, shares);
    job.block_columns = lanes_even_block(job.columns.tiles, lanes_least(job.block_columns, OWN_COLUMNS / job.columns.wide), 1);
    job.b_panels = lanes_workspace(threads * job.block_columns * job.columns.wide * job.block_k);
    if (!job.b_panels) return LANES_OUT_OF_MEMORY;
    lanes_run(threads, run_own_columns, &job);
    return LANES_OK;
  }
  if (packs_a || packs_b || job.packed_b) {
    job.block_k = lanes_block_k(kernels, k);
    if (packs_a) job.block_rows = lanes_even_block(job.row_tiles, A_TILES, 1);
    if (packs_b || job.packed_b) job.block_columns = lanes_even_block(job.columns.tiles, kernels->nc / job.columns.wide, 1);
    const int64_t a_floats = packs_a ? job.block_rows * job.a_panel * job.block_k : 0;
    const int64_t b_floats = packs_b ? job.block_columns * job.columns.wide * job.block_k : 0;
    float *panels = packs_a || packs_b ? lanes_workspace(a_floats + b_floats) : NULL;
    if (!panels && (packs_a || packs_b)) return LANES_OUT_OF_MEMORY;
    if (packs_a) job.a_panels = panels;
    if (packs_b) job.b_panels = panels + a_floats;
  }
  lanes_run(threads, run_chain_order, &job);
  return LANES_OK;
}
