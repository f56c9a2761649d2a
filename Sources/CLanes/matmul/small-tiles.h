/* C2's chain order in small tiles: how a C is cut into them, and the loop over them. */
#ifndef LANES_MATMUL_SMALL_TILES_H
#define LANES_MATMUL_SMALL_TILES_H

#include "paths.h"

/* Always inline, and few values kept in memory: a core has room for some 64 stores under way, of which a tile's own, waiting for
 * their sums, take up to 32. With more, the next product's instructions wait as well. */
#define LANES_FAST static inline __attribute__((always_inline))

/* Rows in tiles as even as can be, for sums of a low one that is left would wait for each other: so many tiles of `high`
 * rows, and of one less. */
typedef struct lanes_even_rows {
  int64_t high, tiles[2];
} lanes_even_rows;
LANES_FAST lanes_even_rows lanes_evenly(int64_t m, int64_t most) {
  if (m <= most) return (lanes_even_rows){m, {1, 0}};
  const uint32_t tiles = ((uint32_t)m + (uint32_t)most - 1) / (uint32_t)most, rows = ((uint32_t)m + tiles - 1) / tiles;
  const uint32_t low = tiles * rows - (uint32_t)m;
  return (lanes_even_rows){rows, {tiles - low, low}};
}

/* How C is cut into tiles, and what these take: those of all columns, and the last one in a row of tiles. */
typedef struct lanes_small_tiles {
  lanes_even_rows rows, last_rows;              /* of a tile, and of those that are the last in a row of tiles */
  int64_t columns, last_columns;                /* of a tile but for the last ones; of those, at most */
  const lanes_small_kernel *by_whole, *by_last; /* [rows − 1] */
} lanes_small_tiles;

/* One tile: without a loop nothing has to be kept in memory. */
LANES_FAST int lanes_is_one_tile(const lanes_small_tiles *tiles, const lanes_matmul_call *call) {
  return call->m <= tiles->last_rows.high && call->n <= tiles->last_columns;
}
LANES_FAST lanes_status lanes_multiply_small_tile(const lanes_small_tiles *tiles, const lanes_matmul_call *call, const float *a,
                                                  const float *b, float *c, const float *bias) {
  return tiles->by_last[call->m - 1](call, a, b, c, call->n, bias);
}

/* All rows of a tile's columns. */
LANES_FAST void lanes_multiply_small_column(const lanes_small_kernel *of_rows, lanes_even_rows even,
                                            const lanes_matmul_call *call, const float *a, const float *b, float *c,
                                            int64_t columns, const float *bias) {
  const int64_t a_row = call->transpose_a ? 1 : call->a_stride, c_row = call->c_stride;
  for (int less = 0; less < 2; less++) {
    const int64_t rows = even.high - less;
    for (int64_t i = even.tiles[less]; i > 0; i--, a += rows * a_row, c += rows * c_row)
      of_rows[rows - 1](call, a, b, c, columns, bias);
  }
}

LANES_FAST lanes_status lanes_multiply_small_tiles(const lanes_small_tiles *tiles, const lanes_matmul_call *call, const float *a,
                                                   const float *b, float *c, const float *bias) {
  const int64_t columns = tiles->columns;
  int64_t left = call->n;
  for (; left > tiles->last_columns; left -= columns, b += columns, c += columns) {
    lanes_multiply_small_column(tiles->by_whole, tiles->rows, call, a, b, c, columns, bias);
    if (bias) bias += columns;
  }
  lanes_multiply_small_column(tiles->by_last, tiles->last_rows, call, a, b, c, left, bias);
  return LANES_OK;
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

/* Vectors side by side in a tile. Those of a small one, but for so few rows that their sums would wait for each other, for long;
 * and where each fma's own load is one too many. Of short vectors three in lower tiles where these are no more, or where one
 * would be left alone, for its sums are as many loads. */
enum { LONG_WAIT = 32, LANES_WORTH_THREE = 1 << 13, ROWS_WORTH_THREE = 24 };
LANES_FAST int lanes_vectors_of_small(const lanes_context *context, const lanes_matmul_call *call) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int usual = kernels->small_vectors, most = LANES_MOST_VECTORS;
  const int64_t m = call->m, vectors = lanes_vectors_of(kernels, call->n);
  if (vectors <= usual) return usual;
  if (m < 4 && m * usual <= 4 && call->k >= LONG_WAIT) return most;
  if (usual == 2 && m > kernels->mr[1] && m * call->n * call->k >= LANES_WORTH_THREE &&
      !lanes_has_pooled_columns(context, call)) {
    const int leaves_none = vectors % 2 == 1 && vectors % 3 != 1;
    if (m <= 2 * kernels->mr[2] || (leaves_none && (vectors == 3 || m >= ROWS_WORTH_THREE))) return most;
  }
  return usual > 1 || context->blocking.core == LANES_CORE_OF_HALVES ? usual : vectors % 3 == 0 ? 3 : 2;
}

/* Rows of a tile of so many vectors. */
LANES_FAST lanes_even_rows lanes_rows_of_tile(const lanes_matmul_kernels *kernels, const lanes_matmul_call *call, int vectors) {
  return lanes_evenly(call->m, lanes_least(kernels->mr[vectors - 1], lanes_rows_in_cache(call)));
}

/* Of so many vectors in tiles of `most`, those of the last one. */
LANES_FAST int lanes_last_vectors(int64_t vectors, int most) {
  return 1 + (int)(most == 3 ? (uint64_t)(vectors - 1) % 3 : (uint64_t)(vectors - 1) & (uint64_t)(most - 1));
}

/* What is decided of tiles of `most` vectors: the vectors of the last one in a row of tiles, and their form. */
typedef struct lanes_tile_choice {
  int64_t columns; /* of a tile but for the last ones */
  lanes_even_rows rows;
  int last_vectors;
  lanes_last_vector last_form;
} lanes_tile_choice;
LANES_FAST lanes_tile_choice lanes_choose_tiles(const lanes_matmul_kernels *kernels, const lanes_matmul_call *call, int most) {
  const int64_t n = call->n, vectors = lanes_vectors_of(kernels, n);
  const int last_vectors = lanes_last_vectors(vectors, most);
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
      .last_rows = choice.rows,
      .last_columns = choice.columns,
      .by_whole = kernels->small[has_more][form][most - 1][LANES_LAST_WHOLE],
      .by_last = kernels->small[has_more][form][choice.last_vectors - 1][choice.last_form],
  };
  if (lanes_has_pooled_columns(context, call)) {
    const lanes_pooled_kernels *pooled = kernels->pooled;
    /* Of an even number of vectors, the last tile has two. */
    const int has_two = call->n / LANES_POOLED_VECTOR % 2 == 0, over = (int)(call->n % LANES_POOLED_VECTOR);
    const int width = over > 2 ? 2 : over - 1;
    tiles.last_rows = lanes_evenly(call->m, lanes_least(pooled->rows[has_two][width], lanes_rows_in_cache(call)));
    tiles.last_columns += LANES_POOLED_COLUMNS;
    tiles.by_last = pooled->tiles[has_two][width];
  }
  return tiles;
}

/* Sums of low tiles of fewer vectors, the last in a row of tiles, would wait for each other: of several tiles they are higher. */
LANES_FAST void lanes_raise_last_tiles(const lanes_matmul_kernels *kernels, const lanes_matmul_call *call,
                                       lanes_small_tiles *tiles) {
  const int most = kernels->small_vectors;
  const int last_vectors = lanes_last_vectors(lanes_vectors_of(kernels, call->n), most);
  if (last_vectors < most && tiles->last_rows.high < kernels->mr[most - 1] && tiles->last_columns == tiles->columns)
    tiles->last_rows = lanes_rows_of_tile(kernels, call, last_vectors);
}

/* Whether what lanes_is_small, and is neither slim nor a short chain, has small tiles. */
LANES_FAST int lanes_has_small_tiles(const lanes_context *context, const lanes_matmul_call *call) {
  return lanes_vectors_of_small(context, call) == context->kernels->matmul.small_vectors;
}

#endif
