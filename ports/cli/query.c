/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/cli/query.h"

#include <fnmatch.h>
#include <string.h>

#include "ports/cli/member.h"

static const char *const statuses[] = {"alive", "suspect", "unreachable",
                                       "dead",  "left",    "removed"};
#define STATUSES (sizeof(statuses) / sizeof(statuses[0]))

static size_t status_rank(const struct sl_control_member *member)
{
    size_t rank = 0;
    while (rank < STATUSES && strcmp(statuses[rank], sl_member_status(member)) != 0)
        rank++;
    return rank;
}

bool sl_query_is_status(const char *word)
{
    for (size_t i = 0; i < STATUSES; i++) {
        if (strcmp(word, statuses[i]) == 0)
            return true;
    }
    return false;
}

/* wanted: "key" or "key=pattern". */
static bool has_tag(const struct sl_control_member *member, const char *wanted)
{
    size_t key_bytes = strcspn(wanted, "=");
    const char *pattern = wanted[key_bytes] == '=' ? wanted + key_bytes + 1 : "*";
    const char *line = member->tags;
    while (*line != '\0') {
        char value[SL_CONTROL_TAGS_BYTES];
        size_t bytes = strcspn(line, "\n"), own = strcspn(line, "=\n");
        bool has_value = own < bytes;
        size_t value_bytes = has_value ? bytes - own - 1 : 0;
        memcpy(value, line + own + has_value, value_bytes);
        value[value_bytes] = '\0';
        if (own == key_bytes && memcmp(line, wanted, own) == 0 && fnmatch(pattern, value, 0) == 0)
            return true;
        line += bytes + (line[bytes] == '\n');
    }
    return false;
}

bool sl_query_matches(const struct sl_query *q, const struct sl_control_member *m)
{
    for (uint32_t i = 0; i < q->tag_count; i++) {
        if (!has_tag(m, q->tags[i]))
            return false;
    }
    if (q->status == NULL && m->status == SL_CONTROL_STATUS_REMOVED)
        return false;
    return (q->status == NULL || strcmp(q->status, sl_member_status(m)) == 0) &&
           (q->zone == NULL || strcmp(q->zone, m->zone) == 0) &&
           (q->name == NULL || fnmatch(q->name, m->name, 0) == 0);
}

static int by_number(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int by_name(const void *a, const void *b)
{
    const struct sl_control_member *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : by_number(x->id, y->id);
}

static int by_status(const void *a, const void *b)
{
    int order = by_number(status_rank(a), status_rank(b));
    return order != 0 ? order : by_name(a, b);
}

static int by_zone(const void *a, const void *b)
{
    const struct sl_control_member *x = a, *y = b;
    int order = strcmp(x->zone, y->zone);
    return order != 0 ? order : by_name(a, b);
}

static int by_address(const void *a, const void *b)
{
    const struct sl_control_endpoint *x = sl_member_endpoint(a), *y = sl_member_endpoint(b);
    int order = memcmp(x->ip, y->ip, sizeof(x->ip));
    order = order != 0 ? order : by_number(x->port, y->port);
    return order != 0 ? order : by_name(a, b);
}

static int by_incarnation(const void *a, const void *b)
{
    const struct sl_control_member *x = a, *y = b;
    int order = by_number(x->generation, y->generation);
    order = order != 0 ? order : by_number(x->refutations, y->refutations);
    return order != 0 ? order : by_name(a, b);
}

sl_query_order sl_query_order_of(const char *word)
{
    static const struct {
        const char *word;
        sl_query_order order;
    } orders[] = {
        {"name", by_name},       {"status", by_status},           {"zone", by_zone},
        {"address", by_address}, {"incarnation", by_incarnation},
    };
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        if (strcmp(word, orders[i].word) == 0)
            return orders[i].order;
    }
    return NULL;
}
