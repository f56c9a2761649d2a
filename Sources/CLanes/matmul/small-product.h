/* C2's chain order for small sides, and for a slim or a turned C: one kernel after the other, operands where they are, nothing
 * packed; but a transposed B beside few steps is turned, and so may one be beside a turned C. What is decided here does not
 * depend on pointers, so that a prepared product decides it once. */
#ifndef LANES_MATMUL_SMALL_PRODUCT_H
#define LANES_MATMUL_SMALL_PRODUCT_H

#include "paths.h"

/* Always inline, and few values kept in memory: a core has room for some 64 stores under way, of which a tile's own, waiting for
 * their sums, take up to 32. With more, the next product's instructions wait as well. */
#define LANES_FAST static inline __attribute__((always_inline))

/* Sides of such products are shorter, a power of two: operands of a quarter of a MiB are worth the chain order's blocks, as is a
 * B for which it matters how it lies. One comparison is that of all sides: what is negative is more. */
enum { LANES_SMALL = 256 };
LANES_FAST int lanes_has_small_sides(const lanes_context *context, const lanes_matmul_call *call) {
  const int64_t m = call->m, n = call->n, k = call->k;
  return (uint64_t)(m | n | k) < LANES_SMALL && m * n * k > 0 && n * k <= context->blocking.small_b;
}

/* How C is cut into tiles, and what these take: those of all columns, and the last one in a row of tiles. */
typedef struct lanes_small_tiles {
  int64_t rows, columns;                        /* of a tile but for the last ones */
  int64_t last_rows, last_columns;              /* of those that are the last in a row of tiles, at most */
  const lanes_small_kernel *by_whole, *by_last; /* [rows − 1] */
} lanes_small_tiles;
typedef struct lanes_tiles {
  lanes_micro_tile tile; /* without its pointers and its columns */
  int64_t m, n, a_row, rows, columns; /* of a tile but for the last ones, as there */
  const lanes_micro_kernel *by_whole, *by_last;
} lanes_tiles;

/* C in the tiles of Cᵀ: B is on the left and A on the right. */
enum { LANES_TURNED_COLUMNS = 48 };
typedef struct lanes_turned_product {
  const lanes_matmul_kernels *kernels;
  int64_t m, n, k, a_stride, b_stride, c_stride;
  lanes_columns columns; /* of Cᵀ, m in all */
  int64_t block_k, block_tiles; /* so many steps are made for so many tiles before the next */
  int64_t rows; /* of a tile */
  lanes_a_form form; /* of B, beside those columns */
  int transposes_a, fetches, relu;
  float beta; /* 0: C is not read */
} lanes_turned_product;
lanes_status lanes_run_turned_product(const void *product, const float *a, const float *b, float *c, const float *bias,
                                      const float *gradient_value);

/* What `run` takes. */
typedef struct lanes_small_product {
  union {
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

static inline int64_t lanes_even_rows(int64_t m, int64_t most) {
  if (m <= most) return m;
  const uint32_t tiles = ((uint32_t)m + (uint32_t)most - 1) / (uint32_t)most;
  return ((uint32_t)m + tiles - 1) / tiles;
}

/* One tile: without a loop nothing has to be kept in memory. */
LANES_FAST int lanes_is_one_tile(const lanes_small_tiles *tiles, const lanes_matmul_call *call) {
  return call->m <= tiles->last_rows && call->n <= tiles->last_columns;
}
LANES_FAST lanes_status lanes_multiply_small_tile(const lanes_small_tiles *tiles, const lanes_matmul_call *call, const float *a,
                                                  const float *b, float *c, const float *bias) {
  return tiles->by_last[call->m - 1](call, a, b, c, call->n, bias);
}

LANES_FAST lanes_status lanes_multiply_small_tiles(const lanes_small_tiles *tiles, const lanes_matmul_call *call, const float *a,
                                                   const float *b, float *c, const float *bias) {
  const int64_t columns = tiles->columns, a_row = call->transpose_a ? 1 : call->a_stride, c_row = call->c_stride;
  for (int64_t left = call->n; left > 0; left -= columns, b += columns, c += columns) {
    const int is_last = left <= tiles->last_columns;
    const lanes_small_kernel *of_rows = is_last ? tiles->by_last : tiles->by_whole;
    const int64_t rows = is_last ? tiles->last_rows : tiles->rows, width = is_last ? left : columns;
    const float *from = a;
    float *to = c;
    for (int64_t i = call->m; i > 0; i -= rows, from += rows * a_row, to += rows * c_row)
      of_rows[lanes_least(rows, i) - 1](call, from, b, to, width, bias);
    if (is_last) break;
    if (bias) bias += columns;
  }
  return LANES_OK;
}

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

static lanes_status lanes_run_tiles(const void *product, const float *a, const float *b, float *c, const float *bias,
                                    const float *gradient_value) {
  const lanes_tiles *tiles = product;
  (void)gradient_value;
  lanes_micro_tile tile = tiles->tile;
  const int64_t rows = tiles->rows, m = tiles->m, n = tiles->n;
  for (int64_t j = 0; j < n; j += tiles->columns) {
    const lanes_micro_kernel *of_rows = n - j <= tiles->columns ? tiles->by_last : tiles->by_whole;
    tile.columns = lanes_least(tiles->columns, n - j);
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

/* Where C has few columns or rows, its elements are computed side by side along them, in this form; LANES_SLIM_FORMS: it has
 * more, or is too short, or has so few steps that it is written row by row. */
enum { LANES_WORTH_TURNING = 24, LANES_LONG_ROWS = 24 }; /* columns of B: transposed; plain, in short vectors, and one more */
static inline lanes_slim_form lanes_slim_form_of(const lanes_matmul_kernels *kernels, const lanes_matmul_call *call) {
  const int is_turned = call->n > LANES_SLIM;
  if (is_turned && call->m > LANES_SLIM) return LANES_SLIM_FORMS;
  const int64_t columns = is_turned ? call->m : call->n, rows = is_turned ? call->n : call->m;
  const int64_t long_rows = LANES_LONG_ROWS + (kernels->vector == LANES_LANES);
  if (is_turned && !call->transpose_b)
    return call->k > LANES_SHORT_K && rows >= long_rows ? LANES_SLIM_PANEL : LANES_SLIM_FORMS;
  if (columns == 1 && call->k == 2 && (is_turned ? call->b_stride == 2 : call->a_stride == 2 && call->c_stride == 1))
    return !is_turned && call->transpose_a ? LANES_SLIM_PANEL : LANES_SLIM_PAIRS;
  if (call->k <= LANES_SHORT_K && (is_turned ? rows >= LANES_WORTH_TURNING : columns > 1)) return LANES_SLIM_FORMS;
  if (!is_turned && call->transpose_a) return LANES_SLIM_PANEL;
  const int64_t at_once = columns > 1 ? kernels->slim_rows : kernels->vector;
  return rows >= at_once && (call->beta == 0 || rows % at_once == 0) ? LANES_SLIM_ROWS : LANES_SLIM_FORMS;
}

/* Whether a slim C, however long, goes this way: while what is turned is in a cache, and in a level-2 cache where its rows drive
 * each other out of smaller ones; beside a plain B, of whose rows a few lines are read once, however far apart, while that is in
 * a level-2 cache, or near it where a line is one vector. Long rows of a transposed B are for the kernels that turn squares of
 * them, in vectors of sixteen or where rows drive each other out of smaller caches. */
enum { LANES_SLIM_LENGTH = 1 << 20, LANES_TURNED_K = 64 };
static inline int lanes_is_slim(const lanes_context *context, const lanes_matmul_call *call) {
  const int is_turned = call->n > LANES_SLIM, turns_b = is_turned && call->transpose_b;
  const int64_t columns = is_turned ? call->m : call->n, length = is_turned ? call->n : call->m;
  if ((uint64_t)columns - 1 >= LANES_SLIM || (uint64_t)length - 1 >= LANES_SLIM_LENGTH ||
      (uint64_t)call->k - 1 >= LANES_SLIM_LENGTH)
    return 0;
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int is_short = kernels->vector < LANES_LANES, is_far = lanes_is_far(is_turned ? call->b_stride : call->a_stride);
  if (turns_b && call->k > LANES_TURNED_K && (is_far || !is_short)) return 0;
  const int64_t level2 = context->blocking.level2;
  const int64_t of_plain = is_short ? level2 : 4 * level2;
  const int64_t most = is_turned && !turns_b ? of_plain : is_far ? level2 : context->streaming_floats / 2;
  return length * call->k <= most && lanes_slim_form_of(kernels, call) != LANES_SLIM_FORMS;
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

/* Whether what is left of a call is simple enough; it may be anything. */
LANES_FAST int lanes_is_simple(const lanes_context *context, const lanes_matmul_call *call) {
  return call->alpha == 1 && !call->gradient_value && !call->packed_b && (unsigned)call->activation <= LANES_RELU &&
         !lanes_takes_lane_order(call->m, call->n, call->k) &&
         (!call->transpose_b || call->k <= LANES_SHORT_K ||
          lanes_slim_form_of(&context->kernels->matmul, call) != LANES_SLIM_FORMS || lanes_is_worth_turning(context, call));
}

/* Whether the last one to four columns of C are pooled: they are more than whole vectors of eight, and A and B are plain. Vectors
 * of sixteen leave them to these tiles where the core computes them in halves; a C that is one such vector, where it has steps
 * enough to be worth more tiles of fewer rows. */
enum { LANES_WORTH_POOLING = 512 }; /* floats of A */
LANES_FAST int lanes_has_pooled_columns(const lanes_context *context, const lanes_matmul_call *call) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int64_t n = call->n;
  if (!kernels->pooled || n <= LANES_POOLED_VECTOR || (uint64_t)(n - 1) % LANES_POOLED_VECTOR >= LANES_POOLED_COLUMNS ||
      call->transpose_a || call->transpose_b)
    return 0;
  return kernels->vector == LANES_POOLED_VECTOR ||
         (context->blocking.core == LANES_CORE_OF_HALVES &&
          (n > kernels->vector || call->m * call->k >= LANES_WORTH_POOLING));
}

/* Whether a small product is not worth asking for threads. */
static inline int lanes_is_alone(const lanes_context *context, const lanes_matmul_call *call) {
  return context->threads == 1 || call->m * call->n * call->k < LANES_LEAST_FOR_THREADS;
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
  return (lanes_has_small_sides(context, call) || lanes_is_slim(context, call) || lanes_is_pooled(context, call) ||
          lanes_is_worth_turning(context, call)) &&
         lanes_is_simple(context, call);
}

/* Whether a panel of many steps is fetched early: from beyond a level-2 cache; for several columns in short vectors, of which a
 * step is a line or two, beyond a level-1 cache. */
enum { LANES_PANEL_IN_LEVEL1 = 1 << 13, LANES_PANEL_STEPS = 96 };
LANES_FAST int lanes_fetches_panel(const lanes_context *context, int64_t m, int64_t k, int64_t columns) {
  return m * k > LANES_PANEL_IN_LEVEL1 && k >= LANES_PANEL_STEPS &&
         ((context->kernels->matmul.vector < LANES_LANES && columns > 1) || m * k > context->blocking.level2);
}

static inline void lanes_decide_slim(const lanes_context *context, const lanes_matmul_call *call, lanes_slim_form form,
                                     lanes_small_product *small) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
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
  slim->fetches = lanes_fetches_panel(context, slim->m, slim->k, is_turned ? call->m : call->n);
}

/* `whole` is the product that the call is a part of, or itself. */
void lanes_decide_turned(const lanes_context *context, const lanes_matmul_call *call, const lanes_matmul_call *whole,
                         lanes_small_product *small);

/* Whether a turned product's B is to be turned as well, before: its rows drive each other out of a level-1 cache, and had better
 * lie beside each other. */
int lanes_turns_b(const lanes_context *context, const lanes_matmul_call *call);

/* Vectors side by side in a tile. Those of a small one, but for so few rows that their sums would wait for each other, for long;
 * and where each fma's own load is one too many. */
enum { LONG_WAIT = 32 };
LANES_FAST int lanes_vectors_of_small(const lanes_context *context, const lanes_matmul_call *call) {
  const int usual = context->kernels->matmul.small_vectors;
  const int64_t vectors = lanes_vectors_of(&context->kernels->matmul, call->n);
  if (vectors <= usual) return usual;
  if (call->m < 4 && call->m * usual <= 4 && call->k >= LONG_WAIT) return LANES_MOST_VECTORS;
  return usual > 1 || context->blocking.core == LANES_CORE_OF_HALVES ? usual : vectors % 3 == 0 ? 3 : 2;
}

/* Rows of a tile of so many vectors. */
LANES_FAST int64_t lanes_rows_of_tile(const lanes_matmul_kernels *kernels, const lanes_matmul_call *call, int vectors) {
  return lanes_even_rows(call->m, lanes_least(kernels->mr[vectors - 1], lanes_rows_in_cache(call)));
}

/* What is decided of tiles of `most` vectors: the vectors of the last one in a row of tiles, and their form. */
typedef struct lanes_tile_choice {
  int64_t columns, rows; /* of a tile but for the last ones */
  int last_vectors;
  lanes_last_vector last_form;
} lanes_tile_choice;
LANES_FAST lanes_tile_choice lanes_choose_tiles(const lanes_matmul_kernels *kernels, const lanes_matmul_call *call, int most) {
  const int64_t n = call->n, vectors = lanes_vectors_of(kernels, n);
  const int last_vectors = 1 + (int)(most == 3 ? (uint64_t)(vectors - 1) % 3 : (uint64_t)(vectors - 1) & (uint64_t)(most - 1));
  const int64_t last_columns = n - (vectors - last_vectors) * kernels->vector;
  return (lanes_tile_choice){
      .columns = most * kernels->vector,
      .rows = lanes_rows_of_tile(kernels, call, most),
      .last_vectors = last_vectors,
      .last_form = lanes_last_vector_of(kernels, last_columns, last_vectors, 0),
  };
}

LANES_FAST int lanes_has_more(const lanes_matmul_call *call) {
  return call->beta != 0 || call->bias || call->activation != LANES_IDENTITY;
}

LANES_FAST lanes_small_tiles lanes_decide_tiles(const lanes_context *context, const lanes_matmul_call *call) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int most = kernels->small_vectors, has_more = lanes_has_more(call);
  const lanes_a_form form = call->transpose_a ? LANES_A_PANEL : LANES_A_ROWS;
  const lanes_tile_choice choice = lanes_choose_tiles(kernels, call, most);
  lanes_small_tiles tiles = {
      .rows = choice.rows,
      .columns = choice.columns,
      .last_rows = choice.rows < kernels->mr[most - 1] ? lanes_rows_of_tile(kernels, call, choice.last_vectors) : choice.rows,
      .last_columns = choice.columns,
      .by_whole = kernels->small[has_more][form][most - 1][LANES_LAST_WHOLE],
      .by_last = kernels->small[has_more][form][choice.last_vectors - 1][choice.last_form],
  };
  if (lanes_has_pooled_columns(context, call)) {
    const lanes_pooled_kernels *pooled = kernels->pooled;
    /* Of an even number of vectors, the last tile has two. */
    const int has_two = call->n / LANES_POOLED_VECTOR % 2 == 0, over = (int)(call->n % LANES_POOLED_VECTOR);
    const int width = over > 2 ? 2 : over - 1;
    tiles.last_rows = lanes_even_rows(call->m, lanes_least(pooled->rows[has_two][width], lanes_rows_in_cache(call)));
    tiles.last_columns += LANES_POOLED_COLUMNS;
    tiles.by_last = pooled->tiles[has_two][width];
  }
  return tiles;
}

/* Whether what lanes_is_small, and is neither slim nor a short chain, has small tiles. */
LANES_FAST int lanes_has_small_tiles(const lanes_context *context, const lanes_matmul_call *call) {
  return lanes_vectors_of_small(context, call) == context->kernels->matmul.small_vectors;
}

/* For what lanes_is_small and is not turned, and for parts of it on so many threads: the order is the chain's, whatever the
 * part's own size. */
static inline void lanes_decide_small(const lanes_context *context, const lanes_matmul_call *call, int threads,
                                      lanes_small_product *small) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const lanes_slim_form slim_form = lanes_slim_form_of(kernels, call);
  if (slim_form != LANES_SLIM_FORMS) {
    lanes_decide_slim(context, call, slim_form, small);
    return;
  }
  const int64_t a_row = call->transpose_a ? 1 : call->a_stride, a_step = call->transpose_a ? call->a_stride : 1;
  const int has_relu = call->activation == LANES_RELU;
  if (call->k <= LANES_SHORT_K) {
    const lanes_product_kernel run = kernels->rows[lanes_has_more(call)][call->k - 1];
    lanes_turned_rows *turned = &small->rows;
    turned->rows = (lanes_rows){
        .m = call->m,
        .n = call->n,
        .a_row = a_row,
        .a_step = a_step,
        .b_stride = call->b_stride,
        .c_stride = call->c_stride,
        .beta = call->beta,
        .relu = has_relu,
        .shares_b = lanes_shares_rows_of_b(context, threads),
    };
    turned->k = call->k;
    turned->run = run;
    small->run = call->transpose_b ? lanes_run_turned_rows : run;
    return;
  }
  if (lanes_has_small_tiles(context, call)) {
    small->small_tiles = lanes_decide_tiles(context, call);
    small->call = *call;
    small->run = lanes_is_one_tile(&small->small_tiles, call) ? lanes_run_small_tile : lanes_run_small_tiles;
    return;
  }
  const lanes_a_form form = call->transpose_a ? LANES_A_PANEL : LANES_A_ROWS;
  const int most = lanes_vectors_of_small(context, call);
  const lanes_tile_choice choice = lanes_choose_tiles(kernels, call, most);
  lanes_tiles *tiles = &small->tiles;
  small->run = lanes_run_tiles;
  tiles->m = call->m;
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
  tile->relu = has_relu;
  tile->next_c = NULL;
  tile->period = 0;
}

#endif
