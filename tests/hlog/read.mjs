// SPDX-License-Identifier: BSD-3-Clause
// Prints what the reference reader makes of a .hlog file, one interval a line:
// tag start_ms end_ms total max p0 p50 p90 p99 p99.9 p99.99 p100
import { readFileSync } from "node:fs";
import hdr from "hdr-histogram-js";

const PERCENTILES = [0, 50, 90, 99, 99.9, 99.99, 100];
const COUNT_BITS = 64; // the default of 32 cuts large counts short without a word

const [file] = process.argv.slice(2);
if (!file) {
  console.error("usage: node read.mjs FILE.hlog");
  process.exit(2);
}
const reader = new hdr.HistogramLogReader(readFileSync(file, "utf8"), COUNT_BITS);
for (let h = reader.nextIntervalHistogram(); h !== null; h = reader.nextIntervalHistogram()) {
  const times = [h.startTimeStampMsec, h.endTimeStampMsec].map(Math.round);
  const figures = PERCENTILES.map((p) => h.getValueAtPercentile(p));
  // 3.0.1 adds the unit's mask to the maximum where Java ORs it in; taken off, it is in the right slot for any unit.
  const max = h.totalCount === 0 ? 0 : h.highestEquivalentValue(h.maxValue - h.unitMagnitudeMask);
  console.log([h.tag, ...times, h.totalCount, max, ...figures].join(" "));
}
