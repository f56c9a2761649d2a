/* The chain order for a k of a few steps beside a transposed B: C is written row by row, as beside a plain one. */
#include "paths.h"

/* Columns turned at a time: all steps of them stay in a level-1 cache. */
enum { TURNED_COLUMNS = 1024 };

/* A constant k lets the compiler do it without a loop, and, with a constant stride, with shuffles. */
static inline __attribute__((always_inline)) void turn(const int k, int64_t n, const float *restrict b, int64_t b_stride,
                                                       float (*restrict columns)[TURNED_COLUMNS]) {
  for (int64_t i = 0; i < n; i++)
    for (int p = 0; p < k; p++) columns[p][i] = b[i * b_stride + p];
}

static void turn_columns(int64_t k, int64_t n, const float *b, int64_t b_stride, float (*columns)[TURNED_COLUMNS]) {
  switch (k) {
    case 1: turn(1, n, b, b_stride, columns); break;
    case 2: b_stride == 2 ? turn(2, n, b, 2, columns) : turn(2, n, b, b_stride, columns); break;
    case 3: b_stride == 3 ? turn(3, n, b, 3, columns) : turn(3, n, b, b_stride, columns); break;
    default: b_stride == 4 ? turn(4, n, b, 4, columns) : turn(4, n, b, b_stride, columns);
  }
}
_Static_assert(LANES_SHORT_K == 4, "a case for each k");

lanes_status lanes_run_turned_rows(const void *turned_rows, const float *a, const float *b, float *c, const float *bias,
                                   const float *gradient_value) {
  const lanes_turned_rows *turned = turned_rows;
  const int64_t n = turned->rows.n, b_stride = turned->rows.b_stride;
  _Alignas(64) float columns[LANES_SHORT_K][TURNED_COLUMNS];
  lanes_rows rows = turned->rows;
  rows.b_stride = TURNED_COLUMNS;
  for (int64_t j = 0; j < n; j += TURNED_COLUMNS) {
    rows.n = lanes_least(TURNED_COLUMNS, n - j);
    turn_columns(turned->k, rows.n, b + j * b_stride, b_stride, columns);
    turned->run(&rows, a, columns[0], c + j, bias ? bias + j : NULL, gradient_value);
  }
  return LANES_OK;
}
