/* The matmul kernels' part of the table, C2. What follows speaks of C = A·B, A m×k, B k×n:
 *
 *   micro-kernel  a tile of C, at most MR×NR, over one block of k: each element's fma chain continues in a register
 *   panel         a packed slice of an operand that one micro-kernel reads from its first byte to its last: for every p the
 *                 elements of a tile's rows of A (their number rounded up to a multiple of 8), or of its columns of B
 *   block         the rows of A, and the steps of k, that a thread multiplies by one panel of B after the other
 */
#ifndef LANES_MATMUL_H
#define LANES_MATMUL_H

#include "../include/lanes.h"

enum { LANES_MOST_MR = 16, LANES_MOST_VECTORS = 3, LANES_LANES = 16 };
enum { LANES_PAGE = 1024, LANES_IN_LEVEL1 = 1 << 13 }; /* floats, of which a level-1 cache holds so many */

/* Floats between rows of which caches of 8 ways hold few, and give few at once: all lie in the same of their parts. */
static inline int lanes_is_far(int64_t stride) { return stride % 512 == 0; }

/* Floats between rows, about a multiple of 256, whose lines fall into a few sets of a level-1 cache: so many do not stay. */
enum { LANES_SET_STEPS = 32 };
static inline int lanes_shares_sets(int64_t stride) { return stride > 4 && ((uint64_t)stride + 4) % 256 <= 8; }

/* Floats between rows of which a level-1 cache has room for about 8 lines side by side: about a multiple of 4096 bytes, and not
 * next to none. */
static inline int lanes_crowds_level1(int64_t stride) { return stride > 8 && ((uint64_t)stride + 8) % LANES_PAGE <= 16; }

/* How a micro-kernel reads and writes the last of a tile's vectors of columns: all of it; as far as the columns go; or, where
 * these are half a vector or less, in half a vector. */
typedef enum lanes_last_vector { LANES_LAST_WHOLE, LANES_LAST_PARTIAL, LANES_LAST_HALF, LANES_LAST_FORMS } lanes_last_vector;

/* How a micro-kernel finds A[i, p]: a panel (or a transposed A as it is) has a_stride between values of p, and the rows of
 * one p beside each other. A as it is has a_stride between rows, and the p of one row beside each other. */
typedef enum lanes_a_form { LANES_A_PANEL, LANES_A_ROWS, LANES_A_FORMS } lanes_a_form;

typedef struct lanes_micro_tile {
  int64_t k;
  const float *a;
  int64_t a_stride;
  const float *b; /* B[p, j] is b[p·b_stride + j] */
  int64_t b_stride;
  float *c;
  int64_t c_stride;
  int64_t columns;   /* of C, 1 … NR */
  float beta;        /* 0: C is not read */
  const float *bias; /* from the tile's first column on; or NULL */
  int relu;
  const float *next_c; /* the start of the next tile of C, to be fetched; or NULL */
  /* So many rows of the B that is needed later, in two places, each as wide as the tile: one is fetched every `period` steps;
   * none where that is 0. */
  int64_t period, next_rows[2], next_b_stride;
  const float *next_b[2];
  /* Of a copying, packing or transposing kernel: a panel, where it leaves rows of op(B), or, of the last, NULL; and its width. */
  float *copy;
  int64_t copy_width;
  int fetches; /* a transposing kernel: what lies in memory behind the rows that it reads */
} lanes_micro_tile;

/* A tile does so many steps, at most, apart from the others, at its end. */
enum { LANES_MOST_ENDS = 2 };

/* Copying: B is left in a panel. Packing: the next tile's is, row by row. Strip: the tile is one of several beside each other,
 * that are multiplied one after the other. */
typedef enum lanes_micro_use {
  LANES_MICRO_USUAL,
  LANES_MICRO_COPYING,
  LANES_MICRO_PACKING,
  LANES_MICRO_STRIP
} lanes_micro_use;

typedef void (*lanes_micro_kernel)(const lanes_micro_tile *tile);

/* A tile of a call, of which k and strides are looked at, and m only to decide what is worth fetching. */
typedef lanes_status (*lanes_small_kernel)(const lanes_matmul_call *call, const float *a, const float *b, float *c,
                                           int64_t columns, const float *bias);

/* Tiles with one or two vectors of eight columns, and up to four columns more: so many rows of them, at most. */
enum { LANES_POOLED_ROWS = 9, LANES_POOLED_VECTOR = 8, LANES_POOLED_COLUMNS = 4 };
typedef struct lanes_pooled_kernels {
  int rows[2][3]; /* [vectors − 1][1, 2, and 3 or 4 columns more] */
  lanes_small_kernel tiles[2][3][LANES_POOLED_ROWS]; /* […][…][rows − 1] */
} lanes_pooled_kernels;
extern const lanes_pooled_kernels lanes_pooled_avx2;

/* A whole product: what it is but for its pointers begins with a struct that the kernel knows. */
typedef lanes_status lanes_product_kernel_function(const void *product, const float *a, const float *b, float *c,
                                                   const float *bias, const float *gradient_value);
typedef lanes_product_kernel_function *lanes_product_kernel;

/* A wide C, of a few rows and two vectors of columns or more, all in registers, beside a plain B; A may be transposed. */
enum { LANES_WIDE_ROWS = 8, LANES_WIDE_VECTORS = 8 };

/* Rows of C, whole, for a k of 1 … LANES_SHORT_K: what there is to do is write C; or, in long rows beside a plain B, for one of
 * up to LANES_ROWS_K. A[i, p] is a[i·a_row + p·a_step]. */
enum { LANES_SHORT_K = 4, LANES_ROWS_K = 10 };
typedef struct lanes_rows {
  int64_t m, n, a_row, a_step, b_stride, c_stride;
  float beta; /* 0: C is not read */
  int relu;
  int shares_b; /* of up to LANES_SHORT_K steps: several rows at once; or one after the other */
} lanes_rows;

/* Rows of A and C that lie one behind the other, of up to so many columns: so many of them, or fewer, lie in a vector. */
enum { LANES_DENSE = 8, LANES_DENSE_STEPS = 6 };
/* The fewest rows that are worth it, [k − 1][n − 1]. */
extern const int32_t lanes_dense_least[LANES_DENSE_STEPS][LANES_DENSE];
/* Of a vector's lane in C: where, of its row of A, the first value is, [k − 1][n − 1]; its column, [n − 1]. */
extern const uint8_t lanes_dense_values[LANES_DENSE_STEPS][LANES_DENSE][LANES_LANES];
extern const uint8_t lanes_dense_columns[LANES_DENSE][LANES_LANES];

/* A slim C, of one to four columns, or rows where it is turned, whose elements are computed side by side along them:
 * c[i, j] = relu(Σ a·b[p·b_step + j·b_column] + beta·c[i, j] + bias[j]).
 * A[i, p] is a[p·a_stride + i] (panel), or a[i·a_stride + p] (rows); pairs are rows of k = 2 without gaps, C being one column.
 * Rows of the form of rows are at least as many as are turned at a time. */
typedef enum lanes_slim_form { LANES_SLIM_PANEL, LANES_SLIM_ROWS, LANES_SLIM_PAIRS, LANES_SLIM_FORMS } lanes_slim_form;
enum { LANES_SLIM = 4 };
typedef struct lanes_slim {
  int64_t m, k, a_stride, b_step, b_column, c_stride;
  int64_t is_turned; /* a and b have changed places: C has rows, c[j·c_stride + i], and a bias for each i */
  float beta;        /* 0: C is not read */
  int relu;
  int fetches; /* a panel's steps, early */
} lanes_slim;

/* Bands: sums of some columns of C, b_stride and k as ever, in tiles of columns that have all rows: `high` tiles of rows, and
 * behind them `low` ones with a row less. The sums of a tile of rows lie beside each other, behind those of the one before, as do
 * the next columns'. A lies in panels, each `a_tile` behind the one before. The last columns' tile begins where it ends with the
 * columns, which are as many as one has, at least. Unless `fetched` is 0, what lies so many floats behind what is read of B is
 * fetched from memory. */
enum { LANES_BAND_STEPS = 8, LANES_BAND_ROWS = 6, LANES_BAND_VECTORS = 4, LANES_BAND_PANEL = 8 };
typedef struct lanes_band {
  int64_t k, b_stride, columns, high, low, a_tile, fetched;
} lanes_band;
typedef void (*lanes_band_kernel)(const lanes_band *band, const float *a, const float *b, float *sums);

/* Sums of columns of C become rows of C, with their bias and relu: c[i·c_stride + j] from sums[j·stride + i], j < n ≥ 4. What
 * sums[j·stride] holds beyond `rows`, to the end of a vector, is read. */
typedef void (*lanes_turn_kernel)(int64_t rows, int64_t n, const float *sums, int64_t stride, const float *bias, int relu,
                                  float *c, int64_t c_stride);

/* Packs k×width of an operand, times alpha, into panels of panel_width: to[p·panel_width + i], then the next k·panel_width.
 * What the last panel has beyond width is not defined. */
typedef void lanes_pack_kernel_function(int64_t width, int64_t k, const float *from, int64_t from_stride, float alpha, float *to,
                                        int64_t panel_width);
typedef lanes_pack_kernel_function *lanes_pack_kernel;

/* The lane order, C1: lane l continues with fma(x[p], y[p, r], ·) over the p in 0 ..< k with p mod 16 = l, and a tree adds the
 * lanes. What is called sums begins in lane 0, and is the whole sum at last. Where there is an alpha, y is multiplied by it;
 * `fetches` says that y comes from memory. */

/* y[p, r] is y[r·y_stride + p], for r < count; and so for each row of x, whose lanes[r] lie `count` behind those of the row
 * before. */
typedef void (*lanes_lane_dots_kernel)(int64_t k, int64_t x_count, const float *x, int64_t x_stride, int64_t count,
                                       const float *y, int64_t y_stride, float (*lanes)[LANES_LANES]);
/* The same of two rows of y that lie in pairs, y[p, r] is y[2·p + r]. */
typedef void (*lanes_lane_pairs_kernel)(int64_t k, int64_t x_count, const float *x, int64_t x_stride, const float *y,
                                        float (*lanes)[LANES_LANES]);
/* sums[r] from lanes[r]. */
typedef void (*lanes_lane_trees_kernel)(int64_t count, float (*lanes)[LANES_LANES], float *sums);
/* All of it: sums[i·sums_stride + r] for each row i of x. */
typedef void (*lanes_lane_dot_sums_kernel)(int64_t k, int64_t x_count, const float *x, int64_t x_stride, int64_t count,
                                           const float *y, int64_t y_stride, float *sums, int64_t sums_stride);
/* All of it for one row of x. */
typedef void (*lanes_lane_row_sums_kernel)(int64_t k, const float *x, int64_t count, const float *y, int64_t y_stride,
                                           float alpha, int fetches, float *sums);

/* y[p, r] is y[p·y_stride + r] and the lanes are lanes[l·lane_stride + r]; from count on to the next multiple of 16 they hold
 * anything. */
typedef void (*lanes_lane_columns_kernel)(int64_t k, const float *x, int64_t count, const float *y, int64_t y_stride,
                                          float alpha, int fetches, float *lanes, int64_t lane_stride);
/* The same of a y that is not scaled, in loads that do not lie across lines: rows 16 apart begin at the same place in one. */
typedef void (*lanes_aligned_lane_columns_kernel)(int64_t k, const float *x, int64_t count, const float *y, int64_t y_stride,
                                                  float *lanes, int64_t lane_stride);
/* The sums are in lane 0. */
typedef void (*lanes_lane_column_trees_kernel)(int64_t count, float *lanes, int64_t lane_stride);
/* All of it for rows of x, whose x[p, i] is alpha times x[i·x_row + p·x_step]: sums[i·sums_stride + r]. */
typedef void (*lanes_lane_column_sums_kernel)(int64_t k, int64_t rows, const float *x, int64_t x_row, int64_t x_step,
                                              float alpha, int64_t count, const float *y, int64_t y_stride, float *sums,
                                              int64_t sums_stride);

typedef struct lanes_matmul_kernels {
  int vector, vectors; /* floats in one; at most so many side by side in a tile of many rows, NR / vector */
  int small_vectors; /* side by side in tiles of small products */
  int mr[LANES_MOST_VECTORS]; /* the most rows of a tile of 1, 2, … vectors */
  int wide_columns[LANES_WIDE_ROWS]; /* of a wide C of 1, 2, … rows, at most */
  int dense_columns, dense_steps; /* of dense rows, at most; 0: there are no kernels for them */
  int slim_rows; /* of A, at least, in slim products of that form */
  int strip_rows; /* for at most so many, strips are worth it where B comes from memory, */
  int crowded_rows; /* and where its rows drive each other out of caches */
  int transposing_rows; /* of a tile beside a transposed B, at most */
  struct {
    int least, most;
  } turned_columns; /* of a C with a plain A that may be worth turning */
  int half; /* floats in half a vector, where computing with it takes half the time; else 0 */
  double flops;    /* a nanosecond on one core, about: enough to choose a number of threads */
  /* [form of A][vectors − 1][form of the last vector of B and C][rows − 1] */
  lanes_micro_kernel micro[LANES_A_FORMS][LANES_MOST_VECTORS][LANES_LAST_FORMS][LANES_MOST_MR];
  /* [form of A][rows − 1]: whole tiles of `vectors` vectors; NULL for most numbers of rows. */
  lanes_micro_kernel copying[LANES_A_FORMS][LANES_MOST_MR];
  /* The same, or NULL: tiles that pack the next_rows, which are whole vectors. */
  lanes_micro_kernel packing[LANES_A_FORMS][LANES_MOST_MR];
  /* [form of A][rows − 1], or NULL: any tile beside a transposed B, B[p, j] is b[j·b_stride + p]. */
  lanes_micro_kernel transposing[LANES_A_FORMS][LANES_MOST_MR];
  /* [form of A][rows − 1]: all whole tiles of two vectors within so many columns. */
  lanes_micro_kernel strip[LANES_A_FORMS][LANES_MOST_MR];
  /* [has a beta, a bias or relu][form of A][vectors − 1][form of the last one][rows − 1] */
  lanes_small_kernel small[2][LANES_A_FORMS][2][LANES_LAST_FORMS][LANES_MOST_MR];
  const lanes_pooled_kernels *pooled; /* NULL: there are none */
  /* Of a lanes_matmul_call: [has a beta, a bias or relu][form of the last vector][rows − 1][vectors − 1] */
  lanes_product_kernel wide[2][LANES_LAST_FORMS][LANES_WIDE_ROWS][LANES_WIDE_VECTORS];
  lanes_product_kernel dense[2][LANES_DENSE_STEPS]; /* of lanes_rows, as there */
  lanes_product_kernel narrow[2][3][LANES_SHORT_K]; /* of rows of half a vector, one, and two: [as there][…][k − 1] */
  lanes_product_kernel rows[2][LANES_ROWS_K]; /* of lanes_rows: [has a beta, a bias or relu][k − 1] */
  lanes_product_kernel slim[LANES_SLIM_FORMS][LANES_SLIM]; /* of lanes_slim: [form][columns − 1] */
  lanes_product_kernel slim_short_column; /* of rows fewer than a vector has lanes */
  struct {
    struct {
      lanes_band_kernel run;
      int columns; /* of a tile */
    } kernels[LANES_BAND_ROWS]; /* [rows − 1] */
    /* What bands are worth it for: at most so many rows, or so many where B's rows crowd caches; so many columns of each thread;
     * and, [for a few rows], so many steps for each row, and a B that is larger than such a share of what comes from memory. */
    int rows, crowded_rows, columns, steps[2], share[2];
  } bands;
  lanes_turn_kernel turn_sums;
  lanes_pack_kernel pack_copied;     /* from[p·from_stride + i] */
  lanes_pack_kernel pack_transposed; /* from[i·from_stride + p] */
  lanes_pack_kernel pack_transposed_half; /* the same of a width of half a vector, at most */
  lanes_lane_dots_kernel lane_dots;
  lanes_lane_pairs_kernel lane_pairs;
  lanes_lane_trees_kernel lane_trees;
  lanes_lane_dot_sums_kernel lane_dot_sums;
  lanes_lane_row_sums_kernel lane_row_sums;
  lanes_lane_columns_kernel lane_columns;
  lanes_aligned_lane_columns_kernel aligned_lane_columns;
  lanes_lane_column_trees_kernel lane_column_trees;
  lanes_lane_column_sums_kernel lane_column_sums;
} lanes_matmul_kernels;

/* A product of so many columns, at most, may be worth turning; how many steps it must have then: steps[A is transposed][n]. */
enum { LANES_TURNED_N = 60 };
void lanes_find_turning_steps(const lanes_matmul_kernels *kernels, int64_t steps[2][LANES_TURNED_N + 1]);

#endif
