#include "product.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define OVERRIDABLE __attribute__((weak))

/* netlib's globals, which the cblas_xerbla of a program may read, as the one of netlib's tester does. Written only around a
 * report. */
OVERRIDABLE int RowMajorStrg = 0;
OVERRIDABLE int CBLAS_CallFromC = 0;

static int swapped(int info, int one, int other) { return info == one ? other : info == other ? one : info; }

OVERRIDABLE void cblas_xerbla(int argument, const char *routine, const char *format, ...) {
  if (RowMajorStrg) {
    if (strstr(routine, "gemm"))
      argument = swapped(swapped(argument, 4, 5), 9, 11);
    else if (strstr(routine, "gemv"))
      argument = swapped(argument, 3, 4);
    else if (strstr(routine, "ger"))
      argument = swapped(swapped(argument, 2, 3), 6, 8);
  }
  if (argument) fprintf(stderr, "Parameter %d to routine %s was incorrect\n", argument, routine);
  va_list values;
  va_start(values, format);
  vfprintf(stderr, format, values);
  va_end(values);
}

OVERRIDABLE void xerbla_(const char *routine, const int *argument, unsigned long length) {
  fprintf(stderr, " ** On entry to %.*s parameter number %2d had an illegal value\n", (int)length, routine, *argument);
}

void blas_report(blas_caller caller, blas_name name, int info) {
  if (caller == BLAS_FORTRAN) {
    xerbla_(name.fortran, &info, strlen(name.fortran));
    return;
  }
  RowMajorStrg = caller == BLAS_ROW_MAJOR;
  CBLAS_CallFromC = 1;
  cblas_xerbla(info + 1, name.c, "");
  CBLAS_CallFromC = 0;
  RowMajorStrg = 0;
}

int blas_transpose_of_letter(char letter, lanes_transpose *transpose) {
  const char upper = letter & ~0x20;
  *transpose = upper == 'N' ? LANES_NORMAL : LANES_TRANSPOSED;
  return upper != 'N' && upper != 'T' && upper != 'C';
}

int blas_transpose_of_number(CBLAS_TRANSPOSE number, lanes_transpose *transpose) {
  *transpose = number == CblasNoTrans ? LANES_NORMAL : LANES_TRANSPOSED;
  return number != CblasNoTrans && number != CblasTrans && number != CblasConjTrans;
}
