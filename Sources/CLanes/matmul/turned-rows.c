/* The chain order for a k of a few steps beside a transposed B: C is written row by row, as beside a plain one. */
#include "paths.h"

/* Columns turned at a time: all steps of them stay in a level-1 cache. */
enum { TURNED_COLUMNS = 1024 };

/* A constant count lets the compiler do it without a loop, and, with a constant stride, with shuffles. */
static inline __attribute__((always_inline)) void turn(const int count, int64_t rows, const float *restrict from,
                                                       int64_t from_stride, float *restrict to, int64_t to_stride) {
  for (int64_t i = 0; i < rows; i++)
    for (int p = 0; p < count; p++) to[p * to_stride + i] = from[i * from_stride + p];
}

void lanes_turn_columns(int64_t count, int64_t rows, const float *from, int64_t from_stride, float *to, int64_t to_stride) {
#define TURN(count)                                                                                                    \
  case count:                                                                                                          \
    if (from_stride == count) turn(count, rows, from, count, to, to_stride);                                           \
    else turn(count, rows, from, from_stride, to, to_stride);                                                          \
    break;
  switch (count) { TURN(1) TURN(2) TURN(3) TURN(4) }
#undef TURN
}
_Static_assert(LANES_SHORT_K == 4, "a case for each count");

lanes_status lanes_run_turned_rows(const void *turned_rows, const float *a, const float *b, float *c, const float *bias,
                                   const float *gradient_value) {
  const lanes_turned_rows *turned = turned_rows;
  const int64_t n = turned->rows.n, b_stride = turned->rows.b_stride;
  _Alignas(64) float columns[LANES_SHORT_K][TURNED_COLUMNS];
  lanes_rows rows = turned->rows;
  rows.b_stride = TURNED_COLUMNS;
  for (int64_t j = 0; j < n; j += TURNED_COLUMNS) {
    rows.n = lanes_least(TURNED_COLUMNS, n - j);
    lanes_turn_columns(turned->k, rows.n, b + j * b_stride, b_stride, columns[0], TURNED_COLUMNS);
    turned->run(&rows, a, columns[0], c + j, bias ? bias + j : NULL, gradient_value);
  }
  return LANES_OK;
}
