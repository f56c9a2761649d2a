/* The ways through a matmul. Arguments are checked before, m and n are not 0. */
#ifndef LANES_MATMUL_PATHS_H
#define LANES_MATMUL_PATHS_H

#include "../core/threads.h"

/* The chain order, C2. With k = 0, A and B are not read. */
lanes_status lanes_matmul_in_chain_order(const lanes_context *context, const lanes_matmul_call *call, int64_t k);

/* The lane order, C2: k ≥ 128, and m = 1 or n = 1 or m·n ≤ 64. */
lanes_status lanes_matmul_in_lane_order(const lanes_context *context, const lanes_matmul_call *call);

#endif
