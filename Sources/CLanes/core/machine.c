/* What the system says of processors, quota and caches. */
#define _GNU_SOURCE
#include "../include/lanes.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int affinity_processors(void) {
#if defined(__linux__)
  /* A mask of 1,024 processors is too small on the largest machines: grow until the kernel is content. */
  for (int processors = 1024; processors <= 1 << 20; processors *= 4) {
    cpu_set_t *set = CPU_ALLOC(processors);
    if (!set) break;
    size_t size = CPU_ALLOC_SIZE(processors);
    int failed = sched_getaffinity(0, size, set);
    int count = failed ? 0 : CPU_COUNT_S(size, set);
    CPU_FREE(set);
    if (!failed) return count;
  }
#endif
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

static double read_ratio(const char *path, const char *format) {
  FILE *file = fopen(path, "re");
  if (!file) return 0;
  double quota = 0, period = 0;
  int read = fscanf(file, format, &quota, &period);
  fclose(file);
  return read == 2 && quota > 0 && period > 0 ? quota / period : 0;
}

static double read_number(const char *path) {
  FILE *file = fopen(path, "re");
  if (!file) return 0;
  double value = 0;
  int read = fscanf(file, "%lf", &value);
  fclose(file);
  return read == 1 && value > 0 ? value : 0;
}

static double smaller_quota(double a, double b) { return a == 0 ? b : b == 0 ? a : a < b ? a : b; }

/* The tightest quota from this process's cgroup up to the root; version 2, then version 1. */
static double quota_processors(void) {
  double quota = 0;
  FILE *file = fopen("/proc/self/cgroup", "re");
  char line[2048], path[4096];
  while (file && fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    if (strncmp(line, "0::", 3)) continue;
    for (char *group = line + 3;;) {
      snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", strcmp(group, "/") ? group : "");
      quota = smaller_quota(quota, read_ratio(path, "%lf %lf"));
      char *slash = strrchr(group, '/');
      if (!slash || !*group) break;
      *slash = 0;
    }
  }
  if (file) fclose(file);
  double period = read_number("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  double limit = read_number("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  return smaller_quota(quota, period > 0 ? limit / period : 0);
}

/* Of the cache that this level and type has in the first processor's list. (sysconf reports some processors' whole L3.) */
static int64_t cache_bytes(int level, char type) {
  for (int index = 0; index < 8; index++) {
    char path[96], text[32] = "";
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/type", index);
    FILE *file = fopen(path, "re");
    if (!file) return 0;
    char found = (char)fgetc(file);
    fclose(file);
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/level", index);
    if ((int)read_number(path) != level || found != type) continue;
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/size", index);
    if (!(file = fopen(path, "re"))) return 0;
    if (!fgets(text, sizeof text, file)) text[0] = 0;
    fclose(file);
    char *unit;
    int64_t size = strtoll(text, &unit, 10);
    return *unit == 'K' ? size << 10 : *unit == 'M' ? size << 20 : size;
  }
  return 0;
}

lanes_machine lanes_machine_describe(void) {
  return (lanes_machine){
      .affinity_processors = affinity_processors(),
      .quota_processors = quota_processors(),
      .l1d_bytes = cache_bytes(1, 'D'),
      .l2_bytes = cache_bytes(2, 'U'),
      .l3_bytes = cache_bytes(3, 'U'),
#ifdef _OPENMP
      .openmp = 1,
#endif
  };
}
