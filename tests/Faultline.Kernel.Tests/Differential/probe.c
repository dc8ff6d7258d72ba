/* Does to the real kernel what a script on standard input says, in a window of address space where nothing else lies, and
 * prints for each step: the system call's answer (0 or -errno), the minor faults it took, the accesses that were refused
 * (SIGSEGV), by how many KiB the page tables (VmPTE) changed, and how many areas (lines of maps) lie in the window now.
 * Numbers of pages; offsets from the window's start.
 *
 *   M off pages prot    mmap fixed, private, anonymous    U off pages         munmap
 *   m off pages prot    the same with MAP_POPULATE        P off pages prot    mprotect
 *   A off pages advice  madvise                           G off old new       mremap, not to be moved
 *   V off old new to    mremap, moved to the offset given (which is free)
 *   R off pages         read a byte of each page          W off pages         write a byte of each page
 *   F steps             fork; the child does the next steps and exits, the parent waits and goes on after them
 * At the end: the state of every page of the window, run-length coded: u unmapped, a absent, p present.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define WINDOW ((char *)0x100000000000)
#define PAGES 8192L
#define MAX_STEPS 4096

static struct { char op; long a, b, c, d; } steps[MAX_STEPS];
static int count;
static char out[1 << 20], status[8192], maps[65536];
static long length;
static sigjmp_buf refused;
static volatile char sink;
static struct rusage usage;

static void on_segv(int signal) { siglongjmp(refused, signal); }

static long faults(void) { getrusage(RUSAGE_SELF, &usage); return usage.ru_minflt; }

static long table_kib(void)
{
    int fd = open("/proc/self/status", O_RDONLY);
    long n = read(fd, status, sizeof status - 1);
    close(fd);
    status[n > 0 ? n : 0] = 0;
    char *line = strstr(status, "VmPTE:");
    return line ? atol(line + 6) : -1;
}

static int areas(void)
{
    int fd = open("/proc/self/maps", O_RDONLY), lines = 0;
    long n = 0, r;
    while ((r = read(fd, maps + n, sizeof maps - 1 - n)) > 0) n += r;
    close(fd);
    maps[n] = 0;
    for (char *line = maps; *line; line = strchr(line, '\n') + 1)
        lines += !strncmp(line, "1000", 4);
    return lines;
}

static void flush(void)
{
    for (long done = 0; done < length;) {
        long n = write(1, out + done, length - done);
        if (n <= 0) _exit(3);
        done += n;
    }
    length = 0;
}

/* Faults in everything of the probe's own, code and data, so that its own faults (after a fork too) lie outside the steps. */
static void warm(void)
{
    volatile char stack[256 << 10];
    for (long i = 0; i < (long)sizeof stack; i += 1024) stack[i] = 1;
    int fd = open("/proc/self/maps", O_RDONLY);
    long n = 0, r;
    while ((r = read(fd, maps + n, sizeof maps - 1 - n)) > 0) n += r;
    close(fd);
    maps[n] = 0;
    for (char *line = maps; *line; line = strchr(line, '\n') + 1) {
        unsigned long start, end;
        char mode[5];
        if (sscanf(line, "%lx-%lx %4s", &start, &end, mode) != 3) continue;
        if (start < (unsigned long)WINDOW + (PAGES << 12) && end > (unsigned long)WINDOW) continue;
        madvise((void *)start, end - start, mode[1] == 'w' ? 23 : 22);
    }
    faults(); table_kib(); faults();
}

static long touch(long offset, long pages, int write)
{
    static volatile long i, bad;
    bad = 0;
    for (i = 0; i < pages; i++) {
        if (sigsetjmp(refused, 1)) { bad++; continue; }
        volatile char *page = WINDOW + ((offset + i) << 12);
        if (write) *page = 1; else sink = *page;
    }
    return bad;
}

static long answer(long r) { return r == -1 ? -errno : 0; }

static long step(int k, long *bad)
{
    char *start = WINDOW + (steps[k].a << 12);
    size_t bytes = (size_t)steps[k].b << 12;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    switch (steps[k].op) {
    case 'M': return answer((long)mmap(start, bytes, steps[k].c, flags, -1, 0));
    case 'm': return answer((long)mmap(start, bytes, steps[k].c, flags | MAP_POPULATE, -1, 0));
    case 'U': return answer(munmap(start, bytes));
    case 'P': return answer(mprotect(start, bytes, steps[k].c));
    case 'A': return answer(madvise(start, bytes, steps[k].c));
    case 'G': return answer((long)mremap(start, bytes, (size_t)steps[k].c << 12, 0));
    case 'V': return answer((long)mremap(start, bytes, (size_t)steps[k].c << 12, MREMAP_MAYMOVE | MREMAP_FIXED, WINDOW + (steps[k].d << 12)));
    case 'R': *bad = touch(steps[k].a, steps[k].b, 0); return 0;
    case 'W': *bad = touch(steps[k].a, steps[k].b, 1); return 0;
    }
    _exit(4);
}

static void run(int from, int to)
{
    for (int k = from; k < to; k++) {
        if (steps[k].op == 'F') {
            int last = k + 1 + (int)steps[k].a < to ? k + 1 + (int)steps[k].a : to;
            flush();
            pid_t child = fork();
            if (child == 0) { warm(); run(k + 1, last); flush(); _exit(0); }
            int end = 0;
            if (child < 0 || waitpid(child, &end, 0) < 0 || end != 0) _exit(5);
            warm();
            k = last - 1;
            continue;
        }
        long bad = 0, tables = table_kib(), before = faults();
        long result = step(k, &bad);
        long after = faults();
        length += sprintf(out + length, "%c %ld %ld %ld %ld %d\n", steps[k].op, result, after - before, bad, table_kib() - tables, areas());
    }
}

static char state(long page)
{
    unsigned char present;
    if (mincore(WINDOW + (page << 12), 4096, &present) != 0) return 'u';
    return present & 1 ? 'p' : 'a';
}

int main(void)
{
    char line[128];
    while (count < MAX_STEPS && fgets(line, sizeof line, stdin))
        if (sscanf(line, " %c %ld %ld %ld %ld", &steps[count].op, &steps[count].a, &steps[count].b, &steps[count].c, &steps[count].d) >= 2) count++;
    struct sigaction action = { .sa_handler = on_segv };
    sigaction(SIGSEGV, &action, NULL);
    length = sprintf(out, "%d steps\n", count);
    warm();
    run(0, count);
    for (long page = 0, first = 0; page < PAGES; page++)
        if (page + 1 == PAGES || state(page) != state(page + 1)) {
            length += sprintf(out + length, "%c%ld ", state(page), page + 1 - first);
            first = page + 1;
        }
    out[length++] = '\n';
    flush();
    return 0;
}
