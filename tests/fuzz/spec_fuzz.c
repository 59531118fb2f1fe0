/* SPDX-License-Identifier: BSD-3-Clause */
/* Any text as a port's specification. */
#include <stdlib.h>
#include <string.h>

#include "lib/assert.h"
#include "ports/spec.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_port_spec spec;
    char why[256] = "", argument[512], device[128];
    char *text = malloc(size + 1);
    SL_ASSERT(text != NULL);
    if (size != 0)
        memcpy(text, data, size);
    text[size] = '\0';
    int error = sl_port_spec_parse(text, &spec, why, sizeof(why));
    SL_ASSERT(error == 0 ? why[0] == '\0' : why[0] != '\0');
    if (error == 0) {
        SL_ASSERT(strcmp(spec.text, text) == 0);
        sl_port_spec_device_name(&spec, device, sizeof(device));
        (void)sl_port_spec_eal_argument(&spec, 32, argument, sizeof(argument));
    }
    free(text);
    return 0;
}
