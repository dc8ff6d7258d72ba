// Does something that takes a known number of kernel objects, and prints by how much the caches' objects in /proc/slabinfo changed, one
// line a step: vm_area_struct anon_vma anon_vma_chain radix_tree_node
//
//   slab-probe areas N      N areas of one written page each, none beside another: made and written, forked, the child gone, unmapped
//   slab-probe pages N      N pages of a file in memory, one after the other: written, the file gone
//   slab-probe sparse N     N pages of it, 64 pages apart
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *names[] = { "vm_area_struct ", "anon_vma ", "anon_vma_chain ", "radix_tree_node " };
static long before[4];
static char text[1 << 17];

static void count(long *objects)
{
    int fd = open("/proc/slabinfo", O_RDONLY);
    long n = 0, r;
    while ((r = read(fd, text + n, sizeof text - 1 - n)) > 0) n += r;
    close(fd);
    text[n] = 0;
    for (int i = 0; i < 4; i++) {
        char key[32];
        sprintf(key, "\n%s", names[i]);
        char *line = strstr(text, key);
        objects[i] = line ? atol(line + strlen(key)) : -1;
    }
}

static void step(void)
{
    long now[4];
    count(now);
    printf("%ld %ld %ld %ld\n", now[0] - before[0], now[1] - before[1], now[2] - before[2], now[3] - before[3]);
    fflush(stdout);
    memcpy(before, now, sizeof now);
}

static int areas(long n)
{
    char *start = mmap(0, n << 13, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED) return 4;
    count(before);
    for (long i = 0; i < n; i++) {
        if (mprotect(start + (i << 13), 4096, PROT_READ | PROT_WRITE)) return 5;
        start[i << 13] = 1;
    }
    step();
    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    step();
    kill(child, SIGKILL);
    waitpid(child, 0, 0);
    step();
    munmap(start, n << 13);
    step();
    return 0;
}

static int pages(long n, long apart)
{
    static char page[4096];
    int fd = memfd_create("slab-probe", 0);
    count(before);
    for (long i = 0; i < n; i++)
        if (pwrite(fd, page, sizeof page, (i * apart) << 12) != sizeof page) return 6;
    step();
    close(fd);
    sleep(1);        // nodes are given back once no processor can look at them any more
    step();
    return 0;
}

int main(int argc, char **words)
{
    if (argc != 3) return 2;
    long n = atol(words[2]);
    return !strcmp(words[1], "areas") ? areas(n) : pages(n, !strcmp(words[1], "sparse") ? 64 : 1);
}
