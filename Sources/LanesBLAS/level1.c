#include "product.h"

#include <math.h>
#include <string.h>

#define LANES 16
#define BLOCK 1024

/* C1's tree. */
#define FOLD(lane)                                                                                                     \
  for (int width = LANES / 2; width; width /= 2)                                                                       \
    for (int l = 0; l < width; l++) lane[l] += lane[l + width];

static inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

/* Elements begin … begin+count−1 of x, gathered into `room` where they are not beside each other already. */
static inline const float *block_of(const float *x, int increment, int64_t begin, int64_t count, float *room) {
  if (increment == 1) return x + begin;
  for (int64_t i = 0; i < count; i++) room[i] = x[(begin + i) * increment];
  return room;
}

/* y = fma(alpha, x, y) is C7's sgd with the rate −alpha; increments are a product with k = 1 and beta = 1. */
void cblas_saxpy(int n, float alpha, const float *x, int incx, float *y, int incy) {
  if (n <= 0 || alpha == 0) return;
  const lanes_update_call step = {.rule = LANES_SGD, .count = n, .parameter = y, .gradient = x, .rate = -alpha, .scale = 1,
                                  .low = -INFINITY, .high = INFINITY};
  if (incx == 1 && incy == 1 && lanes_update(blas_context(), &step) == LANES_OK) return;
  float factor = alpha;
  blas_plain_product(n, 1, 1, 1, (blas_view){(float *)x + blas_first(n, incx), incx, 0}, (blas_view){&factor, 0, 0}, 1,
                     (blas_view){y + blas_first(n, incy), incy, 0});
}

void cblas_sscal(int n, float alpha, float *x, int incx) {
  if (n <= 0 || incx <= 0) return;
  const lanes_operand vector = {x, n, 1}, scale = {&alpha, 0, 0};
  if (incx == 1 && lanes_binary(blas_context(), LANES_MULTIPLY, 1, n, vector, scale, x, n) == LANES_OK) return;
  for (int64_t i = 0; i < n; i++) x[i * incx] *= alpha;
}

void cblas_scopy(int n, const float *x, int incx, float *y, int incy) {
  if (n <= 0) return;
  if (incx == 1 && incy == 1) {
    memmove(y, x, sizeof(float) * (size_t)n);
    return;
  }
  x += blas_first(n, incx);
  y += blas_first(n, incy);
  for (int64_t i = 0; i < n; i++) y[i * incy] = x[i * incx];
}

/* The product of 1 × n and n × 1. */
float cblas_sdot(int n, const float *x, int incx, const float *y, int incy) {
  float dot = 0;
  if (n <= 0) return dot;
  if (incx == 1 && incy == 1)
    blas_product(&(lanes_matmul_call){.m = 1, .n = 1, .k = n, .alpha = 1, .a = x, .a_stride = n, .b = y, .b_stride = 1,
                                      .c = &dot, .c_stride = 1},
                 "cblas_sdot");
  else
    blas_plain_product(1, 1, n, 1, (blas_view){(float *)x + blas_first(n, incx), 0, incx},
                       (blas_view){(float *)y + blas_first(n, incy), incy, 0}, 0, (blas_view){&dot, 0, 0});
  return dot;
}

/* In double, where the square of a float is exact and nothing overflows. */
float cblas_snrm2(int n, const float *x, int incx) {
  if (n <= 0) return 0;
  x += blas_first(n, incx);
  double lane[LANES] = {0};
  float room[BLOCK];
  for (int64_t begin = 0; begin < n; begin += BLOCK) {
    const int64_t count = smaller(n - begin, BLOCK), whole = count / LANES * LANES;
    const float *v = block_of(x, incx, begin, count, room);
    for (int64_t i = 0; i < whole; i += LANES)
      for (int l = 0; l < LANES; l++) lane[l] += (double)v[i + l] * (double)v[i + l];
    for (int64_t i = whole; i < count; i++) lane[i - whole] += (double)v[i] * (double)v[i];
  }
  FOLD(lane)
  return (float)sqrt(lane[0]);
}

float cblas_sasum(int n, const float *x, int incx) {
  if (n <= 0 || incx <= 0) return 0;
  float lane[LANES] = {0}, room[BLOCK];
  for (int64_t begin = 0; begin < n; begin += BLOCK) {
    const int64_t count = smaller(n - begin, BLOCK), whole = count / LANES * LANES;
    const float *v = block_of(x, incx, begin, count, room);
    for (int64_t i = 0; i < whole; i += LANES)
      for (int l = 0; l < LANES; l++) lane[l] += fabsf(v[i + l]);
    for (int64_t i = whole; i < count; i++) lane[i - whole] += fabsf(v[i]);
  }
  FOLD(lane)
  return lane[0];
}

/* The largest of each block; only a block that holds a larger one is searched. */
unsigned long cblas_isamax(int n, const float *x, int incx) {
  if (n <= 0 || incx <= 0) return 0;
  float best = fabsf(*x), room[BLOCK];
  int64_t at = 0;
  for (int64_t begin = 0; begin < n; begin += BLOCK) {
    const int64_t count = smaller(n - begin, BLOCK), whole = count / LANES * LANES;
    const float *v = block_of(x, incx, begin, count, room);
    float lane[LANES], most = 0;
    for (int l = 0; l < LANES; l++) lane[l] = best;
    for (int64_t i = 0; i < whole; i += LANES)
      for (int l = 0; l < LANES; l++) lane[l] = fabsf(v[i + l]) > lane[l] ? fabsf(v[i + l]) : lane[l];
    for (int64_t i = whole, l = 0; i < count; i++, l++) lane[l] = fabsf(v[i]) > lane[l] ? fabsf(v[i]) : lane[l];
    for (int l = 0; l < LANES; l++) most = lane[l] > most ? lane[l] : most;
    if (!(most > best)) continue;
    best = most;
    int64_t i = 0;
    while (fabsf(v[i]) != best) i++;
    at = begin + i;
  }
  return (unsigned long)at;
}

void saxpy_(const int *n, const float *alpha, const float *x, const int *incx, float *y, const int *incy) {
  cblas_saxpy(*n, *alpha, x, *incx, y, *incy);
}
void sscal_(const int *n, const float *alpha, float *x, const int *incx) { cblas_sscal(*n, *alpha, x, *incx); }
void scopy_(const int *n, const float *x, const int *incx, float *y, const int *incy) {
  cblas_scopy(*n, x, *incx, y, *incy);
}
float sdot_(const int *n, const float *x, const int *incx, const float *y, const int *incy) {
  return cblas_sdot(*n, x, *incx, y, *incy);
}
float snrm2_(const int *n, const float *x, const int *incx) { return cblas_snrm2(*n, x, *incx); }
float sasum_(const int *n, const float *x, const int *incx) { return cblas_sasum(*n, x, *incx); }
int isamax_(const int *n, const float *x, const int *incx) {
  return *n < 1 || *incx < 1 ? 0 : (int)cblas_isamax(*n, x, *incx) + 1;
}
