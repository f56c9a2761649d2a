/* The bandwidth of a copy whose stores go past the caches: what a function with a large output can reach. An ordinary store
 * first reads the line that it overwrites. */
#include "limits-of-machine.h"
#include "team.h"

#define LINE 16 /* floats */
typedef float line __attribute__((vector_size(LINE * sizeof(float))));
typedef float unaligned_line __attribute__((vector_size(LINE * sizeof(float)), aligned(4)));

typedef struct stream_work {
  float *to;
  const float *from;
  int64_t lines, times;
  int threads;
} stream_work;

#define STREAM(name, attributes)                                                                                       \
  attributes static void name(float *to, const float *from, int64_t begin, int64_t end) {                              \
    for (int64_t i = begin; i < end; i++)                                                                              \
      __builtin_nontemporal_store((line) * (const unaligned_line *)(from + LINE * i), (line *)(to + LINE * i));        \
  }
STREAM(stream, )
#if defined(__x86_64__)
STREAM(stream_avx512, __attribute__((target("avx512f"))))
#endif

static void run(void *argument, int thread) {
  stream_work *work = argument;
  int64_t begin = work->lines * thread / work->threads, end = work->lines * (thread + 1) / work->threads;
  for (int64_t time = 0; time < work->times; time++) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) stream_avx512(work->to, work->from, begin, end);
    else stream(work->to, work->from, begin, end);
    __builtin_ia32_sfence();
#else
    stream(work->to, work->from, begin, end);
#endif
    __asm__ volatile("" ::: "memory");
  }
}

double limits_stream_seconds(int threads, float *to, const float *from, int64_t count, int64_t times) {
  if ((uintptr_t)to % sizeof(line)) return -1;
  stream_work work = {to, from, count / LINE, times, threads};
  return team_seconds(threads, run, &work);
}
