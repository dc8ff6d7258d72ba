/* driver --measure TRACE: what the trace costs in this process when nothing looks at single operations: the most that was
 * resident above what was before, what is left of it at the end (pages, proc_pid_statm(5)), and minor faults.
 * driver --time TRACE, --time-calls TRACE: nanoseconds of processor time of the whole trace, with and without its touches; no threads. */
#include "driver.h"
#include <fcntl.h>
#include <malloc.h>
#include <string.h>
#include <time.h>

volatile int watching;
static int sizes_file;
static uint64_t highest;
static int grew;

/* Pages, from the second word of statm: a sum that is exact from Linux 6.17 on, where the kernel's own peak (VmHWM) is noted from
 * counters of each processor that lag behind. */
static uint64_t resident(void)
{
  char text[128];
  ssize_t length = pread(sizes_file, text, sizeof text - 1, 0);
  if (length <= 0)
    fail("cannot read /proc/self/statm");
  text[length] = 0;
  char *second = strchr(text, ' ');
  return second ? strtoul(second, NULL, 10) : 0;
}

/* Resident memory is highest just before an operation that may give some back. */
void watch_peak(int action)
{
  int gives_back = action == FREE || action == REALLOC || action == TRIM || action == EXIT || action == JOIN || action == MOVE_BREAK;
  if (!gives_back) {
    grew = 1;
    return;
  }
  if (grew) {
    uint64_t now = resident();
    highest = now > highest ? now : highest;
  }
  grew = action == REALLOC;
}

void measure_replay(void)
{
  sizes_file = open("/proc/self/statm", O_RDONLY);
  uint64_t before = resident(), faults = minor_faults();
  watching = 1;
  highest = before;
  replay();
  watching = 0;
  faults = minor_faults() - faults;
  uint64_t end = resident();
  highest = end > highest ? end : highest;
  printf("%lu %ld %lu\n", highest - before, (long)(end - before), faults);
  fflush(stdout);
}

static uint64_t now(void)
{
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1000000000ul + time.tv_nsec;
}

static inline __attribute__((always_inline)) void replay_at_speed(void **blocks, int touches)
{
  for (const struct operation *op = operations, *end = op + trace->operations; op < end; op++) {
    void **block = &blocks[op->block], *p;
    switch (op->action) {
    case MALLOC: *block = malloc(op->a); break;
    case CALLOC: *block = calloc(op->a, op->b); break;
    case MEMALIGN: *block = memalign(op->a, op->b); break;
    case REALLOC:
      p = realloc(*block, op->a);
      if (p || !op->a)
        *block = p;
      break;
    case FREE: free(*block); *block = NULL; break;
    case TOUCH_WRITE: case TOUCH_READ: if (touches) touch(*block, op); break;
    case TRIM: malloc_trim(0); break;
    case INFO: mallinfo2(); break;
    case MOVE_BREAK: if (sbrk((intptr_t)op->a) == (void *)-1) { } break;
    case MALLOPT: mallopt((int)op->a, (int)op->b); break;
    }
  }
}

static __attribute__((noinline)) void with_touches(void **blocks) { replay_at_speed(blocks, 1); }
static __attribute__((noinline)) void without_touches(void **blocks) { replay_at_speed(blocks, 0); }

void time_replay(int touches)
{
  void **blocks = reserve((trace->blocks + 1) * sizeof *blocks);
  now();
  uint64_t start = now();
  touches ? with_touches(blocks) : without_touches(blocks);
  printf("%lu\n", now() - start);
  fflush(stdout);
}
