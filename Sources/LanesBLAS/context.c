#include "product.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

const lanes_context *blas_chosen;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void ignore(const char *variable, lanes_status status) {
  fprintf(stderr, "LanesBLAS: %s=%s is ignored: %s\n", variable, getenv(variable), lanes_status_message(status));
}

/* What the default context would be without the variables that are bad. */
static lanes_context *substitute(void) {
  lanes_options options = {0};
  lanes_context *context;
  for (;;) {
    const lanes_status status = lanes_context_create(&options, &context);
    if (status == LANES_OK) return context;
    if (!options.isa && (status == LANES_UNKNOWN_ISA || status == LANES_UNAVAILABLE_ISA)) {
      ignore("LANES_ISA", status);
      options.isa = lanes_isa_name(lanes_isa_of_machine());
    } else if (!options.threads && status == LANES_INVALID_THREADS) {
      ignore("LANES_NUM_THREADS", status);
      options.threads = lanes_threads_of_machine();
    } else {
      return NULL;
    }
  }
}

static void choose(void) {
  const lanes_context *context;
  if (lanes_default_context(&context)) context = substitute();
  __atomic_store_n(&blas_chosen, context, __ATOMIC_RELEASE);
}

const lanes_context *blas_choose(void) {
  pthread_once(&once, choose);
  return __atomic_load_n(&blas_chosen, __ATOMIC_ACQUIRE);
}
