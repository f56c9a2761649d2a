/* The chain order for a C of few columns and more rows: as the product Cᵀ = op(B)ᵀ·op(A)ᵀ, whose few rows fill whole vectors. What
 * is done of it is turned while it is in a level-1 cache. */
#include "small-product.h"

/* Some steps of some columns of Cᵀ. */
static void multiply(const lanes_turned_product *turned, const lanes_micro_tile *of_all, const float *b, const float *c,
                     float sums[LANES_TURNED_N][LANES_TURNED_COLUMNS]) {
  const lanes_matmul_kernels *kernels = turned->kernels;
  const int64_t n = turned->n, columns = of_all->columns, vectors = lanes_vectors_of(kernels, columns);
  const lanes_micro_kernel *of_rows = kernels->transposing[turned->form];
  if (turned->transposes_a)
    of_rows = kernels->micro[turned->form][vectors - 1][lanes_last_vector_of(kernels, columns, vectors, 0)];
  if (of_all->beta != 0) kernels->pack_transposed(columns, n, c, turned->c_stride, 1, sums[0], LANES_TURNED_COLUMNS);
  lanes_micro_tile tile = *of_all;
  for (int64_t j = 0; j < n; j += turned->rows) {
    tile.a = b + j * (turned->form == LANES_A_ROWS ? turned->b_stride : 1);
    tile.c = sums[j];
    of_rows[lanes_least(turned->rows, n - j) - 1](&tile);
    tile.period = 0;
  }
}

lanes_status lanes_run_turned_product(const void *product, const float *a, const float *b, float *c, const float *bias,
                                      const float *gradient_value) {
  const lanes_turned_product *turned = product;
  const int64_t m = turned->m, n = turned->n, k = turned->k;
  const int64_t a_row = turned->transposes_a ? 1 : turned->a_stride, a_step = turned->transposes_a ? turned->a_stride : 1;
  const int64_t b_step = turned->form == LANES_A_ROWS ? 1 : turned->b_stride;
  _Alignas(64) float sums[LANES_TURNED_N][LANES_TURNED_COLUMNS];
  lanes_micro_tile tile = {
      .a_stride = turned->b_stride, .b_stride = turned->a_stride, .c_stride = LANES_TURNED_COLUMNS, .beta = turned->beta,
      .next_b_stride = turned->a_stride, .fetches = turned->fetches};
  (void)gradient_value;
  for (int64_t p = 0; p < k; p += turned->block_k, tile.beta = 1) {
    const int is_last = p + turned->block_k >= k;
    tile.k = lanes_least(turned->block_k, k - p);
    tile.period = !is_last;
    tile.next_rows[0] = is_last ? 0 : lanes_least(turned->block_k, k - p - tile.k);
    for (int64_t t = 0; t < turned->columns.tiles; t++) {
      const int64_t i = lanes_first_column(&turned->columns, t);
      float *const rows = c + i * turned->c_stride;
      tile.b = a + i * a_row + p * a_step;
      tile.next_b[0] = tile.b + tile.k * a_step;
      tile.columns = lanes_least(lanes_width(&turned->columns, t), m - i);
      multiply(turned, &tile, b + p * b_step, rows, sums);
      turned->kernels->turn_sums(tile.columns, n, sums[0], LANES_TURNED_COLUMNS, is_last ? bias : NULL,
                                 is_last && turned->relu, rows, turned->c_stride);
    }
  }
  return LANES_OK;
}
