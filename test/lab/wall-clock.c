/*
 * Preloaded into every program of the lab's server: its wall clock, ahead by as many nanoseconds as stand in the file
 * that CLOCK_FILE names at the time of compilation. The monotonic clocks stay as they are, and so does the machine's own.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *ahead;

__attribute__((constructor)) static void begin(void) {
  int file = open(CLOCK_FILE, O_RDONLY | O_CLOEXEC);
  void *page = file < 0 ? MAP_FAILED : mmap(0, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
  if (page != MAP_FAILED) ahead = page;
  if (file >= 0) close(file);
}

static void move(struct timespec *time) {
  int64_t moved = time->tv_nsec + (ahead ? *ahead : 0) % 1000000000;
  time->tv_sec += (ahead ? *ahead : 0) / 1000000000 + (moved >= 1000000000) - (moved < 0);
  time->tv_nsec = (moved + 1000000000) % 1000000000;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = syscall(SYS_clock_gettime, clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) move(time);
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *into) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (into) *into = now.tv_sec;
  return now.tv_sec;
}
