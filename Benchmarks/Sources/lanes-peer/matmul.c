/* The libraries that multiply matrices, by their own C interfaces, loaded at run time. */
#define _GNU_SOURCE
#include "peer.h"

#include <dlfcn.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef void cblas_sgemm_function(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha,
                                  const float *a, int a_stride, const float *b, int b_stride, float beta, float *c,
                                  int c_stride);
typedef int dnnl_sgemm_function(char transpose_a, char transpose_b, int64_t m, int64_t n, int64_t k, float alpha,
                                const float *a, int64_t a_stride, const float *b, int64_t b_stride, float beta, float *c,
                                int64_t c_stride);
typedef void xsmm_kernel(const float *a, const float *b, float *c, ...);
typedef xsmm_kernel *xsmm_dispatch_function(int m, int n, int k, const int *a_stride, const int *b_stride,
                                            const int *c_stride, const float *alpha, const float *beta, const int *flags,
                                            const int *prefetch);

static cblas_sgemm_function *cblas_sgemm;
static dnnl_sgemm_function *dnnl_sgemm;
static xsmm_dispatch_function *xsmm_dispatch;

/* One product, row-major without gaps. */
static struct problem {
  int m, n, k, transpose_a, transpose_b;
  float *a, *b, *c;
  xsmm_kernel *kernel;
} problem;

static void run_cblas(void *state, int64_t calls) {
  const struct problem p = *(struct problem *)state;
  const int row_major = 101, plain = 111, transposed = 112;
  for (int64_t call = 0; call < calls; call++)
    cblas_sgemm(row_major, p.transpose_a ? transposed : plain, p.transpose_b ? transposed : plain, p.m, p.n, p.k, 1, p.a,
                p.transpose_a ? p.m : p.k, p.b, p.transpose_b ? p.k : p.n, 0, p.c, p.n);
}

static void run_dnnl(void *state, int64_t calls) {
  const struct problem p = *(struct problem *)state;
  for (int64_t call = 0; call < calls; call++)
    dnnl_sgemm(p.transpose_a ? 'T' : 'N', p.transpose_b ? 'T' : 'N', p.m, p.n, p.k, 1, p.a, p.transpose_a ? p.m : p.k, p.b,
               p.transpose_b ? p.k : p.n, 0, p.c, p.n);
}

static void run_xsmm(void *state, int64_t calls) {
  const struct problem p = *(struct problem *)state;
  /* Column-major: cᵀ = bᵀ·aᵀ. */
  for (int64_t call = 0; call < calls; call++) p.kernel(p.b, p.a, p.c);
}

static int prepare(const char *request, void (*run)(void *, int64_t), job *made, char *text, size_t size) {
  struct problem p = {0};
  if (sscanf(request, "matmul %d %d %d %d %d", &p.m, &p.n, &p.k, &p.transpose_a, &p.transpose_b) != 5) {
    snprintf(text, size, "does not know %.99s", request);
    return 1;
  }
  size_t a_count = (size_t)p.m * (size_t)p.k, b_count = (size_t)p.k * (size_t)p.n, c_count = (size_t)p.m * (size_t)p.n;
  p.a = floats_at(a_count, 0), p.b = floats_at(b_count, 1), p.c = floats_at(c_count, 2);
  if (!p.a || !p.b || !p.c) {
    snprintf(text, size, "no memory");
    return 1;
  }
  uint64_t seed = 1;
  for (size_t i = 0; i < a_count; i++) p.a[i] = 2 * next_number(&seed) - 1;
  for (size_t i = 0; i < b_count; i++) p.b[i] = 2 * next_number(&seed) - 1;
  /* What is not written stays NaN, and the harness sees it. */
  for (size_t i = 0; i < c_count; i++) p.c[i] = NAN;
  problem = p;
  *made = (job){run, &problem, p.c, c_count};
  return 0;
}

static int prepare_cblas(const char *request, job *made, char *text, size_t size) {
  return prepare(request, run_cblas, made, text, size);
}

static int prepare_dnnl(const char *request, job *made, char *text, size_t size) {
  return prepare(request, run_dnnl, made, text, size);
}

/* The kernel is generated here, outside of what is timed. */
static int prepare_xsmm(const char *request, job *made, char *text, size_t size) {
  if (prepare(request, run_xsmm, made, text, size)) return 1;
  if (problem.transpose_a || problem.transpose_b || (int64_t)problem.m * problem.n * problem.k > 128 * 128 * 128) {
    snprintf(text, size, "for plain products up to 128³");
    return 1;
  }
  const float one = 1, zero = 0;
  const int none = 0, no_prefetch = 0;
  problem.kernel =
      xsmm_dispatch(problem.n, problem.m, problem.k, &problem.n, &problem.k, &problem.n, &one, &zero, &none, &no_prefetch);
  if (!problem.kernel) snprintf(text, size, "has no kernel");
  return !problem.kernel;
}

static int missing(const char *name, char *text, size_t size) {
  snprintf(text, size, "lacks %s", name);
  return 1;
}

static int open_openblas(const char *path, int threads, char *text, size_t size) {
  void *handle = load_library(path, text, size);
  if (!handle) return 1;
  cblas_sgemm = (cblas_sgemm_function *)find_symbol(handle, "cblas_sgemm");
  void (*set_threads)(int) = (void (*)(int))find_symbol(handle, "openblas_set_num_threads");
  int (*get_threads)(void) = (int (*)(void))find_symbol(handle, "openblas_get_num_threads");
  char *(*config)(void) = (char *(*)(void))find_symbol(handle, "openblas_get_config");
  if (!cblas_sgemm || !set_threads || !get_threads || !config) return missing("OpenBLAS's functions", text, size);
  set_threads(threads);
  if (strstr(config(), "USE64BITINT")) return missing("integers of 32 bits", text, size);
  /* The configuration ends with the kernels that were chosen for this processor. */
  snprintf(text, size, "%s, %d threads", config(), get_threads());
  return 0;
}

typedef struct mkl_version {
  int major, minor, update;
  const char *status, *build, *processor, *platform;
} mkl_version;

static int open_mkl(const char *path, int threads, char *text, size_t size) {
  void *handle = load_library(path, text, size);
  if (!handle) return 1;
  cblas_sgemm = (cblas_sgemm_function *)find_symbol(handle, "cblas_sgemm");
  void (*version)(mkl_version *) = (void (*)(mkl_version *))find_symbol(handle, "MKL_Get_Version");
  void (*set_threads)(int) = (void (*)(int))find_symbol(handle, "MKL_Set_Num_Threads");
  int (*get_threads)(void) = (int (*)(void))find_symbol(handle, "MKL_Get_Max_Threads");
  if (!cblas_sgemm || !version || !set_threads || !get_threads) return missing("MKL's functions", text, size);
  set_threads(threads);
  mkl_version own;
  version(&own);
  /* Since 2021 the second number of a release stands in update. */
  snprintf(text, size, "%d.%d, %s, %d threads", own.major, own.update, own.processor, get_threads());
  return 0;
}

typedef struct dnnl_version_text {
  int major, minor, patch;
  const char *hash;
  unsigned cpu_runtime, gpu_runtime;
} dnnl_version_text;

/* The wheel's threads are TBB's, which takes as many as the process may use processors. */
static void keep_to(int processors) {
  cpu_set_t all, some;
  if (sched_getaffinity(0, sizeof all, &all)) return;
  CPU_ZERO(&some);
  for (int i = CPU_SETSIZE - 1; i >= 0 && CPU_COUNT(&some) < processors; i--)
    if (CPU_ISSET(i, &all)) CPU_SET(i, &some);
  sched_setaffinity(0, sizeof some, &some);
}

static const char *dnnl_isa(int isa) {
  switch (isa) {
  case 0x7: return "avx2";
  case 0xf: return "avx2_vnni";
  case 0x27: return "avx512_core";
  case 0x67: return "avx512_core_vnni";
  case 0xe7: return "avx512_core_bf16";
  case 0x1ef: return "avx512_core_fp16";
  default: return isa & 0x20 ? "avx512_core and more" : "another isa";
  }
}

static int open_dnnl(const char *path, int threads, char *text, size_t size) {
  keep_to(threads);
  void *handle = load_library(path, text, size);
  if (!handle) return 1;
  dnnl_sgemm = (dnnl_sgemm_function *)find_symbol(handle, "dnnl_sgemm");
  const dnnl_version_text *(*version)(void) = (const dnnl_version_text *(*)(void))find_symbol(handle, "dnnl_version");
  int (*isa)(void) = (int (*)(void))find_symbol(handle, "dnnl_get_effective_cpu_isa");
  if (!dnnl_sgemm || !version || !isa) return missing("oneDNN's functions", text, size);
  snprintf(text, size, "%d.%d.%d, %s, %d threads", version()->major, version()->minor, version()->patch, dnnl_isa(isa()),
           threads);
  return 0;
}

/* Debian's BLIS does not know processors younger than itself, and takes the slowest kernels for them; and of those with AVX-512
 * it takes AVX2's for all whose names it does not know, as in virtual machines. A child looks, because the choice is made once a
 * process. Numbers: BLIS 0.9's arch_t. */
static void help_blis_choose(const char *path) {
#if defined(__x86_64__)
  const char *skx = "0", *zen3 = "6";
  if (getenv("BLIS_ARCH_TYPE")) return;
  pid_t child = fork();
  if (child == 0) {
    void *handle = dlopen(path, RTLD_NOW);
    int (*arch)(void) = handle ? (int (*)(void))find_symbol(handle, "bli_arch_query_id") : 0;
    const char *(*arch_name)(int) = handle ? (const char *(*)(int))find_symbol(handle, "bli_arch_string") : 0;
    if (!arch || !arch_name) _exit(0);
    _exit(!strcmp(arch_name(arch()), "generic") ? 2 : !strcmp(arch_name(arch()), "haswell"));
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) return;
  const int is_haswell = WEXITSTATUS(status) == 1, is_generic = WEXITSTATUS(status) == 2;
  if ((is_generic || is_haswell) && __builtin_cpu_supports("avx512f")) setenv("BLIS_ARCH_TYPE", skx, 1);
  else if (is_generic && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) setenv("BLIS_ARCH_TYPE", zen3, 1);
#else
  (void)path;
#endif
}

static int open_blis(const char *path, int threads, char *text, size_t size) {
  help_blis_choose(path);
  void *handle = load_library(path, text, size);
  if (!handle) return 1;
  cblas_sgemm = (cblas_sgemm_function *)find_symbol(handle, "cblas_sgemm");
  const char *(*version)(void) = (const char *(*)(void))find_symbol(handle, "bli_info_get_version_str");
  int (*arch)(void) = (int (*)(void))find_symbol(handle, "bli_arch_query_id");
  const char *(*arch_name)(int) = (const char *(*)(int))find_symbol(handle, "bli_arch_string");
  void (*set_threads)(int64_t) = (void (*)(int64_t))find_symbol(handle, "bli_thread_set_num_threads");
  int64_t (*get_threads)(void) = (int64_t(*)(void))find_symbol(handle, "bli_thread_get_num_threads");
  if (!cblas_sgemm || !version || !arch || !arch_name || !set_threads || !get_threads)
    return missing("BLIS's functions", text, size);
  set_threads(threads);
  snprintf(text, size, "%s %s, %d threads", version(), arch_name(arch()), (int)get_threads());
  return 0;
}

static int open_xsmm(const char *path, int threads, char *text, size_t size) {
  void *handle = load_library(path, text, size);
  if (!handle) return 1;
  void (*begin)(void) = (void (*)(void))find_symbol(handle, "libxsmm_init");
  const char *(*arch)(void) = (const char *(*)(void))find_symbol(handle, "libxsmm_get_target_arch");
  xsmm_dispatch = (xsmm_dispatch_function *)find_symbol(handle, "libxsmm_smmdispatch");
  if (!begin || !arch || !xsmm_dispatch) return missing("libxsmm's functions", text, size);
  begin();
  /* It tells its version by its file's name alone. */
  char *file = 0;
  Dl_info info;
  if (dladdr((void *)arch, &info)) file = realpath(info.dli_fname, 0);
  (void)threads;
  snprintf(text, size, "%s %s, 1 thread", file ? strrchr(file, '/') + 1 : path, arch());
  free(file);
  return 0;
}

const library matmul_libraries[] = {
    {"openblas", open_openblas, prepare_cblas}, {"mkl", open_mkl, prepare_cblas},    {"onednn", open_dnnl, prepare_dnnl},
    {"blis", open_blis, prepare_cblas},         {"libxsmm", open_xsmm, prepare_xsmm},
};
const int matmul_libraries_count = sizeof matmul_libraries / sizeof *matmul_libraries;
