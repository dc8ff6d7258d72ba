// Touches anonymous memory in a memory cgroup by a seeded pattern and prints what the kernel counted meanwhile:
//   usage pages charged before the first touch, minor faults, major faults, pages swapped in, pages swapped out
//
//   pressure-probe GROUP PATTERN PAGES TOUCHES SEED READS
//     GROUP    folder of a version 1 memory cgroup, which the probe enters
//     PATTERN  s sequential, r reverse, u uniformly random, h hot: four of five touches go to the first fifth
//     READS    1: every second touch of a page that was written before is a load
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static uint64_t state;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static uint64_t number(const char *folder, const char *file, const char *key)
{
    char path[512], line[128];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    FILE *stream = fopen(path, "r");
    uint64_t value = 0;
    while (stream && fgets(line, sizeof line, stream))
        if (!*key || (!strncmp(line, key, strlen(key)) && line[strlen(key)] == ' '))
            value = strtoull(line + strlen(key), 0, 10);
    if (stream)
        fclose(stream);
    return value;
}

int main(int count, char **words)
{
    if (count != 7)
        return 2;
    char path[512];
    snprintf(path, sizeof path, "%s/cgroup.procs", words[1]);
    int group = open(path, O_WRONLY);
    if (group < 0 || write(group, "0", 1) != 1)
        return 3;
    close(group);
    char pattern = *words[2];
    uint64_t pages = strtoull(words[3], 0, 10), touches = strtoull(words[4], 0, 10);
    int reads = *words[6] == '1';
    state = strtoull(words[5], 0, 10) * 0x9e3779b97f4a7c15 + 1;
    char *written = calloc(pages, 1);
    memset(written, 1, pages);
    memset(written, 0, pages);
    volatile char *start = mmap(0, pages << 12, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise((void *)start, pages << 12, MADV_NOHUGEPAGE);
    uint64_t usage = number(words[1], "memory.usage_in_bytes", "") >> 12;
    uint64_t in = number("/proc", "vmstat", "pswpin"), out = number("/proc", "vmstat", "pswpout");
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    for (uint64_t i = 0; i < touches; i++)
    {
        uint64_t page = i % pages;
        if (pattern == 'r')
            page = pages - 1 - page;
        else if (pattern == 'u')
            page = next() % pages;
        else if (pattern == 'h')
        {
            uint64_t drawn = next();
            page = (drawn >> 8) % (drawn % 10 < 8 ? pages / 5 : pages);
        }

        if (reads && (i & 1) && written[page])
            (void)start[page << 12];
        else
            start[page << 12] = 1, written[page] = 1;
    }

    getrusage(RUSAGE_SELF, &after);
    printf("%lu %ld %ld %lu %lu\n", usage, after.ru_minflt - before.ru_minflt, after.ru_majflt - before.ru_majflt,
        number("/proc", "vmstat", "pswpin") - in, number("/proc", "vmstat", "pswpout") - out);
    return 0;
}
