/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/cli/text.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/word.h"

/* Bytes of the UTF-8 character at `text` (RFC 3629: shortest form, no surrogates); 0: it is none.
 */
static size_t utf8_bytes(const unsigned char *text)
{
    uint32_t code, least;
    size_t bytes;
    if (text[0] < 0x80)
        return 1;
    if (text[0] < 0xc2 || text[0] > 0xf4)
        return 0;
    bytes = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
    least = bytes == 2 ? 0x80 : bytes == 3 ? 0x800 : 0x10000;
    code = text[0] & (0x7fu >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (text[i] & 0x3fu);
    }
    return code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? 0 : bytes;
}

/* C0, DEL, and C1, which some terminals obey as well. */
static bool is_control(const unsigned char *text)
{
    return text[0] < 0x20 || text[0] == 0x7f || (text[0] == 0xc2 && text[1] < 0xa0);
}

void sl_text_clean(char *out, size_t out_bytes, const char *text, bool terminal)
{
    size_t at = 0;
    while (*text != '\0') {
        const unsigned char *here = (const unsigned char *)text;
        size_t bytes = utf8_bytes(here);
        bool bad = bytes == 0 || (terminal && is_control(here));
        size_t written = bad ? 1 : bytes;
        if (at + written >= out_bytes)
            break;
        memcpy(out + at, bad ? "?" : text, written);
        at += written;
        text += bytes == 0 ? 1 : bytes;
    }
    out[at] = '\0';
}

json_t *sl_text_json(const char *text)
{
    char clean[512];
    sl_text_clean(clean, sizeof(clean), text, false);
    return json_string(clean);
}

json_t *sl_text_json_id(uint64_t id)
{
    return json_sprintf("%016" PRIx64, id);
}

void sl_text_endpoint(char out[SL_ENDPOINT_TEXT_BYTES], const struct sl_control_endpoint *e)
{
    static const uint8_t v4[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    char address[INET6_ADDRSTRLEN] = "";
    bool is_v4 = memcmp(e->ip, v4, sizeof(v4)) == 0;
    if (e->port == 0) {
        out[0] = '\0';
        return;
    }
    inet_ntop(is_v4 ? AF_INET : AF_INET6, is_v4 ? e->ip + 12 : e->ip, address, sizeof(address));
    snprintf(out, SL_ENDPOINT_TEXT_BYTES, is_v4 ? "%s:%u" : "[%s]:%u", address, e->port);
}

void sl_text_incarnation(char out[SL_INCARNATION_TEXT_BYTES], uint64_t generation,
                         uint32_t refutations)
{
    snprintf(out, SL_INCARNATION_TEXT_BYTES, "%" PRIu64 ".%" PRIu32, generation, refutations);
}

void sl_text_duration(char *out, size_t out_bytes, uint64_t ns)
{
    double value = (double)ns;
    if (ns < 1000)
        snprintf(out, out_bytes, "%" PRIu64 " ns", ns);
    else if (ns < 1000000)
        snprintf(out, out_bytes, "%.2f us", value / 1e3);
    else if (ns < 1000000000)
        snprintf(out, out_bytes, "%.2f ms", value / 1e6);
    else
        snprintf(out, out_bytes, "%.2f s", value / 1e9);
}

const char *sl_text_status(uint8_t status)
{
    return sl_status_name((enum sl_status)status);
}

const char *sl_text_status_colour(uint8_t status)
{
    static const char *const colours[] = {"\033[32m", "\033[33m", "\033[31m", "\033[2m"};
    const char *no_color = getenv("NO_COLOR");
    if (!isatty(STDOUT_FILENO) || (no_color != NULL && no_color[0] != '\0'))
        return NULL;
    return colours[status & 3];
}

uint32_t sl_text_columns(void)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col;
}
