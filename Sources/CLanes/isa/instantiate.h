/* Every kernel, for the instruction set that the including file has set up:
 *   LANES_SUFFIX   its name, as in lanes_kernels_avx2
 *   LANES_ISA      its number in lanes_isa
 *   LANES_VECTOR   floats in a register
 *   lanes_fma      a·b + c, rounded once
 *   LANES_FMA_INSTRUCTION   1 where that is one instruction */
#define LANES_CONCATENATE_(a, b) a##_##b
#define LANES_CONCATENATE(a, b) LANES_CONCATENATE_(a, b)
#define LANES_NAME(stem) LANES_CONCATENATE(stem, LANES_SUFFIX)

#include "tail.h"
#include "vector.h"

#include "../elementwise/elementwise-kernels.h"
#include "../matmul/matmul-kernels.h"
#include "../reduce/reduce-kernels.h"
#include "../softmax/softmax-kernels.h"
#include "../softmax/cross-entropy-kernels.h"
#include "../update/update-kernels.h"

const lanes_kernels LANES_NAME(lanes_kernels) = {
    .isa = LANES_ISA,
    .elementwise = LANES_ELEMENTWISE_KERNELS,
    .reduce = LANES_REDUCE_KERNELS,
    .softmax = LANES_SOFTMAX_KERNELS,
    .update = LANES_UPDATE_KERNELS,
    .matmul = LANES_MATMUL_KERNELS,
};
