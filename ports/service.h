/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the service manager that started us wants to know (sd_notify(3)): a datagram to
 * $NOTIFY_SOCKET. Control thread. */

#ifdef __cplusplus
extern "C" {
#endif

#define SL_SERVICE_READY     "READY=1"
#define SL_SERVICE_RELOADING "RELOADING=1"
#define SL_SERVICE_STOPPING  "STOPPING=1"

/* Nothing happens without a service manager; what cannot be sent is logged. */
void sl_service_tell(const char *state);

#ifdef __cplusplus
}
#endif
