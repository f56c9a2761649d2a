/* Argument checks, shared by the drivers. Each returns a status, and looks at nothing but its arguments. */
#ifndef LANES_CHECKS_H
#define LANES_CHECKS_H

#include "../include/lanes.h"

#include <stddef.h>

/* Sizes and strides multiply below this without overflowing 64 bits, in bytes too. */
#define LANES_MOST_ELEMENTS ((int64_t)1 << 59)

/* Leaves the public function when a check fails. */
#define LANES_TRY(expression)                                                                                          \
  do {                                                                                                                 \
    lanes_status lanes_try_status = (expression);                                                                      \
    if (__builtin_expect(lanes_try_status != LANES_OK, 0)) return lanes_try_status;                                    \
  } while (0)

/* Always inline: an extent that goes through memory costs a small operation more than its arithmetic. */
#define LANES_CHECK static inline __attribute__((always_inline))

/* A block of memory seen as rows: what a matrix, vector (one row) or broadcast operand (stride 0) touches. */
typedef struct lanes_extent {
  const void *data;
  int64_t rows, columns, stride; /* in elements of 4 bytes */
} lanes_extent;

static inline lanes_status lanes_check_product(int64_t a, int64_t b) {
  int64_t product;
  if (a < 0 || b < 0 || __builtin_mul_overflow(a, b, &product) || product > LANES_MOST_ELEMENTS) return LANES_INVALID_SIZE;
  return LANES_OK;
}

/* A matrix that is read or written: sizes, stride ≥ columns, pointer. */
LANES_CHECK lanes_status lanes_check_matrix(const void *data, int64_t rows, int64_t columns, int64_t stride) {
  LANES_TRY(lanes_check_product(rows, columns));
  if (rows == 0 || columns == 0) return LANES_OK;
  if (stride < columns && rows > 1) return LANES_INVALID_STRIDE;
  LANES_TRY(rows > 1 ? lanes_check_product(rows, stride) : LANES_OK);
  return data ? LANES_OK : LANES_NULL_POINTER;
}

static inline lanes_extent lanes_extent_of(const void *data, int64_t rows, int64_t columns, int64_t stride) {
  return (lanes_extent){data, rows, columns, stride};
}
static inline lanes_extent lanes_extent_of_vector(const void *data, int64_t count) {
  return (lanes_extent){data, count > 0, count, count};
}

/* Whether two extents share an element. Two matrices of one stride may lie beside each other in the same rows. */
LANES_CHECK int lanes_overlaps(lanes_extent a, lanes_extent b) {
  if (a.rows <= 0 || a.columns <= 0 || b.rows <= 0 || b.columns <= 0) return 0;
  intptr_t a_begin = (intptr_t)a.data, a_end = a_begin + 4 * ((a.rows - 1) * a.stride + a.columns);
  intptr_t b_begin = (intptr_t)b.data, b_end = b_begin + 4 * ((b.rows - 1) * b.stride + b.columns);
  if (a_end <= b_begin || b_end <= a_begin) return 0;
  if (a.stride == b.stride && a.stride > 0 && (a_begin - b_begin) % 4 == 0) {
    int64_t shift = (b_begin - a_begin) / 4 % a.stride;
    if (shift < 0) shift += a.stride;
    return shift < a.columns || shift > a.stride - b.columns;
  }
  return 1;
}

/* An elementwise output may be the input itself, element for element. */
LANES_CHECK lanes_status lanes_check_in_place(lanes_extent out, lanes_extent in) {
  if (out.data == in.data && in.columns == out.columns && in.rows == out.rows && (in.stride == out.stride || in.rows <= 1))
    return LANES_OK;
  return lanes_overlaps(out, in) ? LANES_OVERLAP : LANES_OK;
}

LANES_CHECK lanes_status lanes_check_disjoint(lanes_extent out, lanes_extent in) {
  return lanes_overlaps(out, in) ? LANES_OVERLAP : LANES_OK;
}

#endif
