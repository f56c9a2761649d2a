/* What a program may be like that runs on LanesBLAS: short of memory, with threads of its own, OpenMP's or not, and forked.
 * Its argument says which; ci/blas builds it with each OpenMP there is, links it to another BLAS, and preloads LanesBLAS.
 * Prints "equal" where every product has the bits of CONTRACT.md, which another BLAS's do not have. */
#define _GNU_SOURCE
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern void cblas_sgemm(int layout, int trans_a, int trans_b, int m, int n, int k, float alpha, const float *a, int lda,
                        const float *b, int ldb, float beta, float *c, int ldc);
extern void cblas_sgemv(int layout, int trans, int m, int n, float alpha, const float *a, int lda, const float *x, int incx,
                        float beta, float *y, int incy);
extern void cblas_sger(int layout, int m, int n, float alpha, const float *x, int incx, const float *y, int incy, float *a,
                       int lda);
extern void cblas_saxpy(int n, float alpha, const float *x, int incx, float *y, int incy);
extern float cblas_sdot(int n, const float *x, int incx, const float *y, int incy);

enum { SHAPES = 6, MOST = 250 * 250, ROUNDS = 20 };
/* Tiles that are full and that are not; one row, one column and few outputs of a long k; one that is computed in line. */
static const int shapes[SHAPES][3] = {{130, 217, 75}, {250, 250, 250}, {1, 240, 200}, {240, 1, 200}, {4, 5, 250}, {7, 5, 3}};
static float a[MOST], b[MOST], before[MOST], expected[SHAPES][MOST], expected_axpy[MOST], expected_ger[MOST], expected_dot;
static const float alpha = 0.7f, beta = 1.3f;

/* C2, by rows, op(A) = A and op(B) = B. */
static void define(int m, int n, int k, float *c) {
  const int in_lanes = k >= 128 && (m == 1 || n == 1 || (m <= 64 && n <= 64 && m * n <= 64));
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      float lane[16] = {beta * before[i * n + j]};
      for (int p = 0; p < k; p++) {
        float *sum = &lane[in_lanes ? p % 16 : 0];
        *sum = fmaf(alpha * a[i * k + p], b[p * n + j], *sum);
      }
      for (int width = 8; width && in_lanes; width /= 2)
        for (int l = 0; l < width; l++) lane[l] += lane[l + width];
      c[i * n + j] = lane[0];
    }
}

static void prepare(void) {
  unsigned state = 1;
  float *arrays[] = {a, b, before};
  for (int array = 0; array < 3; array++)
    for (int i = 0; i < MOST; i++) {
      state = state * 1664525 + 1013904223;
      arrays[array][i] = (float)(int)state * 0x1p-31f;
    }
  for (int s = 0; s < SHAPES; s++) define(shapes[s][0], shapes[s][1], shapes[s][2], expected[s]);
  for (int i = 0; i < MOST; i++) expected_axpy[i] = fmaf(alpha, a[i], before[i]);
  for (int i = 0; i < 250; i++)
    for (int j = 0; j < 250; j++) expected_ger[i * 250 + j] = fmaf(alpha * a[i], b[j], before[i * 250 + j]);
  float lane[16] = {0};
  for (int i = 0; i < MOST; i++) lane[i % 16] = fmaf(a[i], b[i], lane[i % 16]);
  for (int width = 8; width; width /= 2)
    for (int l = 0; l < width; l++) lane[l] += lane[l + width];
  expected_dot = lane[0];
}

/* In memory that the caller has made. 0 where all is as defined. */
static int wrong_in(float *c) {
  int wrong = 0;
  for (int s = 0; s < SHAPES; s++) {
    const int m = shapes[s][0], n = shapes[s][1], k = shapes[s][2];
    memcpy(c, before, sizeof before);
    cblas_sgemm(101, 111, 111, m, n, k, alpha, a, k, b, n, beta, c, n);
    wrong |= memcmp(c, expected[s], sizeof(float) * (size_t)(m * n)) != 0;
    wrong |= memcmp(c + m * n, before + m * n, sizeof(float) * (size_t)(MOST - m * n)) != 0;
  }
  memcpy(c, before, sizeof before);
  cblas_sgemv(101, 112, 200, 240, alpha, b, 240, a, 1, beta, c, 1);
  wrong |= memcmp(c, expected[2], sizeof(float) * 240) != 0;
  memcpy(c, before, sizeof before);
  cblas_saxpy(MOST, alpha, a, 1, c, 1);
  wrong |= memcmp(c, expected_axpy, sizeof before) != 0;
  memcpy(c, before, sizeof before);
  cblas_sger(101, 250, 250, alpha, a, 1, b, 1, c, 250);
  wrong |= memcmp(c, expected_ger, sizeof before) != 0;
  return wrong | (cblas_sdot(MOST, a, 1, b, 1) != expected_dot);
}

static int wrong(void) {
  static _Thread_local float c[MOST];
  return wrong_in(c);
}

/* ---- The library's allocator, which fails when it is told to. */
static int has_memory = 1, refused;
extern void *memalign(size_t alignment, size_t bytes);
void *aligned_alloc(size_t alignment, size_t bytes) {
  if (has_memory) return memalign(alignment, bytes);
  __atomic_fetch_add(&refused, 1, __ATOMIC_RELAXED);
  return NULL;
}

static int without_allocation(void) {
  has_memory = 0;
  const int before_memory = wrong();
  if (!refused) puts("nothing was allocated");
  has_memory = 1;
  return before_memory | !refused | wrong();
}

/* So many MiB of address space more than there are already: from neither a workspace nor a thread's stack to enough. */
static int more_mebibytes;
static int little_address_space(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file || fscanf(file, "%ld", &pages) != 1) return 1;
  fclose(file);
  const rlim_t bytes = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + ((rlim_t)more_mebibytes << 20);
  return setrlimit(RLIMIT_AS, &(struct rlimit){bytes, bytes}) || wrong();
}

static void *call_often(void *argument) {
  (void)argument;
  intptr_t sum = 0;
  for (int i = 0; i < ROUNDS; i++) sum += wrong();
  return (void *)sum;
}

static int in_threads(void) {
  enum { THREADS = 8 };
  pthread_t threads[THREADS];
  intptr_t sum = 0;
  for (int i = 0; i < THREADS; i++)
    if (pthread_create(&threads[i], NULL, call_often, NULL)) return 1;
  sum += (intptr_t)call_often(NULL);
  for (int i = 0; i < THREADS; i++) {
    void *result;
    if (pthread_join(threads[i], &result)) return 1;
    sum += (intptr_t)result;
  }
  return sum != 0;
}

/* In the program's own parallel regions, and between them. */
static int in_regions(void) {
  int sum = 0, members = 0;
  for (int i = 0; i < ROUNDS; i++) {
#pragma omp parallel num_threads(3)
    {
      __atomic_fetch_add(&sum, wrong(), __ATOMIC_RELAXED);
      __atomic_fetch_add(&members, 1, __ATOMIC_RELAXED);
    }
    sum += wrong();
  }
  if (members != 3 * ROUNDS) printf("%d of %d threads\n", members, 3 * ROUNDS);
  return sum != 0 || members != 3 * ROUNDS;
}

/* In a child, before and after the parent's own calls; with more threads there, too. */
static int in_child(int (*body)(void)) {
  const pid_t child = fork();
  if (child < 0) return 1;
  if (!child) {
    alarm(60);
    _exit(body());
  }
  int status;
  return waitpid(child, &status, 0) != child || status != 0;
}

static int in_children(void) {
  int sum = in_child(wrong) + wrong();
  for (int i = 0; i < 3; i++) sum += in_child(wrong) + in_child(in_threads) + wrong();
  return sum != 0;
}

int main(int count, char **arguments) {
  const char *what = count > 1 ? arguments[1] : "";
  const struct {
    const char *name;
    int (*run)(void);
  } cases[] = {{"plain", wrong},
               {"no-allocation", without_allocation},
               {"address-space", little_address_space},
               {"threads", in_threads},
               {"regions", in_regions},
               {"fork", in_children}};
  more_mebibytes = count > 2 ? atoi(arguments[2]) : 0;
  prepare();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (!strcmp(what, cases[i].name)) {
      const int is_wrong = cases[i].run();
      puts(is_wrong ? "other bits" : "equal");
      return is_wrong;
    }
  puts("plain, no-allocation, address-space [MiB], threads, regions, fork");
  return 2;
}
