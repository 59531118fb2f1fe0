/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Commands from the control thread to the engine's core: one letter at a time. The control thread
 * posts and waits for the answer; the engine's core looks once per loop and never waits.
 */
#include <stdbool.h>
#include <stdint.h>

#include "lib/endpoint.h"
#include "lib/limits.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A command is answered within one loop of the engine's core, a sleep included; more means that the
 * process was stopped or starved. */
#define SL_MAILBOX_WAIT_NS 1000000000ull

enum sl_command {
    SL_COMMAND_JOIN,
    SL_COMMAND_LEAVE,
    SL_COMMAND_UPDATE,
    SL_COMMAND_REMOVE,
    SL_COMMAND_TELL_RIVAL, /* of this node's address: users hear of it by an event */
};

enum sl_mailbox_state {
    SL_MAILBOX_FREE,     /* the control thread may write the letter */
    SL_MAILBOX_POSTED,   /* the engine's core owns the letter */
    SL_MAILBOX_ANSWERED, /* the control thread may read the answer */
};

struct sl_letter {
    enum sl_command command;
    uint32_t seed_count; /* JOIN */
    struct sl_endpoint seeds[SL_SEEDS_MAX];
    uint32_t tags_bytes; /* UPDATE */
    char tags[SL_TAGS_BYTES_MAX];
    uint32_t name_bytes; /* REMOVE */
    char name[SL_NAME_BYTES_MAX];
    struct sl_endpoint rival_address; /* TELL_RIVAL */
    char rival[32];
};

struct sl_mailbox {
    uint32_t state; /* written by whom it names the turn of; acquire and release */
    int answer;
    struct sl_letter letter;
};

/* Control thread: posts the letter and waits for the engine's answer (0 or -errno) at most wait_ns:
   -ETIMEDOUT. -EAGAIN while an earlier letter is still unanswered. */
int sl_mailbox_ask(struct sl_mailbox *box, const struct sl_letter *letter, uint64_t wait_ns);

/* Engine's core: the posted letter, NULL if there is none; then its answer. */
const struct sl_letter *sl_mailbox_posted(struct sl_mailbox *box);
void sl_mailbox_answer(struct sl_mailbox *box, int answer);

#ifdef __cplusplus
}
#endif
