/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A listening UNIX socket and its file. Control thread. */
#include <stdbool.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sl_control_listener {
    int fd; /* non-blocking */
    dev_t device;
    ino_t inode; /* with `device`: the file that is ours to remove */
    char path[108];
    bool made_directory; /* and it goes again with us */
};

/* Listens at `path`, mode 0660; makes its directory if it is missing; replaces the file of a dead
   process. Returns 0 or -errno after logging one line; -EADDRINUSE: a live process listens there.
 */
int sl_control_listen(struct sl_control_listener *listener, const char *path);

/* Closes, and removes the file unless somebody has replaced it. */
void sl_control_listener_close(struct sl_control_listener *listener);

#ifdef __cplusplus
}
#endif
