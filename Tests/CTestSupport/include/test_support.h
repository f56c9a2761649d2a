/* What the tests need and Swift cannot do itself. */
#ifndef LANES_TEST_SUPPORT_H
#define LANES_TEST_SUPPORT_H

#include <stddef.h>
#include <stdint.h>

/* Calls of malloc, calloc, realloc, posix_memalign, aligned_alloc, memalign and valloc by this thread since it started. The
 * test executable's definitions come before the C library's, so Swift's runtime and OpenMP's are counted too. */
int64_t test_allocations(void);

typedef void (*test_body)(void *argument);

/* Memory that a child writes and its parent reads: zero at first. NULL where there is none. */
void *test_shared_memory(size_t bytes);
void test_free_shared_memory(void *memory, size_t bytes);

/* Runs the body in a forked child, which ends without any clean-up. The child's exit status, 0 where all is well; 1000 plus
 * the signal that ended it (SIGALRM after so many seconds); -1 where it could not be made. */
int test_run_in_child(test_body body, void *argument, unsigned seconds);

/* Runs the body on a new thread with a stack of so many bytes, and waits. 0, or an error number. */
int test_run_on_stack(size_t bytes, test_body body, void *argument);

/* The rounding and flush modes that a program may set for itself. */
typedef enum test_float_mode {
  TEST_NEAREST,
  TEST_UPWARD,
  TEST_DOWNWARD,
  TEST_TOWARD_ZERO,
  TEST_FLUSH, /* subnormal operands and results are zero */
} test_float_mode;

/* Runs the body on this thread in the mode, then restores the thread's own. 1 where the body left the mode as it was. */
int test_run_in_float_mode(test_float_mode mode, test_body body, void *argument);

#endif
