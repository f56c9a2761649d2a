#include "product.h"

#include <stdio.h>
#include <stdlib.h>

static const blas_name name = {"SGEMM ", "cblas_sgemm"};

/* The first bad argument of the column-major call, as the Fortran routine numbers it; 0 where all are good. */
static inline int bad_argument(lanes_transpose ta, lanes_transpose tb, int m, int n, int k, int lda, int ldb, int ldc) {
  if (m < 0) return 3;
  if (n < 0) return 4;
  if (k < 0) return 5;
  if (lda < blas_at_least_one(ta ? k : m)) return 8;
  if (ldb < blas_at_least_one(tb ? n : k)) return 10;
  return ldc < blas_at_least_one(m) ? 13 : 0;
}

/* -1 until the environment was read. */
static int verbose = -1;
static inline int is_verbose(void) {
  int value = __atomic_load_n(&verbose, __ATOMIC_RELAXED);
  if (__builtin_expect(value < 0, 0)) {
    const char *text = getenv("LANES_BLAS_VERBOSE");
    value = text && *text && *text != '0';
    __atomic_store_n(&verbose, value, __ATOMIC_RELAXED);
  }
  return value;
}

static void say(int by_rows, int m, int n, int k) {
  const lanes_context *context = blas_context();
  fprintf(stderr, "LanesBLAS: sgemm %s m %d n %d k %d, %s, %d threads\n", by_rows ? "row-major" : "column-major",
          by_rows ? n : m, by_rows ? m : n, k, lanes_isa_name(lanes_context_isa(context)), lanes_context_threads(context));
}

/* Column-major. Its memory read by rows is the transposed product, Cᵀ = op(B)ᵀ·op(A)ᵀ. */
static inline void sgemm(blas_caller caller, lanes_transpose ta, lanes_transpose tb, int m, int n, int k, float alpha,
                         const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc) {
  const int bad = bad_argument(ta, tb, m, n, k, lda, ldb, ldc);
  if (__builtin_expect(bad, 0)) {
    blas_report(caller, name, bad);
    return;
  }
  if (__builtin_expect(is_verbose(), 0)) say(caller == BLAS_ROW_MAJOR, m, n, k);
  blas_product(&(lanes_matmul_call){.m = n, .n = m, .k = k, .transpose_a = tb, .transpose_b = ta, .alpha = alpha, .a = b,
                                    .a_stride = ldb, .b = a, .b_stride = lda, .beta = beta, .c = c, .c_stride = ldc},
               name.c);
}

void cblas_sgemm(CBLAS_LAYOUT layout, CBLAS_TRANSPOSE trans_a, CBLAS_TRANSPOSE trans_b, int m, int n, int k, float alpha,
                 const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc) {
  lanes_transpose ta, tb;
  if (layout != CblasRowMajor && layout != CblasColMajor)
    cblas_xerbla(1, name.c, "Illegal layout setting, %d\n", (int)layout);
  else if (blas_transpose_of_number(trans_a, &ta))
    cblas_xerbla(2, name.c, "Illegal TransA setting, %d\n", (int)trans_a);
  else if (blas_transpose_of_number(trans_b, &tb))
    cblas_xerbla(3, name.c, "Illegal TransB setting, %d\n", (int)trans_b);
  else if (layout == CblasRowMajor)
    sgemm(BLAS_ROW_MAJOR, tb, ta, n, m, k, alpha, b, ldb, a, lda, beta, c, ldc);
  else
    sgemm(BLAS_COLUMN_MAJOR, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void sgemm_(const char *trans_a, const char *trans_b, const int *m, const int *n, const int *k, const float *alpha,
            const float *a, const int *lda, const float *b, const int *ldb, const float *beta, float *c, const int *ldc) {
  lanes_transpose ta, tb;
  if (blas_transpose_of_letter(*trans_a, &ta))
    blas_report(BLAS_FORTRAN, name, 1);
  else if (blas_transpose_of_letter(*trans_b, &tb))
    blas_report(BLAS_FORTRAN, name, 2);
  else
    sgemm(BLAS_FORTRAN, ta, tb, *m, *n, *k, *alpha, a, *lda, b, *ldb, *beta, c, *ldc);
}
