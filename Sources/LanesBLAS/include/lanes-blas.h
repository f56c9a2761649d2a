/* LanesBLAS: single-precision BLAS on Lanes. The names, arguments and numbers of netlib's CBLAS and of its Fortran BLAS as
 * gfortran calls it (LP64: sizes are int), so that programs can link or preload it as it is.
 *
 * Vectors: element i of x is x[i·inc], or x[(i − count + 1)·inc] where inc is negative. Matrices: ld is the distance, in
 * floats, between two rows (row-major) or columns (column-major). Results are the same bits on every instruction set and
 * number of threads: CONTRACT.md, C9. beta = 0 never reads what it overwrites, and nothing is skipped because a factor is
 * 0, save alpha.
 *
 * Errors: a bad argument is reported through cblas_xerbla or xerbla_, and nothing is written. Both are weak, so a program
 * may define its own; these print a line to the standard error and return, as OpenBLAS's do (netlib's end the program).
 * Where memory runs out, or an output overlaps an input, the product is done by slower means, to the same bits.
 *
 * LANES_ISA, LANES_NUM_THREADS and LANES_GRAIN choose what runs (lanes.h). A bad value is ignored, which a line on the standard
 * error says once. LANES_BLAS_VERBOSE=1 prints each sgemm there.
 *
 * Any number of threads may call at once, in OpenMP's parallel regions of this or another runtime, and after fork().
 */
#ifndef LANES_BLAS_H
#define LANES_BLAS_H

/* Another cblas.h in the same source wins: it declares the same functions. */
#ifndef CBLAS_H

#ifdef __cplusplus
extern "C" {
#endif

typedef enum CBLAS_LAYOUT { CblasRowMajor = 101, CblasColMajor = 102 } CBLAS_LAYOUT;
typedef enum CBLAS_TRANSPOSE { CblasNoTrans = 111, CblasTrans = 112, CblasConjTrans = 113 } CBLAS_TRANSPOSE;

/* C = alpha·op(A)·op(B) + beta·C; op(A) m × k, op(B) k × n. */
void cblas_sgemm(CBLAS_LAYOUT layout, CBLAS_TRANSPOSE trans_a, CBLAS_TRANSPOSE trans_b, int m, int n, int k, float alpha,
                 const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc);
/* y = alpha·op(A)·x + beta·y; A m × n. */
void cblas_sgemv(CBLAS_LAYOUT layout, CBLAS_TRANSPOSE trans, int m, int n, float alpha, const float *a, int lda,
                 const float *x, int incx, float beta, float *y, int incy);
/* A = alpha·x·yᵀ + A; A m × n. */
void cblas_sger(CBLAS_LAYOUT layout, int m, int n, float alpha, const float *x, int incx, const float *y, int incy, float *a,
                int lda);
/* y = alpha·x + y. */
void cblas_saxpy(int n, float alpha, const float *x, int incx, float *y, int incy);
void cblas_sscal(int n, float alpha, float *x, int incx); /* does nothing where incx < 1 */
void cblas_scopy(int n, const float *x, int incx, float *y, int incy);
float cblas_sdot(int n, const float *x, int incx, const float *y, int incy);
float cblas_snrm2(int n, const float *x, int incx); /* the Euclidean norm */
float cblas_sasum(int n, const float *x, int incx); /* Σ|x|; 0 where incx < 1 */
/* The first index of the largest |x|, from 0. A NaN counts only where it comes first. 0 where n or incx is below 1. */
#ifdef CBLAS_INDEX
CBLAS_INDEX cblas_isamax(int n, const float *x, int incx);
#else
unsigned long cblas_isamax(int n, const float *x, int incx);
#endif

/* `argument` counts from 1 and is 0 where `format` says everything. In row-major calls it is the number that the swapped
 * column-major call would have, as in netlib's, and this function swaps it back before it prints. */
void cblas_xerbla(int argument, const char *routine, const char *format, ...);

#ifdef __cplusplus
}
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The Fortran names. The lengths of the strings, which Fortran passes last, are not read. isamax_ counts from 1. */
void sgemm_(const char *trans_a, const char *trans_b, const int *m, const int *n, const int *k, const float *alpha,
            const float *a, const int *lda, const float *b, const int *ldb, const float *beta, float *c, const int *ldc);
void sgemv_(const char *trans, const int *m, const int *n, const float *alpha, const float *a, const int *lda,
            const float *x, const int *incx, const float *beta, float *y, const int *incy);
void sger_(const int *m, const int *n, const float *alpha, const float *x, const int *incx, const float *y, const int *incy,
           float *a, const int *lda);
void saxpy_(const int *n, const float *alpha, const float *x, const int *incx, float *y, const int *incy);
void sscal_(const int *n, const float *alpha, float *x, const int *incx);
void scopy_(const int *n, const float *x, const int *incx, float *y, const int *incy);
float sdot_(const int *n, const float *x, const int *incx, const float *y, const int *incy);
float snrm2_(const int *n, const float *x, const int *incx);
float sasum_(const int *n, const float *x, const int *incx);
int isamax_(const int *n, const float *x, const int *incx);
void xerbla_(const char *routine, const int *argument, unsigned long length);

#ifdef __cplusplus
}
#endif
#endif
