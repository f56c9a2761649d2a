/* C2's chain order: loops around the micro-kernel. From the outside in: blocks of NC columns, of KC steps of the chains, of
 * MC rows for each row of the thread grid; then each thread runs the micro-kernel over its part of the block's tiles. The
 * threads pack each block together, in one parallel region. A chain that goes on in the next block of k reloads C. */
#include "paths.h"
#include "workspace.h"

#include <stddef.h>

typedef struct chain_job {
  const lanes_matmul_call *call;
  const lanes_matmul_kernels *kernels;
  int64_t k;
  float *a_panels, *b_panels;    /* NULL: the operand is used where it is */
  lanes_unary_kernel activation; /* NULL: none, or relu, which the micro-kernels do */
} chain_job;

/* How one team cuts the job. Threads form a grid over C; every thread finds the same. */
typedef struct chain_cut {
  int grid_rows, grid_columns;
  int64_t mr;                 /* rows of a tile: at most the kernels' MR, the same for all but the last */
  int64_t row_tiles, column_tiles;
  int64_t mc_tiles, nc_tiles; /* of a block, in tiles */
  int64_t kc;
} chain_cut;

static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }
static inline int64_t round_up(int64_t a, int64_t multiple) { return divide_up(a, multiple) * multiple; }

/* How many tiles of `size` cover `count` > 0; most calls that are short need no division for it. */
static inline int64_t tiles_of(int64_t count, int64_t size) { return count <= size ? 1 : divide_up(count, size); }

/* The size of blocks that are as equal as multiples allow, and no larger than `most`. */
static int64_t even_block(int64_t count, int64_t most, int64_t multiple) {
  return count <= most ? count : least(most, round_up(divide_up(count, divide_up(count, most)), multiple));
}

static chain_cut cut(const chain_job *job, int threads) {
  const lanes_matmul_kernels *kernels = job->kernels;
  const int64_t m = job->call->m, n = job->call->n;
  chain_cut cut = {1, 1, 0, divide_up(m, kernels->mr), divide_up(n, kernels->nr), 0, 0, 0};
  int64_t best = INT64_MAX;
  for (int rows = 1; rows <= threads; rows++) {
    const int columns = threads / rows;
    const int64_t largest = divide_up(cut.row_tiles, rows) * divide_up(cut.column_tiles, columns);
    if (largest < best) best = largest, cut.grid_rows = rows, cut.grid_columns = columns;
  }
  cut.row_tiles = round_up(cut.row_tiles, cut.grid_rows);
  cut.mr = divide_up(m, cut.row_tiles);
  cut.row_tiles = divide_up(m, cut.mr);
  cut.mc_tiles = even_block(cut.row_tiles, kernels->mc / kernels->mr * cut.grid_rows, cut.grid_rows);
  cut.nc_tiles = even_block(cut.column_tiles, kernels->nc / kernels->nr, cut.grid_columns);
  cut.kc = even_block(job->k, kernels->kc, 8);
  return cut;
}

/* Rows of A that start at tile `first_tile`, over p ..< p + k, as panels from a_panels on: those of `tiles`. */
static void pack_a(const chain_job *job, const chain_cut *cut, lanes_part tiles, int64_t first_tile, int64_t p, int64_t k) {
  const lanes_matmul_call *call = job->call;
  const int64_t width = job->kernels->a_panel;
  for (int64_t t = tiles.begin; t < tiles.end; t++) {
    const int64_t i = (first_tile + t) * cut->mr, rows = least(cut->mr, call->m - i);
    float *panel = job->a_panels + t * width * k;
    if (call->transpose_a)
      job->kernels->pack_copied(rows, k, call->a + p * call->a_stride + i, call->a_stride, call->alpha, panel, width);
    else
      job->kernels->pack_transposed(rows, k, call->a + i * call->a_stride + p, call->a_stride, call->alpha, panel, width);
  }
}

/* Columns of B that start at tile `first_tile`, over p ..< p + k, as panels from b_panels on: those of `tiles`. */
static void pack_b(const chain_job *job, lanes_part tiles, int64_t first_tile, int64_t p, int64_t k) {
  const lanes_matmul_call *call = job->call;
  const int64_t nr = job->kernels->nr;
  const int64_t j = (first_tile + tiles.begin) * nr, columns = least((tiles.end - tiles.begin) * nr, call->n - j);
  float *panels = job->b_panels + tiles.begin * nr * k;
  if (columns <= 0) return;
  if (call->transpose_b)
    job->kernels->pack_transposed(columns, k, call->b + j * call->b_stride + p, call->b_stride, 1, panels, nr);
  else
    job->kernels->pack_copied(columns, k, call->b + p * call->b_stride + j, call->b_stride, 1, panels, nr);
}

static void activate(const chain_job *job, lanes_part rows, lanes_part columns) {
  const lanes_matmul_call *call = job->call;
  const int64_t n = columns.end - columns.begin;
  float *c = call->c + rows.begin * call->c_stride + columns.begin;
  if (n == call->c_stride)
    job->activation(n * (rows.end - rows.begin), c, c);
  else
    for (int64_t i = rows.begin; i < rows.end; i++, c += call->c_stride) job->activation(n, c, c);
}

/* The tiles of one thread in one block, which starts at first_row_tile, first_column_tile and p. */
static void multiply(const chain_job *job, const chain_cut *cut, lanes_part row_tiles, int64_t first_row_tile,
                     lanes_part column_tiles, int64_t first_column_tile, int64_t p, int64_t k) {
  const lanes_matmul_call *call = job->call;
  const lanes_matmul_kernels *kernels = job->kernels;
  const int64_t nr = kernels->nr, mr = cut->mr;
  const int is_last = p + k == job->k;
  const lanes_a_form form = job->a_panels || call->transpose_a ? LANES_A_PANEL : LANES_A_ROWS;
  lanes_micro_tile tile = {
      .k = k,
      .a_stride = job->a_panels ? kernels->a_panel : call->a_stride,
      .b_stride = job->b_panels ? nr : call->b_stride,
      .c_stride = call->c_stride,
      .beta = p == 0 ? call->beta : 1,
      .relu = is_last && call->activation == LANES_RELU,
  };
  const lanes_part rows = {(first_row_tile + row_tiles.begin) * mr, least((first_row_tile + row_tiles.end) * mr, call->m)};
  /* So many columns of C stay in cache until the activation meets them. */
  enum { GROUP = 8 };
  for (int64_t group = column_tiles.begin; group < column_tiles.end; group += GROUP) {
    const int64_t group_end = least(group + GROUP, column_tiles.end);
    for (int64_t t = group; t < group_end; t++) {
      const int64_t j = (first_column_tile + t) * nr;
      tile.columns = least(nr, call->n - j);
      tile.b = job->b_panels ? job->b_panels + t * nr * k : k ? call->b + p * call->b_stride + j : NULL;
      tile.bias = is_last && call->bias ? call->bias + j : NULL;
      const int wide = tile.columns > nr / 2, partial = !job->b_panels && tile.columns % (nr / 2) != 0;
      const lanes_micro_kernel *micro = kernels->micro[form][wide][partial];
      for (int64_t i = rows.begin, s = row_tiles.begin; i < rows.end; i += mr, s++) {
        tile.a = job->a_panels ? job->a_panels + s * kernels->a_panel * k
                 : k == 0      ? NULL
                 : form == LANES_A_PANEL ? call->a + p * call->a_stride + i
                                         : call->a + i * call->a_stride + p;
        tile.c = call->c + i * call->c_stride + j;
        tile.next_c = i + mr < rows.end && k >= 64 ? tile.c + mr * call->c_stride : NULL;
        micro[least(mr, rows.end - i) - 1](&tile);
      }
    }
    if (job->activation && is_last) {
      const int64_t begin = (first_column_tile + group) * nr, end = least((first_column_tile + group_end) * nr, call->n);
      activate(job, rows, (lanes_part){begin, end});
    }
  }
}

static void run_chain_order(void *argument, int thread, int threads) {
  const chain_job *job = argument;
  const chain_cut team = cut(job, threads);
  const int is_idle = thread >= team.grid_rows * team.grid_columns;
  const int grid_row = thread / team.grid_columns, grid_column = thread % team.grid_columns;
  int packed_before = 0;
  for (int64_t jc = 0; jc < team.column_tiles; jc += team.nc_tiles) {
    const int64_t column_tiles = least(team.nc_tiles, team.column_tiles - jc);
    int64_t p = 0;
    do { /* Once at least: without k, C still has its beta, bias and activation. */
      const int64_t k = least(team.kc, job->k - p);
      for (int64_t ic = 0; ic < team.row_tiles; ic += team.mc_tiles) {
        const int64_t row_tiles = least(team.mc_tiles, team.row_tiles - ic);
        const int starts_b = job->b_panels && ic == 0;
        if (job->a_panels || starts_b) {
          if (packed_before) lanes_barrier(threads); /* Until nobody reads the last block any more. */
          if (starts_b) pack_b(job, lanes_part_of(column_tiles, 1, thread, threads), jc, p, k);
          if (job->a_panels) pack_a(job, &team, lanes_part_of(row_tiles, 1, thread, threads), ic, p, k);
          lanes_barrier(threads);
          packed_before = 1;
        }
        if (is_idle) continue;
        multiply(job, &team, lanes_part_of(row_tiles, 1, grid_row, team.grid_rows), ic,
                 lanes_part_of(column_tiles, 1, grid_column, team.grid_columns), jc, p, k);
      }
      p += k;
    } while (p < job->k);
  }
}

/* An operand of more floats than this is too large for the level-2 cache to make up for the way it lies in memory. */
static const int64_t small_operand = 1 << 16;

/* The micro-kernels read A where it is, unless alpha has to be multiplied in, a transposed A spreads each panel over many
 * pages, or the rows of a tile compete for the same set of the level-1 cache: that holds about 8 lines from addresses that
 * differ by multiples of 4096 bytes. */
static int should_pack_a(const lanes_matmul_call *call, const lanes_matmul_kernels *kernels) {
  if (call->alpha != 1) return 1;
  if (call->n < 128 || call->m * call->k <= small_operand) return 0;
  return call->transpose_a || (kernels->mr > 8 && (call->a_stride + 8) % 1024 <= 16);
}

/* The micro-kernels cannot read a transposed B where it is. Otherwise a panel must be read a few times to be worth it. */
static int should_pack_b(const lanes_matmul_call *call) {
  return call->transpose_b || (call->m >= 48 && call->n * call->k > small_operand);
}

lanes_status lanes_matmul_in_chain_order(const lanes_context *context, const lanes_matmul_call *call, int64_t k) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int64_t m = call->m, n = call->n;
  const int64_t row_tiles = tiles_of(m, kernels->mr), column_tiles = tiles_of(n, kernels->nr);
  const double flops = 2 * (double)m * (double)n * (double)k;
  const int threads = lanes_threads_for(context, flops / kernels->flops, row_tiles * column_tiles);
  chain_job job = {.call = call, .kernels = kernels, .k = k};
  if (call->activation != LANES_IDENTITY && call->activation != LANES_RELU)
    job.activation = context->kernels->elementwise.unary[call->activation];

  const int packs_a = k > 0 && should_pack_a(call, kernels), packs_b = k > 0 && should_pack_b(call);
  if (packs_a || packs_b) {
    const int64_t kc = least(k, kernels->kc);
    /* A team may cut m into a few more tiles than the kernels need, to have as many for each thread. */
    const int64_t a_tiles = packs_a ? least(row_tiles + threads, (int64_t)kernels->mc / kernels->mr * threads) : 0;
    const int64_t b_tiles = packs_b ? least(column_tiles, kernels->nc / kernels->nr) : 0;
    float *panels = lanes_workspace((a_tiles * kernels->a_panel + b_tiles * kernels->nr) * kc);
    if (!panels) return LANES_OUT_OF_MEMORY;
    if (packs_a) job.a_panels = panels;
    if (packs_b) job.b_panels = panels + a_tiles * kernels->a_panel * kc;
  }
  if (threads == 1 && !packs_a && !packs_b && k <= kernels->kc) {
    const int64_t mr = row_tiles == 1 ? m : divide_up(m, row_tiles);
    const chain_cut whole = {1, 1, mr, row_tiles, column_tiles, row_tiles, column_tiles, k};
    multiply(&job, &whole, (lanes_part){0, row_tiles}, 0, (lanes_part){0, column_tiles}, 0, 0, k);
    return LANES_OK;
  }
  lanes_run(threads, run_chain_order, &job);
  return LANES_OK;
}
