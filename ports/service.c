/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/service.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ports/log.h"

static int send_to(const char *path, const char *state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t bytes = strlen(path);
    if (bytes >= sizeof(address.sun_path))
        return ENAMETOOLONG;
    memcpy(address.sun_path, path, bytes);
    if (path[0] == '@') /* in the abstract namespace */
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return errno;
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + bytes);
    ssize_t sent =
        sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address, length);
    int error = sent < 0 ? errno : 0;
    close(fd);
    return error;
}

void sl_service_tell(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    if (path == NULL || *path == '\0')
        return;
    int error = send_to(path, state);
    if (error != 0)
        SL_LOG(SL_LOG_WARNING,
               "service manager at %s: cannot send %s: %s; see NotifyAccess of the service", path,
               state, strerror(error));
}
