#include "context.h"
#include "threads.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* To have a worker that is awake begin and end costs a microsecond or two; less work than this is not worth it. */
static const double default_grain = 2500;

/* Where the system does not say how large the last-level cache is. */
static const int64_t default_streaming_bytes = 32 << 20;

lanes_isa lanes_isa_of_machine(void) {
  static const lanes_isa best_first[] = {LANES_ISA_AVX512, LANES_ISA_AVX2, LANES_ISA_NEON};
  for (size_t i = 0; i < sizeof best_first / sizeof *best_first; i++)
    if (lanes_isa_available(best_first[i])) return best_first[i];
  return LANES_ISA_PORTABLE;
}

static lanes_status find_isa(const char *name, lanes_isa *isa) {
  if (!name) {
    *isa = lanes_isa_of_machine();
    return LANES_OK;
  }
  for (*isa = 0; *isa < LANES_ISA_COUNT; ++*isa)
    if (!strcmp(name, lanes_isa_name(*isa))) return lanes_isa_available(*isa) ? LANES_OK : LANES_UNAVAILABLE_ISA;
  return LANES_UNKNOWN_ISA;
}

static lanes_status find_threads(const char *text, int *threads) {
  if (!text) {
    *threads = lanes_threads_of_machine();
    return LANES_OK;
  }
  char *end;
  long value = strtol(text, &end, 10);
  if (*text < '0' || *text > '9' || *end || value < 1 || value > LANES_MAX_THREADS) return LANES_INVALID_THREADS;
  *threads = (int)value;
  return LANES_OK;
}

static double find_grain(double wanted) {
  const char *text = getenv("LANES_GRAIN");
  if (!(wanted > 0) && text) wanted = strtod(text, NULL);
  return wanted > 0 ? wanted : default_grain;
}

static int64_t within(int64_t value, int64_t least, int64_t most) {
  return value < least ? least : value > most ? most : value;
}

static lanes_blocking find_blocking(const lanes_machine *machine, lanes_core core) {
  const int64_t l2_floats = (machine->l2_bytes >= 64 << 10 ? machine->l2_bytes : 512 << 10) / (int64_t)sizeof(float);
  const int64_t block_a = l2_floats * 3 / 8, rows = within(block_a / 512, 48, 768);
  return (lanes_blocking){
      .block_a = block_a,
      .steps = within(block_a / 48, 256, LANES_MOST_STEPS) & -LANES_LANES,
      .rows = rows,
      .level2 = l2_floats * 7 / 8,
      .level3 = 2 * l2_floats,
      .small_b = core == LANES_CORE_OF_WHOLES ? 1 << 14 : 1 << 16,
      .many_rows = core == LANES_CORE_OF_WHOLES ? 48 : rows,
      .core = core,
  };
}

static lanes_status fill(const lanes_options *options, lanes_context *context) {
  lanes_isa isa;
  lanes_status status = find_isa(options->isa ? options->isa : getenv("LANES_ISA"), &isa);
  if (status) return status;
  if (options->threads < 0 || options->threads > LANES_MAX_THREADS) return LANES_INVALID_THREADS;
  context->threads = options->threads;
  if (!options->threads && (status = find_threads(getenv("LANES_NUM_THREADS"), &context->threads))) return status;
  context->kernels = lanes_kernels_of(isa);
  context->grain = find_grain(options->grain);
  const lanes_machine machine = lanes_machine_describe();
  const int is_known = options->core == LANES_CORE_OF_HALVES || options->core == LANES_CORE_OF_WHOLES;
  const lanes_core core = is_known ? options->core : lanes_core_of_machine();
  context->blocking = find_blocking(&machine, core);
  int64_t bytes = options->streaming_bytes > 0 ? options->streaming_bytes : machine.l3_bytes;
  context->streaming_floats = (bytes > 0 ? bytes : default_streaming_bytes) / (int64_t)sizeof(float);
  lanes_find_turning_steps(&context->kernels->matmul, context->turning_steps);
  return LANES_OK;
}

_Atomic(const lanes_context *) lanes_default;
static pthread_once_t default_once = PTHREAD_ONCE_INIT;
static lanes_status default_status;

static void make_default(void) {
  static lanes_context context;
  default_status = fill(&(lanes_options){0}, &context);
  if (!default_status) lanes_default = &context;
}

lanes_status lanes_default_context(const lanes_context **context) {
  if (!context) return LANES_NULL_POINTER;
  pthread_once(&default_once, make_default);
  if (default_status) return default_status;
  *context = lanes_default;
  return LANES_OK;
}

lanes_status lanes_context_create(const lanes_options *options, lanes_context **context) {
  if (!context) return LANES_NULL_POINTER;
  lanes_context made;
  lanes_status status = fill(options ? options : &(lanes_options){0}, &made);
  if (status) return status;
  lanes_context *memory = malloc(sizeof *memory);
  if (!memory) return LANES_OUT_OF_MEMORY;
  *memory = made;
  *context = memory;
  return LANES_OK;
}

void lanes_context_destroy(lanes_context *context) { free(context); }
lanes_isa lanes_context_isa(const lanes_context *context) {
  return lanes_enter(&context) ? LANES_ISA_PORTABLE : context->kernels->isa;
}
int lanes_context_threads(const lanes_context *context) { return lanes_enter(&context) ? 1 : context->threads; }
