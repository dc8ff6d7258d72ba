/* The state in which the window opens: the break at a multiple of 64 MiB, the space for mappings ending at a multiple of 1 GiB
 * with no hole above it, and every page present that is not heap. */
#include "driver.h"
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

uint64_t heap_base, floor_address;
static char maps_text[1 << 17];

struct area { uint64_t start, end; char rights[5]; int is_stack, is_special; };
static struct area areas[1024];
static int area_count;

_Noreturn void fail(const char *what)
{
  dprintf(2, "driver: %s (operation %lu)\n", what, current_operation);
  _exit(3);
}

void *reserve(size_t bytes)
{
  void *p = mmap(NULL, bytes ? bytes : 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (p == MAP_FAILED)
    fail("no memory for the driver");
  return p;
}

static struct rusage usage(void)
{
  struct rusage now;
  getrusage(RUSAGE_SELF, &now);
  return now;
}
uint64_t minor_faults(void) { return usage().ru_minflt; }
uint64_t major_faults(void) { return usage().ru_majflt; }

static uint64_t read_hex(char **text)
{
  uint64_t value = 0;
  for (;; ++*text) {
    int c = **text, digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0)
      return value;
    value = value << 4 | digit;
  }
}

static void read_areas(void)
{
  int file = open("/proc/self/maps", O_RDONLY);
  size_t length = 0;
  ssize_t got;
  while (file >= 0 && (got = read(file, maps_text + length, sizeof maps_text - 1 - length)) > 0)
    length += got;
  if (file < 0 || length == sizeof maps_text - 1)
    fail("cannot read /proc/self/maps");
  close(file);
  maps_text[length] = 0;
  area_count = 0;
  for (char *line = maps_text; *line && area_count < 1024;) {
    char *end = strchr(line, '\n'), *name;
    *end = 0;
    struct area *area = &areas[area_count++];
    area->start = read_hex(&line), line++;
    area->end = read_hex(&line), line++;
    memcpy(area->rights, line, 4);
    name = strchr(line, '[');
    area->is_stack = name && !strcmp(name, "[stack]");
    area->is_special = name && !area->is_stack; /* the heap, vvar, vdso */
    line = end + 1;
  }
}

static void block(uint64_t start, uint64_t bytes)
{
  if (mmap((void *)start, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED)
    fail("cannot block a part of the address space");
}

void arrange_address_space(void)
{
  char *p = mmap(NULL, 2 * FLOOR_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED)
    fail("no address space");
  floor_address = ((uint64_t)p + FLOOR_BYTES - 1) & -FLOOR_BYTES;
  if (floor_address > (uint64_t)p)
    munmap(p, floor_address - (uint64_t)p);
  read_areas();
  for (int i = 0; i + 1 < area_count; i++) /* the stack needs its room to grow; nothing is placed there */
    if (areas[i].end > floor_address && areas[i + 1].start > areas[i].end && !areas[i + 1].is_stack && !areas[i + 1].is_special)
      block(areas[i].end, areas[i + 1].start - areas[i].end);

  uint64_t now = (uint64_t)sbrk(0);
  heap_base = (now + HEAP_BYTES - 1) & -HEAP_BYTES;
  if (sbrk(heap_base - now) == (void *)-1)
    fail("the break cannot be aligned");
  if (trace->brk_limit)
    block(((heap_base + trace->brk_limit + PAGE - 1) & -PAGE) + PAGE, PAGE);
}

static __attribute__((noinline)) void deepen_stack(void)
{
  volatile char deep[256 << 10];
  for (size_t i = 0; i < sizeof deep; i += PAGE)
    deep[sizeof deep - 1 - i] = 1;
}

void make_present(void)
{
  deepen_stack();
  read_areas();
  for (int i = 0; i < area_count; i++) {
    if (areas[i].is_special || areas[i].rights[0] != 'r')
      continue;
    int write = areas[i].rights[1] == 'w' && areas[i].rights[3] == 'p';
    for (volatile char *page = (char *)areas[i].start; page < (char *)areas[i].end; page += PAGE) {
      char value = *page;
      if (write)
        *page = value;
    }
  }
}
