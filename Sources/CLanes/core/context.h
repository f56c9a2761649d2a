/* What a call needs to run: kernels, threads, grain. */
#ifndef LANES_CONTEXT_H
#define LANES_CONTEXT_H

#include "kernels.h"

struct lanes_context {
  const lanes_kernels *kernels;
  int threads;
  double grain; /* nanoseconds of work that justify one more thread */
};

/* The first line of every public operation: resolves NULL to the default context. One load when it exists already. */
extern _Atomic(const lanes_context *) lanes_default;

static inline lanes_status lanes_enter(const lanes_context **context) {
  if (*context) return LANES_OK;
  *context = __atomic_load_n((const lanes_context *const *)&lanes_default, __ATOMIC_ACQUIRE);
  return *context ? LANES_OK : lanes_default_context(context);
}

#endif
