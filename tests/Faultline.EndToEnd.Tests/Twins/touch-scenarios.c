/* The twin of the TouchScenarios program on the real C library: the same calls and touches, one scenario a process.
 * Prints the minor faults that the kernel counted. Everything but the heap is faulted in and locked beforehand, so that
 * the difference of ru_minflt is the scenario's alone. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum { PAGE = 4096 };
static volatile uint8_t sink;
typedef volatile uint8_t byte;

static size_t next_page(byte *block, size_t offset) { return (((uintptr_t)block + offset) / PAGE + 1) * PAGE - (uintptr_t)block; }
static void write_pages(void *p, size_t n) { byte *b = p; for (size_t o = 0; o < n; o = next_page(b, o)) b[o] = 0x5a; }
static void read_pages(void *p, size_t n) { byte *b = p; for (size_t o = 0; o < n; o = next_page(b, o)) sink += b[o]; }

static void written_small(void) { for (int i = 0; i < 1000; i++) write_pages(malloc(100), 100); }
static void written_large(void) { write_pages(malloc(8 << 20), 8 << 20); }
static void written_heap(void) { for (int i = 0; i < 64; i++) write_pages(malloc(64 << 10), 64 << 10); }
static void read_large(void) { read_pages(malloc(8 << 20), 8 << 20); }
static void read_heap(void) { read_pages(malloc(100 << 10), 100 << 10); }
static void zeroed_one_page(void) { byte *b = calloc(64 << 20, 1); b[32 << 20] = 1; }

static void churn(size_t size, int times) {
  for (int i = 0; i < times; i++) { void *b = malloc(size); write_pages(b, size); free(b); }
}
static void churn_1m(void) { churn(1 << 20, 100); }
static void churn_40m(void) { churn(40 << 20, 100); }

static void realloc_grow(void) {
  size_t size = 1024;
  uint8_t *b = malloc(size);
  write_pages(b, size);
  while (size < 64 << 20) { b = realloc(b, size * 2); write_pages(b + size, size); size *= 2; }
}

static void free_untouched(void) {
  void *b[200];
  for (int i = 0; i < 200; i++) b[i] = malloc(1000);
  for (int i = 0; i < 200; i++) free(b[i]);
}

/* .NET rounds the size up to a multiple of the alignment, as aligned_alloc's contract in C11 asks. */
static void *aligned(size_t size, size_t alignment) { return aligned_alloc(alignment, (size + alignment - 1) & ~(alignment - 1)); }

static void aligned_blocks(void) {
  void *b[40];
  for (int i = 0; i < 40; i++) { b[i] = aligned((size_t)(i + 1) * 3000, 64u << (i % 7)); write_pages(b[i], 1); }
  for (int i = 0; i < 40; i += 2) free(b[i]);
  for (int i = 0; i < 20; i++) write_pages(aligned((size_t)(i + 1) * 200, 256), 100);
}

static void zeroed_reuse(void) {
  void *b = malloc(60000);
  write_pages(b, 60000);
  free(b);
  sink += (uintptr_t)calloc(50000, 1); sink += (uintptr_t)calloc(100, 40); sink += (uintptr_t)calloc(200000, 1);
}

static void mixed(void) {
  enum { SLOTS = 200 };
  void *b[SLOTS];
  memset(b, 0, sizeof b);
  uint64_t s = 88172645463325252ull;
  for (int i = 0; i < 10000; i++) {
    s ^= s << 13; s ^= s >> 7; s ^= s << 17;
    int k = s % SLOTS;
    size_t size = (s >> 20) % ((s >> 60) == 0 ? 600000u : (s >> 60) < 4 ? 20000u : 600u) + 1;
    if (!b[k]) { b[k] = malloc(size); if ((s >> 8 & 3) != 0) write_pages(b[k], size); }
    else if ((s >> 12 & 7) == 0) { b[k] = realloc(b[k], size); write_pages(b[k], size); }
    else { free(b[k]); b[k] = NULL; }
  }
}

static void read_then_write(void) { void *b = malloc(100 * PAGE + 1000000); read_pages(b, 100 * PAGE); write_pages(b, 100 * PAGE); }

static const struct { const char *name; void (*run)(void); } scenarios[] = {
  { "written-small", written_small }, { "written-large", written_large }, { "written-heap", written_heap },
  { "read-large", read_large }, { "read-heap", read_heap }, { "zeroed-one-page", zeroed_one_page },
  { "churn-1m", churn_1m }, { "churn-40m", churn_40m }, { "realloc-grow", realloc_grow },
  { "free-untouched", free_untouched }, { "aligned", aligned_blocks }, { "zeroed-reuse", zeroed_reuse },
  { "mixed", mixed }, { "read-then-write", read_then_write },
};

static __attribute__((noinline)) void grow_stack(void) {
  volatile char deep[1 << 18];
  for (int i = (int)sizeof deep - 1; i >= 0; i -= PAGE) deep[i] = 1;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
    if (strcmp(argv[1], scenarios[i].name)) continue;
    struct rusage before, after;
    grow_stack();
    if (mlockall(MCL_CURRENT)) { perror("mlockall"); return 77; }
    getrusage(RUSAGE_SELF, &before);
    getrusage(RUSAGE_SELF, &before);
    scenarios[i].run();
    getrusage(RUSAGE_SELF, &after);
    printf("minor %ld\n", after.ru_minflt - before.ru_minflt);
    return 0;
  }
  return 2;
}
