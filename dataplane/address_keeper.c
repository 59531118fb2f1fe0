/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/address_keeper.h"

#include <stdio.h>

#include "ports/endpoint_text.h"

#define REFUSED_NS 60000000000ull /* how long people see that another process was refused */

int sl_address_keeper_open(struct sl_address_keeper *k, const struct sl_options *o)
{
    uint16_t port = (uint16_t)o->udp_port;
    *k = (struct sl_address_keeper){.locks = {{-1}, {-1}}, .whole = {-1}};
    if (o->v4.set)
        k->addresses[0] = sl_endpoint_v4(o->v4.address, port);
    if (o->v6.set)
        k->addresses[1] = sl_endpoint_v6(o->v6.address, port);
    int rc = sl_address_lock_take_whole(&k->whole, &o->port);
    for (int i = 0; i < 2 && rc == 0; i++) {
        if (sl_endpoint_is_set(&k->addresses[i]))
            rc = sl_address_lock_take(&k->locks[i], &o->port, o->vlan, &k->addresses[i]);
    }
    if (rc != 0)
        sl_address_keeper_close(k);
    return rc;
}

void sl_address_keeper_run(struct sl_address_keeper *k, struct sl_troubles *troubles,
                           struct sl_mailbox *mailbox)
{
    for (int i = 0; i < 2; i++) {
        pid_t refused = sl_address_lock_refused(&k->locks[i]);
        if (refused == 0)
            continue;
        struct sl_letter letter = {.command = SL_COMMAND_TELL_RIVAL,
                                   .rival_address = k->addresses[i]};
        snprintf(letter.rival, sizeof(letter.rival), "process %d", (int)refused);
        sl_mailbox_ask(mailbox, &letter, SL_MAILBOX_WAIT_NS);
        sl_troubles_raise(troubles, SL_TROUBLE_ADDRESS_CONFLICT, "local", REFUSED_NS,
                          "nothing needs to be done if it was started by mistake",
                          "%s on this host wanted this node's address %s too and "
                          "was refused",
                          letter.rival, sl_endpoint_text(&k->addresses[i]).text);
    }
}

void sl_address_keeper_close(struct sl_address_keeper *k)
{
    for (int i = 0; i < 2; i++)
        sl_address_lock_release(&k->locks[i]);
    sl_address_lock_release(&k->whole);
}
