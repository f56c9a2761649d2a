/* C2's chain order for small sides, a small B, and for a slim or a turned C: one kernel after the other, operands where they are,
 * nothing packed; but a transposed B beside few steps is turned, and so may one be beside a turned C. What is decided here does
 * not depend on pointers, so that a prepared product decides it once. */
#ifndef LANES_MATMUL_SMALL_PRODUCT_H
#define LANES_MATMUL_SMALL_PRODUCT_H

#include "small-tiles.h"

/* Sides of such products are shorter, a power of two: operands of a quarter of a MiB are worth the chain order's blocks, as is a
 * B for which it matters how it lies. One comparison is that of all sides: what is negative is more. */
enum { LANES_SMALL = 256 };
LANES_FAST int lanes_has_small_sides(const lanes_context *context, const lanes_matmul_call *call) {
  const int64_t m = call->m, n = call->n, k = call->k;
  return (uint64_t)(m | n | k) < LANES_SMALL && m * n * k > 0 && n * k <= context->blocking.small_b;
}

/* Longer ones beside a B for which packing does not pay, of few steps or in a level-1 cache, while a level-2 cache or two hold C:
 * unless rows of B, or of a transposed A, drive each other out of caches. The fewest steps are for the kernels of whole rows, in
 * short vectors all of theirs. */
enum { LANES_LONG = 4096, LANES_FEW_STEPS = 128, LANES_SMALL_C = 1 << 20 };
LANES_FAST int lanes_has_small_b(const lanes_context *context, const lanes_matmul_call *call) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int is_short = kernels->vector < LANES_LANES;
  const int64_t m = call->m, n = call->n, k = call->k, small = context->blocking.small_b;
  const int64_t most = k < LANES_FEW_STEPS ? small : is_short && call->transpose_a ? 0 : LANES_IN_LEVEL1;
  if ((uint64_t)(m | n | k) >= LANES_LONG || k <= LANES_SHORT_K || m * n > LANES_SMALL_C || m * n <= 0 || n * k > most ||
      (call->transpose_a && m * k > small) || (k >= LANES_SET_STEPS && lanes_shares_sets(call->b_stride)))
    return 0;
  return (k > LANES_ROWS_STEPS && !is_short) || !lanes_is_worth_rows(kernels, call, k);
}

/* Micro-tiles, cut alike. */
typedef struct lanes_tiles {
  lanes_micro_tile tile; /* without its pointers and its columns */
  int64_t n, a_row;
  int64_t columns; /* of a tile but for the last ones */
  lanes_even_rows rows;
  const lanes_micro_kernel *by_whole, *by_last;
} lanes_tiles;

/* C in the tiles of Cᵀ: B is on the left and A on the right. */
enum { LANES_TURNED_COLUMNS = 48 };
typedef struct lanes_turned_product {
  const lanes_matmul_kernels *kernels;
  int64_t m, n, k, a_stride, b_stride, c_stride;
  lanes_columns columns; /* of Cᵀ, m in all */
  int64_t block_k, block_tiles; /* so many steps are made for so many tiles before the next */
  lanes_even_rows rows;
  lanes_a_form form; /* of B, beside those columns */
  int transposes_a, fetches, relu;
  float beta; /* 0: C is not read */
} lanes_turned_product;
lanes_status lanes_run_turned_product(const void *product, const float *a, const float *b, float *c, const float *bias,
                                      const float *gradient_value);

/* What `run` takes. */
typedef struct lanes_small_product {
  union {
    lanes_matmul_call wide;
    lanes_slim slim;
    lanes_turned_rows rows;
    struct {
      lanes_small_tiles small_tiles;
      lanes_matmul_call call; /* without its pointers */
    };
    lanes_tiles tiles;
    lanes_turned_product turned;
  };
  lanes_product_kernel run;
} lanes_small_product;

/* Where C has few columns or rows, its elements are computed side by side along them, in this form; LANES_SLIM_FORMS: it has
 * more, or is too short, or has so few steps that it is written row by row. */
enum { LANES_WORTH_TURNING = 24, LANES_LONG_ROWS = 24 }; /* columns of B, transposed, and plain: see below */
enum { LANES_SHORT_COLUMN_STEPS = 8 }; /* of fewer, rows that are fewer than a vector has lanes are done in tiles */
LANES_FAST lanes_slim_form lanes_slim_form_of(const lanes_matmul_kernels *kernels, const lanes_matmul_call *call) {
  const int is_turned = call->n > LANES_SLIM;
  if (is_turned && call->m > LANES_SLIM) return LANES_SLIM_FORMS;
  const int64_t columns = is_turned ? call->m : call->n, rows = is_turned ? call->n : call->m;
  const int64_t long_rows = LANES_LONG_ROWS + (kernels->vector == LANES_LANES); /* more than a vector and a half */
  if (is_turned && !call->transpose_b)
    return call->k > LANES_SHORT_K && rows >= long_rows ? LANES_SLIM_PANEL : LANES_SLIM_FORMS;
  if (columns == 1 && call->k == 2 && (is_turned ? call->b_stride == 2 : call->a_stride == 2 && call->c_stride == 1))
    return !is_turned && call->transpose_a ? LANES_SLIM_PANEL : LANES_SLIM_PAIRS;
  if (call->k <= LANES_SHORT_K && (is_turned ? rows >= LANES_WORTH_TURNING : columns > 1)) return LANES_SLIM_FORMS;
  if (!is_turned && call->transpose_a) return LANES_SLIM_PANEL;
  const int is_short = columns == 1 && rows < kernels->vector && call->k < LANES_SHORT_COLUMN_STEPS && !is_turned;
  return rows >= kernels->slim_rows && !is_short ? LANES_SLIM_ROWS : LANES_SLIM_FORMS;
}

/* Whether C is wide: more columns than tiles with no empty lane have, or more than a vector for few steps; and a B so small that it
 * need not be fetched early. Of many rows tiles do as well from some steps on. */
enum { LANES_WIDE = 2 * LANES_POOLED_VECTOR + LANES_POOLED_COLUMNS, LANES_FEW_WIDE = 4, LANES_WIDE_STEPS = 16 };
LANES_FAST int lanes_is_wide(const lanes_matmul_kernels *kernels, const lanes_matmul_call *call) {
  const int64_t m = call->m, n = call->n, k = call->k;
  if (n <= (k > LANES_SHORT_K ? LANES_WIDE : kernels->vector)) return 0;
  if ((uint64_t)m - 1 >= LANES_WIDE_ROWS || n > kernels->wide_columns[m - 1] || call->transpose_b || n * k > LANES_IN_LEVEL1)
    return 0;
  return k > LANES_SHORT_K ? m <= LANES_FEW_WIDE || k <= LANES_WIDE_STEPS : m < LANES_FEW_WIDE;
}

/* Whether long rows of a transposed B beside a slim C are for the kernels that turn squares of them: in vectors of sixteen, or
 * where rows drive each other out of smaller caches. With small sides of three rows or four, where that is worth the chain order's
 * beginnings. */
enum { LANES_TURNED_K = 64, LANES_WORTH_SQUARES = 1 << 14 };
static inline int lanes_turns_squares(const lanes_context *context, const lanes_matmul_call *call) {
  const int is_short = context->kernels->matmul.vector < LANES_LANES;
  if (call->n <= LANES_SLIM || !call->transpose_b || call->k <= LANES_TURNED_K) return 0;
  if (lanes_has_small_sides(context, call)) return !is_short && (call->m - 2) * call->n * call->k >= LANES_WORTH_SQUARES;
  return !is_short || lanes_is_far(call->b_stride);
}

/* Whether a slim C, however long, goes this way: while what is turned is in a cache, and in a level-2 cache where its rows drive
 * each other out of smaller ones; beside a plain B, of whose rows a few lines are read once, however far apart, while that is in
 * a level-2 cache, or near it where a line is one vector. */
enum { LANES_SLIM_LENGTH = 1 << 20 };
static inline int lanes_is_slim(const lanes_context *context, const lanes_matmul_call *call) {
  const int is_turned = call->n > LANES_SLIM, turns_b = is_turned && call->transpose_b;
  const int64_t columns = is_turned ? call->m : call->n, length = is_turned ? call->n : call->m;
  if ((uint64_t)columns - 1 >= LANES_SLIM || (uint64_t)length - 1 >= LANES_SLIM_LENGTH ||
      (uint64_t)call->k - 1 >= LANES_SLIM_LENGTH || lanes_turns_squares(context, call))
    return 0;
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int is_short = kernels->vector < LANES_LANES, is_far = lanes_is_far(is_turned ? call->b_stride : call->a_stride);
  const int64_t level2 = context->blocking.level2;
  const int64_t of_plain = is_short ? level2 : 4 * level2;
  const int64_t most = is_turned && !turns_b ? of_plain : is_far ? level2 : context->streaming_floats / 2;
  return length * call->k <= most && lanes_slim_form_of(kernels, call) != LANES_SLIM_FORMS;
}

/* Whether A and C are dense, of rows so short that a vector holds several, and of so many rows that this pays. A long column of as
 * many steps is done side by side with those of other rows. */
enum { LANES_DENSE_COLUMN = 16 };
LANES_FAST int lanes_is_dense(const lanes_matmul_kernels *kernels, const lanes_matmul_call *call) {
  const int64_t m = call->m, n = call->n, k = call->k;
  return (uint64_t)(n - 1) < (uint64_t)kernels->dense_columns && (uint64_t)(k - 1) < (uint64_t)kernels->dense_steps &&
         m >= lanes_dense_least[k - 1][n - 1] && m < INT32_MAX && call->a_stride == k && call->c_stride == n &&
         !(call->transpose_a | call->transpose_b) && !(n == 1 && k == LANES_SHORT_K && m >= LANES_DENSE_COLUMN);
}

/* Whether C has so few columns, with much of their last vector empty, and so many rows that it had better be turned. It may be
 * any call. */
int lanes_gains_by_turning(const lanes_context *context, const lanes_matmul_call *call);
enum { LANES_ROWS_WORTH_TURNING = 14 };
LANES_FAST int lanes_may_gain_by_turning(const lanes_context *context, const lanes_matmul_call *call) {
  return call->m >= LANES_ROWS_WORTH_TURNING && (uint64_t)call->n <= LANES_TURNED_N &&
         call->k >= context->turning_steps[call->transpose_a != LANES_NORMAL][call->n];
}
static inline int lanes_is_worth_turning(const lanes_context *context, const lanes_matmul_call *call) {
  return lanes_may_gain_by_turning(context, call) && lanes_gains_by_turning(context, call);
}

/* Whether a transposed B had better be turned, all of it, before: of few steps, which are done sooner than tiles could turn it;
 * and one that the stack has room for, whatever the rows, but where it is turned in registers. Of several threads each would wait
 * for that. */
enum { LANES_FEWEST_STEPS = 12, LANES_FEWEST_ROWS = 10, LANES_ON_STACK = 1 << 11 };
static inline int64_t lanes_turned_b_stride(int64_t n) { return (n + LANES_LANES - 1) & -LANES_LANES; }
static inline int lanes_turns_b_on_stack(const lanes_context *context, const lanes_matmul_call *call) {
  return call->transpose_b && call->k > LANES_SHORT_K && lanes_has_small_sides(context, call) &&
         lanes_turned_b_stride(call->n) * call->k <= LANES_ON_STACK && lanes_is_alone(context, call) &&
         lanes_slim_form_of(&context->kernels->matmul, call) == LANES_SLIM_FORMS;
}
static inline int lanes_turns_small_b(const lanes_context *context, const lanes_matmul_call *call) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int64_t m = call->m, k = call->k, most = kernels->vector < LANES_LANES ? LANES_FEW_STEPS : LANES_FEW_STEPS / 4;
  return (call->transpose_b && k > LANES_SHORT_K && k <= most && call->n > LANES_SLIM &&
          m >= (k <= LANES_FEWEST_STEPS ? LANES_FEWEST_ROWS : kernels->transposing_rows) && lanes_is_alone(context, call) &&
          (lanes_has_small_sides(context, call) || lanes_has_small_b(context, call))) ||
         lanes_turns_b_on_stack(context, call);
}

/* Whether what is left of a call is simple enough; it may be anything. */
LANES_FAST int lanes_is_simple(const lanes_context *context, const lanes_matmul_call *call) {
  return call->alpha == 1 && !call->gradient_value && !call->packed_b && (unsigned)call->activation <= LANES_RELU &&
         !lanes_takes_lane_order(call->m, call->n, call->k) &&
         (!call->transpose_b || call->k <= LANES_SHORT_K ||
          (lanes_slim_form_of(&context->kernels->matmul, call) != LANES_SLIM_FORMS && !lanes_turns_squares(context, call)) ||
          lanes_is_worth_turning(context, call) || lanes_turns_small_b(context, call));
}

/* Few columns, of which the last are pooled: a C of any length goes this way, while B stays in a level-2 cache. Several threads
 * have rows of it. */
static inline int lanes_is_pooled(const lanes_context *context, const lanes_matmul_call *call) {
  const int64_t m = call->m, n = call->n, k = call->k;
  return lanes_has_pooled_columns(context, call) && n <= 2 * LANES_POOLED_VECTOR + LANES_POOLED_COLUMNS && m > LANES_SLIM &&
         m < LANES_SLIM_LENGTH && k > LANES_SHORT_K && k <= context->blocking.level2 / n &&
         (m >= n || lanes_is_alone(context, call));
}

/* Whether a product goes this way, if its arguments are right; they may be anything. */
static inline int lanes_is_small(const lanes_context *context, const lanes_matmul_call *call) {
  return (lanes_has_small_sides(context, call) || lanes_has_small_b(context, call) || lanes_is_slim(context, call) ||
          lanes_is_dense(&context->kernels->matmul, call) || lanes_is_pooled(context, call) ||
          lanes_is_worth_turning(context, call)) &&
         lanes_is_simple(context, call);
}

/* `whole` is the product that the call is a part of, or itself. */
void lanes_decide_turned(const lanes_context *context, const lanes_matmul_call *call, const lanes_matmul_call *whole,
                         lanes_small_product *small);

/* Whether B is to be turned before: a small one; or a turned product's, whose rows drive each other out of a level-1 cache, and
 * had better lie beside each other. */
int lanes_turns_b(const lanes_context *context, const lanes_matmul_call *call);

#endif
