/* Where blocks are, from what glibc keeps beside them: bits 1 and 2 of the size word before a block (own mapping; not of the
 * main arena), and at the start of each 64 MiB heap the address of its arena, then that of the heap before it. A new heap is
 * seen by the mprotect that makes its start writable; it is a new arena's first if that arena lies in it. */
#include "driver.h"
#include <sys/syscall.h>

struct heap_start { uint64_t arena, previous; };

struct arena arenas[MOST_ARENAS];
int arena_count;

/* A heap can be made and be given back within one operation. */
static int is_gone(uint64_t start, uint64_t next_call)
{
  for (uint64_t i = next_call; i < call_count; i++)
    if (calls[i].number == SYS_munmap && start - calls[i].a < calls[i].b)
      return 1;
  return 0;
}

void find_new_arenas(uint64_t first_call)
{
  for (uint64_t i = first_call; i < call_count; i++) {
    uint64_t start = calls[i].a;
    if (calls[i].number != SYS_mprotect || calls[i].failed || start % HEAP_BYTES || is_gone(start, i + 1))
      continue;
    uint64_t arena = ((struct heap_start *)start)->arena;
    if (arena - start >= PAGE)
      continue;
    if (arena_count == MOST_ARENAS)
      fail("more arenas than the driver follows");
    arenas[arena_count++] = (struct arena){ arena, start, current_operation };
  }
}

void place(struct result *result)
{
  uint64_t *words = (uint64_t *)result->pointer;
  result->head = words[-1];
  result->before = result->head & 2 ? words[-2] : 0;
  if ((result->head & 6) != 4)
    return;
  struct heap_start *heap = (struct heap_start *)(result->pointer & -HEAP_BYTES);
  for (result->arena = 0; arenas[result->arena].address != heap->arena; result->arena++)
    if (result->arena >= arena_count)
      fail("a block in an arena that was not seen");
  for (result->heap = 0; heap->previous; heap = (struct heap_start *)heap->previous)
    result->heap++;
}
