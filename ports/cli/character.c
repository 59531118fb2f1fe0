/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/cli/character.h"

#include <wchar.h>

struct range {
    uint32_t first, last;
};

/* In order. Marks that combine with the letter before them are not among these: they are seen. */
static const struct range unsafe[] = {
    {0x0000, 0x001f},   /* C0 */
    {0x007f, 0x009f},   /* DEL and C1 */
    {0x00ad, 0x00ad},   /* soft hyphen */
    {0x034f, 0x034f},   /* combining grapheme joiner */
    {0x061c, 0x061c},   /* Arabic letter mark */
    {0x115f, 0x1160},   /* Hangul fillers */
    {0x17b4, 0x17b5},   /* Khmer inherent vowels */
    {0x180b, 0x180f},   /* Mongolian selectors */
    {0x200b, 0x200f},   /* zero-width space and joiners, direction marks */
    {0x2028, 0x202e},   /* line separators, direction embeddings and overrides */
    {0x2060, 0x206f},   /* word joiner, invisible operators, direction isolates */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xfe00, 0xfe0f},   /* variation selectors */
    {0xfeff, 0xfeff},   /* byte order mark */
    {0xffa0, 0xffa0},   /* Hangul filler */
    {0xfff0, 0xfffb},   /* annotations */
    {0x1d173, 0x1d17a}, /* musical beams and slurs */
    {0xe0000, 0xe0fff}, /* tags, more variation selectors */
};

size_t sl_character(const char *text, uint32_t *code)
{
    const unsigned char *at = (const unsigned char *)text;
    *code = at[0];
    if (at[0] < 0x80)
        return 1;
    if (at[0] < 0xc2 || at[0] > 0xf4)
        return 0;
    size_t bytes = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    uint32_t least = bytes == 2 ? 0x80 : bytes == 3 ? 0x800 : 0x10000;
    *code = at[0] & (0x7fu >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (at[i] & 0x3fu);
    }
    bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
    return *code < least || *code > 0x10ffff || surrogate ? 0 : bytes;
}

bool sl_character_is_unsafe(uint32_t code)
{
    for (size_t i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++) {
        if (code >= unsafe[i].first && code <= unsafe[i].last)
            return true;
    }
    return code >= 0x80 && wcwidth((wchar_t)code) < 0;
}

uint32_t sl_character_columns(uint32_t code)
{
    int columns = wcwidth((wchar_t)code);
    return columns < 0 ? 1 : (uint32_t)columns;
}
