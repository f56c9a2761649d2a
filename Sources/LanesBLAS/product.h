/* What the routines share: products that always come out, and error reports. */
#ifndef LANES_BLAS_PRODUCT_H
#define LANES_BLAS_PRODUCT_H

#include "include/lanes-blas.h"
#include "lanes.h"

/* Element i of a vector; negative increments start at the far end. */
static inline int64_t blas_first(int n, int increment) { return increment < 0 ? -(int64_t)(n - 1) * increment : 0; }

/* Element (i, j) is data[i·row + j·column]; the steps may be negative or 0. */
typedef struct blas_view {
  float *data;
  int64_t row, column;
} blas_view;

/* C = alpha·A·B + beta·C in the order of C2, element by element: for what lanes_matmul does not take. */
void blas_plain_product(int64_t m, int64_t n, int64_t k, float alpha, blas_view a, blas_view b, float beta, blas_view c);

/* What every routine runs on: the default context. Where the environment asks for what there is not, a line says so once,
 * and it is as if it had not asked. NULL, which the kernels refuse, where there is no memory for that. */
extern const lanes_context *blas_chosen;
const lanes_context *blas_choose(void);
static inline const lanes_context *blas_context(void) {
  const lanes_context *context = __atomic_load_n(&blas_chosen, __ATOMIC_ACQUIRE);
  return __builtin_expect(context != 0, 1) ? context : blas_choose();
}

/* lanes_matmul, and where it refuses, the same product by other means. */
void blas_recover(lanes_status status, const lanes_matmul_call *call, const char *routine);
static inline void blas_product(const lanes_matmul_call *call, const char *routine) {
  lanes_status status = lanes_matmul(blas_context(), call);
  if (__builtin_expect(status != LANES_OK, 0)) blas_recover(status, call, routine);
}

/* Reports argument `info` of the column-major Fortran routine: to xerbla_ from Fortran, as info + 1 to cblas_xerbla from C.
 */
typedef enum blas_caller { BLAS_FORTRAN, BLAS_COLUMN_MAJOR, BLAS_ROW_MAJOR } blas_caller;
typedef struct blas_name {
  const char *fortran, *c; /* six letters with blanks; cblas_… */
} blas_name;
void blas_report(blas_caller caller, blas_name name, int info);

/* 0 and the transpose in *transpose, or 1 where it is neither. */
int blas_transpose_of_letter(char letter, lanes_transpose *transpose);
int blas_transpose_of_number(CBLAS_TRANSPOSE number, lanes_transpose *transpose);

static inline int blas_at_least_one(int value) { return value > 1 ? value : 1; }

#endif
