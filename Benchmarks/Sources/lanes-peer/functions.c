/* Libraries of elementwise functions: SLEEF by its vector functions, MKL VML by its array functions. */
#define _GNU_SOURCE
#include "peer.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void array_function(int count, const float *x, float *y);

static struct arrays {
  int count;
  float *x, *y;
  void *function;
} arrays;

static void *sleef;
static const char *sleef_accuracy;

static int prepare(const char *request, void *(*find)(const char *), void (*run)(void *, int64_t), job *made, char *text,
                   size_t size) {
  char name[32];
  int count;
  float least, range;
  if (sscanf(request, "function %31s %d %f %f", name, &count, &least, &range) != 4 || count < 1) {
    snprintf(text, size, "does not know %.99s", request);
    return 1;
  }
  /* SLEEF's loop takes whole vectors. */
  size_t padded = ((size_t)count + 15) / 16 * 16;
  arrays = (struct arrays){count, floats_at(padded, 0), floats_at(padded, 2), find(name)};
  if (!arrays.function || !arrays.x || !arrays.y) {
    snprintf(text, size, arrays.function ? "no memory" : "has no %s", name);
    return 1;
  }
  uint64_t seed = 1;
  for (size_t i = 0; i < (size_t)count; i++) arrays.x[i] = least + range * next_number(&seed);
  for (size_t i = 0; i < (size_t)count; i++) arrays.y[i] = NAN;
  *made = (job){run, &arrays, arrays.y, (size_t)count};
  return 0;
}

#if defined(__x86_64__)
#include <immintrin.h>
typedef __m512 function16(__m512);
typedef __m256 function8(__m256);

__attribute__((target("avx512f"))) static void run16(void *state, int64_t calls) {
  struct arrays own = *(struct arrays *)state;
  for (int64_t call = 0; call < calls; call++)
    for (int i = 0; i < own.count; i += 16)
      _mm512_storeu_ps(own.y + i, ((function16 *)own.function)(_mm512_loadu_ps(own.x + i)));
}

__attribute__((target("avx2,fma"))) static void run8(void *state, int64_t calls) {
  struct arrays own = *(struct arrays *)state;
  for (int64_t call = 0; call < calls; call++)
    for (int i = 0; i < own.count; i += 8)
      _mm256_storeu_ps(own.y + i, ((function8 *)own.function)(_mm256_loadu_ps(own.x + i)));
}

static int has_avx512(void) { return __builtin_cpu_supports("avx512f"); }

static void *find_sleef(const char *name) {
  char symbol[64];
  /* Its square root is exact to half a unit. */
  const char *accuracy = !strcmp(name, "sqrt") && !strcmp(sleef_accuracy, "u10") ? "u05" : sleef_accuracy;
  snprintf(symbol, sizeof symbol, "Sleef_%sf%s_%s%s", name, has_avx512() ? "16" : "8", accuracy,
           has_avx512() ? "avx512f" : "avx2");
  return dlsym(sleef, symbol);
}

static int prepare_sleef(const char *request, job *made, char *text, size_t size) {
  return prepare(request, find_sleef, has_avx512() ? run16 : run8, made, text, size);
}

static int open_sleef(const char *path, int threads, char *text, size_t size) {
  if (threads != 1) {
    snprintf(text, size, "has no threads");
    return 1;
  }
  sleef = load_library(path, text, size);
  if (!sleef) return 1;
  if (!has_avx512() && !(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))) {
    snprintf(text, size, "needs AVX2");
    return 1;
  }
  Dl_info info;
  void *known = dlsym(sleef, "Sleef_expf8_u10avx2");
  char *file = known && dladdr(known, &info) ? realpath(info.dli_fname, 0) : 0;
  snprintf(text, size, "%s %s %s, 1 thread", file ? strrchr(file, '/') + 1 : path, sleef_accuracy,
           has_avx512() ? "avx512f" : "avx2");
  free(file);
  return 0;
}
#else
static int prepare_sleef(const char *request, job *made, char *text, size_t size) {
  (void)request, (void)made;
  snprintf(text, size, "is called on x86-64 alone");
  return 1;
}
static int open_sleef(const char *path, int threads, char *text, size_t size) {
  (void)path, (void)threads;
  return prepare_sleef(0, 0, text, size);
}
#endif

static int open_sleef_u10(const char *path, int threads, char *text, size_t size) {
  sleef_accuracy = "u10";
  return open_sleef(path, threads, text, size);
}

static int open_sleef_u35(const char *path, int threads, char *text, size_t size) {
  sleef_accuracy = "u35";
  return open_sleef(path, threads, text, size);
}

static void *vml;

static void run_vml(void *state, int64_t calls) {
  struct arrays own = *(struct arrays *)state;
  for (int64_t call = 0; call < calls; call++) ((array_function *)own.function)(own.count, own.x, own.y);
}

static void *find_vml(const char *name) {
  const char *names[][2] = {{"exp", "vsExp"},     {"log", "vsLn"},   {"tanh", "vsTanh"},  {"erf", "vsErf"},
                            {"expm1", "vsExpm1"}, {"sqrt", "vsSqrt"}, {"log1p", "vsLog1p"}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcmp(name, names[i][0])) return dlsym(vml, names[i][1]);
  return 0;
}

static int prepare_vml(const char *request, job *made, char *text, size_t size) {
  return prepare(request, find_vml, run_vml, made, text, size);
}

static int open_vml(const char *path, int threads, char *text, size_t size) {
  vml = load_library(path, text, size);
  if (!vml) return 1;
  void (*set_threads)(int) = (void (*)(int))find_symbol(vml, "MKL_Set_Num_Threads");
  void (*version)(char *, int) = (void (*)(char *, int))find_symbol(vml, "MKL_Get_Version_String");
  if (!set_threads || !version) {
    snprintf(text, size, "lacks MKL's functions");
    return 1;
  }
  set_threads(threads);
  char name[200] = "";
  version(name, sizeof name - 1);
  for (size_t end = strlen(name); end && name[end - 1] == ' ';) name[--end] = 0;
  snprintf(text, size, "%s, high accuracy, %d threads", name, threads);
  return 0;
}

const library function_libraries[] = {
    {"sleef", open_sleef_u10, prepare_sleef}, {"sleef-u35", open_sleef_u35, prepare_sleef}, {"vml", open_vml, prepare_vml}};
const int function_libraries_count = sizeof function_libraries / sizeof *function_libraries;
