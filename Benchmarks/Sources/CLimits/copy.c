/* The bandwidth of a copy: what an elementwise function, which reads and writes each element once, can reach. */
#include "limits-of-machine.h"
#include "team.h"

#include <string.h>

typedef struct copy_work {
  float *to;
  const float *from;
  int64_t count, times;
  int threads;
} copy_work;

static void run(void *argument, int thread) {
  copy_work *work = argument;
  int64_t begin = work->count * thread / work->threads, end = work->count * (thread + 1) / work->threads;
  for (int64_t time = 0; time < work->times; time++) {
    memcpy(work->to + begin, work->from + begin, (size_t)(end - begin) * sizeof(float));
    /* Each copy counts: the compiler may not leave all but the last out. */
    __asm__ volatile("" ::: "memory");
  }
}

double limits_copy_seconds(int threads, float *to, const float *from, int64_t count, int64_t times) {
  copy_work work = {to, from, count, times, threads};
  return team_seconds(threads, run, &work);
}
