/* Logs the memory system calls without a tracer: a seccomp filter turns each into a SIGSYS, whose handler makes the call
 * itself from the one place that the filter lets through. Threads inherit the filter. */
#include "driver.h"
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>

struct call *calls;
uint64_t call_count, call_limit;
volatile int recording;

long pass_call(long number, long a, long b, long c, long d, long e, long f);
extern char pass_address[]; /* the instruction pointer that the kernel sees in pass_call */
__asm__(".text\n"
        "pass_call:\n"
        "  mov %rdi, %rax\n  mov %rsi, %rdi\n  mov %rdx, %rsi\n  mov %rcx, %rdx\n"
        "  mov %r8, %r10\n  mov %r9, %r8\n  mov 8(%rsp), %r9\n  syscall\n"
        "pass_address:\n"
        "  ret\n");

static void on_call(int signal, siginfo_t *info, void *context)
{
  (void)signal;
  greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
  int number = info->si_syscall;
  uint64_t break_before = number == SYS_brk ? (uint64_t)pass_call(SYS_brk, 0, 0, 0, 0, 0, 0) : 0;
  long answer = pass_call(number, r[REG_RDI], r[REG_RSI], r[REG_RDX], r[REG_R10], r[REG_R8], r[REG_R9]);
  r[REG_RAX] = answer;
  if (!recording)
    return;
  if (call_count == call_limit)
    fail("more system calls than the log holds");
  struct call *call = &calls[call_count++];
  *call = (struct call){ current_operation, r[REG_RDI], r[REG_RSI], r[REG_RDX], answer, number, (uint64_t)answer > -4096ul };
  if (number == SYS_brk) {
    call->failed = call->a > call->result;
    call->b = call->result - break_before;
  } else if (number == SYS_openat) {
    call->a = strstr((const char *)call->b, "overcommit") != NULL;
  }
}

void log_system_calls(void)
{
  static const int logged[] = { SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_madvise, SYS_mprotect, SYS_openat };
  enum { N = sizeof logged / sizeof *logged };
  struct sock_filter filter[N + 8];
  uint64_t address = (uint64_t)pass_address;
  int k = 0;
  filter[k++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (int i = 0; i < N; i++)
    filter[k++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, logged[i], N - i, 0);
  filter[k++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  filter[k++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer));
  filter[k++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)address, 0, 2);
  filter[k++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4);
  filter[k++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(address >> 32), 1, 0);
  filter[k++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
  filter[k++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);

  struct sigaction action = { .sa_sigaction = on_call, .sa_flags = SA_SIGINFO | SA_NODEFER };
  struct sock_fprog program = { k, filter };
  if (sigaction(SIGSYS, &action, NULL) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
    fail("no seccomp filter allowed here");
}
