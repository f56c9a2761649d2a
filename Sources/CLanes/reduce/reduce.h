#ifndef LANES_REDUCE_H
#define LANES_REDUCE_H

#include "../include/lanes.h"

typedef struct lanes_reduce_kernels {
  int unused;
} lanes_reduce_kernels;

#endif
