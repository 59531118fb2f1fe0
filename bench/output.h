/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A report that could not be written is no success: once for each program, at its start. */

#ifdef __cplusplus
extern "C" {
#endif

/* From now on a program that ends normally, but whose standard output is incomplete, says so in a
 * line and ends with 1. A reader that goes away is such a case, and no silent death. */
void bench_output_guard(void);

#ifdef __cplusplus
}
#endif
