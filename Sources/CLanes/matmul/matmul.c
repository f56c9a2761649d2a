#include "../core/checks.h"
lanes_status lanes_matmul(const lanes_context *context, const lanes_matmul_call *call) { (void)context; (void)call; return LANES_OUT_OF_MEMORY; }
