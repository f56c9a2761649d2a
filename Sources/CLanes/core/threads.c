#define _GNU_SOURCE
#include "threads.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#ifdef _OPENMP
#include "libomp.h"

/* The toolchain has no omp.h. */
extern int omp_in_parallel(void);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);
extern void kmp_set_blocktime(int milliseconds) __attribute__((weak));

#if defined(__x86_64__)
#include <xmmintrin.h>
typedef unsigned int float_environment;
static float_environment get_float_environment(void) { return _mm_getcsr(); }
static void set_float_environment(float_environment value) { _mm_setcsr(value); }
#elif defined(__aarch64__)
typedef uint64_t float_environment;
static float_environment get_float_environment(void) { return __builtin_arm_rsr64("fpcr"); }
static void set_float_environment(float_environment value) { __builtin_arm_wsr64("fpcr", value); }
#else
typedef int float_environment;
static float_environment get_float_environment(void) { return 0; }
static void set_float_environment(float_environment value) { (void)value; }
#endif

/* One call at a time has the team; another caller does its work alone, which gives the same bits. */
static atomic_flag team_taken = ATOMIC_FLAG_INIT;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;

/* The largest team that this thread has had room for. */
static _Thread_local int roomy;

/* Neither the thread that held the team nor any worker is in the child. */
static void release_in_child(void) {
  atomic_flag_clear(&team_taken);
  roomy = 0;
}
static void watch_forks(void) { pthread_atfork(NULL, NULL, release_in_child); }

/* What a worker takes of the address space: its stack, 8 MiB by default, and an arena that its first malloc reserves. */
static const size_t room_each = 136 << 20;

static int has_room(int threads) {
  const size_t bytes = (size_t)threads * room_each;
  void *room = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED) return 0;
  munmap(room, bytes);
  return 1;
}

/* The threads that there is room for. libomp ends the process where it cannot have memory for its workers, or for itself, so
 * nothing of it is called before. */
static int with_room(int threads) {
  while (threads > roomy && threads > 1) {
    if (!has_room(threads)) {
      threads /= 2;
      continue;
    }
    pthread_once(&fork_once, watch_forks);
    /* Its workers spin 200 ms for more work before they sleep, on cores that the caller may need. */
    if (roomy == 0 && kmp_set_blocktime && !getenv("KMP_BLOCKTIME")) kmp_set_blocktime(1);
    roomy = threads;
  }
  return threads;
}

#if defined(__linux__)
/* The system likes to wake a worker on the core of the caller that woke it, and leaves both there for milliseconds, longer
 * than most calls take. So each thread of a region claims the processor that it is on; who comes second moves to one that
 * the affinity mask allows and nobody has claimed, and is free to be moved again from then on. */
enum { MOST_PROCESSORS = 1024 };
static struct {
  _Alignas(64) atomic_uint region; /* the last region in which a thread claimed it */
} processors[MOST_PROCESSORS];
static unsigned region;

static void claim_processor(unsigned in_region) {
  int here = sched_getcpu();
  if (here < 0 || here >= MOST_PROCESSORS) return;
  if (atomic_exchange_explicit(&processors[here].region, in_region, memory_order_relaxed) != in_region) return;
  cpu_set_t allowed, only;
  if (sched_getaffinity(0, sizeof allowed, &allowed)) return;
  for (int other = 0; other < MOST_PROCESSORS; other++) {
    if (!CPU_ISSET(other, &allowed)) continue;
    if (atomic_exchange_explicit(&processors[other].region, in_region, memory_order_relaxed) == in_region) continue;
    CPU_ZERO(&only);
    CPU_SET(other, &only);
    if (!sched_setaffinity(0, sizeof only, &only)) sched_setaffinity(0, sizeof allowed, &allowed);
    return;
  }
}
#else
static unsigned region;
static void claim_processor(unsigned in_region) { (void)in_region; }
#endif

/* Not inlined: the compiler calls libomp at the beginning of the function that has the region. */
static __attribute__((noinline)) void run_team(int threads, lanes_body body, void *argument) {
  float_environment callers = get_float_environment();
  const unsigned this_region = ++region;
  claim_processor(this_region);
#pragma omp parallel num_threads(threads)
  {
    const int thread = omp_get_thread_num();
    if (thread > 0) claim_processor(this_region);
    const float_environment own = get_float_environment();
    if (own != callers) set_float_environment(callers);
    body(argument, thread, omp_get_num_threads());
    if (own != callers) set_float_environment(own);
  }
}

void lanes_run(int threads, lanes_body body, void *argument) {
  if (threads <= 1 || (threads = with_room(threads)) <= 1 || omp_in_parallel() ||
      atomic_flag_test_and_set_explicit(&team_taken, memory_order_acquire)) {
    body(argument, 0, 1);
    return;
  }
  run_team(threads, body, argument);
  atomic_flag_clear_explicit(&team_taken, memory_order_release);
}
#else
void lanes_run(int threads, lanes_body body, void *argument) {
  (void)threads;
  body(argument, 0, 1);
}
#endif

int lanes_threads_of_machine(void) {
  lanes_machine machine = lanes_machine_describe();
  if (!machine.openmp) return 1;
  int threads = machine.affinity_processors;
  /* A quota of 1.5 processors is used up by two threads two thirds of the time: round up. */
  if (machine.quota_processors > 0 && machine.quota_processors < threads)
    threads = (int)(machine.quota_processors + 0.999);
  return threads < 1 ? 1 : threads > LANES_MAX_THREADS ? LANES_MAX_THREADS : threads;
}
