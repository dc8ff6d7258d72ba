/* The transcript, after the window. The formats are those of Faultline.Tracing/Transcripts, without what follows from other
 * lines (sums of calls and results) and what only glibc's own records of an arena would tell (attached threads). */
#include "driver.h"
#include <fcntl.h>
#include <malloc.h>
#include <sys/syscall.h>

static int is_high(uint64_t address) { return address - heap_base >= HIGH_DISTANCE; }
static uint64_t below(uint64_t address) { return floor_address - address; }

static void print_plain_call(const struct call *c)
{
  const char *failed = c->failed ? " FAIL" : "";
  printf("%lu S ", c->operation);
  switch (c->number) {
  case SYS_brk: printf("brk %ld%s\n", (long)c->b, failed); break;
  case SYS_mmap: printf("mmap %ld%s\n", (long)c->b, failed); break;
  case SYS_munmap: printf("munmap %ld\n", (long)c->b); break;
  case SYS_mremap: printf("mremap %ld %ld%s\n", (long)c->b, (long)c->c, failed); break;
  case SYS_madvise:
    printf("madvise %s%lx %lu %lu\n", is_high(c->a) ? "-" : "", is_high(c->a) ? below(c->a) : c->a - heap_base, c->b, c->c);
    break;
  case SYS_mprotect: printf("mprotect %lu %lu\n", c->b, c->c); break;
  default: printf("open %s\n", c->a ? "overcommit_memory" : "cpu_online"); break;
  }
}

static void print_placed_call(const struct call *c)
{
  const char *failed = c->failed ? " FAIL" : "";
  printf("%lu S ", c->operation);
  switch (c->number) {
  case SYS_brk: printf("brk %ld%s\n", (long)c->b, failed); break;
  case SYS_mmap:
    if (c->failed)
      printf("mmap %ld FAIL\n", (long)c->b);
    else if (c->a)
      printf("mmap %ld %lx hint %lx\n", (long)c->b, below(c->result), below(c->a));
    else
      printf("mmap %ld %lx\n", (long)c->b, below(c->result));
    break;
  case SYS_munmap: printf("munmap %ld %lx%s\n", (long)c->b, below(c->a), failed); break;
  case SYS_mremap:
    printf("mremap %ld %ld %lx %lx%s\n", (long)c->b, (long)c->c, below(c->a), c->failed ? 0 : below(c->result), failed);
    break;
  case SYS_madvise:
    printf("madvise %lu %lu %s%lx%s\n", c->b, c->c, is_high(c->a) ? "" : "A", is_high(c->a) ? below(c->a) : c->a - heap_base, failed);
    break;
  case SYS_mprotect: printf("mprotect %lu %lu %lx%s\n", c->b, c->c, below(c->a), failed); break;
  default: printf("open %s\n", c->a ? "overcommit_memory" : "cpu_online"); break;
  }
}

static void print_block(const struct result *r)
{
  uint64_t size = r->head & ~7ul;
  if (!r->pointer)
    printf("N\n");
  else if (r->head & 2)
    printf("M %lu %lu %lu %lx\n", size, size - 16, r->before, below(r->pointer - 16 - r->before));
  else if (r->head & 4)
    printf("H %d %d %lx %lu\n", r->arena + 1, r->heap, r->pointer & (HEAP_BYTES - 1), size - 8);
  else if (is_high(r->pointer))
    printf("B %lx %lu\n", below(r->pointer), size - 8);
  else
    printf("A %lx %lu\n", r->pointer - heap_base, size - 8);
}

static void print_info(const struct mallinfo2 *m)
{
  printf("%zu %zu %zu %zu %zu %zu %zu %zu %zu %zu\n", m->arena, m->ordblks, m->smblks, m->hblks, m->hblkhd, m->usmblks,
         m->fsmblks, m->uordblks, m->fordblks, m->keepcost);
}

static void print_operation(uint64_t i)
{
  const struct result *r = &results[i];
  switch (operations[i].action) {
  case MALLOC: case CALLOC: case REALLOC: case MEMALIGN: printf("%lu ", i); print_block(r); break;
  case SPAWN: printf("%lu V ", i); print_block(r); break;
  case TRIM: case MALLOPT: printf("%lu X %u\n", i, r->value); break;
  case INFO: printf("%lu I ", i); print_info(&infos[r->value]); break;
  }
}

/* Page states of the heap in runs, from /proc/self/pagemap: bit 63 present, bit 56 mapped by this process alone. */
static void print_residency(uint64_t end)
{
  int file = open("/proc/self/pagemap", O_RDONLY);
  char state = 0;
  uint64_t run = 0, entry;
  printf("E heap_residency");
  for (uint64_t page = heap_base; page < end; page += PAGE) {
    if (pread(file, &entry, sizeof entry, page / PAGE * sizeof entry) != sizeof entry)
      fail("cannot read /proc/self/pagemap");
    char now = !(entry >> 63) ? '.' : entry >> 56 & 1 ? 'P' : 'z';
    if (now != state && run)
      printf(" %lu%c", run, state);
    run = now == state ? run + 1 : 1;
    state = now;
  }
  if (run)
    printf(" %lu%c", run, state);
  printf("\n");
}

void print_transcript(uint64_t minor, uint64_t major)
{
  struct mallinfo2 info = mallinfo2();
  uint64_t end = (uint64_t)sbrk(0), call = 0;
  int arena = 0;
  for (uint64_t i = 0; i < trace->operations; i++) {
    for (; call < call_count && calls[call].operation == i; call++)
      trace->threaded ? print_placed_call(&calls[call]) : print_plain_call(&calls[call]);
    if (results[i].faults)
      printf("%lu F %u\n", i, results[i].faults);
    for (; arena < arena_count && arenas[arena].operation == i; arena++)
      printf("%lu G %d %lx\n", i, arena + 1, below(arenas[arena].heap));
    print_operation(i);
  }
  printf("E ops %lu\nE brk_growth %ld\nE minflt %lu\nE majflt %lu\nE mallinfo2 ", trace->operations, (long)(end - heap_base), minor, major);
  print_info(&info);
  if (!trace->threaded)
    print_residency(end);
  fflush(stdout);
  malloc_info(0, stdout); /* its lines are marked by the reader */
  fflush(stdout);
}
