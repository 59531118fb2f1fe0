/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Which members are shown, and in which order. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ports/control_protocol.h"

#define SL_QUERY_TAGS_MAX 8

struct sl_query {
    const char *status, *zone, *name;    /* NULL: any; the name may be a pattern */
    const char *tags[SL_QUERY_TAGS_MAX]; /* "key" or "key=pattern" */
    uint32_t tag_count;
};

typedef int (*sl_query_order)(const void *a, const void *b);

bool sl_query_matches(const struct sl_query *query, const struct sl_control_member *member);

/* "alive", "suspect", "unreachable", "dead" or "left". */
bool sl_query_is_status(const char *word);

/* For qsort(): name, status, zone, address or incarnation, then by name; NULL: another word. */
sl_query_order sl_query_order_of(const char *word);
