#include "test_support.h"

#include <fenv.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
static uint64_t get_mode(void) { return _mm_getcsr() & ~0x3fu; /* without the sticky exception flags */ }
static void set_flush(void) { _mm_setcsr(_mm_getcsr() | 0x8040); }
#elif defined(__aarch64__)
static uint64_t get_mode(void) { return __builtin_aarch64_get_fpcr64(); }
static void set_flush(void) { __builtin_aarch64_set_fpcr64(get_mode() | 1 << 24); }
#endif

int test_run_in_float_mode(test_float_mode mode, test_body body, void *argument) {
  static const int rounding[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
  fenv_t own;
  fegetenv(&own);
  if (mode == TEST_FLUSH) set_flush();
  else fesetround(rounding[mode]);
  uint64_t before = get_mode();
  body(argument);
  int same = get_mode() == before;
  fesetenv(&own);
  return same;
}
