/* The elementwise kernels' part of the table. All work on n contiguous elements; an output may be an input.
 * With `streams` the output, which begins at a cache line then and is no input, is written past the caches. */
#ifndef LANES_ELEMENTWISE_H
#define LANES_ELEMENTWISE_H

#include "../include/lanes.h"

typedef void (*lanes_unary_kernel)(int64_t n, const float *x, float *y, int streams);
typedef void (*lanes_unary_gradient_kernel)(int64_t n, const float *value, const float *dy, float *dx,
                                            int streams);
typedef void (*lanes_binary_kernel)(int64_t n, const float *a, const float *b, float *out, int streams);
typedef void (*lanes_ternary_kernel)(int64_t n, const float *a, const float *b, const float *c, float *out,
                                     int streams);

/* The last index of binary and ternary has a bit for each operand, the first operand's lowest: set where it is an array,
 * clear where it is one value. */
typedef struct lanes_elementwise_kernels {
  lanes_unary_kernel unary[LANES_UNARY_COUNT];
  lanes_unary_gradient_kernel unary_gradient[LANES_UNARY_COUNT];
  lanes_binary_kernel binary[LANES_BINARY_COUNT][4];
  lanes_ternary_kernel ternary[LANES_TERNARY_COUNT][8];
} lanes_elementwise_kernels;

#endif
