#include "product.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* With `fma` where the processor has it: glibc's own would be a call an element. */
#if defined(__x86_64__)
#define WITH_FMA __attribute__((target("fma")))
#endif

__attribute__((always_inline)) static inline void plain_product(int64_t m, int64_t n, int64_t k, float alpha, blas_view a,
                                                                blas_view b, float beta, blas_view c) {
  if (alpha == 0) k = 0;
  const int lane_order = k >= 128 && (m == 1 || n == 1 || (m <= 64 && n <= 64 && m * n <= 64));
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < n; j++) {
      float *out = c.data + i * c.row + j * c.column;
      float lane[16] = {beta == 0 ? 0 : beta == 1 ? *out : beta * *out};
      for (int64_t p = 0; p < k; p++) {
        const float left = a.data[i * a.row + p * a.column];
        float *sum = &lane[lane_order ? p % 16 : 0];
        *sum = __builtin_fmaf(alpha == 1 ? left : alpha * left, b.data[p * b.row + j * b.column], *sum);
      }
      if (lane_order)
        for (int width = 8; width; width /= 2)
          for (int l = 0; l < width; l++) lane[l] += lane[l + width];
      *out = lane[0];
    }
}

#ifdef WITH_FMA
WITH_FMA static void plain_product_fma(int64_t m, int64_t n, int64_t k, float alpha, blas_view a, blas_view b, float beta,
                                       blas_view c) {
  plain_product(m, n, k, alpha, a, b, beta, c);
}
#endif

void blas_plain_product(int64_t m, int64_t n, int64_t k, float alpha, blas_view a, blas_view b, float beta, blas_view c) {
#ifdef WITH_FMA
  const lanes_isa isa = lanes_context_isa(blas_context());
  if (isa == LANES_ISA_AVX2 || isa == LANES_ISA_AVX512) {
    plain_product_fma(m, n, k, alpha, a, b, beta, c);
    return;
  }
#endif
  plain_product(m, n, k, alpha, a, b, beta, c);
}

/* The C of a call that overlaps A or B: computed beside, then copied. 0 where there is no memory. */
static int product_beside(const lanes_matmul_call *call) {
  const size_t row = sizeof(float) * (size_t)call->n;
  float *beside = malloc(row * (size_t)call->m);
  if (!beside) return 0;
  if (call->beta != 0)
    for (int64_t i = 0; i < call->m; i++) memcpy(beside + i * call->n, call->c + i * call->c_stride, row);
  lanes_matmul_call other = *call;
  other.c = beside;
  other.c_stride = call->n;
  const int done = lanes_matmul(blas_context(), &other) == LANES_OK;
  if (done)
    for (int64_t i = 0; i < call->m; i++) memcpy(call->c + i * call->c_stride, beside + i * call->n, row);
  free(beside);
  return done;
}

void blas_recover(lanes_status status, const lanes_matmul_call *call, const char *routine) {
  switch (status) {
    case LANES_OVERLAP:
      if (product_beside(call)) return;
      break;
    case LANES_OUT_OF_MEMORY:
    case LANES_UNKNOWN_ISA: /* and no memory for another context */
    case LANES_UNAVAILABLE_ISA:
    case LANES_INVALID_THREADS:
      break;
    default: /* a null pointer, or more than the address space holds: nothing can be computed */
      fprintf(stderr, "LanesBLAS: %s: %s\n", routine, lanes_status_message(status));
      return;
  }
  const blas_view a = {(float *)call->a, call->transpose_a ? 1 : call->a_stride, call->transpose_a ? call->a_stride : 1};
  const blas_view b = {(float *)call->b, call->transpose_b ? 1 : call->b_stride, call->transpose_b ? call->b_stride : 1};
  blas_plain_product(call->m, call->n, call->k, call->alpha, a, b, call->beta, (blas_view){call->c, call->c_stride, 1});
}
