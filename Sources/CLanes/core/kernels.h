/* The kernels of one instruction set, and the table that holds them. Each folder owns its part of the table: what its
 * kernels are called and promise stands in its header. */
#ifndef LANES_KERNELS_H
#define LANES_KERNELS_H

#include "../elementwise/elementwise.h"
#include "../matmul/matmul.h"
#include "../reduce/reduce.h"
#include "../softmax/softmax.h"
#include "../update/update.h"

typedef struct lanes_kernels {
  lanes_isa isa;
  lanes_elementwise_kernels elementwise;
  lanes_reduce_kernels reduce;
  lanes_softmax_kernels softmax;
  lanes_update_kernels update;
  lanes_matmul_kernels matmul;
} lanes_kernels;

/* NULL where this build has no such kernels (avx2 on an ARM processor). Whether the machine can run them is another
 * question: lanes_isa_available. */
const lanes_kernels *lanes_kernels_of(lanes_isa isa);

lanes_core lanes_core_of_machine(void);

#endif
