/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/chart.h"

#include <math.h>
#include <string.h>

#define WIDTH   720.0
#define HEIGHT  340.0
#define LEFT    64.0
#define RIGHT   16.0
#define TOP     16.0
#define BOTTOM  52.0
#define LEGEND  20.0 /* height of a line of it */
#define COLUMNS 3    /* of the legend */

struct axis {
    enum bench_scale scale;
    double low, high; /* of what is drawn, scaled */
    double from, to;  /* pixels */
};

void bench_html_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else if (*text == '&')
            fputs("&amp;", out);
        else if (*text == '"')
            fputs("&quot;", out);
        else
            fputc(*text, out);
    }
}

/* Told apart by people with any colour vision, and in print (Okabe and Ito 2008). */
const char *bench_chart_colour(uint32_t colour)
{
    static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73",
                                          "#cc79a7", "#b58900", "#56b4e9"};
    return colours[colour % 6];
}

void bench_series_add(struct bench_series *s, double x, double y, double low, double high)
{
    if (s == NULL || s->count == BENCH_CHART_POINTS)
        return;
    uint32_t at = s->count++;
    for (; at > 0 && s->x[at - 1] > x; at--) {
        s->x[at] = s->x[at - 1];
        s->y[at] = s->y[at - 1];
        s->low[at] = s->low[at - 1];
        s->high[at] = s->high[at - 1];
    }
    s->x[at] = x;
    s->y[at] = y;
    s->low[at] = low;
    s->high[at] = high;
}

struct bench_series *bench_chart_series(struct bench_chart *chart, const char *name,
                                        uint32_t colour, bool dashed)
{
    for (uint32_t i = 0; i < chart->count; i++)
        if (strcmp(chart->series[i].name, name) == 0)
            return &chart->series[i];
    if (chart->count == BENCH_CHART_SERIES)
        return NULL;
    struct bench_series *s = &chart->series[chart->count++];
    memset(s, 0, sizeof(*s));
    snprintf(s->name, sizeof(s->name), "%s", name);
    s->colour = colour;
    s->dashed = dashed;
    return s;
}

/* A value below the least that a scale shows counts as that. */
static double scaled(enum bench_scale scale, double value)
{
    switch (scale) {
    case BENCH_SCALE_LOG:
        return log10(value > 1e-3 ? value : 1e-3);
    case BENCH_SCALE_PERCENTILE:
        return -log10(1 - (value < 99.99999 ? value : 99.99999) / 100);
    default:
        return value;
    }
}

static double place(const struct axis *a, double value)
{
    double part = (scaled(a->scale, value) - a->low) / (a->high - a->low);
    return a->from + part * (a->to - a->from);
}

/* A step of 1, 2 or 5 times a power of ten that makes at most `most` of them. */
static double nice_step(double range, int most)
{
    double power = pow(10, floor(log10(range / most)));
    double step = range / most / power;
    return power * (step <= 1 ? 1 : step <= 2 ? 2 : step <= 5 ? 5 : 10);
}

static void finish_axis(struct axis *a, double low, double high)
{
    a->low = scaled(a->scale, low);
    a->high = scaled(a->scale, high);
    if (a->scale == BENCH_SCALE_LINEAR) {
        double step = nice_step(high > 0 ? high : 1, 6);
        a->low = 0;
        a->high = step * ceil(high / step - 1e-9);
    } else if (a->scale == BENCH_SCALE_PERCENTILE) {
        a->low = 0;
        a->high = ceil(a->high);
    } else if (a->high - a->low < 1) {
        a->low = floor(a->low);
        a->high = ceil(a->high);
    } else {
        a->low -= 0.05;
        a->high += 0.05;
    }
    if (a->high <= a->low)
        a->high = a->low + 1;
}

static void write_number(FILE *out, double value)
{
    if (value >= 1e6)
        fprintf(out, "%gM", value / 1e6);
    else if (value >= 1e4)
        fprintf(out, "%gk", value / 1e3);
    else
        fprintf(out, "%g", value);
}

static void write_tick(FILE *out, const struct axis *a, double value, bool vertical)
{
    double at = place(a, value);
    if (vertical)
        fprintf(out,
                "<line class=\"grid\" x1=\"%g\" y1=\"%.1f\" x2=\"%g\" y2=\"%.1f\"/><text x=\"%g\" "
                "y=\"%.1f\" text-anchor=\"end\">",
                LEFT, at, WIDTH - RIGHT, at, LEFT - 8, at + 4);
    else
        fprintf(out,
                "<line class=\"grid\" x1=\"%.1f\" y1=\"%g\" x2=\"%.1f\" y2=\"%g\"/><text "
                "x=\"%.1f\" y=\"%g\" text-anchor=\"middle\">",
                at, TOP, at, HEIGHT - BOTTOM, at, HEIGHT - BOTTOM + 16);
    write_number(out, value);
    fputs(a->scale == BENCH_SCALE_PERCENTILE ? "%</text>" : "</text>", out);
}

static void write_ticks(FILE *out, const struct axis *a, bool vertical)
{
    static const double percentiles[] = {0, 50, 90, 99, 99.9, 99.99, 99.999};
    if (a->scale == BENCH_SCALE_PERCENTILE) {
        for (int i = 0; i < 7; i++)
            if (scaled(a->scale, percentiles[i]) <= a->high + 1e-6)
                write_tick(out, a, percentiles[i], vertical);
    } else if (a->scale == BENCH_SCALE_LINEAR) {
        double step = nice_step(a->high, 6);
        for (double value = 0; value <= a->high * 1.0001; value += step)
            write_tick(out, a, value, vertical);
    } else {
        for (double decade = floor(a->low); decade <= a->high; decade++)
            for (int i = 1; i < 10; i += i == 1 ? 1 : i == 2 ? 3 : 5)
                if (scaled(a->scale, i * pow(10, decade)) >= a->low - 1e-9 &&
                    scaled(a->scale, i * pow(10, decade)) <= a->high + 1e-9 &&
                    (i == 1 || a->high - a->low < 3))
                    write_tick(out, a, i * pow(10, decade), vertical);
    }
}

static void write_series(FILE *out, const struct bench_series *s, const struct axis *x,
                         const struct axis *y)
{
    const char *colour = bench_chart_colour(s->colour);
    fprintf(out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s points=\"", colour,
            s->dashed ? " stroke-dasharray=\"5 4\"" : "");
    for (uint32_t i = 0; i < s->count; i++)
        fprintf(out, "%.1f,%.1f ", place(x, s->x[i]), place(y, s->y[i]));
    fputs("\"/>", out);
    for (uint32_t i = 0; i < s->count; i++) {
        double at = place(x, s->x[i]);
        if (s->low[i] < s->high[i])
            fprintf(out, "<line stroke=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
                    colour, at, place(y, s->low[i]), at, place(y, s->high[i]));
        if (s->count <= 12)
            fprintf(out, "<circle fill=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>", colour, at,
                    place(y, s->y[i]));
    }
}

static void write_legend(FILE *out, const struct bench_chart *chart)
{
    for (uint32_t i = 0; i < chart->count; i++) {
        const struct bench_series *s = &chart->series[i];
        double x = LEFT + (i % COLUMNS) * (WIDTH - LEFT - RIGHT) / COLUMNS;
        double y = HEIGHT + LEGEND * (i / COLUMNS);
        fprintf(out,
                "<line stroke=\"%s\" stroke-width=\"2\"%s x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
                "y2=\"%.1f\"/><text x=\"%.1f\" y=\"%.1f\">",
                bench_chart_colour(s->colour), s->dashed ? " stroke-dasharray=\"5 4\"" : "", x, y,
                x + 22, y, x + 28, y + 4);
        bench_html_text(out, s->name);
        fputs("</text>", out);
    }
}

static bool find_axes(const struct bench_chart *chart, struct axis *x, struct axis *y)
{
    double x_low = INFINITY, x_high = -INFINITY, y_low = INFINITY, y_high = -INFINITY;
    for (uint32_t s = 0; s < chart->count; s++) {
        for (uint32_t i = 0; i < chart->series[s].count; i++) {
            x_low = fmin(x_low, chart->series[s].x[i]);
            x_high = fmax(x_high, chart->series[s].x[i]);
            y_low = fmin(y_low, chart->series[s].low[i]);
            y_high = fmax(y_high, chart->series[s].high[i]);
        }
    }
    if (!(x_low <= x_high))
        return false;
    *x = (struct axis){.scale = chart->x_scale, .from = LEFT, .to = WIDTH - RIGHT};
    *y = (struct axis){.scale = chart->y_scale, .from = HEIGHT - BOTTOM, .to = TOP};
    finish_axis(x, x_low, x_high);
    finish_axis(y, y_low, y_high);
    return true;
}

void bench_chart_write(FILE *out, const struct bench_chart *chart)
{
    struct axis x, y;
    if (!find_axes(chart, &x, &y))
        return;
    double height = HEIGHT + LEGEND * ((chart->count + COLUMNS - 1) / COLUMNS);
    fputs("<figure><figcaption>", out);
    bench_html_text(out, chart->title);
    fprintf(out, "</figcaption><svg viewBox=\"0 0 %g %g\" role=\"img\">", WIDTH, height);
    write_ticks(out, &x, false);
    write_ticks(out, &y, true);
    fprintf(out, "<text class=\"label\" x=\"%g\" y=\"%g\" text-anchor=\"middle\">",
            (LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + 34);
    bench_html_text(out, chart->x_label);
    fprintf(out,
            "</text><text class=\"label\" transform=\"translate(14 %g) rotate(-90)\" "
            "text-anchor=\"middle\">",
            (TOP + HEIGHT - BOTTOM) / 2);
    bench_html_text(out, chart->y_label);
    fputs("</text>", out);
    for (uint32_t i = 0; i < chart->count; i++)
        write_series(out, &chart->series[i], &x, &y);
    write_legend(out, chart);
    fputs("</svg></figure>\n", out);
}

void bench_bars_write(FILE *out, const char *title, enum bench_scale scale,
                      const struct bench_bar *bars, uint32_t count)
{
    const double row = 30, names = 190, values = 190;
    double low = INFINITY, high = 0;
    for (uint32_t i = 0; i < count; i++) {
        low = fmin(low, bars[i].value);
        high = fmax(high, bars[i].value);
    }
    if (count == 0 || high <= 0)
        return;
    struct axis a = {.scale = scale, .from = names, .to = WIDTH - values};
    a.low = a.scale == BENCH_SCALE_LOG ? floor(log10(low > 0 ? low : 0.01) - 0.3) : 0;
    a.high = scaled(a.scale, high);
    fputs("<figure><figcaption>", out);
    bench_html_text(out, title);
    fprintf(out, "%s</figcaption><svg viewBox=\"0 0 %g %g\" role=\"img\">",
            a.scale == BENCH_SCALE_LOG ? " (logarithmic)" : "", WIDTH, row * count + 8);
    for (uint32_t i = 0; i < count; i++) {
        double y = row * i + 4, end = place(&a, bars[i].value > 0 ? bars[i].value : 0);
        fprintf(out, "<text x=\"%g\" y=\"%.1f\" text-anchor=\"end\">", names - 8, y + 17);
        bench_html_text(out, bars[i].name);
        fprintf(
            out,
            "</text><rect fill=\"%s\" x=\"%g\" y=\"%.1f\" width=\"%.1f\" height=\"20\" rx=\"2\"/>",
            bench_chart_colour(bars[i].colour), names, y + 2, fmax(end - names, 1));
        fprintf(out, "<text x=\"%.1f\" y=\"%.1f\">", fmax(end, names) + 8, y + 17);
        bench_html_text(out, bars[i].text);
        fputs("</text>", out);
    }
    fputs("</svg></figure>\n", out);
}
