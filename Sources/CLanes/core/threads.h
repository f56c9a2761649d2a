/* How many threads an operation gets, and running it on them: the only place that does either. */
#ifndef LANES_THREADS_H
#define LANES_THREADS_H

#include "context.h"

/* The share of one thread: runs part `thread` of `threads`. */
typedef void (*lanes_body)(void *argument, int thread, int threads);

/* Threads for work of so many nanoseconds (on one thread) that can be cut into at most `parts`. */
static inline int lanes_threads_for(const lanes_context *context, double nanoseconds, int64_t parts) {
  if (context->threads == 1 || nanoseconds < 2 * context->grain) return 1;
  double wanted = nanoseconds / context->grain;
  int64_t threads = wanted < context->threads ? (int64_t)wanted : context->threads;
  return (int)(threads < parts ? threads : parts < 1 ? 1 : parts);
}

/* Runs the body on up to `threads` threads, each with the caller's floating-point environment, and returns when all are
 * done. On one thread where the team is taken by another caller, inside an OpenMP region, or without OpenMP; on fewer
 * where there is not the address space for so many. */
void lanes_run(int threads, lanes_body body, void *argument);

/* The part of 0 ..< count that falls to a thread, in multiples of `multiple` (the last part takes the rest). */
typedef struct lanes_part {
  int64_t begin, end;
} lanes_part;

static inline lanes_part lanes_part_of(int64_t count, int64_t multiple, int thread, int threads) {
  int64_t blocks = (count + multiple - 1) / multiple;
  int64_t each = blocks / threads, more = blocks % threads;
  int64_t first = thread * each + (thread < more ? thread : more);
  int64_t last = first + each + (thread < more);
  return (lanes_part){first * multiple, last * multiple < count ? last * multiple : count};
}

#endif
