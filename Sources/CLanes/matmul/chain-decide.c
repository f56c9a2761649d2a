/* What the chain order, C2, decides of a call before it runs: tiles, which operands are packed, shares for threads, and blocks
 * for the caches. */
#include "chain-order.h"

/* An operand of more floats than this is too large for the level-2 cache to make up for the way it lies in memory. */
static const int64_t small_operand = 1 << 16;

/* Tiles with few cache lines of a row of B are done with a step so soon that they wait for caches where wider ones do not. */
enum { LINES_WORTH_READING = 3 };
static int has_narrow_tiles(const chain_job *job) { return job->columns.wide < LINES_WORTH_READING * 16; }

/* Rows of A that drive each other, and those of a transposed B, out of a level-1 cache: more than a few, but so few that what is
 * made of the rows of B they meet matters most; and there are columns that are worth packing them. */
enum { FEW_ROWS = 4 };
static int has_far_rows(const chain_job *job) {
  const lanes_matmul_call *call = job->call;
  return call->transpose_b && !call->packed_b && !call->transpose_a && lanes_is_far(call->a_stride) &&
         !has_narrow_tiles(job) && job->k > LANES_SHORT_K && call->m > FEW_ROWS &&
         call->m <= 2 * job->kernels->transposing_rows;
}

/* The micro-kernels read A where it is, unless alpha has to be multiplied in, or a transposed A spreads each panel over many
 * pages, which wide tiles do not mind as long as a level-2 cache holds it; or over more lines than a level-1 cache has beside
 * narrow tiles of B, where many of few rows ask for each line. */
enum { SEVERAL_ROWS = 48, MANY_TILES = 4, LEAST_PACKED = 1 << 12 };
static int should_pack_a(const chain_job *job) {
  const lanes_matmul_call *call = job->call;
  if (call->alpha != 1) return 1;
  if (has_far_rows(job)) return 1;
  if (!call->transpose_a || call->n < 128) return 0;
  if (has_narrow_tiles(job) && call->m > MANY_TILES * job->mr && call->m <= SEVERAL_ROWS)
    return call->m * call->k > LEAST_PACKED;
  const int64_t most = has_narrow_tiles(job) ? small_operand : 4 * small_operand;
  return call->m * call->k > most || (has_narrow_tiles(job) && lanes_is_far(call->a_stride));
}

/* Rows of a B in a last-level cache so many floats apart, or a multiple, whose lines fill but a few places of the smaller ones:
 * for narrow tiles, already so many rows of A are worth packing them. */
enum { CROWDED_ROWS = 16, CROWDED_STRIDE = 256 };
static int is_crowded_in_level3(const lanes_context *context, const lanes_matmul_call *call, int64_t k) {
  const int64_t size = call->n * k;
  return call->m >= CROWDED_ROWS && call->b_stride % CROWDED_STRIDE == 0 && size > context->threads * context->blocking.level2 &&
         size <= context->streaming_floats / 2;
}

/* Whether short vectors' columns of B, of a tile, do not stay in a level-1 cache for the next rows. */
enum { MANY_STEPS = 192 };
static int leaves_level1(const chain_job *job) {
  return job->kernels->vector < LANES_LANES && job->columns.tiles > 1 &&
         job->k >= (lanes_shares_sets(job->call->b_stride) ? LANES_SET_STEPS : MANY_STEPS);
}

/* The micro-kernels cannot read a transposed B where it is. From memory, up to `few` rows, but more than one tile of them, had
 * better stream B: a tile's columns of it, a block of k after the other; unless a level-2 cache does not hold two such blocks.
 * Otherwise panels are worth it where a tile has few cache lines of a row of B, sooner where these leave a level-1 cache; where B
 * comes from memory, in so small parts, again and again; or where many rows meet vectors across lines, or rows that drive each
 * other out of a cache. */
enum { SEVERAL_SHORT = 30 };
static void choose_way_of_b(const lanes_context *context, chain_job *job) {
  const lanes_matmul_call *call = job->call;
  const int64_t few = 2 * context->blocking.rows, size = call->n * call->k;
  job->packs_b = call->transpose_b != 0;
  if (job->packs_b) return;
  const int is_narrow = has_narrow_tiles(job), is_flat = call->m <= few && call->m < call->n;
  const int is_in_memory = size > context->streaming_floats / (call->m <= few ? 2 : 4);
  job->streams_b =
      is_in_memory && is_flat && job->row_tiles > 1 && !is_narrow && !lanes_is_far(call->b_stride) && !job->packs_a;
  const int64_t line = context->blocking.core == LANES_CORE_OF_WHOLES ? 16 : 8; /* loads across lines: floats */
  const int is_aligned = (uintptr_t)call->b % (4 * line) == 0 && call->b_stride % line == 0;
  const int leaves = leaves_level1(job);
  const int are_few = call->m < (leaves && !is_aligned ? SEVERAL_SHORT : SEVERAL_ROWS);
  if (job->streams_b || (are_few && !(is_narrow && is_crowded_in_level3(context, call, job->k)))) return;
  if (size <= (leaves ? LANES_IN_LEVEL1 : context->blocking.small_b)) return;
  const int are_slow = !is_aligned || lanes_is_far(call->b_stride), are_many = call->m > context->blocking.many_rows;
  job->packs_b = is_narrow || is_in_memory || (are_many && are_slow);
}

/* What all rows take beside so many vectors, in tiles of `wide`, and of one vector or two beside them: an fma for each sum, but
 * at least so many in a tile's step, for which each waits for the one before. Low tiles of two vectors take a little more, for
 * each value of A is loaded for but two. */
enum { LATENT_SUMS = 8 };
static double fmas_of(const lanes_matmul_kernels *kernels, int64_t rows, int64_t vectors, int wide) {
  const int64_t tiles = lanes_divide_up(rows, kernels->mr[wide - 1]), rest = vectors % wide;
  const int64_t of_one = lanes_most(LATENT_SUMS * tiles, rows), of_two = lanes_most(LATENT_SUMS * tiles, 2 * rows);
  if (wide == 2) return (double)(vectors / 2 * of_two + rest * of_one);
  const int64_t twos = rest > 0 ? 3 - rest : 0; /* of three vectors and one, two and two are made */
  return (double)((vectors - 2 * twos) / 3 * lanes_most(LATENT_SUMS * tiles, 3 * rows)) + 1.08 * (double)(twos * of_two);
}

/* Vectors side by side in a tile: the kernels' own number, for which B is packed; three, in lower tiles, where these are no more
 * of them or take less, clearly less where loads lie across lines, and so many of a row of B are not more lines at a time than
 * can be had. */
static int vectors_of_tile(const lanes_matmul_kernels *kernels, const lanes_matmul_call *call) {
  const int usual = kernels->vectors, most = LANES_MOST_VECTORS;
  if (usual == most || call->packed_b || lanes_is_far(call->b_stride)) return usual;
  if (lanes_divide_up(call->m, kernels->mr[most - 1]) <= lanes_divide_up(call->m, kernels->mr[usual - 1])) return most;
  const int64_t vectors = lanes_vectors_of(kernels, call->n);
  if (vectors < most) return usual;
  const double worth = vectors > most && call->b_stride % kernels->vector != 0 ? 0.93 : 0.99;
  return fmas_of(kernels, call->m, vectors, most) < worth * fmas_of(kernels, call->m, vectors, usual) ? most : usual;
}

/* Few rows had better read the rows of B from one end to the other, so many of them at a time, and write C as often. That is so
 * where they are from memory, and tiles are so narrow that a step has but one cache line of a row; or where one thread is to take
 * all that memory gives. And where the rows' lines fill but a few places of the smaller caches: there one or two rows have
 * room for fewer steps, and many are worth packing B where those of B are far and not from memory. 0: not in strips. Of many
 * steps, bands have done all this before. */
enum { STRIP_STEPS = 64, STRIP_COLUMNS = 256 };
static int64_t strip_steps_of(const lanes_context *context, const lanes_matmul_call *call, int64_t k) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int is_narrow = kernels->vector < 16;
  const int64_t size = k * call->n, in_cache = context->streaming_floats / 4;
  if (call->m > kernels->strip_rows || call->n < STRIP_COLUMNS || k <= LANES_SHORT_K || call->alpha != 1 || call->packed_b ||
      call->transpose_b)
    return 0;
  if (call->m <= kernels->crowded_rows && size > context->blocking.level2 && call->b_stride % CROWDED_STRIDE == 0) {
    if (call->m <= 2 && call->b_stride % LANES_PAGE == 0) return STRIP_STEPS / 8;
    return call->m >= CROWDED_ROWS && lanes_is_far(call->b_stride) && size <= in_cache ? 0 : STRIP_STEPS;
  }
  return size > in_cache && (is_narrow || context->threads == 1) ? STRIP_STEPS : 0;
}

/* Shares for each thread, at most; and columns that are worth reading more rows of A for than stay in a level-2 cache. */
enum { SHARES = 4, MANY_COLUMNS = 384 };

/* Cuts C along the operand that is not packed, or the larger one: the other is read, and packed, by each thread for itself. A
 * few shares for each thread let those that are done help the others. */
static chain_cut cut_into_shares(const chain_job *job, const lanes_blocking *blocking, int threads) {
  const int by_rows = !job->packs_a == !job->packs_b ? job->call->m >= job->call->n : job->packs_a;
  const int64_t tiles = by_rows ? job->row_tiles : job->columns.tiles, each = tiles / threads;
  const int64_t worth = job->strip_steps > 0 ? STRIP_COLUMNS : !by_rows && job->call->m > blocking->rows ? MANY_COLUMNS : 0;
  const int64_t least = lanes_most(worth / job->columns.wide, 1);
  return (chain_cut){
      .by_rows = by_rows,
      .threads = threads,
      .each = each,
      .shares = threads == 1 ? 1 : lanes_most(lanes_least(SHARES, each / least), 1),
      .over = tiles - threads * each,
      .pieces = tiles >= threads ? threads : 2 * lanes_divide_up(threads, tiles),
  };
}

/* Short chains write more of C than they read of A: their rows of C stay in a level-2 cache. */
enum { SHORT_K = 64 };
static int64_t rows_of_block(const chain_job *job, const lanes_blocking *blocking) {
  if (job->k >= SHORT_K) return lanes_least(blocking->rows, blocking->block_a / job->block_k);
  return lanes_least(blocking->level2 / job->call->n, blocking->block_a / SHORT_K);
}

/* Cuts the shares into blocks. A's rows stay in a level-2 cache, and so do B's columns beside them, with what is fetched of the
 * next ones where these are all rows. Many blocks of rows had better read as many columns as the next cache holds; rows that
 * are packed again for every block of columns, twice as many. */
static void cut_into_blocks(chain_job *job, const lanes_blocking *blocking) {
  const int64_t share = lanes_most(lanes_divide_up(job->cut.each, job->cut.shares), 1);
  const int64_t rows = job->cut.by_rows ? share : job->row_tiles, k = lanes_most(job->block_k, 1);
  job->block_rows = lanes_even_block(rows, lanes_most(rows_of_block(job, blocking) / job->mr, 1), 1);
  const int64_t row_blocks = lanes_divide_up(rows, job->block_rows);
  const int64_t level2 = (blocking->level2 - job->block_rows * job->mr * k) / (row_blocks > 1 ? 1 : 2);
  const int64_t columns = (job->packs_a ? 2 * blocking->level3 : row_blocks > 4 ? blocking->level3 : level2) / k;
  job->block_columns = lanes_even_block(job->cut.by_rows ? job->columns.tiles : share,
                                        lanes_most(columns / job->columns.wide, 2), 1);
  if (job->strip_steps > 0) {
    job->block_rows = rows;
    job->block_columns = lanes_most(blocking->level2 / 2 / STRIP_STEPS / job->columns.wide, 1);
  }
  /* Panels that are not used again; but for an activation they stay together. */
  if (job->packs_b && !job->packs_a && row_blocks == 1 && !job->transposes_once) {
    const int64_t worth = chain_activates(job) ? lanes_divide_up(ACTIVATED_COLUMNS, job->columns.wide) : 1;
    job->block_columns = lanes_least(job->block_columns, worth);
  }
  /* Where no block of B is to be used again: all steps of a tile's columns, or of a block of rows, before the next. */
  if (job->streams_b) job->block_columns = 1, job->cut.shares = lanes_most(job->cut.each, 1);
  if (!job->packs_b && job->cut.by_rows) job->cut.shares = lanes_divide_up(job->cut.each, job->block_rows);
}

/* What writes C row by row; or NULL. */
enum { SHORT_B = 1 << 12 }; /* floats of B that stay in a level-1 cache, and may have to be turned */
static lanes_product_kernel rows_kernel_of(const chain_job *job, const lanes_matmul_call *call) {
  const int64_t k = job->k;
  if (k < 1 || job->packed_b || job->packs_a || !lanes_is_worth_rows(job->kernels, call, k)) return NULL;
  const int has_relu = call->activation == LANES_RELU && !call->gradient_value;
  return job->kernels->rows[call->beta != 0 || call->bias || has_relu][k - 1];
}

/* Whether one thread writes C, some rows at a time, sooner than two do: where it stays in a core's level-2 cache, or in half of
 * it where more is computed for it, and has no epilogue that takes longer. */
static int is_written_sooner_alone(const lanes_context *context, const lanes_matmul_call *call, int64_t k) {
  const int vector = context->kernels->matmul.vector;
  const int is_simple = (call->activation == LANES_IDENTITY || call->activation == LANES_RELU) && !call->gradient_value;
  const int64_t stays = context->blocking.level2 / (k > LANES_SHORT_K && vector == 16 ? 2 : 1);
  return lanes_shares_rows_of_b(context, 1) && is_simple && k > 1 && call->n > 2 * vector && call->m * call->n <= stays;
}

/* A long chain leaves time to fetch the next tile of C; for a C that comes from memory it is always worth it. */
static int fetches_c(const lanes_context *context, const chain_job *job) {
  return job->block_k >= SHORT_K || job->call->m * job->call->n > context->streaming_floats / 4;
}

/* As many steps as leave some rows of A in a level-2 cache: C is reloaded for every block. Fewer steps and more rows where a B
 * is used as it lies in memory, which is read again for every block of rows; or where A is packed, most of all tile after tile.
 * A tile's columns of B that are all there are stay in cache with all their steps, so that A is read row after row. */
enum { FAR_STEPS = 256 };
static int64_t block_k_of(const lanes_context *context, const chain_job *job) {
  const lanes_blocking *blocking = &context->blocking;
  const int64_t k = job->k, n = job->call->n;
  if (job->packed_b) return lanes_packed_block_k(context, k);
  if (job->strip_steps > 0) return lanes_even_block(k, job->strip_steps, 1);
  if (job->columns.tiles == 1 && !job->call->transpose_a && k * job->columns.wide <= blocking->level2 / 2) return k;
  /* Wholes ask twice as much of the next caches: rows of B stay for the next tile of rows, however far apart they lie. */
  if (blocking->core == LANES_CORE_OF_WHOLES && !job->packs_b && job->row_tiles > 1 && lanes_is_far(job->call->b_stride))
    return lanes_even_block(k, FAR_STEPS, LANES_LANES);
  const int reads_memory = !job->packs_b && k * n > context->streaming_floats / 4;
  if (reads_memory || (job->packs_a && !chain_packs_all_tiles(job)))
    return lanes_even_block(k, blocking->block_a / blocking->rows, LANES_LANES);
  return lanes_even_block(k, job->packs_a ? blocking->steps / 2 : blocking->steps, LANES_LANES);
}

chain_job lanes_chain_decide(const lanes_context *context, const lanes_matmul_call *call, int64_t k) {
  const lanes_matmul_kernels *kernels = &context->kernels->matmul;
  const int64_t m = call->m, n = call->n;
  chain_job job = {.call = call, .kernels = kernels, .k = k, .mr = m, .row_tiles = 1};
  job.strip_steps = strip_steps_of(context, call, k);
  job.columns = lanes_columns_of(kernels, n, job.strip_steps > 0 ? 2 : vectors_of_tile(kernels, call));
  const int is_turned_once = k > 0 && lanes_has_transposing_tiles(kernels, call) && m <= kernels->transposing_rows;
  const int64_t rows_in_cache = has_far_rows(&job) ? m : lanes_rows_in_cache(call);
  const int64_t most_rows = lanes_least(is_turned_once ? m : job.columns.mr, rows_in_cache);
  if (m > most_rows) {
    job.mr = lanes_divide_up(m, lanes_divide_up(m, most_rows));
    job.row_tiles = lanes_divide_up(m, job.mr);
  }
  job.a_panel = (job.mr + 7) & -8;
  if (k > 0 && job.strip_steps == 0) {
    job.packed_b = call->packed_b;
    job.packs_a = should_pack_a(&job);
    job.by_rows = rows_kernel_of(&job, call);
    if (!call->packed_b && !job.by_rows) choose_way_of_b(context, &job);
    job.transposes_once = job.packs_b && is_turned_once && job.row_tiles == 1;
    const int64_t size = n * k;
    job.fetches_b = call->packed_b ? size > context->blocking.level2 : !call->transpose_b && size > 4 * small_operand;
    job.fetches_rows = call->transpose_b && size > context->streaming_floats / 4;
  }
  job.block_k = block_k_of(context, &job);
  job.fetches_c = fetches_c(context, &job);
  if (call->gradient_value) {
    if (call->activation != LANES_IDENTITY) job.gradient = context->kernels->elementwise.unary_gradient[call->activation];
  } else if (call->activation != LANES_IDENTITY && call->activation != LANES_RELU)
    job.activation = context->kernels->elementwise.unary[call->activation];

  const double nanoseconds = (2 * (double)k / kernels->flops + 0.03) * (double)m * (double)n; /* C alone: 0.03 each */
  int threads = lanes_threads_for(context, nanoseconds, job.row_tiles * job.columns.tiles);
  if (threads == 2 && job.by_rows && is_written_sooner_alone(context, call, k)) threads = 1;
  job.shares_rows_of_b = lanes_shares_rows_of_b(context, threads);
  job.cut = cut_into_shares(&job, &context->blocking, threads);
  cut_into_blocks(&job, &context->blocking);
  if (job.by_rows)
    job.block_columns = lanes_least(job.block_columns, lanes_most(SHORT_B / k / job.columns.wide, 1));
  if (job.packs_a) job.a_floats = job.block_rows * job.a_panel * job.block_k;
  job.workspace_each = job.a_floats;
  if (job.packs_b && !job.transposes_once) job.workspace_each += job.block_columns * job.columns.wide * job.block_k;
  job.call = NULL; /* It is the run's. */
  return job;
}
