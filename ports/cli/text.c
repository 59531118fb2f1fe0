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
#include "ports/cli/character.h"

/* How a character is written: as it is, or as an escape that a terminal does not obey. */
static size_t write_character(char out[16], const char *text, size_t *taken)
{
    uint32_t code;
    size_t bytes = sl_character(text, &code);
    *taken = bytes != 0 ? bytes : 1;
    if (bytes == 0)
        return (size_t)snprintf(out, 16, "\\x%02x", (unsigned char)*text);
    if (code == '\\')
        return (size_t)snprintf(out, 16, "\\\\");
    if (sl_character_is_unsafe(code))
        return (size_t)snprintf(out, 16, code <= 0xffff ? "\\u%04x" : "\\U%08x", code);
    memcpy(out, text, bytes);
    return bytes;
}

void sl_text_clean(char *out, size_t out_bytes, const char *text)
{
    static const char cut[] = "\xe2\x80\xa6"; /* … */
    size_t at = 0, fits = 0;
    while (*text != '\0') {
        char character[16];
        size_t taken, bytes = write_character(character, text, &taken);
        if (at + bytes >= out_bytes) {
            memcpy(out + fits, cut, sizeof(cut));
            return;
        }
        memcpy(out + at, character, bytes);
        at += bytes;
        if (at + sizeof(cut) <= out_bytes)
            fits = at;
        text += taken;
    }
    out[at] = '\0';
}

uint32_t sl_text_width(const char *text)
{
    uint32_t width = 0, code;
    for (size_t bytes; *text != '\0'; text += bytes) {
        bytes = sl_character(text, &code);
        width += bytes != 0 ? sl_character_columns(code) : 1;
        bytes += bytes == 0;
    }
    return width;
}

size_t sl_text_head(const char *text, uint32_t columns, uint32_t *width)
{
    const char *at = text;
    *width = 0;
    for (uint32_t code; *at != '\0';) {
        size_t bytes = sl_character(at, &code);
        uint32_t more = bytes != 0 ? sl_character_columns(code) : 1;
        if (*width + more > columns)
            break;
        *width += more;
        at += bytes != 0 ? bytes : 1;
    }
    return (size_t)(at - text);
}

json_t *sl_text_json(const char *text)
{
    return sl_text_json_bytes(text, strlen(text));
}

json_t *sl_text_json_bytes(const char *text, size_t text_bytes)
{
    char clean[3 * SL_TEXT_BYTES];
    size_t at = 0;
    for (const char *end = text + text_bytes; text < end && *text != '\0';) {
        uint32_t code;
        size_t bytes = sl_character(text, &code);
        if (at + 4 > sizeof(clean))
            break;
        memcpy(clean + at, bytes != 0 ? text : "\xef\xbf\xbd", bytes != 0 ? bytes : 3);
        at += bytes != 0 ? bytes : 3;
        text += bytes != 0 ? bytes : 1;
    }
    return json_stringn(clean, at);
}

static int write_json(const char *text, size_t bytes, void *out)
{
    const char *end = text + bytes, *written = text;
    while (text < end) {
        uint32_t code;
        size_t taken = sl_character(text, &code);
        if (taken > 1 && sl_character_is_unsafe(code)) {
            fwrite(written, 1, (size_t)(text - written), out);
            if (code > 0xffff)
                fprintf(out, "\\u%04x\\u%04x", 0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
            else
                fprintf(out, "\\u%04x", code);
            written = text + taken;
        }
        text += taken != 0 ? taken : 1;
    }
    fwrite(written, 1, (size_t)(text - written), out);
    return ferror((FILE *)out) ? -1 : 0;
}

int sl_text_json_write(const json_t *value, size_t flags, FILE *out)
{
    /* Fifteen digits show decimals as they were rounded. */
    return json_dump_callback(value, write_json, out, flags | JSON_REAL_PRECISION(15));
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
    return status == SL_CONTROL_STATUS_REMOVED ? "removed" : sl_status_name((enum sl_status)status);
}

const char *sl_text_status_colour(uint8_t status)
{
    static const char *const colours[] = {"\033[32m", "\033[33m", "\033[31m", "\033[2m"};
    const char *no_color = getenv("NO_COLOR");
    if (!isatty(STDOUT_FILENO) || (no_color != NULL && no_color[0] != '\0'))
        return NULL;
    return colours[status < SL_LEFT ? status : SL_LEFT];
}

uint32_t sl_text_columns(void)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col;
}
