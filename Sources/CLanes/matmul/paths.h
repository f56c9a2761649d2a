/* The ways through a matmul. Arguments are checked before, m and n are not 0. */
#ifndef LANES_MATMUL_PATHS_H
#define LANES_MATMUL_PATHS_H

#include "../core/threads.h"

#include <stddef.h>

/* The chain order, C2. With k = 0, A and B are not read. */
lanes_status lanes_matmul_in_chain_order(const lanes_context *context, const lanes_matmul_call *call, int64_t k);

/* Whether C2 takes the lane order. */
static inline int lanes_takes_lane_order(int64_t m, int64_t n, int64_t k) {
  return k >= 128 && (m == 1 || n == 1 || (m <= 64 && n <= 64 && m * n <= 64));
}

/* The lane order. */
lanes_status lanes_matmul_in_lane_order(const lanes_context *context, const lanes_matmul_call *call);

static inline int64_t lanes_least(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t lanes_most(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t lanes_divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

/* The size of blocks that are as equal as multiples allow, and no larger than `most`. */
static inline int64_t lanes_even_block(int64_t count, int64_t most, int64_t multiple) {
  if (count <= most) return count;
  int64_t even = lanes_divide_up(count, lanes_divide_up(count, most));
  return lanes_least(most, lanes_divide_up(even, multiple) * multiple);
}

/* The rows of a tile that a level-1 cache holds side by side. */
static inline int64_t lanes_rows_in_cache(const lanes_matmul_call *call) {
  return !call->transpose_a && lanes_crowds_level1(call->a_stride) ? 8 : LANES_MOST_MR;
}

/* Whether C, of so few steps, is written row by row. Of more than a few that is worth it in long rows, and of many, where loads
 * do not lie across lines. */
enum { LANES_ROWS_COLUMNS = 64, LANES_ROWS_B = 1 << 16, LANES_ROWS_STEPS = 6 }; /* columns, floats of B, steps */
static inline int lanes_is_worth_rows(const lanes_matmul_kernels *kernels, const lanes_matmul_call *call, int64_t k) {
  if (k <= LANES_SHORT_K) return 1;
  const int has_vectors = call->b_stride % kernels->vector == 0;
  const int64_t long_rows = has_vectors ? LANES_ROWS_COLUMNS : 2 * LANES_ROWS_COLUMNS;
  return !call->transpose_b && call->n >= long_rows && call->n * k <= LANES_ROWS_B &&
         k <= (has_vectors ? LANES_ROWS_K : LANES_ROWS_STEPS);
}

/* Smaller products are not worth several threads, whatever the kernels. */
enum { LANES_LEAST_FOR_THREADS = 1 << 17 };
static inline int lanes_is_alone(const lanes_context *context, const lanes_matmul_call *call) {
  return context->threads == 1 || call->m * call->n * call->k < LANES_LEAST_FOR_THREADS;
}

/* C in parts, of rows, or of a multiple of so many columns where there are more of these: at most how many there are, and the
 * products of one. Its m or n is 0 where nothing is left for the thread. B is not packed. */
static inline int64_t lanes_parts_of_call(const lanes_matmul_call *call, int64_t columns) {
  return call->m >= call->n ? call->m : lanes_divide_up(call->n, columns);
}
/* Some of its rows, or of its columns. */
static inline lanes_matmul_call lanes_part_between(const lanes_matmul_call *call, int by_rows, lanes_part own) {
  lanes_matmul_call part = *call;
  if (by_rows) {
    part.m = own.end - own.begin;
    part.a += own.begin * (call->transpose_a ? 1 : call->a_stride);
    part.c += own.begin * call->c_stride;
  } else {
    part.n = own.end - own.begin;
    part.b += own.begin * (call->transpose_b ? call->b_stride : 1);
    part.c += own.begin;
    if (part.bias) part.bias += own.begin;
  }
  if (part.gradient_value) part.gradient_value += own.begin * (by_rows ? call->gradient_value_stride : 1);
  return part;
}
static inline lanes_matmul_call lanes_part_of_call(const lanes_matmul_call *call, int64_t columns, int thread, int threads) {
  const int by_rows = call->m >= call->n;
  return lanes_part_between(call, by_rows, lanes_part_of(by_rows ? call->m : call->n, by_rows ? 1 : columns, thread, threads));
}

/* The chain order for small sizes and a slim or turned C, lanes_is_small, on the threads that are worth it. */
lanes_status lanes_multiply_small(const lanes_context *context, const lanes_matmul_call *call);

/* Whether rows of C for up to LANES_SHORT_K steps are written some at a time: not on cores that write several at once half as
 * fast as one after the other, nor on several threads, where it is so for some sizes. */
static inline int lanes_shares_rows_of_b(const lanes_context *context, int threads) {
  return context->blocking.core == LANES_CORE_OF_HALVES && threads == 1;
}

/* Rows of C for a few steps beside a transposed B, some of whose columns at a time are turned before. */
typedef struct lanes_turned_rows {
  lanes_rows rows; /* its b_stride is that of the transposed B */
  int64_t k;
  lanes_product_kernel run; /* rows of k steps */
} lanes_turned_rows;
_Static_assert(offsetof(lanes_turned_rows, rows) == 0, "beside a plain B, the kernel is given these");
/* `count` columns, at most LANES_SHORT_K, of some rows become rows. */
void lanes_turn_columns(int64_t count, int64_t rows, const float *from, int64_t from_stride, float *to, int64_t to_stride);
lanes_status lanes_run_turned_rows(const void *turned_rows, const float *a, const float *b, float *c, const float *bias,
                                   const float *gradient_value);

/* The vectors that so many columns take. A vector's floats are a power of two. */
static inline int64_t lanes_vectors_of(const lanes_matmul_kernels *kernels, int64_t columns) {
  return (columns + kernels->vector - 1) >> __builtin_ctz((unsigned)kernels->vector);
}

/* The last vector of a tile of so many columns; `reads_whole`: B holds a whole vector there. */
static inline lanes_last_vector lanes_last_vector_of(const lanes_matmul_kernels *kernels, int64_t columns, int64_t vectors,
                                                     int reads_whole) {
  const int64_t last = columns - (vectors - 1) * kernels->vector;
  if (last <= kernels->half) return LANES_LAST_HALF;
  return reads_whole || last == kernels->vector ? LANES_LAST_WHOLE : LANES_LAST_PARTIAL;
}

/* How n columns are cut into tiles: of `wide` columns each, but for up to two narrow ones. The last may have fewer columns than
 * its width. */
typedef struct lanes_columns {
  int64_t tiles, narrow_tiles[2]; /* beyond the tiles: there is none */
  int wide, narrow;
  int mr; /* the most rows of such tiles */
} lanes_columns;

/* At most so many vectors side by side, two or three: three and for the rest two, for one is slow; two and two for four. Of an
 * even number of tiles, the last ones of both halves are narrow: the halves have as many columns. */
static inline lanes_columns lanes_columns_of(const lanes_matmul_kernels *kernels, int64_t n, int most) {
  const int64_t vector = kernels->vector, vectors = lanes_vectors_of(kernels, n), none = INT64_MAX;
  const int at_once = vectors == 4 ? 2 : (int)lanes_least(vectors, most);
  const int64_t narrow = at_once == 3 ? (3 - vectors % 3) % 3 : 0;
  const int64_t tiles = at_once > 0 ? lanes_divide_up(vectors, at_once) : 0;
  return (lanes_columns){
      .tiles = tiles,
      .narrow_tiles = {narrow > 1 ? tiles / 2 - 1 : none, narrow > 0 ? tiles - 1 : none},
      .wide = (int)(at_once * vector),
      .narrow = (int)(2 * vector),
      .mr = kernels->mr[at_once > 0 ? at_once - 1 : 0],
  };
}

/* The first column of a tile; of the tile behind the last: the sum of all widths. */
static inline int64_t lanes_first_column(const lanes_columns *columns, int64_t tile) {
  const int narrow = (tile > columns->narrow_tiles[0]) + (tile > columns->narrow_tiles[1]);
  return tile * columns->wide - narrow * (columns->wide - columns->narrow);
}

static inline int lanes_width(const lanes_columns *columns, int64_t tile) {
  return tile == columns->narrow_tiles[0] || tile == columns->narrow_tiles[1] ? columns->narrow : columns->wide;
}

/* Packs tiles `first` ..< `end` of op(B), its steps p ..< p + k, beside each other from `to` on. */
void lanes_pack_columns(const lanes_matmul_kernels *kernels, const lanes_columns *columns, int64_t first, int64_t end,
                        int64_t n, int64_t p, int64_t k, lanes_transpose transpose_b, const float *b, int64_t b_stride,
                        float *to);

/* A packed B: a header, then for each block of k the panels of all columns. Blocks are multiples of the lanes, so that one's
 * first step belongs to lane 0. */
enum { LANES_PACKED_HEADER = 16 }; /* floats */

static inline int64_t lanes_packed_block_k(const lanes_context *context, int64_t k) {
  return lanes_even_block(k, context->blocking.steps, LANES_LANES);
}

/* All of it, in floats. */
static inline int64_t lanes_packed_floats(const lanes_matmul_kernels *kernels, int64_t n, int64_t k) {
  const lanes_columns columns = lanes_columns_of(kernels, n, kernels->vectors);
  return LANES_PACKED_HEADER + k * lanes_first_column(&columns, columns.tiles);
}

/* The panels of the block that begins with step p. */
static inline const float *lanes_packed_panels(const lanes_matmul_kernels *kernels, const float *packed_b, int64_t n,
                                               int64_t p) {
  const lanes_columns columns = lanes_columns_of(kernels, n, kernels->vectors);
  return packed_b + LANES_PACKED_HEADER + p * lanes_first_column(&columns, columns.tiles);
}

/* Sizes, strides, overlaps, packing. */
lanes_status lanes_matmul_check(const lanes_context *context, const lanes_matmul_call *call);

/* The same product with a transposed B of one row or step as plain rows, and with strides for what has one row, for which any
 * was right. */
void lanes_matmul_straighten(lanes_matmul_call *call);

/* Without pointers: of bias, gradient_value and packed_b, whether they are NULL; and packed_b's header. */
lanes_status lanes_matmul_check_shape(const lanes_context *context, const lanes_matmul_call *call);

/* Whether it was packed for the kernels and blocks of this context, and this k and n. */
int lanes_is_packed(const lanes_context *context, const float *packed_b, int64_t k, int64_t n);

#endif
