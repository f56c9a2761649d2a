/* The chain order for a C of few columns and more rows: as the product Cᵀ = op(B)ᵀ·op(A)ᵀ, whose few rows fill whole vectors.
 * What is done of it is turned while it is in a level-1 cache. */
#include "small-decide.h"

enum { FAR_ROWS_OF_B = 6, MANY_ROWS = 32 };
static int has_far_rows_of_b(const lanes_matmul_call *call) {
  return call->transpose_b && call->n >= FAR_ROWS_OF_B && lanes_is_far(call->b_stride);
}
int lanes_turns_b(const lanes_context *context, const lanes_matmul_call *call) {
  return lanes_is_worth_turning(context, call) ? has_far_rows_of_b(call) : lanes_turns_small_b(context, call);
}

/* What n columns take of their vectors, a last half where that is less work. */
static int64_t taken_by_columns(const lanes_matmul_kernels *kernels, int64_t n) {
  const int64_t rest = n & (kernels->vector - 1);
  return n - rest + (rest == 0 ? 0 : rest <= kernels->half ? kernels->half : kernels->vector);
}

/* Vectors of m rows must be so much fuller than those of the n columns that it is worth turning, which takes as long as some
 * steps more: 15/16 · n_taken/n · m/m_taken · k ≥ k + 12. */
enum { STEPS_OF_TURNING = 12 };
void lanes_find_turning_steps(const lanes_matmul_kernels *kernels, int64_t steps[2][LANES_TURNED_N + 1]) {
  for (int transposes_a = 0; transposes_a < 2; transposes_a++)
    for (int64_t n = 0; n <= LANES_TURNED_N; n++) {
      const int64_t least = transposes_a ? LANES_SLIM + 1 : kernels->turned_columns.least;
      const int64_t most = transposes_a ? LANES_TURNED_N : kernels->turned_columns.most;
      const int64_t gain = 15 * taken_by_columns(kernels, n) - 16 * n;
      const int is_worth_it = n >= least && n <= most && gain > 0;
      steps[transposes_a][n] = is_worth_it ? lanes_divide_up(16 * n * STEPS_OF_TURNING, gain) : INT64_MAX;
    }
}

/* A plain A is not cut into blocks of k: so many steps of it, and of B, stay in a level-2 cache. Shorter vectors' rows a page
 * apart drive each other out of a level-1 cache. */
enum { ROWS_OF_PLAIN_A = 28 };
int lanes_gains_by_turning(const lanes_context *context, const lanes_matmul_call *call) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int64_t m = call->m, n = call->n, k = call->k, vector = kernels->vector;
  if ((uint64_t)(m | k) >= LANES_SLIM_LENGTH || (m < MANY_ROWS && (n == LANES_SLIM || has_far_rows_of_b(call)))) return 0;
  const int drives_out = vector < 16 && call->a_stride % LANES_PAGE == 0;
  if (!call->transpose_a && (k > context->blocking.level2 / ROWS_OF_PLAIN_A || drives_out)) return 0;
  const int64_t m_taken = (m + vector - 1) & -vector;
  return 16 * n * m_taken * (k + STEPS_OF_TURNING) <= 15 * m * taken_by_columns(kernels, n) * k;
}

/* Rows of a transposed A are read a few columns at a time. Those that come from memory are fetched a block of steps ahead, and
 * both blocks, of so many columns, stay in a level-2 cache. */
enum { STEPS_FROM_MEMORY = 256 };
void lanes_decide_turned(const lanes_context *context, const lanes_matmul_call *call, const lanes_matmul_call *whole,
                         lanes_small_product *small) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int transposes_a = call->transpose_a != 0, is_in_memory = whole->m * whole->k > context->streaming_floats / 4;
  const int vectors = call->n <= kernels->mr[LANES_MOST_VECTORS - 1] ? LANES_MOST_VECTORS : LANES_MOST_VECTORS - 1;
  const lanes_columns columns = lanes_columns_of(kernels, call->m, vectors);
  const int64_t block = context->blocking.level2 / 3;
  int64_t tiles = columns.tiles, steps = call->k;
  if (transposes_a && is_in_memory) {
    tiles = lanes_even_block(tiles, lanes_most(block / STEPS_FROM_MEMORY / columns.wide, 1), 1);
    steps = lanes_even_block(steps, lanes_most(block / (tiles * columns.wide), 1), 1);
  }
  small->run = lanes_run_turned_product;
  small->turned = (lanes_turned_product){
      .kernels = kernels,
      .m = call->m,
      .n = call->n,
      .k = call->k,
      .a_stride = call->a_stride,
      .b_stride = call->b_stride,
      .c_stride = call->c_stride,
      .block_k = steps,
      .block_tiles = tiles,
      .columns = columns,
      .rows = lanes_evenly(call->n, transposes_a ? kernels->mr[vectors - 1] : kernels->transposing_rows),
      .form = call->transpose_b ? LANES_A_ROWS : LANES_A_PANEL,
      .transposes_a = transposes_a,
      .fetches = is_in_memory,
      .relu = call->activation == LANES_RELU,
      .beta = call->beta,
  };
}

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
  tile.a = b;
  tile.c = sums[0];
  lanes_multiply_micro_column(of_rows, &turned->rows, tile, turned->form == LANES_A_ROWS ? turned->b_stride : 1);
}

/* All steps of some tiles. */
static void run_tiles(const lanes_turned_product *turned, lanes_part tiles, const float *a, const float *b, float *c,
                      const float *bias) {
  const int64_t m = turned->m, n = turned->n, k = turned->k;
  const int64_t a_row = turned->transposes_a ? 1 : turned->a_stride, a_step = turned->transposes_a ? turned->a_stride : 1;
  const int64_t b_step = turned->form == LANES_A_ROWS ? 1 : turned->b_stride;
  _Alignas(64) float sums[LANES_TURNED_N][LANES_TURNED_COLUMNS];
  lanes_micro_tile tile = {
      .a_stride = turned->b_stride,
      .b_stride = turned->a_stride,
      .c_stride = LANES_TURNED_COLUMNS,
      .beta = turned->beta,
      .next_b_stride = turned->a_stride,
      .fetches = turned->fetches,
  };
  for (int64_t p = 0; p < k; p += turned->block_k, tile.beta = 1) {
    const int is_last = p + turned->block_k >= k;
    tile.k = lanes_least(turned->block_k, k - p);
    tile.period = !is_last;
    tile.next_rows[0] = is_last ? 0 : lanes_least(turned->block_k, k - p - tile.k);
    for (int64_t t = tiles.begin; t < tiles.end; t++) {
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
}

lanes_status lanes_run_turned_product(const void *product, const float *a, const float *b, float *c, const float *bias,
                                      const float *gradient_value) {
  const lanes_turned_product *turned = product;
  (void)gradient_value;
  for (int64_t t = 0; t < turned->columns.tiles; t += turned->block_tiles)
    run_tiles(turned, (lanes_part){t, lanes_least(t + turned->block_tiles, turned->columns.tiles)}, a, b, c, bias);
  return LANES_OK;
}
