/* Bands: few rows beside many columns of a plain B that is used where it lies, C2's chain order. The sums of a band of columns
 * are kept in a buffer, tile by tile, and a few steps of all of them are done before the next: rows of B, however far apart,
 * are read once and from one end to the other, and neither C nor A drives them out of a cache. */
#include "bands.h"
#include "lane-order.h"
#include "workspace.h"

/* Steps of A that are packed at a time. */
enum { STEPS_OF_A = 1024 };

typedef struct band_job {
  const lanes_context *context;
  const lanes_matmul_call *call;
  lanes_band_kernel run;
  int64_t rows, high, low; /* rows of a tile; so many tiles of them, and so many with one less */
  int64_t width;           /* columns of a tile */
  int64_t columns;         /* of a band, at most, but for the last one's */
  int64_t fetched;
  float *workspace; /* of each thread: sums, and panels of A */
  int64_t sums, each;
} band_job;

/* Steps p ..< p + k of op(A), times alpha. */
static void pack_a(const band_job *job, int64_t p, int64_t k, float *panels) {
  const lanes_matmul_call *call = job->call;
  const lanes_matmul_kernels *kernels = &job->context->kernels->matmul;
  const lanes_pack_kernel pack = call->transpose_a ? kernels->pack_copied : kernels->pack_transposed;
  const int64_t row = call->transpose_a ? 1 : call->a_stride, step = call->transpose_a ? call->a_stride : 1;
  int64_t i = 0;
  for (int64_t tile = 0; tile < job->high + job->low; tile++, panels += k * LANES_BAND_PANEL) {
    const int64_t rows = job->rows - (tile >= job->high);
    pack(rows, k, call->a + i * row + p * step, call->a_stride, call->alpha, panels, LANES_BAND_PANEL);
    i += rows;
  }
}

/* Where the tile that begins with column j of a band finds its columns: the last one ends with them, and does some twice. */
static int64_t place_of(const band_job *job, int64_t j, int64_t columns) { return lanes_least(j, columns - job->width); }

static void start(const band_job *job, int64_t first, int64_t columns, float *sums) {
  const lanes_matmul_call *call = job->call;
  for (int64_t j = 0; j < columns; j += job->width) {
    const float *c = call->c + first + place_of(job, j, columns);
    for (int64_t i = 0; i < call->m; i++, sums += job->width) lanes_start_sums(call, c + i * call->c_stride, 1, job->width, sums);
  }
}

static void finish(const band_job *job, int64_t first, int64_t columns, const float *sums) {
  const lanes_matmul_call *call = job->call;
  for (int64_t i = 0; i < call->m; i++) {
    float *c = call->c + i * call->c_stride + first;
    for (int64_t j = 0; j < columns; j += job->width)
      memcpy(c + place_of(job, j, columns), sums + j * call->m + i * job->width, (size_t)job->width * sizeof *c);
    lanes_finish_sums(call, job->context->kernels, i, first, columns, c);
  }
}

static void run_bands(void *argument, int thread, int threads) {
  const band_job *job = argument;
  const lanes_matmul_call *call = job->call;
  const lanes_part part = lanes_part_of(call->n, job->width, thread, threads);
  float *const sums = job->workspace + thread * job->each, *const panels = sums + job->sums;
  for (int64_t j = part.begin, columns; j < part.end; j += columns) {
    columns = part.end - j < job->columns + job->width ? part.end - j : job->columns;
    start(job, j, columns, sums);
    for (int64_t p = 0; p < call->k; p += STEPS_OF_A) {
      const lanes_band band = {
          .k = lanes_least(STEPS_OF_A, call->k - p),
          .b_stride = call->b_stride,
          .columns = columns,
          .high = job->high,
          .low = job->low,
          .a_tile = lanes_least(STEPS_OF_A, call->k - p) * LANES_BAND_PANEL,
          .fetched = job->fetched,
      };
      pack_a(job, p, band.k, panels);
      job->run(&band, panels, call->b + p * call->b_stride + j, sums);
    }
    finish(job, j, columns, sums);
  }
}

/* Tiles of six rows take more of their time for sums than others: there is but one, of as many. */
enum { ROWS = LANES_BAND_ROWS - 1 };

lanes_status lanes_multiply_bands(const lanes_context *context, const lanes_matmul_call *call) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int64_t m = call->m, n = call->n, k = call->k;
  const int64_t tiles = m == LANES_BAND_ROWS ? 1 : lanes_divide_up(m, ROWS), rows = lanes_divide_up(m, tiles);
  const int64_t width = kernels->bands.kernels[rows - 1].columns;
  const double nanoseconds = 2 * (double)m * (double)n * (double)k / kernels->flops;
  const int threads = lanes_threads_for(context, nanoseconds, n / kernels->bands.columns);
  /* Half of a level-2 cache has room for the sums, and for the rows of B that are fetched. */
  const int64_t most = context->blocking.level2 / 2 / (m + LANES_BAND_STEPS) & -width;
  const int64_t part = lanes_divide_up(lanes_divide_up(n, threads), width) * width;
  band_job job = {
      .context = context,
      .call = call,
      .run = kernels->bands.kernels[rows - 1].run,
      .rows = rows,
      .high = m - tiles * (rows - 1),
      .low = tiles * rows - m,
      .width = width,
      .columns = lanes_even_block(part, lanes_most(most, width), width),
      .fetched = n * k > context->streaming_floats / 4 ? LANES_BAND_STEPS * call->b_stride : 0,
  };
  job.sums = (job.columns + width) * m;
  job.each = (job.sums + tiles * LANES_BAND_PANEL * lanes_least(STEPS_OF_A, k) + 15) & -16; /* whole lines */
  job.workspace = lanes_workspace(threads * job.each);
  if (!job.workspace) return LANES_OUT_OF_MEMORY;
  lanes_run(threads, run_bands, &job);
  return LANES_OK;
}
