/* Memory for packed operands and other scratch: one buffer for each calling thread, kept between calls and freed when the thread
 * ends. */
#ifndef LANES_MATMUL_WORKSPACE_H
#define LANES_MATMUL_WORKSPACE_H

#include <stdint.h>

/* At least so many floats, 64-byte aligned, whose contents are lost with the next call on this thread; NULL where there is
 * no memory. */
float *lanes_workspace(int64_t floats);

/* At least so many floats, aligned as those, for free(); and their bytes. */
float *lanes_allocate(int64_t floats, int64_t *bytes);

#endif
