/* The parts of the chain order, C2: what a call has decided, and the multiplication of a block. */
#ifndef LANES_CHAIN_ORDER_H
#define LANES_CHAIN_ORDER_H

#include "paths.h"

#include <stdatomic.h>

/* A thread takes the shares of its own queue, and when that is empty those that other threads have not come to. So a thread
 * meets the same part of C in call after call, and still nobody waits for one that lost its core. */
enum { QUEUES = 64 };
typedef struct chain_queue {
  _Alignas(64) atomic_llong taken;
} chain_queue;

/* C in shares: so many rows (or columns) of tiles for each thread, in a few shares each. Those left over are cut across, every
 * row into so many pieces. */
typedef struct chain_cut {
  int by_rows, threads;
  int64_t each, shares, over, pieces;
} chain_cut;

typedef struct chain_job {
  const lanes_matmul_call *call;
  const lanes_matmul_kernels *kernels;
  int64_t k;
  int64_t mr;      /* rows of a tile, the same for all but the last: at most columns.mr, or those that turn a transposed B */
  int64_t a_panel; /* the width of a panel of A: mr rounded up to a multiple of 8 */
  int64_t row_tiles;
  lanes_columns columns;
  chain_cut cut;                                      /* what the threads take shares of */
  int64_t block_rows, block_columns, block_k;         /* of a block: tiles, tiles and steps */
  int packs_a, packs_b;                               /* 0: the operand is used where it is */
  lanes_product_kernel by_rows;                       /* not NULL: does all tiles of a block; or what is turned of it */
  int shares_rows_of_b;                               /* by_rows */
  int transposes_once;                                /* one tile of rows turns all of a transposed B, and packs nothing */
  int64_t strip_steps;                                /* so few of a block's whole tiles side by side; 0: no strips */
  const float *packed_b;                              /* its panels are used; NULL: the call's B is not packed */
  int fetches_b;                                      /* a larger B's next steps or columns, early */
  int fetches_rows;                                   /* of a transposed B, that come from memory */
  int fetches_c;                                      /* the next tile of C */
  int streams_b;                                      /* B is used where it is, and its blocks are fetched one ahead */
  lanes_unary_kernel activation;                      /* NULL: none, or relu, which the micro-kernels do */
  lanes_unary_gradient_kernel gradient;               /* NULL: none */
  chain_queue (*queues)[QUEUES];                      /* the whole shares, and the pieces, for up to QUEUES threads */
  float *workspace;                                   /* of each thread so many floats: panels of A, and of B behind them */
  int64_t workspace_each, a_floats;
} chain_job;

/* Tiles as high as their panels are packed all at once: rows of a transposed A are then read from one end to the other. */
static inline int chain_packs_all_tiles(const chain_job *job) { return job->mr == job->a_panel; }

/* An epilogue that the micro-kernels do not do, which had better have so many columns at once. */
enum { ACTIVATED_COLUMNS = 256 };
static inline int chain_activates(const chain_job *job) { return job->activation || job->gradient; }

/* Tiles of C, and steps of their chains. */
typedef struct chain_block {
  const struct chain_block *share; /* that it is a part of */
  lanes_part row_tiles, column_tiles, steps;
  const float *a_panels; /* NULL: A is used where it is */
  float *b_panels;       /* NULL: B is used where it is, or was packed before the call */
  int is_first;          /* of the share's blocks of rows with these columns and steps: B is yet to be packed */
} chain_block;

/* Whether tiles turn a transposed B: not where shorter vectors' rows of it, 4096 bytes apart, and those of A would drive each
 * other out of a level-1 cache. */
static inline int lanes_has_transposing_tiles(const lanes_matmul_kernels *kernels, const lanes_matmul_call *call) {
  return call->transpose_b && !call->packed_b && (kernels->vector == 16 || call->b_stride % LANES_PAGE != 0);
}

/* What can be decided from the call without its a and c; b says only how it is aligned. */
chain_job lanes_chain_decide(const lanes_context *context, const lanes_matmul_call *call, int64_t k);

/* Does so with the call's pointers. */
lanes_status lanes_chain_run(const chain_job *decided, const lanes_matmul_call *call);

/* Multiplies all tiles of a block. */
void lanes_chain_multiply(const chain_job *job, const chain_block *block);

#endif
