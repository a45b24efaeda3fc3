/* The n-th operation on the disk fails. The test arms it from outside, in a file that both have mapped. Any thread. */
#pragma once
#include <stdint.h>

enum { FAULT_WRITES = 1, FAULT_FLUSHES = 2, FAULT_OPENS = 4 };

/* The file, as the test writes it: six numbers of 64 bits, the machine's own order. */
typedef struct {
  int64_t seen;   /* operations of these kinds so far; counted here, set back by the test */
  int64_t first;  /* the first that fails, from 1; 0: none does */
  int64_t length; /* how many fail from there on */
  int64_t number; /* the errno; 0: the program is killed there */
  int64_t kinds;  /* FAULT_... */
  int64_t failed; /* how many failed so far; counted here, set back by the test */
} Fault;

/* path: a file of that size. NULL: nothing ever fails. */
void fault_open (const char *path);
/* Tells whether the next operation of that kind fails; errno is then set. */
int fault_strikes (int kind);
