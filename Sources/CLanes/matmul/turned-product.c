/* The chain order for a C of few columns and more rows: as the product Cᵀ = op(B)ᵀ·op(A)ᵀ, whose few rows fill whole vectors.
 * What is done of it is turned while it is in a level-1 cache. */
#include "small-product.h"

enum { FAR_ROWS_OF_B = 6, ROWS_WORTH_TURNING_B = 32 };
static int has_far_rows_of_b(const lanes_matmul_call *call) {
  return call->transpose_b && !call->transpose_a && call->n >= FAR_ROWS_OF_B && lanes_is_far(call->b_stride);
}
int lanes_turns_b(const lanes_context *context, const lanes_matmul_call *call) {
  return has_far_rows_of_b(call) && lanes_is_worth_turning(context, call);
}

/* Whether vectors of the m rows are so much fuller than those of the n columns that it is worth turning, which takes as long as
 * some steps more. */
enum { STEPS_OF_TURNING = 12 };
static int fills_vectors(const lanes_matmul_kernels *kernels, int64_t m, int64_t n, int64_t k) {
  const int64_t vector = kernels->vector, rest = n & (vector - 1);
  const int64_t n_taken = n - rest + (rest == 0 ? 0 : rest <= kernels->half ? kernels->half : vector);
  const int64_t m_taken = (m + vector - 1) & -vector;
  return 16 * n * m_taken * (k + STEPS_OF_TURNING) <= 15 * m * n_taken * k;
}

void lanes_find_turning_steps(const lanes_matmul_kernels *kernels, int64_t steps[LANES_TURNED_N + 1]) {
  enum { MOST = 1 << 10 };
  for (int64_t n = 0; n <= LANES_TURNED_N; n++) {
    int64_t k = n < kernels->turned_columns.least ? MOST : 1;
    while (k < MOST && !fills_vectors(kernels, kernels->vector, n, k)) k++;
    steps[n] = k < MOST ? k : INT64_MAX;
  }
}

int lanes_gains_by_turning(const lanes_context *context, const lanes_matmul_call *call) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int64_t m = call->m, n = call->n, k = call->k;
  const int64_t least = call->transpose_a || m < ROWS_WORTH_TURNING_B ? LANES_SLIM + 1 : kernels->turned_columns.least;
  const int64_t most = call->transpose_a ? LANES_TURNED_N : kernels->turned_columns.most;
  return n >= least && n <= most && (uint64_t)(m | k) < LANES_SLIM_LENGTH &&
         !(has_far_rows_of_b(call) && m < ROWS_WORTH_TURNING_B) && fills_vectors(kernels, m, n, k);
}

/* Rows of a transposed A are read a few columns at a time. Those that come from memory are fetched a block ahead, and stay in a
 * level-2 cache until all of their columns are read. */
enum { LEAST_STEPS = 128 };
void lanes_decide_turned(const lanes_context *context, const lanes_matmul_call *call, lanes_small_product *small) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int transposes_a = call->transpose_a != 0, is_in_memory = call->m * call->k > context->streaming_floats / 4;
  const int64_t steps = lanes_most(context->blocking.level2 / 3 / call->m, LEAST_STEPS);
  const int vectors = call->n <= kernels->mr[LANES_MOST_VECTORS - 1] ? LANES_MOST_VECTORS : LANES_MOST_VECTORS - 1;
  small->run = lanes_run_turned_product;
  small->turned = (lanes_turned_product){
      .kernels = kernels,
      .m = call->m,
      .n = call->n,
      .k = call->k,
      .a_stride = call->a_stride,
      .b_stride = call->b_stride,
      .c_stride = call->c_stride,
      .block_k = transposes_a && is_in_memory ? lanes_even_block(call->k, steps, 1) : call->k,
      .columns = lanes_columns_of(kernels, call->m, vectors),
      .rows = lanes_even_rows(call->n, transposes_a ? kernels->mr[vectors - 1] : kernels->transposing_rows),
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
