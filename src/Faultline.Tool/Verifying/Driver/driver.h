/* What the parts of the driver share. It replays one trace on the C library that it is linked with and prints what happened.
 *
 * Nothing of its own may disturb what is counted: inside the window it calls no function that allocates, and all memory but the
 * heap is present before. Sources: malloc(3), getrusage(2), seccomp(2), proc_pid_pagemap(5).
 */
#ifndef DRIVER_H
#define DRIVER_H
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PAGE = 4096, MOST_THREADS = 256, MOST_ARENAS = 256 };
#define HEAP_BYTES (64ul << 20)
#define FLOOR_BYTES (1ul << 30)
#define HIGH_DISTANCE (1ul << 40) /* farther than this from the heap's start is a mapping, not the heap */

/* The trace's file: a header, then the operations, as the tool writes them. */
enum action { MALLOC, CALLOC, REALLOC, MEMALIGN, FREE, TOUCH_WRITE, TOUCH_READ, TRIM, INFO, MOVE_BREAK, MALLOPT, SPAWN, EXIT, JOIN };
struct header { uint64_t operations, blocks, infos, last_thread, brk_limit, threaded, unused[2]; };
struct operation { uint8_t action, thread, unused[2]; uint32_t block; uint64_t a, b; };

/* What an operation answered. Words of the chunk's header are read at once: later operations change them. */
struct result { uint64_t pointer, head, before; uint32_t faults, value; int16_t arena, heap; };
struct call { uint64_t operation, a, b, c, result; int number, failed; };

extern struct header *trace;
extern struct operation *operations;
extern struct result *results;
extern uint64_t heap_base, floor_address;
extern volatile uint64_t current_operation;

/* calls.c */
extern struct call *calls;
extern uint64_t call_count, call_limit;
extern volatile int recording;
void log_system_calls(void);

/* window.c */
void arrange_address_space(void);
void make_present(void);
uint64_t minor_faults(void);
uint64_t major_faults(void);
void *reserve(size_t bytes);
_Noreturn void fail(const char *what);

/* measure.c: watching is set while the peak is looked for */
extern volatile int watching;
void watch_peak(int action);
void measure_replay(void);
void time_replay(int touches);

/* replay.c, arenas.c */
extern struct mallinfo2 *infos;
void prepare_replay(void);
void replay(void);
void touch(char *p, const struct operation *op);
struct arena { uint64_t address, heap, operation; };
extern struct arena arenas[MOST_ARENAS];
extern int arena_count;
void find_new_arenas(uint64_t first_call);
void place(struct result *result);

/* print.c */
void print_transcript(uint64_t minor, uint64_t major);

/* probe.c */
int probe(void);
#endif
