/* SPDX-License-Identifier: BSD-3-Clause */
/* Any text as a scenario of the simulator. */
#include <stdlib.h>
#include <string.h>

#include "bench/sim/scenario.h"
#include "lib/assert.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char why[SIM_WHY_BYTES] = "";
    struct sim_scenario *scenario = malloc(sizeof(*scenario));
    char *text = malloc(size + 1);
    SL_ASSERT(text != NULL && scenario != NULL);
    if (size != 0)
        memcpy(text, data, size);
    text[size] = '\0';
    int error = sim_scenario_parse(scenario, "fuzz.scenario", text, why, sizeof(why));
    SL_ASSERT(error == 0 || why[0] != '\0');
    free(text);
    free(scenario);
    return 0;
}
