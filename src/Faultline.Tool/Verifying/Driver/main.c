/* driver TRACE prints the transcript of a trace; driver --probe what the kernel counts in a few scenarios; driver --libc the C library's version; the rest is in measure.c. */
#include "driver.h"
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static char output[1 << 16];

static void read_trace(const char *path)
{
  struct stat state;
  int file = open(path, O_RDONLY);
  if (file < 0 || fstat(file, &state))
    fail("cannot open the trace");
  trace = reserve(state.st_size);
  for (off_t done = 0; done < state.st_size;) {
    ssize_t got = read(file, (char *)trace + done, state.st_size - done);
    if (got <= 0)
      fail("cannot read the trace");
    done += got;
  }
  close(file);
  operations = (struct operation *)(trace + 1);
}

int main(int argc, char **argv)
{
  setvbuf(stdout, output, _IOFBF, sizeof output);
  if (argc == 2 && !strcmp(argv[1], "--probe"))
    return probe();
  if (argc == 2 && !strcmp(argv[1], "--libc"))
    return puts(gnu_get_libc_version()) < 0;
  const char *mode = argc == 3 ? argv[1] : "";
  if (argc != 2 && argc != 3)
    fail("one trace is needed");
  read_trace(argv[argc - 1]);
  prepare_replay();
  arrange_address_space();
  make_present();
  if (*mode) {
    if (!strcmp(mode, "--measure"))
      measure_replay();
    else
      time_replay(!strcmp(mode, "--time"));
    _exit(0);
  }

  log_system_calls();
  recording = 1;
  uint64_t minor = minor_faults(), major = major_faults();
  replay();
  minor = minor_faults() - minor, major = major_faults() - major;
  recording = 0;
  print_transcript(minor, major);
  _exit(0);
}
