// Processes in one memory cgroup, each with a size and an oom_score_adj; the last one grows until the kernel kills one of them.
//   oom-probe CGROUP_FOLDER MIB ADJ [MIB ADJ …]     prints the number of the first victim, from 0; -1 if none

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void put(const char *path, const char *text) {
    int fd = open(path, O_WRONLY);
    if (fd < 0 || write(fd, text, strlen(text)) < 0) {
        perror(path);
        _exit(3);
    }
    close(fd);
}

static void touch(size_t bytes) {
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) _exit(4);
    for (size_t i = 0; i < bytes; i += 4096) memory[i] = 1;
}

int main(int argc, char **argv) {
    int count = (argc - 2) / 2, ready[2];
    pid_t children[16];
    char procs[4096], text[32];
    snprintf(procs, sizeof procs, "%s/cgroup.procs", argv[1]);
    for (int i = 0; i < count; i++) {
        if (pipe(ready)) return 2;
        children[i] = fork();
        if (children[i] == 0) {
            snprintf(text, sizeof text, "%d", getpid());
            put(procs, text);
            put("/proc/self/oom_score_adj", argv[3 + 2 * i]);
            touch((size_t)atol(argv[2 + 2 * i]) << 20);
            if (write(ready[1], "r", 1) != 1) _exit(5);
            if (i == count - 1) touch((size_t)1 << 30);
            pause();
        }
        close(ready[1]);
        char byte;
        int got = read(ready[0], &byte, 1);
        close(ready[0]);
        if (got != 1) break;      // it was killed while it grew
    }
    int status, victim = -1;
    alarm(20);
    pid_t dead = wait(&status);
    for (int i = 0; i < count; i++) {
        if (children[i] == dead && WIFSIGNALED(status)) victim = i;
        if (children[i] != dead) kill(children[i], SIGKILL);
    }
    while (wait(&status) > 0) {}
    printf("%d\n", victim);
    return 0;
}
