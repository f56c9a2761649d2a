/* What a call needs to run: kernels, threads, grain, the size from which outputs go past the caches. */
#ifndef LANES_CONTEXT_H
#define LANES_CONTEXT_H

#include "kernels.h"

struct lanes_context {
  const lanes_kernels *kernels;
  int threads;
  double grain; /* nanoseconds of work that justify one more thread */
  int64_t streaming_floats; /* an output of more, beside its inputs, is written past the caches */
};

/* The first line of every public operation: resolves NULL to the default context. One load when it exists already. */
extern _Atomic(const lanes_context *) lanes_default;

static inline lanes_status lanes_enter(const lanes_context **context) {
  if (*context) return LANES_OK;
  *context = __atomic_load_n((const lanes_context *const *)&lanes_default, __ATOMIC_ACQUIRE);
  return *context ? LANES_OK : lanes_default_context(context);
}

#endif
