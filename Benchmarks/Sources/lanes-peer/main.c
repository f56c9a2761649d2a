/* A worker of lanes-bench: one library, one number of threads, in a process of its own, so that nobody's thread pool,
 * allocator or OpenMP runtime meets another's.
 *
 *   lanes-peer <library> <path of its file> <threads>
 *
 * It answers each line of its input by one line:
 *   (start)                    ready <what the library says of itself>
 *   matmul m n k ta tb         ready
 *   function name count least range      ready: inputs are least + range·number
 *   run <calls>                <seconds> <seconds that its threads waited for a processor>
 *   result                     <count>, then so many floats as bytes
 * and what it cannot do by: no <why>. */
#define _GNU_SOURCE
#include "peer.h"

#include <dirent.h>
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

void *find_symbol(void *handle, const char *name) {
  const char *prefixes[] = {"", "scipy_"};
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
    char full[256];
    snprintf(full, sizeof full, "%s%s", prefixes[i], name);
    void *symbol = dlsym(handle, full);
    if (symbol) return symbol;
  }
  return 0;
}

void *load_library(const char *path, char *text, size_t size) {
  void *handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
  if (!handle) snprintf(text, size, "%s", dlerror());
  return handle;
}

#define MOST_BLOCKS 64
static void *blocks[MOST_BLOCKS];
static int blocks_count;

float *floats_at(size_t count, int quarter) {
  void *raw = 0;
  size_t bytes = (size_t)quarter * 1024 + (count ? count : 1) * sizeof(float);
  if (blocks_count == MOST_BLOCKS || posix_memalign(&raw, 4096, bytes)) return 0;
  memset(raw, 0, bytes);
  blocks[blocks_count++] = raw;
  return (float *)((char *)raw + quarter * 1024);
}

void release_floats(void) {
  while (blocks_count) free(blocks[--blocks_count]);
}

float next_number(uint64_t *state) {
  uint64_t word = *state += 0x9E3779B97F4A7C15u;
  word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9u;
  word = (word ^ (word >> 27)) * 0x94D049BB133111EBu;
  return (float)((word ^ (word >> 31)) >> 40) / (float)(1 << 24);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Seconds that the threads of this process were ready to run and had no processor. */
static double waited(void) {
  DIR *tasks = opendir("/proc/self/task");
  if (!tasks) return 0;
  double seconds = 0;
  for (struct dirent *task; (task = readdir(tasks));) {
    char path[512];
    snprintf(path, sizeof path, "/proc/self/task/%s/schedstat", task->d_name);
    FILE *file = task->d_name[0] == '.' ? 0 : fopen(path, "re");
    if (!file) continue;
    unsigned long long ran = 0, delay = 0;
    if (fscanf(file, "%llu %llu", &ran, &delay) == 2) seconds += 1e-9 * (double)delay;
    fclose(file);
  }
  closedir(tasks);
  return seconds;
}

static const library *library_named(const char *name) {
  for (int i = 0; i < matmul_libraries_count; i++)
    if (!strcmp(matmul_libraries[i].name, name)) return &matmul_libraries[i];
  for (int i = 0; i < function_libraries_count; i++)
    if (!strcmp(function_libraries[i].name, name)) return &function_libraries[i];
  return 0;
}

int main(int argc, char **argv) {
  /* A stopped worker would outlive a harness that is killed. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  /* Libraries print where they like; the harness reads only answers. */
  FILE *answers = fdopen(dup(STDOUT_FILENO), "w");
  if (!answers || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return 1;
  setvbuf(answers, 0, _IOFBF, 1 << 16);

  char text[2048] = "";
  const library *own = argc == 4 ? library_named(argv[1]) : 0;
  if (!own) snprintf(text, sizeof text, "usage: lanes-peer <library> <path> <threads>");
  if (!own || own->open(argv[2], atoi(argv[3]), text, sizeof text)) {
    fprintf(answers, "no %s\n", text);
    fclose(answers);
    return 1;
  }
  fprintf(answers, "ready %s\n", text);
  fflush(answers);

  job current = {0};
  char line[512];
  while (fgets(line, sizeof line, stdin)) {
    long long calls;
    if (sscanf(line, "run %lld", &calls) == 1 && current.run) {
      double delay = waited(), start = now();
      current.run(current.state, calls);
      double seconds = now() - start;
      fprintf(answers, "%.9e %.9e\n", seconds, waited() - delay);
    } else if (!strncmp(line, "result", 6) && current.run) {
      fprintf(answers, "%zu\n", current.result_count);
      fwrite(current.result, sizeof(float), current.result_count, answers);
    } else {
      current = (job){0};
      release_floats();
      int refused = own->prepare(line, &current, text, sizeof text);
      fprintf(answers, refused ? "no %s\n" : "ready\n", text);
    }
    fflush(answers);
  }
  return 0;
}
