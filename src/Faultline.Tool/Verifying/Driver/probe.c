/* Scenarios of anonymous memory on the running kernel: each prints its name, the minor faults, and the change of resident pages
 * (-1 where it says nothing). The tool does the same to the simulated kernel. 8 MiB, at a multiple of 2 MiB. */
#include "driver.h"
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

enum { AREA = 8 << 20, HUGE = 2 << 20 };

/* The kernel sums RSS up lazily in statm (batches per CPU), exactly by walking the page tables for smaps_rollup. */
static long resident_pages(void)
{
  static char text[4096];
  int file = open("/proc/self/smaps_rollup", O_RDONLY);
  ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
  if (length <= 0)
    fail("cannot read /proc/self/smaps_rollup");
  close(file);
  text[length] = 0;
  char *rss = strstr(text, "Rss:");
  return rss ? strtol(rss + 4, NULL, 10) / 4 : 0;
}

static char *area(int flags)
{
  char *p = mmap(NULL, AREA + HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  char *start = (char *)(((uintptr_t)p + HUGE - 1) & -(uintptr_t)HUGE);
  if (p == MAP_FAILED || mmap(start, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | flags, -1, 0) != start)
    fail("no memory for a scenario");
  return start;
}

static void read_pages(char *p)
{
  for (int i = 0; i < AREA; i += PAGE)
    (void)*(volatile char *)(p + i); /* stored nowhere: a store would fault */
}
static void write_pages(char *p)
{
  for (int i = 0; i < AREA; i += PAGE)
    *(volatile char *)(p + i) = 1;
}

static void report(const char *name, uint64_t faults, long resident) { printf("%s %lu %ld\n", name, faults, resident); }

static void measure(const char *name, void (*act)(char *), char *p)
{
  long resident = resident_pages();
  uint64_t faults = minor_faults();
  act(p);
  faults = minor_faults() - faults;
  report(name, faults, resident_pages() - resident);
}

static void nothing(char *p) { (void)p; }
static void drop_and_write(char *p) { madvise(p, AREA, MADV_DONTNEED); write_pages(p); }
static void populate_read(char *p) { madvise(p, AREA, MADV_POPULATE_READ); }
static void populate_write(char *p) { madvise(p, AREA, MADV_POPULATE_WRITE); }
static void protect_and_write(char *p) { mprotect(p, AREA, PROT_READ); mprotect(p, AREA, PROT_READ | PROT_WRITE); write_pages(p); }

/* Faults of a child while it writes pages that it shares with its parent, without those for its own stack. */
static uint64_t faults_of_child(char *p)
{
  uint64_t *count = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    minor_faults(); /* copies the page of the stack that it writes */
    uint64_t before = minor_faults();
    write_pages(p);
    *count = minor_faults() - before;
    _exit(0);
  }
  if (child < 0 || waitpid(child, NULL, 0) < 0)
    fail("no child");
  return *count;
}

int probe(void)
{
  char *p = area(0);
  resident_pages(); /* the first call brings its own pages in */
  measure("map", nothing, p);
  measure("read", read_pages, p);
  measure("write-after-read", write_pages, p);
  measure("write-again", write_pages, p);
  measure("dontneed-and-write", drop_and_write, p);
  measure("mprotect-and-write", protect_and_write, p);
  report("fork-child-writes", faults_of_child(p), -1);
  measure("parent-writes-after-child", write_pages, p);

  p = area(MAP_POPULATE);
  measure("write-after-map-populate", write_pages, p);
  p = area(0);
  measure("populate-read", populate_read, p);
  measure("populate-write", populate_write, p);
  measure("write-after-populate", write_pages, p);

  p = area(0);
  madvise(p, AREA, MADV_HUGEPAGE);
  measure("huge-write", write_pages, p);
  p = area(0);
  madvise(p, AREA, MADV_HUGEPAGE);
  measure("huge-read", read_pages, p);
  measure("huge-write-after-read", write_pages, p);
  fflush(stdout);
  return 0;
}
