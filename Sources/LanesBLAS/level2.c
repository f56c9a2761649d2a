#include "product.h"

#include <stdlib.h>

static const blas_name gemv = {"SGEMV ", "cblas_sgemv"}, ger = {"SGER  ", "cblas_sger"};

/* A contiguous vector: itself, or gathered here. */
typedef struct gathered {
  float *data; /* NULL where there is no memory */
  float room[512];
} gathered;

static void gather(gathered *to, int n, const float *x, int increment, int copy) {
  to->data = n <= (int)(sizeof to->room / sizeof *to->room) ? to->room : malloc(sizeof(float) * (size_t)n);
  if (!to->data || !copy) return;
  for (int64_t i = 0, at = blas_first(n, increment); i < n; i++, at += increment) to->data[i] = x[at];
}

static void release(gathered *from) {
  if (from->data != from->room) free(from->data);
}

/* Column-major, lengths of x and y: k and m. Row vectors: yᵀ = alpha·xᵀ·op(A)ᵀ + beta·yᵀ. */
static void sgemv_gathered(lanes_matmul_call *call, const float *x, int incx, float *y, int incy) {
  const int k = (int)call->k, m = (int)call->n;
  gathered left, out;
  gather(&left, k, x, incx, 1);
  gather(&out, m, y, incy, call->beta != 0);
  if (left.data && out.data) {
    call->a = left.data;
    call->c = out.data;
    blas_product(call, gemv.c);
    for (int64_t i = 0, at = blas_first(m, incy); i < m; i++, at += incy) y[at] = out.data[i];
  } else {
    const int64_t stride = call->b_stride;
    blas_plain_product(1, m, k, call->alpha, (blas_view){(float *)x + blas_first(k, incx), 0, incx},
                       (blas_view){(float *)call->b, call->transpose_b ? 1 : stride, call->transpose_b ? stride : 1},
                       call->beta, (blas_view){y + blas_first(m, incy), 0, incy});
  }
  release(&left);
  release(&out);
}

static void sgemv(blas_caller caller, lanes_transpose trans, int m, int n, float alpha, const float *a, int lda,
                  const float *x, int incx, float beta, float *y, int incy) {
  const int bad = m < 0 ? 2 : n < 0 ? 3 : lda < blas_at_least_one(m) ? 6 : incx == 0 ? 8 : incy == 0 ? 11 : 0;
  if (bad) {
    blas_report(caller, gemv, bad);
    return;
  }
  if (m == 0 || n == 0) return; /* y stays, whatever beta is, as netlib has it */
  const int rows = trans ? n : m, k = trans ? m : n;
  lanes_matmul_call call = {.m = 1, .n = rows, .k = alpha == 0 ? 0 : k, .transpose_b = trans, .alpha = alpha, .a = x,
                            .a_stride = k, .b = a, .b_stride = lda, .beta = beta, .c = y, .c_stride = rows};
  if (incy == 1 && (incx == 1 || call.k == 0))
    blas_product(&call, gemv.c);
  else
    sgemv_gathered(&call, x, incx, y, incy);
}

void cblas_sgemv(CBLAS_LAYOUT layout, CBLAS_TRANSPOSE trans, int m, int n, float alpha, const float *a, int lda,
                 const float *x, int incx, float beta, float *y, int incy) {
  lanes_transpose t;
  if (layout != CblasRowMajor && layout != CblasColMajor)
    cblas_xerbla(1, gemv.c, "Illegal layout setting, %d\n", (int)layout);
  else if (blas_transpose_of_number(trans, &t))
    cblas_xerbla(2, gemv.c, "Illegal TransA setting, %d\n", (int)trans);
  else if (layout == CblasRowMajor)
    sgemv(BLAS_ROW_MAJOR, t ? LANES_NORMAL : LANES_TRANSPOSED, n, m, alpha, a, lda, x, incx, beta, y, incy);
  else
    sgemv(BLAS_COLUMN_MAJOR, t, m, n, alpha, a, lda, x, incx, beta, y, incy);
}

void sgemv_(const char *trans, const int *m, const int *n, const float *alpha, const float *a, const int *lda,
            const float *x, const int *incx, const float *beta, float *y, const int *incy) {
  lanes_transpose t;
  if (blas_transpose_of_letter(*trans, &t))
    blas_report(BLAS_FORTRAN, gemv, 1);
  else
    sgemv(BLAS_FORTRAN, t, *m, *n, *alpha, a, *lda, x, *incx, *beta, y, *incy);
}

/* Column-major; by rows Aᵀ = alpha·y·xᵀ + Aᵀ, a product with k = 1. */
static void sger(blas_caller caller, int m, int n, float alpha, const float *x, int incx, const float *y, int incy, float *a,
                 int lda) {
  const int bad = m < 0 ? 1 : n < 0 ? 2 : incx == 0 ? 5 : incy == 0 ? 7 : lda < blas_at_least_one(m) ? 9 : 0;
  if (bad) {
    blas_report(caller, ger, bad);
    return;
  }
  if (m == 0 || n == 0 || alpha == 0) return;
  gathered left, right;
  left.data = (float *)y;
  right.data = (float *)x;
  if (incy != 1) gather(&left, n, y, incy, 1);
  if (incx != 1) gather(&right, m, x, incx, 1);
  if (left.data && right.data)
    blas_product(&(lanes_matmul_call){.m = n, .n = m, .k = 1, .alpha = alpha, .a = left.data, .a_stride = 1, .b = right.data,
                                      .b_stride = m, .beta = 1, .c = a, .c_stride = lda},
                 ger.c);
  else
    blas_plain_product(n, m, 1, alpha, (blas_view){(float *)y + blas_first(n, incy), incy, 0},
                       (blas_view){(float *)x + blas_first(m, incx), 0, incx}, 1, (blas_view){a, lda, 1});
  if (incy != 1) release(&left);
  if (incx != 1) release(&right);
}

void cblas_sger(CBLAS_LAYOUT layout, int m, int n, float alpha, const float *x, int incx, const float *y, int incy, float *a,
                int lda) {
  if (layout == CblasRowMajor)
    sger(BLAS_ROW_MAJOR, n, m, alpha, y, incy, x, incx, a, lda);
  else if (layout == CblasColMajor)
    sger(BLAS_COLUMN_MAJOR, m, n, alpha, x, incx, y, incy, a, lda);
  else
    cblas_xerbla(1, ger.c, "Illegal layout setting, %d\n", (int)layout);
}

void sger_(const int *m, const int *n, const float *alpha, const float *x, const int *incx, const float *y, const int *incy,
           float *a, const int *lda) {
  sger(BLAS_FORTRAN, *m, *n, *alpha, x, *incx, y, *incy, a, *lda);
}
