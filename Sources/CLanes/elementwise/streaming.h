/* Outputs larger than the last-level cache, beside their inputs, are written past the caches: that costs no read of what was
 * there before. */
#ifndef LANES_STREAMING_H
#define LANES_STREAMING_H

#include "../core/context.h"

/* Shorter rows are too rarely whole cache lines. */
enum { LANES_STREAMING_COLUMNS = 256 };

static inline int lanes_streams(const lanes_context *context, int64_t rows, int64_t columns, const float *out) {
  return columns >= LANES_STREAMING_COLUMNS && rows > context->streaming_floats / columns &&
         (uintptr_t)out % sizeof(float) == 0;
}

/* Floats before the next cache line, at most n. */
static inline int64_t lanes_floats_to_line(const float *out, int64_t n) {
  const int64_t floats = (int64_t)(-(uintptr_t)out % 64 / sizeof(float));
  return floats < n ? floats : n;
}

/* At the end of a thread's part: orders what was written past the caches before what the thread writes next. */
static inline void lanes_finish_streaming(int streams) {
#if defined(__x86_64__)
  if (streams) __builtin_ia32_sfence();
#else
  (void)streams;
#endif
}

#endif
