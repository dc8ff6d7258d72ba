/* Does to the real allocator and kernel what a script says, in a fresh process, and prints the minor faults that each
   step took. A step is one line: a letter, a block number, two numbers.
     m i size -      malloc            z i size -    calloc(1, size)      a i size align   aligned_alloc
     r i size -      realloc           f i - -       free
     w i from bytes  write one byte a page of that part of the block       R i from bytes   read one
   No stdio, no malloc of its own; everything but the heap is made present before the first step. */
#define _GNU_SOURCE
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MaxSteps = 65536, MaxBlocks = 4096, MaxText = 4 << 20 };

static char text[MaxText];
static char output[MaxSteps * 12];
static volatile unsigned char *blocks[MaxBlocks];
static uint32_t faults[MaxSteps];
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

static void print(uint32_t value, char **at)
{
    char digits[12];
    int count = 0;
    do
        digits[count++] = (char)('0' + value % 10);
    while (value /= 10);
    while (count > 0)
        *(*at)++ = digits[--count];
    *(*at)++ = '\n';
}

static void grow_stack(void)
{
    volatile char room[256 * 1024];
    for (unsigned i = 0; i < sizeof room; i += 4096)
        room[i] = 1;
}

int main(void)
{
    size_t length = 0;
    ssize_t got;
    while ((got = read(0, text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)got;
    grow_stack();
    if (mlockall(MCL_CURRENT) != 0)
        return 3;
    touch((void *)blocks, 0, sizeof blocks, 1);
    touch((void *)faults, 0, sizeof faults, 1);
    memset((void *)blocks, 0, sizeof blocks);

    int steps = 0;
    long before = minor_faults();
    for (char *at = text; *at != 0; steps++) {
        char kind = *at++;
        unsigned long i = number(&at), a = number(&at), b = number(&at);
        while (*at == '\n')
            at++;
        step(kind, i, a, b);
        long after = minor_faults();
        faults[steps] = (uint32_t)(after - before);
        before = after;
    }

    char *end = output;
    for (int i = 0; i < steps; i++)
        print(faults[i], &end);
    return write(1, output, (size_t)(end - output)) == end - output ? 0 : 4;
}
