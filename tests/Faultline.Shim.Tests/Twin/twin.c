/* Does to the real allocator and kernel what a script says, in a fresh process, and prints the minor faults that each
   step took, and where the block lies then: which 64 MiB of the address space, counted as they are first met, and the place
   in them; of a mapping of its own its place in a page. A step is one line: a letter, a block number, two numbers, and the thread
   that does it (0: the main one). Threads take turns, so that the order is the script's.
     m i size -      malloc            z i size -    calloc(1, size)      a i size align   aligned_alloc
     r i size -      realloc           f i - -       free
     w i from bytes  write one byte a page of that part of the block       R i from bytes   read one
     x - -           the thread ends
   No stdio, no malloc of its own; everything but the heap is made present before the first step. */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MaxSteps = 65536, MaxBlocks = 4096, MaxText = 4 << 20, MaxThreads = 16, MaxHeaps = 64 };

static char text[MaxText];
static char output[MaxSteps * 36];
static volatile unsigned char *blocks[MaxBlocks];
static uint32_t faults[MaxSteps], heap_of[MaxSteps], place_of[MaxSteps];
static unsigned long heaps[MaxHeaps];
static int heap_count;
static pthread_t threads[MaxThreads];
static int turn, ready;
static struct { char kind; unsigned long i, a, b; } job;
static volatile unsigned char sink;

static long minor_faults(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

static unsigned long number(char **at)
{
    unsigned long value = 0;
    while (**at == ' ')
        ++*at;
    while (**at >= '0' && **at <= '9')
        value = value * 10 + (unsigned long)(*(*at)++ - '0');
    return value;
}

static void touch(volatile unsigned char *block, unsigned long from, unsigned long bytes, int write)
{
    for (unsigned long at = from; at < from + bytes; at = ((unsigned long)(block + at) | 4095) + 1 - (unsigned long)block) {
        if (write)
            block[at] = 1;
        else
            sink = block[at];
    }
}

static void step(char kind, unsigned long i, unsigned long a, unsigned long b)
{
    switch (kind) {
    case 'm': blocks[i] = malloc(a); break;
    case 'z': blocks[i] = calloc(1, a); break;
    case 'a': blocks[i] = aligned_alloc(b, a); break;
    case 'r': blocks[i] = realloc((void *)blocks[i], a); break;
    case 'f': free((void *)blocks[i]); break;
    case 'w': touch(blocks[i], a, b, 1); break;
    case 'R': touch(blocks[i], a, b, 0); break;
    }
}

static void locate(const volatile unsigned char *block, uint32_t *heap, uint32_t *place)
{
    *heap = *place = 0;
    if (block == 0)
        return;
    if (((const volatile size_t *)block)[-1] & 2) {
        *place = (uint32_t)((unsigned long)block & 4095);
        return;
    }
    unsigned long base = (unsigned long)block >> 26;
    int index = 0;
    while (index < heap_count && heaps[index] != base)
        index++;
    if (index == heap_count)
        heaps[heap_count++] = base;
    *heap = (uint32_t)index + 1;
    *place = (uint32_t)((unsigned long)block & ((64UL << 20) - 1));
}

static void grow_stack(void)
{
    volatile char room[256 * 1024];
    for (unsigned i = 0; i < sizeof room; i += 4096)
        room[i] = 1;
}

static void *work(void *number)
{
    int me = (int)(long)number;
    grow_stack();
    __atomic_add_fetch(&ready, 1, __ATOMIC_ACQ_REL);
    for (;;) {
        while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != me)
            sched_yield();
        char kind = job.kind;
        if (kind != 'x')
            step(kind, job.i, job.a, job.b);
        __atomic_store_n(&turn, 0, __ATOMIC_RELEASE);
        if (kind == 'x')
            return 0;
    }
}

static void start_threads(int count)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 512 * 1024);
    for (int i = 1; i <= count; i++)
        pthread_create(&threads[i], &attributes, work, (void *)(long)i);
    while (__atomic_load_n(&ready, __ATOMIC_ACQUIRE) != count)
        sched_yield();
}

/* In the thread's own turn; its end is waited for. */
static void hand_over(int thread, char kind, unsigned long i, unsigned long a, unsigned long b)
{
    job.kind = kind;
    job.i = i;
    job.a = a;
    job.b = b;
    __atomic_store_n(&turn, thread, __ATOMIC_RELEASE);
    while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != 0)
        sched_yield();
    if (kind == 'x')
        pthread_join(threads[thread], 0);
}

static void print(uint32_t value, char **at)
{
    char digits[12];
    int count = 0;
    do
        digits[count++] = (char)('0' + value % 10);
    while (value /= 10);
    while (count > 0)
        *(*at)++ = digits[--count];
    *(*at)++ = ' ';
}

int main(int argc, char **argv)
{
    size_t length = 0;
    ssize_t got;
    while ((got = read(0, text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)got;
    grow_stack();
    if (argc > 1)
        start_threads(atoi(argv[1]));
    if (mlockall(MCL_CURRENT) != 0)
        return 3;
    touch((void *)blocks, 0, sizeof blocks, 1);
    touch((void *)faults, 0, sizeof faults, 1);
    touch((void *)heap_of, 0, sizeof heap_of, 1);
    touch((void *)place_of, 0, sizeof place_of, 1);
    memset((void *)blocks, 0, sizeof blocks);

    int steps = 0;
    long before = minor_faults();
    for (char *at = text; *at != 0; steps++) {
        char kind = *at++;
        unsigned long i = number(&at), a = number(&at), b = number(&at);
        int thread = (int)number(&at);
        while (*at == '\n')
            at++;
        if (thread == 0)
            step(kind, i, a, b);
        else
            hand_over(thread, kind, i, a, b);
        long after = minor_faults();
        /* Of a thread's end the faults are those of its stack. */
        faults[steps] = kind == 'x' ? 0 : (uint32_t)(after - before);
        before = after;
        if (kind != 'x')
            locate(kind == 'f' ? 0 : blocks[i], &heap_of[steps], &place_of[steps]);
    }

    char *end = output;
    for (int i = 0; i < steps; i++) {
        print(faults[i], &end);
        print(heap_of[i], &end);
        print(place_of[i], &end);
        end[-1] = '\n';
    }
    return write(1, output, (size_t)(end - output)) == end - output ? 0 : 4;
}
