/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the commands' argument lists have in common. */
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The flag's value; ends the program with 2 if it is none. text may be NULL. */
uint64_t sim_argument_number(const char *flag, const char *text);

/* Prints the usage and ends the program with 0 if --help is among the arguments. */
void sim_argument_help(int argc, char **argv, const char *usage);

/* Ends the program with 2, after one line: what is wrong, and which command's --help tells more. */
void sim_argument_refuse(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

/* Ends the program with 2 unless files can be made in there. */
void sim_argument_check_folder(const char *folder);

/* Of real time, from some fixed point on. */
uint64_t sim_wall_ms(void);

#ifdef __cplusplus
}
#endif
