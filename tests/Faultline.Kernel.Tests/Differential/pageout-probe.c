// Sends its own memory to swap (MADV_PAGEOUT), or says that it is cold (MADV_COLD) before memory runs short, and prints what the kernel did.
//
//   pageout-probe GROUP out PAGES     after each of: pageout, reads, pageout, reads — minor faults, major faults, pages swapped in, pages
//                                     swapped out, own pages in swap (VmSwap); one line each
//   pageout-probe GROUP cold PAGES    two blocks of PAGES, each written twice; the second is said to be cold; then as much again is written,
//                                     which does not fit. Prints the pages of the first, the second and the third block that lie in swap.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static uint64_t number(const char *path, const char *key)
{
    char line[256];
    FILE *stream = fopen(path, "r");
    uint64_t value = 0;
    while (stream && fgets(line, sizeof line, stream))
        if (!strncmp(line, key, strlen(key)))
            value = strtoull(line + strlen(key), 0, 10);
    if (stream)
        fclose(stream);
    return value;
}

static volatile char *map(uint64_t pages)
{
    volatile char *start = mmap(0, pages << 12, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise((void *)start, pages << 12, MADV_NOHUGEPAGE);
    return start;
}

static void touch(volatile char *start, uint64_t pages, int write)
{
    for (uint64_t i = 0; i < pages; i++)
        if (write)
            start[i << 12] = 1;
        else
            (void)start[i << 12];
}

static uint64_t swapped(volatile char *start, uint64_t pages)
{
    static uint64_t entries[1 << 16];
    int fd = open("/proc/self/pagemap", O_RDONLY);
    uint64_t count = 0;
    if (pages > 1 << 16 || pread(fd, entries, pages * 8, ((uintptr_t)start >> 12) * 8) != (long)pages * 8)
        exit(5);
    close(fd);
    for (uint64_t i = 0; i < pages; i++)
        count += entries[i] >> 62 & 1;
    return count;
}

static void out(uint64_t pages)
{
    volatile char *start = map(pages);
    touch(start, pages, 1);
    for (int step = 0; step < 4; step++) {
        struct rusage before, after;
        uint64_t in = number("/proc/vmstat", "pswpin "), gone = number("/proc/vmstat", "pswpout ");
        getrusage(RUSAGE_SELF, &before);
        if (step % 2 == 0 && madvise((void *)start, pages << 12, 21))
            exit(4);
        if (step % 2 == 1)
            touch(start, pages, 0);
        getrusage(RUSAGE_SELF, &after);
        sleep(step % 2 == 0);
        printf("%ld %ld %lu %lu %lu\n", after.ru_minflt - before.ru_minflt, after.ru_majflt - before.ru_majflt,
            number("/proc/vmstat", "pswpin ") - in, number("/proc/vmstat", "pswpout ") - gone, swapped(start, pages));
    }
}

static void cold(uint64_t pages)
{
    volatile char *first = map(pages), *second = map(pages);
    for (int i = 0; i < 2; i++) {
        touch(first, pages, 1);
        touch(second, pages, 1);
    }

    if (madvise((void *)second, pages << 12, 20))
        exit(4);
    volatile char *third = map(pages);
    touch(third, pages, 1);
    printf("%lu %lu %lu\n", swapped(first, pages), swapped(second, pages), swapped(third, pages));
}

int main(int count, char **words)
{
    char path[512];
    if (count != 4)
        return 2;
    snprintf(path, sizeof path, "%s/cgroup.procs", words[1]);
    int group = open(path, O_WRONLY);
    if (group < 0 || write(group, "0", 1) != 1)
        return 3;
    close(group);
    if (*words[2] == 'o')
        out(strtoull(words[3], 0, 10));
    else
        cold(strtoull(words[3], 0, 10));
    return 0;
}
