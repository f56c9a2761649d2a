/* Which instruction sets this build holds, and which the processor and the system can run. */
#include "../core/kernels.h"

#include <stddef.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

extern const lanes_kernels lanes_kernels_portable;
#if defined(__x86_64__)
extern const lanes_kernels lanes_kernels_avx2, lanes_kernels_avx512;
#elif defined(__aarch64__)
extern const lanes_kernels lanes_kernels_neon;
#endif

const lanes_kernels *lanes_kernels_of(lanes_isa isa) {
  switch (isa) {
  case LANES_ISA_PORTABLE: return &lanes_kernels_portable;
#if defined(__x86_64__)
  case LANES_ISA_AVX2: return &lanes_kernels_avx2;
  case LANES_ISA_AVX512: return &lanes_kernels_avx512;
#elif defined(__aarch64__)
  case LANES_ISA_NEON: return &lanes_kernels_neon;
#endif
  default: return NULL;
  }
}

int lanes_isa_available(lanes_isa isa) {
  if (!lanes_kernels_of(isa)) return 0;
#if defined(__x86_64__)
  /* The compiler's runtime asks the processor (cpuid) and whether the system saves the registers (xgetbv). */
  __builtin_cpu_init();
  if (isa == LANES_ISA_AVX2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (isa == LANES_ISA_AVX512)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
           __builtin_cpu_supports("fma");
#endif
  return 1;
}

/* AMD says how wide its data paths are (function 8000001A: FP256, FP512); others have as wide ones as registers. */
lanes_core lanes_core_of_machine(void) {
#if defined(__x86_64__)
  const unsigned fp256 = 1 << 2, fp512 = 1 << 3;
  unsigned paths = 0, ebx, ecx, edx;
  if (__get_cpuid(0x8000001A, &paths, &ebx, &ecx, &edx) && (paths & (fp256 | fp512)) == fp256) return LANES_CORE_OF_HALVES;
#endif
  return LANES_CORE_OF_WHOLES;
}
