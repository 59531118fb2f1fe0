/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/mailbox.h"

#include <errno.h>
#include <time.h>

#define LOOK_EVERY_NS 100000

int sl_mailbox_ask(struct sl_mailbox *box, const struct sl_letter *letter, uint64_t wait_ns)
{
    if (__atomic_load_n(&box->state, __ATOMIC_ACQUIRE) == SL_MAILBOX_POSTED)
        return -EAGAIN;
    box->letter = *letter;
    __atomic_store_n(&box->state, SL_MAILBOX_POSTED, __ATOMIC_RELEASE);
    for (uint64_t waited_ns = 0;; waited_ns += LOOK_EVERY_NS) {
        if (__atomic_load_n(&box->state, __ATOMIC_ACQUIRE) == SL_MAILBOX_ANSWERED) {
            __atomic_store_n(&box->state, SL_MAILBOX_FREE, __ATOMIC_RELAXED);
            return box->answer;
        }
        if (waited_ns >= wait_ns)
            return -ETIMEDOUT;
        nanosleep(&(struct timespec){0, LOOK_EVERY_NS}, NULL);
    }
}

const struct sl_letter *sl_mailbox_posted(struct sl_mailbox *box)
{
    return __atomic_load_n(&box->state, __ATOMIC_ACQUIRE) == SL_MAILBOX_POSTED ? &box->letter
                                                                               : NULL;
}

void sl_mailbox_answer(struct sl_mailbox *box, int answer)
{
    box->answer = answer;
    __atomic_store_n(&box->state, SL_MAILBOX_ANSWERED, __ATOMIC_RELEASE);
}
