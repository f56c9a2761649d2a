#ifndef LANES_SOFTMAX_H
#define LANES_SOFTMAX_H

#include "../include/lanes.h"

typedef struct lanes_softmax_kernels {
  int unused;
} lanes_softmax_kernels;

#endif
