/* Which kernel runs a small product. What is decided here does not depend on pointers, so that a prepared product decides it
 * once. */
#ifndef LANES_MATMUL_SMALL_DECIDE_H
#define LANES_MATMUL_SMALL_DECIDE_H

#include "small-product.h"

static lanes_status lanes_run_small_tile(const void *product, const float *a, const float *b, float *c, const float *bias,
                                         const float *gradient_value) {
  const lanes_small_product *small = product;
  (void)gradient_value;
  return lanes_multiply_small_tile(&small->small_tiles, &small->call, a, b, c, bias);
}

static lanes_status lanes_run_small_tiles(const void *product, const float *a, const float *b, float *c, const float *bias,
                                          const float *gradient_value) {
  const lanes_small_product *small = product;
  (void)gradient_value;
  return lanes_multiply_small_tiles(&small->small_tiles, &small->call, a, b, c, bias);
}

/* All rows of a tile's columns, from a and c on; what is fetched beside them is fetched once. */
static inline void lanes_multiply_micro_column(const lanes_micro_kernel *of_rows, const lanes_even_rows *even,
                                               lanes_micro_tile tile, int64_t a_row) {
  for (int less = 0; less < 2; less++) {
    const int64_t rows = even->high - less;
    for (int64_t i = even->tiles[less]; i > 0; i--, tile.a += rows * a_row, tile.c += rows * tile.c_stride) {
      of_rows[rows - 1](&tile);
      tile.period = tile.fetches = 0;
    }
  }
}

static lanes_status lanes_run_tiles(const void *product, const float *a, const float *b, float *c, const float *bias,
                                    const float *gradient_value) {
  const lanes_tiles *tiles = product;
  (void)gradient_value;
  lanes_micro_tile tile = tiles->tile;
  const int64_t n = tiles->n;
  for (int64_t j = 0; j < n; j += tiles->columns) {
    const lanes_micro_kernel *of_rows = n - j <= tiles->columns ? tiles->by_last : tiles->by_whole;
    tile.columns = lanes_least(tiles->columns, n - j);
    tile.b = b + j;
    tile.bias = bias ? bias + j : NULL;
    tile.a = a;
    tile.c = c + j;
    lanes_multiply_micro_column(of_rows, &tiles->rows, tile, tiles->a_row);
  }
  return LANES_OK;
}

/* Whether a panel of many steps is fetched early: from beyond a level-2 cache; for several columns in short vectors, of which a
 * step is a line or two, beyond a level-1 cache. */
enum { LANES_PANEL_STEPS = 96 };
LANES_FAST int lanes_fetches_panel(const lanes_context *context, int64_t m, int64_t k, int64_t columns) {
  return m * k > LANES_IN_LEVEL1 && k >= LANES_PANEL_STEPS &&
         ((context->kernels->matmul.vector < LANES_LANES && columns > 1) || m * k > context->blocking.level2);
}

LANES_FAST void lanes_decide_slim(const lanes_context *context, const lanes_matmul_call *call, lanes_slim_form form,
                                  lanes_small_product *small) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int is_turned = call->n > LANES_SLIM;
  const int64_t a_step = call->transpose_a ? call->a_stride : 1, a_row = call->transpose_a ? 1 : call->a_stride;
  lanes_slim *slim = &small->slim;
  const int64_t columns = is_turned ? call->m : call->n;
  slim->m = is_turned ? call->n : call->m;
  small->run = form == LANES_SLIM_ROWS && columns == 1 && slim->m < kernels->vector ? kernels->slim_short_column
                                                                                     : kernels->slim[form][columns - 1];
  slim->k = call->k;
  slim->a_stride = is_turned ? call->b_stride : call->a_stride;
  slim->b_step = is_turned ? a_step : call->transpose_b ? 1 : call->b_stride;
  slim->b_column = is_turned ? a_row : call->transpose_b ? call->b_stride : 1;
  slim->c_stride = call->c_stride;
  slim->is_turned = is_turned;
  slim->beta = call->beta;
  slim->relu = call->activation == LANES_RELU;
  slim->fetches = lanes_fetches_panel(context, slim->m, slim->k, columns);
}

LANES_FAST lanes_product_kernel lanes_wide_kernel(const lanes_matmul_kernels *kernels, const lanes_matmul_call *call) {
  const int64_t vectors = lanes_vectors_of(kernels, call->n);
  const lanes_last_vector form = lanes_last_vector_of(kernels, call->n, vectors, 0);
  return kernels->wide[lanes_has_more(call)][form][call->m - 1][vectors - 1];
}

/* One by one: what is copied from memory that was just written waits for it. */
LANES_FAST void lanes_set_rows(const lanes_matmul_call *call, int shares_b, lanes_rows *rows) {
  rows->m = call->m;
  rows->n = call->n;
  rows->a_row = call->transpose_a ? 1 : call->a_stride;
  rows->a_step = call->transpose_a ? call->a_stride : 1;
  rows->b_stride = call->b_stride;
  rows->c_stride = call->c_stride;
  rows->beta = call->beta;
  rows->relu = call->activation == LANES_RELU;
  rows->shares_b = shares_b;
}

/* Rows of C for up to LANES_SHORT_K steps, one after the other. */
LANES_FAST void lanes_decide_rows(const lanes_context *context, const lanes_matmul_call *call, int threads,
                                  lanes_small_product *small) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int has_more = lanes_has_more(call);
  const int64_t n = call->n, k = call->k;
  const lanes_transpose transpose_b = call->transpose_b;
  lanes_set_rows(call, lanes_shares_rows_of_b(context, threads), &small->rows.rows);
  if (transpose_b) {
    small->rows.k = k;
    small->rows.run = kernels->rows[has_more][k - 1];
    small->run = lanes_run_turned_rows;
  } else if (n <= 2 * kernels->vector) {
    small->run = kernels->narrow[has_more][(n > kernels->half) + (n > kernels->vector)][k - 1];
  } else {
    small->run = kernels->rows[has_more][k - 1];
  }
}

/* B is turned, all of it, into rows of lanes_turned_b_stride. */
static inline void lanes_turn_b(const lanes_matmul_kernels *kernels, const lanes_matmul_call *call, const float *b,
                                float *turned) {
  const lanes_pack_kernel pack = call->n <= kernels->half ? kernels->pack_transposed_half : kernels->pack_transposed;
  pack(call->n, call->k, b, call->b_stride, 1, turned, lanes_turned_b_stride(call->n));
}

/* The call beside it, but for the pointer. */
static inline lanes_matmul_call lanes_beside_turned_b(const lanes_matmul_call *call) {
  lanes_matmul_call plain = *call;
  plain.transpose_b = LANES_NORMAL;
  plain.b_stride = lanes_turned_b_stride(call->n);
  return plain;
}

/* For what lanes_is_small and is not turned, and for parts of it on so many threads: the order is the chain's, whatever the
 * part's own size. */
LANES_FAST void lanes_decide_small(const lanes_context *context, const lanes_matmul_call *call, int threads,
                                   lanes_small_product *small) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  if (lanes_is_wide(kernels, call)) {
    small->wide = *call;
    small->run = lanes_wide_kernel(kernels, call);
    return;
  }
  if (lanes_is_dense(kernels, call)) {
    small->run = kernels->dense[lanes_has_more(call)][call->k - 1];
    lanes_set_rows(call, 0, &small->rows.rows);
    return;
  }
  const lanes_slim_form slim_form = lanes_slim_form_of(kernels, call);
  if (slim_form != LANES_SLIM_FORMS) {
    lanes_decide_slim(context, call, slim_form, small);
    return;
  }
  if (call->k <= LANES_SHORT_K) {
    lanes_decide_rows(context, call, threads, small);
    return;
  }
  if (lanes_has_small_tiles(context, call)) {
    small->small_tiles = lanes_decide_tiles(context, call);
    lanes_raise_last_tiles(kernels, call, &small->small_tiles);
    small->call = *call;
    small->run = lanes_is_one_tile(&small->small_tiles, call) ? lanes_run_small_tile : lanes_run_small_tiles;
    return;
  }
  const int64_t a_row = call->transpose_a ? 1 : call->a_stride;
  const lanes_a_form form = call->transpose_a ? LANES_A_PANEL : LANES_A_ROWS;
  const int most = lanes_vectors_of_small(context, call);
  const lanes_tile_choice choice = lanes_choose_tiles(kernels, call, most);
  lanes_tiles *tiles = &small->tiles;
  small->run = lanes_run_tiles;
  tiles->n = call->n;
  tiles->a_row = a_row;
  tiles->rows = choice.rows;
  tiles->columns = choice.columns;
  tiles->by_whole = kernels->micro[form][most - 1][LANES_LAST_WHOLE];
  tiles->by_last = kernels->micro[form][choice.last_vectors - 1][choice.last_form];
  lanes_micro_tile *tile = &tiles->tile; /* Without a period, what is to be fetched is not looked at. */
  tile->k = call->k;
  tile->a_stride = call->a_stride;
  tile->b_stride = call->b_stride;
  tile->c_stride = call->c_stride;
  tile->beta = call->beta;
  tile->relu = call->activation == LANES_RELU;
  tile->next_c = NULL;
  tile->period = 0;
}

/* The same for parts of a whole product, which is turned or not. */
static inline void lanes_decide_part(const lanes_context *context, const lanes_matmul_call *part, const lanes_matmul_call *whole,
                                     int is_turned, int threads, lanes_small_product *small) {
  if (is_turned) lanes_decide_turned(context, part, whole, small);
  else lanes_decide_small(context, part, threads, small);
}

#endif
