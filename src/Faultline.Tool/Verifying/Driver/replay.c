/* The window: operations in order, each by its thread, one thread at a time. Stacks are the driver's and present before, so
 * that starting and ending a thread maps nothing. */
#include "driver.h"
#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <sys/syscall.h>

enum { STACK_BYTES = 256 << 10 };

struct header *trace;
struct operation *operations;
struct result *results;
struct mallinfo2 *infos;
volatile uint64_t current_operation;

static void **blocks;
static uint64_t info_count, faults_before;
static char *stacks;
static pthread_t threads[MOST_THREADS];
static sem_t turn[MOST_THREADS], started;
static volatile int ending; /* kernel's id of a thread that is about to end */

void prepare_replay(void)
{
  results = reserve(trace->operations * sizeof *results);
  blocks = reserve((trace->blocks + 1) * sizeof *blocks);
  infos = reserve((trace->infos + 1) * sizeof *infos);
  stacks = reserve(trace->last_thread * STACK_BYTES);
  call_limit = 8 * trace->operations + 4096;
  calls = reserve(call_limit * sizeof *calls);
  for (uint64_t i = 0; i <= trace->last_thread; i++)
    sem_init(&turn[i], 0, 0);
  sem_init(&started, 0, 0);
}

void touch(char *p, const struct operation *op)
{
  if (!p || !op->b)
    return;
  for (char *at = p + op->a, *end = at + op->b; at < end; at = (char *)(((uintptr_t)at | (PAGE - 1)) + 1)) {
    if (op->action == TOUCH_WRITE)
      *(volatile char *)at = 1;
    else
      (void)*(volatile char *)at;
  }
}

static void *run_thread(void *number);

static void *spawn(uint32_t number)
{
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  if (pthread_attr_setstack(&attributes, stacks + (number - 1) * (size_t)STACK_BYTES, STACK_BYTES) ||
      pthread_create(&threads[number], &attributes, run_thread, (void *)(uintptr_t)number))
    fail("a thread cannot be started");
  while (sem_wait(&started))
    ;
  /* The second word of a thread's control block is its thread vector, whose block starts one entry before. */
  return (char *)((void **)threads[number])[1] - 16;
}

static void apply(const struct operation *op, struct result *result)
{
  void **block = &blocks[op->block], *p = NULL;
  switch (op->action) {
  case MALLOC: p = *block = malloc(op->a); break;
  case CALLOC: p = *block = calloc(op->a, op->b); break;
  case MEMALIGN: p = *block = memalign(op->a, op->b); break;
  case REALLOC:
    p = realloc(*block, op->a);
    if (p || !op->a)
      *block = p;
    break;
  case FREE: free(*block); *block = NULL; break;
  case TOUCH_WRITE: case TOUCH_READ: touch(*block, op); break;
  case TRIM: result->value = malloc_trim(0); break;
  case INFO: infos[info_count] = mallinfo2(); result->value = info_count++; break;
  case MOVE_BREAK: if (sbrk((intptr_t)op->a) == (void *)-1) { } break; /* a refusal shows in the log */
  case MALLOPT: result->value = mallopt((int)op->a, (int)op->b); break;
  case SPAWN: p = spawn(op->block); break;
  case JOIN: if (pthread_join(threads[op->block], NULL)) fail("a thread cannot be joined"); break;
  }
  result->pointer = (uint64_t)p;
}

static void settle(struct result *result, uint64_t first_call)
{
  if (!recording)
    return;
  uint64_t now = minor_faults();
  result->faults = now - faults_before;
  find_new_arenas(first_call);
  if (result->pointer)
    place(result);
  faults_before = minor_faults();
}

/* The operation "exit" is over when the kernel knows the thread no more: only then its faults are in the process's sum. */
static void await_end(void)
{
  while (ending && syscall(SYS_tgkill, getpid(), ending, 0) == 0)
    syscall(SYS_sched_yield);
  ending = 0;
}

/* Runs operations of this thread until another's turn; answers 1 when the thread is to end. */
static int take_turn(int self)
{
  static uint64_t exit_calls;
  uint64_t i = current_operation;
  if (ending) {
    await_end();
    settle(&results[i], exit_calls);
    i = ++current_operation;
  }
  for (; i < trace->operations && operations[i].thread == self; i = ++current_operation) {
    uint64_t first_call = call_count;
    if (watching)
      watch_peak(operations[i].action);
    if (operations[i].action == EXIT) {
      exit_calls = first_call;
      ending = syscall(SYS_gettid);
      sem_post(&turn[i + 1 < trace->operations ? operations[i + 1].thread : 0]);
      return 1;
    }
    apply(&operations[i], &results[i]);
    settle(&results[i], first_call);
  }
  if (i < trace->operations)
    sem_post(&turn[operations[i].thread]);
  else if (self)
    sem_post(&turn[0]);
  return 0;
}

static void *run_thread(void *number)
{
  int self = (int)(uintptr_t)number;
  sem_post(&started);
  do
    while (sem_wait(&turn[self]))
      ;
  while (!take_turn(self));
  return NULL;
}

void replay(void)
{
  faults_before = minor_faults();
  sem_post(&turn[0]);
  while (current_operation < trace->operations) {
    while (sem_wait(&turn[0]))
      ;
    take_turn(0);
  }
}
