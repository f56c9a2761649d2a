/* The softmax kernels' part of the table (CONTRACT.md, C6): 0 < rows ≤ LANES_SOFTMAX_ROWS rows of n > 0 elements a call. */
#ifndef LANES_SOFTMAX_H
#define LANES_SOFTMAX_H

#include "../include/lanes.h"

enum { LANES_SOFTMAX_ROWS = 16 };

/* With n floats of scratch memory, y is not x, and is written past the cache. */
typedef void (*lanes_softmax_kernel)(int64_t rows, int64_t n, const float *x, int64_t x_stride, float *y, int64_t y_stride,
                                     float *scratch);
typedef void (*lanes_softmax_gradient_kernel)(int64_t n, const float *y, const float *dy, float *dx);
/* The rows of the call from `first` on; with n floats of scratch memory the gradient is not the logits, and is written past the
 * cache, of labels for any number of rows, of targets for one. */
typedef void (*lanes_cross_entropy_kernel)(const lanes_cross_entropy_call *call, int64_t first, int64_t rows,
                                           float *scratch);

static inline int lanes_is_ignored(const lanes_label_options *options, int32_t label) {
  return options->ignores && label == options->ignored_label;
}

typedef struct lanes_softmax_kernels {
  lanes_softmax_kernel softmax, log_softmax;
  lanes_softmax_gradient_kernel gradient, log_gradient;
  lanes_cross_entropy_kernel cross_entropy_labels;   /* takes no options */
  lanes_cross_entropy_kernel cross_entropy_options;  /* takes all but smoothing */
  lanes_cross_entropy_kernel cross_entropy_smoothed; /* takes all */
  lanes_cross_entropy_kernel cross_entropy_targets;
} lanes_softmax_kernels;

#endif
