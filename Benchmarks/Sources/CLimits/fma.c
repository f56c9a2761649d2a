/* The fma peak: enough independent chains to hide the latency on every pipe (Zen 4 needs 8 ymm or 4 zmm chains, a core with
 * four NEON pipes 16), few enough to stay in registers. */
#include "limits-of-machine.h"
#include "team.h"

/* x ← x·½ + 1 tends to 2: no overflow, no subnormal. The compiler must not know that, or it leaves out the chain that is at 2. */
static volatile float unknown_half = 0.5f;

#define CHAINS_OF_FMA(name, attributes, vector, chains, all, fma, first)                                               \
  attributes static float name(int64_t rounds) {                                                                       \
    vector x[chains];                                                                                                  \
    for (int i = 0; i < chains; i++) x[i] = all((float)i);                                                             \
    const vector half = all(unknown_half), one = all(1.0f);                                                            \
    for (int64_t round = 0; round < rounds; round++) {                                                                 \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < chains; i++) x[i] = fma(x[i], half, one);                 \
    }                                                                                                                  \
    float sum = 0;                                                                                                     \
    for (int i = 0; i < chains; i++) sum += first(x[i]);                                                               \
    return sum;                                                                                                        \
  }

typedef struct fma_kernel {
  float (*run)(int64_t rounds);
  double operations;
  const char *isa;
} fma_kernel;

#if defined(__x86_64__)
#include <immintrin.h>
#define FMA_SSE(x, half, one) _mm_add_ps(_mm_mul_ps(x, half), one)
CHAINS_OF_FMA(run_sse, , __m128, 12, _mm_set1_ps, FMA_SSE, _mm_cvtss_f32)
CHAINS_OF_FMA(run_avx2, __attribute__((target("avx2,fma"))), __m256, 12, _mm256_set1_ps, _mm256_fmadd_ps, _mm256_cvtss_f32)
CHAINS_OF_FMA(run_avx512, __attribute__((target("avx512f"))), __m512, 12, _mm512_set1_ps, _mm512_fmadd_ps, _mm512_cvtss_f32)

static fma_kernel best_kernel(void) {
  if (__builtin_cpu_supports("avx512f")) return (fma_kernel){run_avx512, 2.0 * 12 * 16, "avx512"};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return (fma_kernel){run_avx2, 2.0 * 12 * 8, "avx2"};
  return (fma_kernel){run_sse, 2.0 * 12 * 4, "sse2, without fma"};
}
#elif defined(__aarch64__)
#include <arm_neon.h>
#define FMA_NEON(x, half, one) vfmaq_f32(one, x, half)
#define FIRST_NEON(x) vgetq_lane_f32(x, 0)
CHAINS_OF_FMA(run_neon, , float32x4_t, 24, vdupq_n_f32, FMA_NEON, FIRST_NEON)
static fma_kernel best_kernel(void) { return (fma_kernel){run_neon, 2.0 * 24 * 4, "neon"}; }
#else
#define SAME(x) (x)
#define FMA_PLAIN(x, half, one) ((x) * (half) + (one))
CHAINS_OF_FMA(run_plain, , float, 12, SAME, FMA_PLAIN, SAME)
static fma_kernel best_kernel(void) { return (fma_kernel){run_plain, 2.0 * 12, "scalar"}; }
#endif

typedef struct fma_work {
  fma_kernel kernel;
  int64_t rounds;
} fma_work;

static void run(void *argument, int thread) {
  (void)thread;
  fma_work *work = argument;
  volatile float used = work->kernel.run(work->rounds);
  (void)used;
}

double limits_fma_seconds(int threads, int64_t rounds) {
  fma_work work = {best_kernel(), rounds};
  return team_seconds(threads, run, &work);
}

double limits_fma_operations(void) { return best_kernel().operations; }
const char *limits_fma_isa(void) { return best_kernel().isa; }
