/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/joiner.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "ports/log.h"

/* Sentences quote a seed whole. */
#define WHY_BYTES 512

int sl_joiner_open(struct sl_joiner *j, const struct sl_clock *clock, struct sl_mailbox *mailbox,
                   const struct sl_config *config, uint16_t default_port)
{
    j->config = config;
    j->clock = clock;
    j->mailbox = mailbox;
    j->due_ns = UINT64_MAX;
    j->alone = false;
    return sl_resolver_create(&j->resolver, default_port, NULL);
}

void sl_joiner_close(struct sl_joiner *j)
{
    sl_resolver_destroy(j->resolver);
    j->resolver = NULL;
}

int sl_joiner_fd(const struct sl_joiner *j)
{
    return sl_resolver_fd(j->resolver);
}

static int joiner_tell(struct sl_joiner *j, struct sl_letter *letter)
{
    letter->command = SL_COMMAND_JOIN;
    int rc = sl_mailbox_ask(j->mailbox, letter, SL_MAILBOX_WAIT_NS);
    if (rc != 0 && rc != -ESHUTDOWN)
        SL_LOG(SL_LOG_WARNING, "join: the engine did not take %u seeds: %s", letter->seed_count,
               strerror(-rc));
    return rc;
}

int sl_joiner_set(struct sl_joiner *j, const char *const *seeds, uint32_t count)
{
    char why[WHY_BYTES];
    struct sl_letter none = {.seed_count = 0};
    int rc = sl_resolver_set(j->resolver, seeds, count, why, sizeof(why));
    if (rc != 0) {
        SL_LOG(SL_LOG_ERROR, "join: %s", why);
        return rc;
    }
    j->retry_ns = j->config->join_retry_min_ns;
    j->refreshed_ns = sl_clock_now(j->clock);
    j->due_ns = count > 0 ? sl_clock_now(j->clock) + j->retry_ns : UINT64_MAX;
    return count > 0 ? 0 : joiner_tell(j, &none);
}

/* Names that were found are looked up again in a while, the others soon. */
static void joiner_refresh(struct sl_joiner *j, uint64_t now_ns)
{
    bool wanted = j->alone || sl_resolver_lacks_names(j->resolver);
    if (wanted || now_ns - j->refreshed_ns >= SL_JOINER_EVERY_NS) {
        sl_resolver_refresh(j->resolver);
        j->refreshed_ns = now_ns;
    }
    j->due_ns = now_ns + j->retry_ns;
    j->retry_ns *= 2;
    if (j->retry_ns > j->config->join_retry_max_ns)
        j->retry_ns = j->config->join_retry_max_ns;
}

static void joiner_note_alone(struct sl_joiner *j, bool alone, uint64_t now_ns)
{
    if (alone && !j->alone && j->due_ns != UINT64_MAX) {
        j->retry_ns = j->config->join_retry_min_ns;
        j->due_ns = now_ns + j->retry_ns;
    }
    j->alone = alone;
}

void sl_joiner_run(struct sl_joiner *j, bool alone)
{
    struct sl_letter letter;
    uint64_t now_ns = sl_clock_now(j->clock);
    joiner_note_alone(j, alone, now_ns);
    if (now_ns >= j->due_ns)
        joiner_refresh(j, now_ns);
    struct pollfd fd = {.fd = sl_resolver_fd(j->resolver), .events = POLLIN};
    if (poll(&fd, 1, 0) <= 0)
        return;
    letter.seed_count = sl_resolver_take(j->resolver, letter.seeds);
    /* Names that do not resolve are no reason to begin a cluster of one's own. */
    if (letter.seed_count > 0)
        joiner_tell(j, &letter);
}
