/* What a call needs to run: kernels, threads, grain, the size from which outputs go past the caches. */
#ifndef LANES_CONTEXT_H
#define LANES_CONTEXT_H

#include "kernels.h"

/* Of a block, whatever the caches: pieces of so many steps lie on stacks. */
enum { LANES_MOST_STEPS = 2048 };

/* How matmul is cut to fit the core and its caches: the floats of a block of A, three eighths of a level-2 cache; the most steps
 * of k of a block, of which it takes 48 rows; its most rows; the floats that these caches have room for, level 3 for a core;
 * and, by the core, of how many floats a B is used where it is however it lies, and for how many rows of A a larger one is. */
typedef struct lanes_blocking {
  int64_t block_a, steps, rows, level2, level3, small_b, many_rows;
  lanes_core core;
} lanes_blocking;

struct lanes_context {
  const lanes_kernels *kernels;
  int threads;
  double grain; /* nanoseconds of work that justify one more thread */
  /* What the last-level cache holds: an output of more is written past it, an operand of half of it is read from memory. */
  int64_t streaming_floats;
  lanes_blocking blocking;
  /* [A is transposed][n]: for n columns the least k of a product that may be worth turning. */
  int64_t turning_steps[2][LANES_TURNED_N + 1];
};

/* The first line of every public operation: resolves NULL to the default context. One load when it exists already. */
extern _Atomic(const lanes_context *) lanes_default;

static inline lanes_status lanes_enter(const lanes_context **context) {
  if (*context) return LANES_OK;
  /* Not into the caller's variable, which has no address otherwise, and is in a register. */
  const lanes_context *found = __atomic_load_n((const lanes_context *const *)&lanes_default, __ATOMIC_ACQUIRE);
  const lanes_status status = found ? LANES_OK : lanes_default_context(&found);
  *context = found;
  return status;
}

#endif
