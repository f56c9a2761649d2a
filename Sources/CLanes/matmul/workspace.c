#define _GNU_SOURCE
#include "workspace.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Buffers from this size on ask for huge pages: a packed block spans hundreds of small ones. */
static const int64_t huge_page = 2 << 20;

typedef struct workspace {
  float *data;
  int64_t bytes;
} workspace;

static _Thread_local workspace own;
static pthread_key_t at_thread_end;
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static int key_status;

static void release(void *data) {
  free(data);
  own = (workspace){0};
}
static void make_key(void) { key_status = pthread_key_create(&at_thread_end, release); }

float *lanes_allocate(int64_t floats, int64_t *bytes) {
  if (__builtin_mul_overflow(floats, 4, bytes) || *bytes > INT64_MAX - huge_page) return NULL;
  const int64_t alignment = *bytes >= huge_page ? huge_page : 4096;
  *bytes = (*bytes + alignment - 1) & -alignment;
  float *data = aligned_alloc((size_t)alignment, (size_t)*bytes);
  if (data && alignment == huge_page) madvise(data, (size_t)*bytes, MADV_HUGEPAGE);
  return data;
}

static __attribute__((noinline)) float *grow(int64_t floats) {
  int64_t bytes;
  pthread_once(&key_once, make_key);
  if (key_status) return NULL;
  float *data = lanes_allocate(floats, &bytes);
  if (!data) return NULL;
  if (pthread_setspecific(at_thread_end, data)) {
    free(data);
    return NULL;
  }
  free(own.data);
  own = (workspace){data, bytes};
  return data;
}

float *lanes_workspace(int64_t floats) {
  return floats <= own.bytes / 4 ? own.data : grow(floats);
}
