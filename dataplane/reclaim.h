/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Grace periods for what readers may still see: one liburcu call_rcu helper thread, made at start
 * on the control thread's CPUs (the default one would inherit the CPU of whichever packet core
 * first retired something).
 */
#include "lib/retire.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_reclaim {
    void *helper; /* struct call_rcu_data */
};

/* Control thread, before workers start. 0 or -ENOMEM. */
int sl_reclaim_start(struct sl_reclaim *r);

/* Control thread, after the workers ended: waits for every retired ticket, ends the helper. */
void sl_reclaim_stop(struct sl_reclaim *r);

/* The thread that retires: to be called once after and once before its RCU registration ends. */
void sl_reclaim_attach(struct sl_reclaim *r);
void sl_reclaim_detach(void);

/* Attached thread, RCU-online. */
void sl_reclaim_retire(struct sl_retire_ticket *ticket);

#ifdef __cplusplus
}
#endif
