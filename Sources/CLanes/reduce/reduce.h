/* The reduction kernels' part of the table (CONTRACT.md, C5). */
#ifndef LANES_REDUCE_H
#define LANES_REDUCE_H

#include "../include/lanes.h"

/* The sum of everything is taken in blocks of this many elements. */
enum { LANES_SUM_BLOCK = 4096 };

typedef struct lanes_reduce_kernels {
  /* n contiguous elements to one value. */
  float (*sum)(int64_t n, const float *x);
  float (*max)(int64_t n, const float *x);
  int64_t (*argmax)(int64_t n, const float *x); /* n > 0 */
  /* One result a column. */
  void (*column_sum)(int64_t rows, int64_t columns, const float *x, int64_t stride, float *out);
  void (*column_argmax)(int64_t rows, int64_t columns, const float *x, int64_t stride, int32_t *out);
} lanes_reduce_kernels;

#endif
