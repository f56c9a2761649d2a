/* What the worker's files share: a job that can be timed, and the libraries that make jobs. */
#ifndef PEER_H
#define PEER_H

#include <stddef.h>
#include <stdint.h>

/* Work that is ready to be timed: what it needs is allocated, dispatched and set. */
typedef struct job {
  void (*run)(void *state, int64_t calls);
  void *state;
  const float *result;
  size_t result_count;
} job;

/* A library: opened once, then asked for jobs, one at a time. */
typedef struct library {
  const char *name;
  /* Describes itself (version, instruction set) into text; returns 0, or says in text why it cannot be used. */
  int (*open)(const char *path, int threads, char *text, size_t size);
  /* Reads the words of a request; returns 0, or says in text why it is refused. */
  int (*prepare)(const char *request, job *made, char *text, size_t size);
} library;

extern const library matmul_libraries[], function_libraries[];
extern const int matmul_libraries_count, function_libraries_count;

/* dlopen with all names going into the process, as when a program links it: MKL's parts find each other so. Says in text
 * why it cannot. */
void *load_library(const char *path, char *text, size_t size);

/* The symbol under any of the prefixes that packagers put before it; null where there is none. */
void *find_symbol(void *handle, const char *name);

/* Floats at a quarter of a page, touched, as the harness has them; released by release_floats, all together. */
float *floats_at(size_t count, int quarter);
void release_floats(void);

/* The harness's FixedNumbers, SplitMix64 (Steele, Lea and Flood, 2014) in [0, 1). */
float next_number(uint64_t *state);

#endif
