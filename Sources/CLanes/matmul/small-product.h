/* C2's chain order for small sides, and for a slim C: one kernel after the other, operands where they are, nothing packed or
 * fetched. What is decided here does not depend on pointers, so that a prepared product decides it once. */
#ifndef LANES_MATMUL_SMALL_PRODUCT_H
#define LANES_MATMUL_SMALL_PRODUCT_H

#include "paths.h"

/* Sides of such products, at most: operands of more than a quarter of a MiB are worth the chain order's blocks, as is a B for
 * which it matters how it lies. */
enum { LANES_SMALL = 255 };

static inline int lanes_is_small_size(int64_t size) { return (uint64_t)size - 1 < LANES_SMALL; }

/* What C's tiles take: those of all columns, and the last one in a row of tiles. */
typedef struct lanes_plain_tiles {
  lanes_plain_tile whole, last;
  int64_t m, n, a_row, rows;                      /* rows of a tile but for the last one */
  const lanes_plain_kernel *by_whole, *by_last; /* [rows − 1] */
} lanes_plain_tiles;
typedef struct lanes_tiles {
  lanes_micro_tile tile; /* without its pointers and its columns */
  int64_t m, n, a_row, rows, columns, last_columns;
  const lanes_micro_kernel *by_whole, *by_last;
} lanes_tiles;

/* What `run` takes. */
typedef struct lanes_small_product {
  union {
    lanes_slim slim;
    lanes_rows rows;
    lanes_plain_tiles plain_tiles;
    lanes_tiles tiles;
  };
  lanes_product_kernel run;
} lanes_small_product;

static inline int64_t lanes_even_rows(int64_t m, int64_t most) {
  if (m <= most) return m;
  const uint32_t tiles = ((uint32_t)m + (uint32_t)most - 1) / (uint32_t)most;
  return ((uint32_t)m + tiles - 1) / tiles;
}

static lanes_status lanes_run_plain_tiles(const void *product, const float *a, const float *b, float *c, const float *bias,
                                          const float *gradient_value) {
  const lanes_plain_tiles *tiles = product;
  (void)bias, (void)gradient_value;
  const int64_t rows = tiles->rows, m = tiles->m, n = tiles->n, columns = tiles->whole.columns;
  const int64_t a_step = rows * tiles->a_row, c_step = rows * tiles->whole.c_stride;
  for (int64_t j = 0; j < n; j += columns) {
    const int is_last = n - j <= columns;
    const lanes_plain_kernel *of_rows = is_last ? tiles->by_last : tiles->by_whole;
    const lanes_plain_tile *tile = is_last ? &tiles->last : &tiles->whole;
    const float *from = a;
    float *to = c + j;
    for (int64_t i = 0; i < m; i += rows, from += a_step, to += c_step)
      of_rows[lanes_least(rows, m - i) - 1](tile, from, b + j, to);
  }
  return LANES_OK;
}

static lanes_status lanes_run_tiles(const void *product, const float *a, const float *b, float *c, const float *bias,
                                    const float *gradient_value) {
  const lanes_tiles *tiles = product;
  (void)gradient_value;
  lanes_micro_tile tile = tiles->tile;
  const int64_t rows = tiles->rows, m = tiles->m, n = tiles->n;
  for (int64_t j = 0; j < n; j += tiles->columns) {
    const int is_last = n - j <= tiles->columns;
    const lanes_micro_kernel *of_rows = is_last ? tiles->by_last : tiles->by_whole;
    tile.columns = is_last ? tiles->last_columns : tiles->columns;
    tile.b = b + j;
    tile.bias = bias ? bias + j : NULL;
    for (int64_t i = 0; i < m; i += rows) {
      tile.a = a + i * tiles->a_row;
      tile.c = c + i * tile.c_stride + j;
      of_rows[lanes_least(rows, m - i) - 1](&tile);
    }
  }
  return LANES_OK;
}

/* Where C has few columns, or few rows beside a transposed B, its elements are computed side by side along them, in this form;
 * LANES_SLIM_FORMS: it has more, or is too short. */
static inline lanes_slim_form lanes_slim_form_of(const lanes_matmul_kernels *kernels, const lanes_matmul_call *call) {
  const int is_turned = call->n > LANES_SLIM;
  if (is_turned && (call->m > LANES_SLIM || !call->transpose_b)) return LANES_SLIM_FORMS;
  const int64_t columns = is_turned ? call->m : call->n, rows = is_turned ? call->n : call->m;
  if (columns == 1 && call->k == 2 && (is_turned ? call->b_stride == 2 : call->a_stride == 2 && call->c_stride == 1))
    return !is_turned && call->transpose_a ? LANES_SLIM_PANEL : LANES_SLIM_PAIRS;
  if (columns > 1 && !is_turned && call->k <= LANES_SHORT_K) return LANES_SLIM_FORMS;
  if (!is_turned && call->transpose_a) return LANES_SLIM_PANEL;
  const int64_t at_once = columns > 1 ? kernels->turned_rows : kernels->vector;
  return rows >= at_once && (call->beta == 0 || rows % at_once == 0) ? LANES_SLIM_ROWS : LANES_SLIM_FORMS;
}

/* Whether a slim C of any size goes this way: while what is turned is in a cache, and in a level-2 cache where its rows drive
 * each other out of smaller ones. Long rows of a transposed B are for the kernels that turn squares of them. */
enum { LANES_SLIM_LENGTH = 1 << 20, LANES_TURNED_K = 64 };
static inline int lanes_is_slim(const lanes_context *context, const lanes_matmul_call *call) {
  const int is_turned = call->n > LANES_SLIM;
  const int64_t columns = is_turned ? call->m : call->n, length = is_turned ? call->n : call->m;
  if ((uint64_t)columns - 1 >= LANES_SLIM || (uint64_t)length - 1 >= LANES_SLIM_LENGTH ||
      (uint64_t)call->k - 1 >= (is_turned ? LANES_TURNED_K : LANES_SLIM_LENGTH))
    return 0;
  const int is_far = lanes_is_far(is_turned ? call->b_stride : call->a_stride);
  return length * call->k <= (is_far ? context->blocking.level2 : context->streaming_floats / 2) &&
         lanes_slim_form_of(&context->kernels->matmul, call) != LANES_SLIM_FORMS;
}

/* Whether a product goes this way, if its arguments are right; they may be anything. */
static inline int lanes_is_small(const lanes_context *context, const lanes_matmul_call *call) {
  const int are_small = lanes_is_small_size(call->m) && lanes_is_small_size(call->n) && lanes_is_small_size(call->k) &&
                        call->n * call->k <= context->blocking.small_b;
  if (!are_small && !lanes_is_slim(context, call)) return 0;
  return call->alpha == 1 && !call->gradient_value && !call->packed_b && (unsigned)call->activation <= LANES_RELU &&
         !lanes_takes_lane_order(call->m, call->n, call->k) &&
         (!call->transpose_b || lanes_slim_form_of(&context->kernels->matmul, call) != LANES_SLIM_FORMS);
}

/* Whether a small product is not worth asking for threads. */
static inline int lanes_is_alone(const lanes_context *context, const lanes_matmul_call *call) {
  return context->threads == 1 || call->m * call->n * call->k < LANES_LEAST_FOR_THREADS;
}

static inline void lanes_decide_slim(const lanes_matmul_kernels *kernels, const lanes_matmul_call *call, lanes_slim_form form,
                                     lanes_small_product *small) {
  const int is_turned = call->n > LANES_SLIM;
  const int64_t a_step = call->transpose_a ? call->a_stride : 1, a_row = call->transpose_a ? 1 : call->a_stride;
  lanes_slim *slim = &small->slim;
  small->run = kernels->slim[form][(is_turned ? call->m : call->n) - 1];
  slim->m = is_turned ? call->n : call->m;
  slim->k = call->k;
  slim->a_stride = is_turned ? call->b_stride : call->a_stride;
  slim->b_step = is_turned ? a_step : call->transpose_b ? 1 : call->b_stride;
  slim->b_column = is_turned ? a_row : call->transpose_b ? call->b_stride : 1;
  slim->c_stride = call->c_stride;
  slim->is_turned = is_turned;
  slim->beta = call->beta;
  slim->relu = call->activation == LANES_RELU;
}

/* Vectors side by side in a tile. Those of a plain one, but for so few rows that their sums would wait for each other, for long;
 * and where each fma's own load is one too many. */
enum { LONG_WAIT = 32 };
static inline int lanes_vectors_of_small(const lanes_context *context, const lanes_matmul_call *call) {
  const int plain = context->kernels->matmul.plain_vectors;
  const int64_t vectors = lanes_divide_up(call->n, context->kernels->matmul.vector);
  if (vectors <= plain) return plain;
  if (call->m < 4 && call->m * plain <= 4 && call->k >= LONG_WAIT) return LANES_MOST_VECTORS;
  return plain > 1 || context->blocking.core == LANES_CORE_OF_HALVES ? plain : vectors % 3 == 0 ? 3 : 2;
}

/* For what lanes_is_small, and for parts of it whose B is as it is: the order is the chain's, whatever the part's own size. */
static inline void lanes_decide_small(const lanes_context *context, const lanes_matmul_call *call,
                                      lanes_small_product *small) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const lanes_slim_form slim_form = lanes_slim_form_of(kernels, call);
  if (slim_form != LANES_SLIM_FORMS) {
    lanes_decide_slim(kernels, call, slim_form, small);
    return;
  }
  const int64_t m = call->m, n = call->n, vector = kernels->vector;
  const int64_t a_row = call->transpose_a ? 1 : call->a_stride, a_step = call->transpose_a ? call->a_stride : 1;
  const int has_relu = call->activation == LANES_RELU, has_more = call->beta != 0 || call->bias || has_relu;
  if (call->k <= LANES_SHORT_K) {
    lanes_rows *rows = &small->rows;
    small->run = kernels->rows[has_more][call->k - 1];
    rows->m = m;
    rows->n = n;
    rows->a_row = a_row;
    rows->a_step = a_step;
    rows->b_stride = call->b_stride;
    rows->c_stride = call->c_stride;
    rows->beta = call->beta;
    rows->relu = has_relu;
    return;
  }
  const lanes_a_form form = call->transpose_a ? LANES_A_PANEL : LANES_A_ROWS;
  const int most = lanes_vectors_of_small(context, call);
  const int64_t whole = most * vector, last = (n - 1) % whole + 1;
  const int64_t tile_rows = lanes_even_rows(m, lanes_least(kernels->mr[most - 1], lanes_rows_in_cache(call)));
  const int last_vectors = (int)lanes_divide_up(last, vector);
  const lanes_last_vector last_form = lanes_last_vector_of(kernels, last, last_vectors, 0);
  if (!has_more && most == kernels->plain_vectors) {
    lanes_plain_tiles *tiles = &small->plain_tiles;
    small->run = lanes_run_plain_tiles;
    tiles->m = m;
    tiles->n = n;
    tiles->a_row = a_row;
    tiles->rows = tile_rows;
    tiles->by_whole = kernels->plain[form][most - 1][LANES_LAST_WHOLE];
    tiles->by_last = kernels->plain[form][last_vectors - 1][last_form];
    lanes_plain_tile tile = {call->k, call->a_stride, call->b_stride, call->c_stride, whole};
    tiles->whole = tile;
    tile.columns = last;
    tiles->last = tile;
    return;
  }
  lanes_tiles *tiles = &small->tiles;
  small->run = lanes_run_tiles;
  tiles->m = m;
  tiles->n = n;
  tiles->a_row = a_row;
  tiles->rows = tile_rows;
  tiles->columns = whole;
  tiles->last_columns = last;
  tiles->by_whole = kernels->micro[form][most - 1][LANES_LAST_WHOLE];
  tiles->by_last = kernels->micro[form][last_vectors - 1][last_form];
  lanes_micro_tile *tile = &tiles->tile; /* Without a period, what is to be fetched is not looked at. */
  tile->k = call->k;
  tile->a_stride = call->a_stride;
  tile->b_stride = call->b_stride;
  tile->c_stride = call->c_stride;
  tile->beta = call->beta;
  tile->relu = has_relu;
  tile->next_c = NULL;
  tile->period = 0;
}

#endif
