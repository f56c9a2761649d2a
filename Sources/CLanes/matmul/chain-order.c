/* C2's chain order: loops around the micro-kernel. Threads take shares of C until there are none left, each packing for itself
 * what it reads more than once: nobody waits for anybody, and a thread that loses its core holds nobody up. A share is made in
 * blocks that fit the caches. A chain that goes on in the next block of k reloads C. */
#include "chain-order.h"
#include "workspace.h"

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

static void pack_a(const chain_job *job, const chain_block *block, float *panels) {
  const lanes_matmul_call *call = job->call;
  const int64_t width = job->a_panel, p = block->steps.begin, k = block->steps.end - p;
  const int64_t tiles = chain_packs_all_tiles(job) ? block->row_tiles.end - block->row_tiles.begin : 1;
  for (int64_t t = block->row_tiles.begin; t < block->row_tiles.end; t += tiles, panels += tiles * width * k) {
    const int64_t i = t * job->mr, rows = lanes_least(tiles * job->mr, call->m - i);
    if (call->transpose_a)
      job->kernels->pack_copied(rows, k, call->a + p * call->a_stride + i, call->a_stride, call->alpha, panels, width);
    else
      job->kernels->pack_transposed(rows, k, call->a + i * call->a_stride + p, call->a_stride, call->alpha, panels, width);
  }
}

/* All steps of a share, a block after the other. */
static void multiply_share(const chain_job *job, const chain_block *share, float *a_panels, float *b_panels) {
  int64_t p = 0;
  do { /* Once at least: without k, C still has its beta, bias and activation. */
    chain_block block = {.share = share, .steps = {p, lanes_least(p + job->block_k, job->k)}};
    for (int64_t t = share->column_tiles.begin; t < share->column_tiles.end; t += job->block_columns) {
      block.column_tiles = (lanes_part){t, lanes_least(t + job->block_columns, share->column_tiles.end)};
      if (job->packs_b) block.b_panels = b_panels;
      for (int64_t i = share->row_tiles.begin; i < share->row_tiles.end; i += job->block_rows) {
        block.row_tiles = (lanes_part){i, lanes_least(i + job->block_rows, share->row_tiles.end)};
        if (job->packs_a) pack_a(job, &block, a_panels), block.a_panels = a_panels;
        block.is_first = i == share->row_tiles.begin;
        lanes_chain_multiply(job, &block);
      }
    }
    p = block.steps.end;
  } while (p < job->k);
}

/* Of rows or columns, share s of a thread's part of them, or of the pieces of those left over. */
static chain_block share_of(const chain_job *job, int is_piece, int64_t s) {
  const chain_cut *cut = &job->cut;
  const lanes_part rows = {0, job->row_tiles}, columns = {0, job->columns.tiles};
  lanes_part along, across = cut->by_rows ? columns : rows;
  if (is_piece) {
    along.begin = cut->threads * cut->each + s / cut->pieces, along.end = along.begin + 1;
    across = lanes_part_of(across.end, 1, (int)(s % cut->pieces), (int)cut->pieces);
  } else {
    const int64_t first = s / cut->shares * cut->each;
    along = lanes_part_of(cut->each, 1, (int)(s % cut->shares), (int)cut->shares);
    along = (lanes_part){first + along.begin, first + along.end};
  }
  return (chain_block){.row_tiles = cut->by_rows ? along : across, .column_tiles = cut->by_rows ? across : along};
}

static void run_chain_order(void *argument, int thread, int threads) {
  const chain_job *job = argument;
  float *a_panels = job->workspace + thread * job->workspace_each, *b_panels = a_panels + job->a_floats;
  for (int is_piece = 0; is_piece < 2; is_piece++) {
    const int64_t shares = is_piece ? job->cut.over * job->cut.pieces : job->cut.threads * job->cut.shares;
    int victim = thread % QUEUES;
    for (int64_t s; (s = take_share(job->queues[is_piece], shares, threads, &victim, thread)) >= 0;) {
      const chain_block share = share_of(job, is_piece, s);
      multiply_share(job, &share, a_panels, b_panels);
    }
  }
}

lanes_status lanes_chain_run(const chain_job *decided, const lanes_matmul_call *call) {
  chain_job job = *decided;
  const int threads = job.cut.threads;
  job.call = call;
  chain_queue queues[2][QUEUES];
  for (int q = 0; q < threads && q < QUEUES; q++) {
    atomic_init(&queues[0][q].taken, 0);
    atomic_init(&queues[1][q].taken, 0);
  }
  job.queues = queues;
  if (job.workspace_each > 0) {
    job.workspace = lanes_workspace(threads * job.workspace_each);
    if (!job.workspace) return LANES_OUT_OF_MEMORY;
  }
  lanes_run(threads, run_chain_order, &job);
  return LANES_OK;
}

lanes_status lanes_matmul_in_chain_order(const lanes_context *context, const lanes_matmul_call *call, int64_t k) {
  const chain_job job = lanes_chain_decide(context, call, k);
  return lanes_chain_run(&job, call);
}
