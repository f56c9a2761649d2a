/* The machine's limits, measured in the same run as the kernels: the denominators of every "share of". */
#ifndef LIMITS_OF_MACHINE_H
#define LIMITS_OF_MACHINE_H

#include <stdint.h>

/* Seconds for `rounds` rounds of independent fma chains on each of so many threads at once; the threads' start and end are
 * not counted. Below 0: a thread could not be started. */
double limits_fma_seconds(int threads, int64_t rounds);

/* Floating-point operations of one round on one thread, and the instruction set that they use. */
double limits_fma_operations(void);
const char *limits_fma_isa(void);

/* Seconds to copy `count` floats `times` times, each thread its part, with the system's memcpy. Below 0: as above. */
double limits_copy_seconds(int threads, float *to, const float *from, int64_t count, int64_t times);

/* The same with stores that go past the caches, in whole lines; `to` lies at a multiple of 64 bytes. Below 0: as
 * above, or it does not lie so. */
double limits_stream_seconds(int threads, float *to, const float *from, int64_t count, int64_t times);

/* Seconds that a thread was ready to run and had no processor, from its schedstat; 0 where the system does not say. */
double limits_thread_waited_seconds(const char *schedstat);

/* The same for all threads, now ended, that the functions above have started. */
double limits_waited_seconds(void);

#endif
