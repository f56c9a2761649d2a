/* The softmax kernels' part of the table (CONTRACT.md, C6): one row of n > 0 contiguous elements a call. */
#ifndef LANES_SOFTMAX_H
#define LANES_SOFTMAX_H

#include "../include/lanes.h"

typedef void (*lanes_softmax_kernel)(int64_t n, const float *x, float *y);
typedef void (*lanes_softmax_gradient_kernel)(int64_t n, const float *y, const float *dy, float *dx);

typedef struct lanes_softmax_kernels {
  lanes_softmax_kernel softmax, log_softmax;
  lanes_softmax_gradient_kernel gradient, log_gradient;
  /* Returns the loss. The gradient may be x, or NULL. */
  float (*cross_entropy_label)(int64_t n, const float *x, int32_t label, float *gradient, float scale);
  float (*cross_entropy_targets)(int64_t n, const float *x, const float *targets, float *gradient, float scale);
} lanes_softmax_kernels;

#endif
