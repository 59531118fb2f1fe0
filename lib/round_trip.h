/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What probes learned of the path to one zone: how long an answer takes (smoothed round trip and
 * its deviation, RFC 6298, section 2) and how many tries go unanswered. All in integers. Pure; one
 * thread.
 */
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sl_round_trip {
    uint64_t smoothed_ns; /* 0 = no answer yet */
    uint64_t deviation_ns;
    uint32_t lost; /* share of tries that nobody answered, in 1/65536 */
};

/* A try was answered after this long. A sample counts as twice the timeout at most: one answer of a
   member that stood still stretches nobody's waits, and a path that became slow is learned in a
   few.
 */
void sl_round_trip_note(struct sl_round_trip *path, uint64_t took_ns);

/* Of one probe: so many tries went unanswered before the one that was answered (or before a helper
 * brought the answer: answered = 0). */
void sl_round_trip_note_tries(struct sl_round_trip *path, uint32_t lost, uint32_t answered);

/* An answer that takes longer is late: smoothed + 4 deviations; 0 = not known. */
uint64_t sl_round_trip_timeout_ns(const struct sl_round_trip *path);

/* How many tries it takes, at least `least` and at most `most`, until fewer than one probe in 4,096
   of a running member needs helpers; and how many helpers until fewer than one in 256 of those
   finds none that works. At a loss of 1 % three of each suffice. */
uint32_t sl_round_trip_tries(const struct sl_round_trip *path, uint32_t least, uint32_t most);
uint32_t sl_round_trip_helpers(const struct sl_round_trip *path, uint32_t least, uint32_t most);

#ifdef __cplusplus
}
#endif
