/* The update kernels' part of the table. All arrays are contiguous. */
#ifndef LANES_UPDATE_H
#define LANES_UPDATE_H

#include "../include/lanes.h"

typedef struct lanes_update_kernels {
  /* Elements begin ..< begin + n. Scale, bounds, decay and shrink are looked at only where is_treated says so. */
  void (*rules[LANES_UPDATE_COUNT])(const lanes_update_call *call, int64_t begin, int64_t n, int is_treated);
  /* share is 1 − decay. */
  void (*moving_average)(int64_t n, float *s, const float *w, float share);
} lanes_update_kernels;

#endif
