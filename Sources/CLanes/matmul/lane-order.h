/* What the ways through C2's lane order, and bands, share: how sums begin and end. */
#ifndef LANES_LANE_ORDER_H
#define LANES_LANE_ORDER_H

#include "paths.h"

#include <string.h>

static inline float lanes_start_sum(const lanes_matmul_call *call, const float *c) {
  return call->beta == 0 ? 0 : call->beta == 1 ? *c : call->beta * *c;
}

/* The same of `count` elements of C. */
static inline void lanes_start_sums(const lanes_matmul_call *call, const float *c, int64_t c_step, int64_t count, float *sums) {
  if (call->beta == 0) {
    memset(sums, 0, (size_t)count * sizeof *sums);
    return;
  }
  for (int64_t r = 0; r < count; r++) sums[r] = lanes_start_sum(call, c + r * c_step);
}

/* What is done to the sums of C[i, j …], `count` of them, which lie beside each other. */
static inline void lanes_finish_sums(const lanes_matmul_call *call, const lanes_kernels *kernels, int64_t i, int64_t j,
                                     int64_t count, float *sums) {
  if (call->bias)
    for (int64_t r = 0; r < count; r++) sums[r] += call->bias[j + r];
  if (call->activation == LANES_IDENTITY) return;
  if (call->gradient_value)
    kernels->elementwise.unary_gradient[call->activation](
        count, call->gradient_value + i * call->gradient_value_stride + j, sums, sums, 0);
  else
    kernels->elementwise.unary[call->activation](count, sums, sums, 0);
}

/* All of the columns j ..< j + count, from steps of op(B) that hold them side by side. */
static inline void lanes_multiply_columns(const lanes_matmul_call *call, const lanes_kernels *kernels, int64_t j, int64_t count,
                                          const float *b, int64_t b_stride) {
  const int64_t a_row = call->transpose_a ? 1 : call->a_stride, a_step = call->transpose_a ? call->a_stride : 1;
  float *const c = call->c + j;
  for (int64_t i = 0; i < call->m; i++) lanes_start_sums(call, c + i * call->c_stride, 1, count, c + i * call->c_stride);
  kernels->matmul.lane_column_sums(call->k, call->m, call->a, a_row, a_step, call->alpha, count, b, b_stride, c, call->c_stride);
  for (int64_t i = 0; i < call->m; i++) lanes_finish_sums(call, kernels, i, j, count, c + i * call->c_stride);
}

/* m = 1 or n = 1. */
lanes_status lanes_multiply_vector(const lanes_context *context, const lanes_matmul_call *call);

/* A packed B. */
lanes_status lanes_multiply_packed_lanes(const lanes_context *context, const lanes_matmul_call *call);

#endif
