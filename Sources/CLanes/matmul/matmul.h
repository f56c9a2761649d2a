#ifndef LANES_MATMUL_H
#define LANES_MATMUL_H

#include "../include/lanes.h"

typedef struct lanes_matmul_kernels {
  int unused;
} lanes_matmul_kernels;

#endif
