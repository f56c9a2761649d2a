#define _GNU_SOURCE
#include "team.h"
#include "limits-of-machine.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#define MOST_THREADS 1024

typedef struct team {
  void (*body)(void *argument, int thread);
  void *argument;
  int threads;
  atomic_int ready;   /* members that wait for the start */
  atomic_int abandon; /* 1: not all could be started */
} team;

typedef struct member {
  team *team;
  int thread;
  double start, end, waited;
} member;

static _Thread_local double waited_by_ended;

double limits_waited_seconds(void) { return waited_by_ended; }

double limits_thread_waited_seconds(const char *schedstat) {
  FILE *file = fopen(schedstat, "re");
  if (!file) return 0;
  unsigned long long ran = 0, waited = 0;
  int read = fscanf(file, "%llu %llu", &ran, &waited);
  fclose(file);
  return read == 2 ? 1e-9 * (double)waited : 0;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void *take_part(void *argument) {
  member *self = argument;
  team *team = self->team;
  atomic_fetch_add(&team->ready, 1);
  while (atomic_load(&team->ready) < team->threads && !atomic_load(&team->abandon)) sched_yield();
  self->start = now();
  if (!atomic_load(&team->abandon)) team->body(team->argument, self->thread);
  self->end = now();
  if (self->thread) self->waited = limits_thread_waited_seconds("/proc/thread-self/schedstat");
  return 0;
}

double team_seconds(int threads, void (*body)(void *argument, int thread), void *argument) {
  if (threads < 1 || threads > MOST_THREADS) return -1;
  static _Thread_local member members[MOST_THREADS];
  static _Thread_local pthread_t handles[MOST_THREADS];
  team team = {.body = body, .argument = argument, .threads = threads};
  int started = 1;
  for (; started < threads; started++) {
    members[started] = (member){.team = &team, .thread = started};
    if (pthread_create(&handles[started], 0, take_part, &members[started])) break;
  }
  if (started < threads) atomic_store(&team.abandon, 1);
  members[0] = (member){.team = &team};
  take_part(&members[0]);
  double start = members[0].start, end = members[0].end;
  for (int thread = 1; thread < started; thread++) {
    pthread_join(handles[thread], 0);
    waited_by_ended += members[thread].waited;
    if (members[thread].start < start) start = members[thread].start;
    if (members[thread].end > end) end = members[thread].end;
  }
  return started < threads ? -1 : end - start;
}
