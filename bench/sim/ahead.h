/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Thousands of nodes do not fit into the cache: what comes soon is loaded while the present is
   being worked on. Nothing but speed depends on it. */
struct sim_world;

/* Once per tick. */
void sim_look_ahead(const struct sim_world *world);
