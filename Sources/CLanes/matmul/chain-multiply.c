/* The loops over the tiles of a block, around the micro-kernel, and the epilogue that it does not do. */
#include "chain-order.h"

static void activate(const chain_job *job, lanes_part rows, lanes_part columns) {
  const lanes_matmul_call *call = job->call;
  const int64_t n = columns.end - columns.begin;
  float *c = call->c + rows.begin * call->c_stride + columns.begin;
  if (job->gradient) {
    const float *value = call->gradient_value + rows.begin * call->gradient_value_stride + columns.begin;
    for (int64_t i = rows.begin; i < rows.end; i++, c += call->c_stride, value += call->gradient_value_stride)
      job->gradient(n, value, c, c, 0);
  } else if (n == call->c_stride)
    job->activation(n * (rows.end - rows.begin), c, c, 0);
  else
    for (int64_t i = rows.begin; i < rows.end; i++, c += call->c_stride) job->activation(n, c, c, 0);
}

/* A of a block: where the first tile starts, and how far it is to the next tile. */
typedef struct chain_operand {
  const float *first;
  int64_t step;
} chain_operand;

static chain_operand a_of(const chain_job *job, const chain_block *block) {
  const lanes_matmul_call *call = job->call;
  const int64_t i = block->row_tiles.begin * job->mr, p = block->steps.begin;
  if (job->k == 0) return (chain_operand){NULL, 0};
  if (block->a_panels) return (chain_operand){block->a_panels, job->a_panel * (block->steps.end - p)};
  if (call->transpose_a) return (chain_operand){call->a + p * call->a_stride + i, job->mr};
  return (chain_operand){call->a + i * call->a_stride + p, job->mr * call->a_stride};
}

static lanes_a_form form_of_a(const chain_job *job, const chain_block *block) {
  return block->a_panels || job->call->transpose_a ? LANES_A_PANEL : LANES_A_ROWS;
}

/* The first step of column j of B where it is. */
static const float *b_in_place(const lanes_matmul_call *call, int64_t p, int64_t j) { return call->b + p * call->b_stride + j; }

/* And of op(B), where it is read. */
static const float *b_of(const chain_job *job, const chain_block *block, int64_t j) {
  const int64_t p = block->steps.begin, k = block->steps.end - p;
  if (job->k == 0) return NULL;
  /* Behind the panels of all columns before it. */
  if (block->b_panels) return block->b_panels + (j - lanes_first_column(&job->columns, block->column_tiles.begin)) * k;
  if (job->packed_b) return lanes_packed_panels(job->kernels, job->packed_b, job->call->n, p) + j * k;
  return b_in_place(job->call, p, j);
}

/* What is needed of B later: so many steps, from its first element on. NULL: not to be fetched. */
typedef struct chain_next {
  const float *b;
  int64_t steps;
} chain_next;

/* Of the tile behind tile t. Behind the share's last one comes its first one in the next steps; behind the last of these, the
 * first steps of what lies beside the share. Nothing where that is not all within B, or would not stay in a cache until it is
 * used. Of a packed B, whose panels lie one behind the other, the next one in the share, in steps of this one's width. */
static chain_next next_of(const chain_job *job, const chain_block *block, int64_t t, int copies) {
  const lanes_matmul_call *call = job->call;
  const lanes_part share = block->share->column_tiles;
  const chain_next none = {NULL, 0};
  if (!job->fetches_b || !block->is_first) return none;
  int64_t next = t + 1, p = block->steps.begin, end = share.end;
  if (job->packed_b) {
    if (next == end) return none;
    const int64_t steps = (block->steps.end - p) * lanes_width(&job->columns, next) / lanes_width(&job->columns, t);
    return (chain_next){b_of(job, block, lanes_first_column(&job->columns, next)), steps};
  }
  if (!job->streams_b && !job->packs_b) return none;
  if (copies && lanes_is_far(call->b_stride)) return none;
  const int are_more_rows = block->row_tiles.end < block->share->row_tiles.end;
  if (job->packs_b && next == block->column_tiles.end && are_more_rows) return none;
  if (next == share.end) {
    p = block->steps.end < job->k ? block->steps.end : 0;
    if (p > 0) next = share.begin;
    else end = job->columns.tiles;
  }
  if (next >= end || lanes_first_column(&job->columns, next + 1) > call->n) return none;
  return (chain_next){b_in_place(call, p, lanes_first_column(&job->columns, next)), lanes_least(job->block_k, job->k - p)};
}

/* Every tile of rows fetches a part of the B that is needed later, a row every so many steps. A tile's own rows are fetched so
 * many before they are needed: few enough for a level-2 cache of 8 ways, however far apart they lie. */
enum { PERIOD = 8, FAR = 32 };

static void fetch_part(lanes_micro_tile *tile, chain_next next, int64_t part) {
  const int64_t rows = lanes_divide_up(next.steps, tile->period), first = part * rows;
  if (!next.b) return;
  tile->next_rows[0] = part < tile->period && first < next.steps ? lanes_least(rows, next.steps - first) : 0;
  if (tile->next_rows[0] > 0) tile->next_b[0] = next.b + first * tile->next_b_stride;
}

/* The same tile's rows, and at last the first ones of the next tile, unless that is NULL. */
static void fetch_in_place(lanes_micro_tile *tile, const float *next_b) {
  const int64_t far = lanes_least(FAR, tile->k);
  tile->period = 1;
  tile->next_b[0] = tile->b + far * tile->b_stride, tile->next_rows[0] = tile->k - far;
  tile->next_b[1] = next_b, tile->next_rows[1] = next_b ? far : 0;
}

static void pack_b(const chain_job *job, const chain_block *block, int64_t t, float *panel) {
  const lanes_matmul_call *call = job->call;
  const int64_t p = block->steps.begin;
  lanes_pack_columns(job->kernels, &job->columns, t, t + 1, call->n, p, block->steps.end - p, call->transpose_b, call->b,
                     call->b_stride, panel);
}

static lanes_part rows_of(const chain_job *job, const chain_block *block) {
  const lanes_part tiles = block->row_tiles;
  return (lanes_part){tiles.begin * job->mr, lanes_least(tiles.end * job->mr, job->call->m)};
}

static lanes_part columns_of(const chain_job *job, const chain_block *block) {
  const lanes_part tiles = block->column_tiles;
  const int64_t end = lanes_first_column(&job->columns, tiles.end);
  return (lanes_part){lanes_first_column(&job->columns, tiles.begin), lanes_least(end, job->call->n)};
}

/* All columns of a block, of a B that the tile turns: none of it is packed. */
static void multiply_transposing(const chain_job *job, const chain_block *block, lanes_micro_tile tile, lanes_part rows) {
  const lanes_matmul_call *call = job->call;
  const lanes_part columns = columns_of(job, block);
  const int64_t j = columns.begin;
  const int is_last = block->steps.end == job->k;
  tile.columns = columns.end - j;
  tile.a = a_of(job, block).first;
  tile.b = b_in_place(call, j, block->steps.begin);
  tile.c = call->c + rows.begin * call->c_stride + j;
  tile.bias = is_last && call->bias ? call->bias + j : NULL;
  job->kernels->transposing[form_of_a(job, block)][rows.end - rows.begin - 1](&tile);
  if (chain_activates(job) && is_last) activate(job, rows, columns);
}

/* What multiplies the first tile of rows, and packs B by the way; NULL: that is to be done before. */
static lanes_micro_kernel copying_of(const chain_job *job, const chain_block *block, const lanes_micro_tile *tile) {
  const lanes_matmul_call *call = job->call;
  const lanes_matmul_kernels *kernels = job->kernels;
  if (!job->packs_b || !block->is_first) return NULL;
  const int64_t rows = lanes_least(job->mr, call->m - block->row_tiles.begin * job->mr);
  if (call->transpose_b)
    return lanes_has_transposing_tiles(kernels, call) ? kernels->transposing[form_of_a(job, block)][rows - 1] : NULL;
  return tile->columns < kernels->vectors * kernels->vector ? NULL : kernels->copying[form_of_a(job, block)][rows - 1];
}

/* What multiplies whole tiles of rows, from `first` on, and packs a part of the next tile's B by the way, so that nothing waits
 * for it: so many rows each, one every `period` steps. NULL: none does. Fewer tiles would do little else; fewer steps may leave
 * no period. */
typedef struct chain_packing {
  lanes_micro_kernel run;
  const float *b;
  float *panel;
  int64_t first, width, rows, period;
} chain_packing;

enum { ENOUGH_TILES = 5, ENOUGH_STEPS = 16 };
static chain_packing packing_of(const chain_job *job, const chain_block *block, int64_t t, int copies) {
  const lanes_matmul_call *call = job->call;
  const chain_packing none = {.run = NULL};
  const int64_t next = t + 1, p = block->steps.begin, k = block->steps.end - p;
  const lanes_part rows = rows_of(job, block);
  const int64_t tiles = (rows.end - rows.begin) / job->mr - copies;
  if (!job->packs_b || !block->is_first || call->transpose_b || tiles < ENOUGH_TILES || k < ENOUGH_STEPS) return none;
  if (next >= block->column_tiles.end || lanes_width(&job->columns, t) < job->columns.wide) return none;
  const int64_t j = lanes_first_column(&job->columns, next), width = lanes_width(&job->columns, next);
  if (j + width > call->n) return none;
  const int64_t each = lanes_divide_up(k, tiles);
  return (chain_packing){
      .run = job->kernels->packing[form_of_a(job, block)][job->mr - 1],
      .b = b_in_place(call, p, j),
      .panel = (float *)b_of(job, block, j),
      .first = block->row_tiles.begin + copies,
      .width = width,
      .rows = each,
      .period = (k - LANES_MOST_ENDS) / each,
  };
}

static void multiply_packing(const chain_packing *packing, lanes_micro_tile tile, int64_t part) {
  const int64_t first = part * packing->rows;
  tile.period = packing->period;
  tile.next_b[0] = packing->b + first * tile.next_b_stride;
  tile.next_rows[0] = lanes_most(lanes_least(packing->rows, tile.k - first), 0);
  tile.copy = packing->panel + first * packing->width;
  tile.copy_width = packing->width;
  packing->run(&tile);
}

/* The tile's b is the panel. */
static void multiply_copying(lanes_micro_kernel copying, lanes_micro_tile tile, const lanes_matmul_call *call, int64_t p,
                             int64_t j, int are_more_rows) {
  tile.copy_width = tile.b_stride;
  tile.copy = call->transpose_b && !are_more_rows ? NULL : (float *)tile.b;
  tile.b = call->transpose_b ? b_in_place(call, j, p) : b_in_place(call, p, j);
  tile.b_stride = call->b_stride;
  if (!call->transpose_b && lanes_is_far(call->b_stride)) fetch_in_place(&tile, NULL);
  copying(&tile);
}

/* A few steps of all columns of a block. */
static void multiply_rows(const chain_job *job, const chain_block *block, lanes_part rows) {
  const lanes_matmul_call *call = job->call;
  const lanes_part columns = columns_of(job, block);
  const int64_t j = columns.begin;
  const int64_t a_row = call->transpose_a ? 1 : call->a_stride;
  const lanes_turned_rows turned = {
      .rows =
          {
              .m = rows.end - rows.begin,
              .n = columns.end - j,
              .a_row = a_row,
              .a_step = call->transpose_a ? call->a_stride : 1,
              .b_stride = call->b_stride,
              .c_stride = call->c_stride,
              .beta = call->beta,
              .relu = call->activation == LANES_RELU && !job->gradient,
              .shares_b = job->shares_rows_of_b,
          },
      .k = job->k,
      .run = job->by_rows,
  };
  const lanes_product_kernel run = call->transpose_b ? lanes_run_turned_rows : job->by_rows;
  const float *b = call->b + j * (call->transpose_b ? call->b_stride : 1);
  run(&turned, call->a + rows.begin * a_row, b, call->c + rows.begin * call->c_stride + j, call->bias ? call->bias + j : NULL,
      NULL);
  if (chain_activates(job)) activate(job, rows, columns);
}

void lanes_chain_multiply(const chain_job *job, const chain_block *block) {
  const lanes_matmul_call *call = job->call;
  const lanes_matmul_kernels *kernels = job->kernels;
  const int64_t n = call->n, mr = job->mr, p = block->steps.begin, k = block->steps.end - p;
  const int is_last = block->steps.end == job->k, has_b_panels = block->b_panels || job->packed_b;
  const chain_operand a = a_of(job, block);
  const lanes_part rows = rows_of(job, block);
  if (job->by_rows) {
    multiply_rows(job, block, rows);
    return;
  }
  const int64_t first_column = lanes_first_column(&job->columns, block->column_tiles.begin);
  lanes_micro_tile tile = {
      .k = k,
      .a_stride = block->a_panels ? job->a_panel : call->a_stride,
      .b_stride = call->b_stride,
      .c_stride = call->c_stride,
      .beta = p == 0 ? call->beta : 1,
      .relu = is_last && call->activation == LANES_RELU && !job->gradient,
      .fetches = job->fetches_rows,
      .period = lanes_least(block->row_tiles.end - block->row_tiles.begin, PERIOD),
  };
  if (job->transposes_once) {
    multiply_transposing(job, block, tile, rows);
    return;
  }
  const lanes_a_form form = form_of_a(job, block);
  const lanes_micro_kernel(*micro)[LANES_LAST_FORMS][LANES_MOST_MR] = kernels->micro[form];
  const int64_t c_step = mr * call->c_stride;
  const int are_more_rows = block->row_tiles.begin + 1 < block->share->row_tiles.end;
  int64_t activated = first_column;
  int is_packed = 0; /* beside the tile before */
  for (int64_t t = block->column_tiles.begin, tiles; t < block->column_tiles.end; t += tiles) {
    const int64_t j = lanes_first_column(&job->columns, t), width = lanes_width(&job->columns, t);
    tiles = job->strip_steps > 0 ? lanes_most(lanes_least((n - j) / width, block->column_tiles.end - t), 1) : 1;
    tile.columns = lanes_least(tiles * width, n - j);
    tile.b = b_of(job, block, j);
    const lanes_micro_kernel copying = is_packed ? NULL : copying_of(job, block, &tile);
    if (job->packs_b && block->is_first && !copying && !is_packed) pack_b(job, block, t, (float *)tile.b);
    const chain_packing packing = packing_of(job, block, t, copying != NULL);
    if (has_b_panels) tile.b_stride = width;
    tile.next_b_stride = job->packed_b ? width : call->b_stride;
    tile.bias = is_last && call->bias ? call->bias + j : NULL;
    const lanes_micro_kernel *of_rows = kernels->strip[form];
    if (tiles == 1) {
      const int64_t vectors = lanes_vectors_of(kernels, tile.columns);
      of_rows = micro[vectors - 1][lanes_last_vector_of(kernels, tile.columns, vectors, has_b_panels)];
    }
    if (job->fetches_b && !has_b_panels && !job->streams_b)
      fetch_in_place(&tile, t + 1 < block->column_tiles.end ? tile.b + width : NULL);
    else
      tile.next_rows[0] = 0;
    const chain_next next = packing.run ? (chain_next){NULL, 0} : next_of(job, block, t, copying != NULL);
    tile.a = a.first;
    tile.c = call->c + rows.begin * call->c_stride + j;
    for (int64_t i = block->row_tiles.begin; i < block->row_tiles.end; i++, tile.a += a.step, tile.c += c_step) {
      const int64_t left = rows.end - i * mr;
      fetch_part(&tile, next, i - block->row_tiles.begin);
      tile.next_c = job->fetches_c && left > mr ? tile.c + c_step : NULL;
      if (copying && i == block->row_tiles.begin) multiply_copying(copying, tile, call, p, j, are_more_rows);
      else if (packing.run && left >= mr) multiply_packing(&packing, tile, i - packing.first);
      else of_rows[lanes_least(mr, left) - 1](&tile);
    }
    is_packed = packing.run != NULL;
    /* As soon as there are enough columns for whole vectors, and while they are still in cache. */
    const int64_t done = j + tile.columns;
    const int are_enough = t + tiles == block->column_tiles.end || done - activated >= ACTIVATED_COLUMNS;
    if (chain_activates(job) && is_last && are_enough) {
      activate(job, rows, (lanes_part){activated, done});
      activated = done;
    }
  }
}
