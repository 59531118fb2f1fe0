/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A run's curves as SVG, by gnuplot. */
#include "bench/sim/curve.h"

#ifdef __cplusplus
extern "C" {
#endif

/* plot_script.c: writes what gnuplot needs into a folder of its own. Each returns false if the run
   has nothing to draw of it. */
bool sim_plot_convergence(const struct sim_world *world, const char *folder, const char *svg);
bool sim_plot_detection(const struct sim_world *world, const char *folder, const char *svg);
#define SIM_PLOT_SCRIPT "plot.gnuplot" /* in the folder */

/* The command, whose arguments begin with its name; returns the exit code. */
int sim_plot_main(int argc, char **argv);

#ifdef __cplusplus
}
#endif
