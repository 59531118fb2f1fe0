/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Line and bar charts as inline SVG, for pages without scripts. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BENCH_CHART_POINTS 32
#define BENCH_CHART_SERIES 16

enum bench_scale {
    BENCH_SCALE_LINEAR,     /* from 0 */
    BENCH_SCALE_LOG,        /* decades */
    BENCH_SCALE_PERCENTILE, /* 0 to 100, each step a tenth of what is left above, as HdrHistogram's
                             */
};

struct bench_series {
    char name[64];
    double x[BENCH_CHART_POINTS], y[BENCH_CHART_POINTS];
    double low[BENCH_CHART_POINTS], high[BENCH_CHART_POINTS]; /* spread; equal to y: none */
    uint32_t count;
    uint32_t colour; /* equal for what belongs together */
    bool dashed;
};

struct bench_chart {
    const char *title, *x_label, *y_label;
    enum bench_scale x_scale, y_scale;
    struct bench_series series[BENCH_CHART_SERIES];
    uint32_t count;
};

struct bench_bar {
    char name[64], text[64];
    double value;
    uint32_t colour;
};

/* Adds a point; NULL series (there was no room) is passed over. */
void bench_series_add(struct bench_series *series, double x, double y, double low, double high);

/* The series of that name, new if there is none; NULL if the chart is full. */
struct bench_series *bench_chart_series(struct bench_chart *chart, const char *name,
                                        uint32_t colour, bool dashed);

/* Nothing is written for a chart without points. */
void bench_chart_write(FILE *out, const struct bench_chart *chart);

/* Horizontal bars, from 0 or by decades. */
void bench_bars_write(FILE *out, const char *title, enum bench_scale scale,
                      const struct bench_bar *bars, uint32_t count);

const char *bench_chart_colour(uint32_t colour);

/* Text with what HTML reads as markup replaced. */
void bench_html_text(FILE *out, const char *text);

#ifdef __cplusplus
}
#endif
