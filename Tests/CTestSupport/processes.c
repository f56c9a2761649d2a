#define _GNU_SOURCE
#include "test_support.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

void *test_shared_memory(size_t bytes) {
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

void test_free_shared_memory(void *memory, size_t bytes) { munmap(memory, bytes); }

int test_run_in_child(test_body body, void *argument, unsigned seconds) {
  pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) {
    alarm(seconds);
    body(argument);
    _exit(0);
  }
  int status;
  if (waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

typedef struct thread_body {
  test_body body;
  void *argument;
} thread_body;

static void *run(void *argument) {
  const thread_body *thread = argument;
  thread->body(thread->argument);
  return NULL;
}

int test_run_on_stack(size_t bytes, test_body body, void *argument) {
  pthread_attr_t attributes;
  pthread_t thread;
  thread_body start = {body, argument};
  int error = pthread_attr_init(&attributes);
  if (error) return error;
  error = pthread_attr_setstacksize(&attributes, bytes);
  if (!error) error = pthread_create(&thread, &attributes, run, &start);
  pthread_attr_destroy(&attributes);
  return error ? error : pthread_join(thread, NULL);
}
