#define _GNU_SOURCE
#include "team.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
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
  double start, end;
} member;

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
    if (members[thread].start < start) start = members[thread].start;
    if (members[thread].end > end) end = members[thread].end;
  }
  return started < threads ? -1 : end - start;
}
