/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the commands' argument lists have in common. */
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The flag's value; ends the program with 2 if it is none. text may be NULL. */
uint64_t sim_argument_number(const char *flag, const char *text);

/* Of real time, from some fixed point on. */
uint64_t sim_wall_ms(void);

#ifdef __cplusplus
}
#endif
