/* The parts of the chain order, C2: what a call has decided, the blocks it works in, and the multiplication of a block. */
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

typedef struct chain_job {
  const lanes_matmul_call *call;
  const lanes_matmul_kernels *kernels;
  int64_t k;
  int64_t mr;      /* rows of a tile: at most the kernels' MR, the same for all but the last */
  int64_t a_panel; /* the width of a panel of A: mr rounded up to a multiple of 8 */
  int64_t row_tiles;
  lanes_columns columns;
  int64_t block_rows, block_columns, block_k; /* of a block, in tiles, tiles and steps */
  float *a_panels, *b_panels;                 /* NULL: the operand is used where it is */
  const float *packed_b;                      /* its panels are used; NULL: the call's B is not packed */
  lanes_unary_kernel activation;              /* NULL: none, or relu, which the micro-kernels do */
  lanes_unary_gradient_kernel gradient;       /* NULL: none */
  int fetches_b;                              /* B is used where it is, and larger than caches */
  chain_queue *queues;                        /* the shares of the block, for up to QUEUES threads */
} chain_job;

/* One block, or a thread's share of one: tiles in C, and steps of the chains. */
typedef struct chain_block {
  lanes_part row_tiles, column_tiles, steps;
  const float *b_panels; /* of the block; NULL: B is used where it is, or packed before the call */
  const float *next_b;   /* the first element of B that the next block packs, laid out as B is; NULL: not to be fetched */
} chain_block;

/* Multiplies all tiles of a share of the block: whose operands lie in the block's panels, or where they are. */
void lanes_chain_multiply(const chain_job *job, const chain_block *block, const chain_block *share);

#endif
