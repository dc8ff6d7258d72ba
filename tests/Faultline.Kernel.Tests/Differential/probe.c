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
 * Files, numbered from 0; what they hold is written page by page. With one in the script each line also tells more: see more().
 *   O kind pages        the next file: kind 0 in memory (memfd), 1 in the folder that the first argument names
 *   f off pages prot    mmap fixed of the file of the last N step     N file page flags   file, its first page, MAP_* for the next f
 *   S off pages prot    mmap fixed, shared, anonymous                 T file pages        ftruncate
 *   Y off pages         msync                                         X file 0            fsync and POSIX_FADV_DONTNEED
 *   i file page pages   pread                                         o file page pages   pwrite, page by page
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
static int files[16], file_count, last_signal;
static long map_file, map_page, map_flags, uses_files;
static const char *folder;
static char smaps[4 << 20], block[4096];
static volatile char sink;
static struct rusage usage;

static void on_segv(int signal) { last_signal = signal; siglongjmp(refused, signal); }

static long faults(void) { getrusage(RUSAGE_SELF, &usage); return usage.ru_minflt; }

static long status_kib(const char *name)
{
    int fd = open("/proc/self/status", O_RDONLY);
    long n = read(fd, status, sizeof status - 1);
    close(fd);
    status[n > 0 ? n : 0] = 0;
    char *line = strstr(status, name);
    return line ? atol(strchr(line, ':') + 1) : -1;
}

static long table_kib(void) { return status_kib("VmPTE:"); }

/* Major faults, SIGBUS, changes of RssAnon, RssFile and RssShmem; for each file its pages in the cache and dirty ones (cachestat);
 * the flags of the areas, and the sums of their smaps numbers in KiB. Not Referenced: it depends on when the processors' batches
 * of pages reach the LRU lists. */
static void more(long majors, long bus, const long *before)
{
    static const char *names[] = { "RssAnon:", "RssFile:", "RssShmem:" };
    static const char *numbers[] = { "Rss:", "Pss:", "Pss_Dirty:", "Shared_Clean:", "Shared_Dirty:", "Private_Clean:", "Private_Dirty:", "Anonymous:", "LazyFree:",
        "AnonHugePages:", "ShmemPmdMapped:", "FilePmdMapped:", "Swap:", "SwapPss:", "Locked:" };
    length += sprintf(out + length, " | %ld %ld", majors, bus);
    for (int i = 0; i < 3; i++) length += sprintf(out + length, " %ld", status_kib(names[i]) - before[i]);
    for (int i = 0; i < file_count; i++) {
        unsigned long range[2] = { 0, 0 }, cached[5] = { 0 };
        syscall(451, files[i], range, cached, 0);
        length += sprintf(out + length, " %lu:%lu", cached[0], cached[1]);
    }
    int fd = open("/proc/self/smaps", O_RDONLY), inside = 0;
    long n = 0, r, sums[15] = { 0 };
    while ((r = read(fd, smaps + n, sizeof smaps - 1 - n)) > 0) n += r;
    close(fd);
    smaps[n] = 0;
    length += sprintf(out + length, " |");
    for (char *line = smaps; *line; line = strchr(line, '\n') + 1) {
        if (line[0] >= '0' && line[0] <= '9' || line[0] >= 'a' && line[0] <= 'f') inside = !strncmp(line, "1000", 4);
        if (!inside) continue;
        if (!strncmp(line, "VmFlags: ", 9)) {
            long size = strchr(line, '\n') - line - 9;
            memcpy(out + length, line + 9, size);
            length += size;
            out[length++] = ';';
        }
        for (int i = 0; i < 15; i++)
            if (!strncmp(line, numbers[i], strlen(numbers[i]))) sums[i] += atol(line + strlen(numbers[i]));
    }
    for (int i = 0; i < 15; i++) length += sprintf(out + length, " %ld", sums[i]);
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

static long touch(long offset, long pages, int write, long *bus)
{
    static volatile long i, bad, seen;
    bad = seen = 0;
    for (i = 0; i < pages; i++) {
        if (sigsetjmp(refused, 1)) { if (last_signal == SIGBUS) seen++; else bad++; continue; }
        volatile char *page = WINDOW + ((offset + i) << 12);
        if (write) *page = 1; else sink = *page;
    }
    *bus = seen;
    return bad;
}

static long answer(long r) { return r == -1 ? -errno : 0; }

static long answer_of_read(long r) { return r == -1 ? -errno : r >> 12; }

static long open_file(long kind, long pages)
{
    char path[512];
    sprintf(path, "%s/%d-%d", folder, (int)getpid(), file_count);
    int fd = kind == 0 ? memfd_create("probe", 0) : open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0) _exit(6);
    if (kind) unlink(path);
    for (long i = 0; i < pages; i++)
        if (write(fd, block, sizeof block) != sizeof block) _exit(7);
    files[file_count++] = fd;
    return 0;
}

static long pages_io(int fd, long page, long pages, int writes)
{
    static char buffer[1 << 20];
    for (long i = 0; writes && i < pages; i++) pwrite(fd, block, 4096, (page + i) << 12);
    return writes ? 0 : answer_of_read(pread(fd, buffer, pages << 12, page << 12));
}

static long step(int k, long *bad, long *bus)
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
    case 'R': *bad = touch(steps[k].a, steps[k].b, 0, bus); return 0;
    case 'W': *bad = touch(steps[k].a, steps[k].b, 1, bus); return 0;
    case 'O': return open_file(steps[k].a, steps[k].b);
    case 'N': map_file = steps[k].a; map_page = steps[k].b; map_flags = steps[k].c; return 0;
    case 'f': return answer((long)mmap(start, bytes, steps[k].c, map_flags | MAP_FIXED, files[map_file], map_page << 12));
    case 'S': return answer((long)mmap(start, bytes, steps[k].c, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    case 'T': return answer(ftruncate(files[steps[k].a], steps[k].b << 12));
    case 'Y': return answer(msync(start, bytes, MS_SYNC));
    case 'X': fsync(files[steps[k].a]); return answer(posix_fadvise(files[steps[k].a], 0, 0, POSIX_FADV_DONTNEED));
    case 'i': return pages_io(files[steps[k].a], steps[k].b, steps[k].c, 0);
    case 'o': return pages_io(files[steps[k].a], steps[k].b, steps[k].c, 1);
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
        long rss[3] = { status_kib("RssAnon:"), status_kib("RssFile:"), status_kib("RssShmem:") };
        long bad = 0, bus = 0, tables = table_kib(), before = faults(), majors = usage.ru_majflt;
        long result = step(k, &bad, &bus);
        long after = faults();
        majors = usage.ru_majflt - majors;
        length += sprintf(out + length, "%c %ld %ld %ld %ld %d\n", steps[k].op, result, after - before, bad, table_kib() - tables, areas());
        length--;
        if (uses_files) more(majors, bus, rss);
        out[length++] = '\n';
    }
}

static char state(long page)
{
    unsigned char present;
    if (mincore(WINDOW + (page << 12), 4096, &present) != 0) return 'u';
    return present & 1 ? 'p' : 'a';
}

int main(int count_of_arguments, char **arguments)
{
    char line[128];
    while (count < MAX_STEPS && fgets(line, sizeof line, stdin))
        if (sscanf(line, " %c %ld %ld %ld %ld", &steps[count].op, &steps[count].a, &steps[count].b, &steps[count].c, &steps[count].d) >= 2) count++;
    struct sigaction action = { .sa_handler = on_segv };
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    folder = count_of_arguments > 1 ? arguments[1] : ".";
    for (int k = 0; k < count; k++) uses_files |= strchr("OS", steps[k].op) != NULL;
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
