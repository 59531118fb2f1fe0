/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/reclaim.h"

#include <errno.h>
#include <stddef.h>
#include <urcu/urcu-qsbr.h>

#include "lib/assert.h"

_Static_assert(sizeof(struct rcu_head) <= sizeof(((struct sl_retire_ticket *)0)->host_private),
               "a ticket has room for the rcu_head");

int sl_reclaim_start(struct sl_reclaim *r)
{
    /* RT: the packet core that retires makes no system call to wake the helper. */
    r->helper = urcu_qsbr_create_call_rcu_data(URCU_CALL_RCU_RT, -1);
    return r->helper != NULL ? 0 : -ENOMEM;
}

void sl_reclaim_stop(struct sl_reclaim *r)
{
    if (r->helper == NULL)
        return;
    urcu_qsbr_barrier();
    urcu_qsbr_call_rcu_data_free(r->helper);
    r->helper = NULL;
}

void sl_reclaim_attach(struct sl_reclaim *r)
{
    urcu_qsbr_set_thread_call_rcu_data(r->helper);
}

void sl_reclaim_detach(void)
{
    urcu_qsbr_set_thread_call_rcu_data(NULL);
}

static void reclaim_done(struct rcu_head *head)
{
    uint64_t(*private)[4] = (void *)head;
    sl_retire_done((struct sl_retire_ticket *)((char *)private -
                                               offsetof(struct sl_retire_ticket, host_private)));
}

void sl_reclaim_retire(struct sl_retire_ticket *ticket)
{
    /* Without a helper of its own the thread would fall back to the default one, on this CPU. */
    SL_ASSERT(urcu_qsbr_get_thread_call_rcu_data() != NULL);
    urcu_qsbr_call_rcu((struct rcu_head *)ticket->host_private, reclaim_done);
}
