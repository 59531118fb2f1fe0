# SPDX-License-Identifier: BSD-3-Clause
"""The report of run_long.py: figures of many seeds' runs, as Markdown."""
import operator
import os
import platform
import re
import time


COMPARES = {"<=": operator.le, "<": operator.lt, "==": operator.eq, ">=": operator.ge}


def percentile(values, percent):
    """Nearest rank; None is never."""
    values = sorted(values, key=lambda value: float("inf") if value is None else value)
    return values[max((len(values) * percent + 99) // 100, 1) - 1] if values else None


def pool(expectations):
    """One expectation of all seeds' runs as one: (measured, ok, latencies or None), as bench/sim/pool.c does it."""
    first = expectations[0]
    if "latencies_ns" in first:
        values = [value for expectation in expectations for value in expectation["latencies_ns"]]
        measured = 0 if not values and first["none_holds"] else percentile(values, first["percentile"])
        return measured, measured is not None and measured <= first["within_ns"], len(values)
    if first.get("added"):
        total = sum(expectation["measured"] for expectation in expectations)
        return total, COMPARES[first["compare"]](total, first["value"]), None
    failed = [expectation for expectation in expectations if not expectation["ok"]]
    worst = (min if first["wants_much"] else max)((expectation["measured"] for expectation in failed or expectations),
                                    key=lambda value: float("inf") if value is None else value)
    return worst, not failed, None


def shown(text, measured):
    """The value in the unit that was asked in."""
    asked = text.split()[-1]
    if measured is None:
        return "never"
    if re.fullmatch(r"\d+(us|ms|s|m|h)", asked) or asked == "rounds":
        return f"{measured / 1e6:.0f} ms" if measured < 1e9 else f"{measured / 1e9:.3f} s"
    if re.fullmatch(r"\d+(B|KB|MB|KiB|MiB)", asked):
        return f"{measured / 1e3:.1f} KB"
    return f"{measured:,}"


def rows_of(runs):
    """Yields (asked, measured, ok, latencies)."""
    for at, expectation in enumerate(runs[0]["expectations"]):
        measured, ok, events = pool([run["expectations"][at] for run in runs])
        yield expectation["text"].removeprefix("expect "), shown(expectation["text"], measured), ok, events
    broken = {}
    for run in runs:
        for rule in run["broken"]:
            times, seed, first = broken.get(rule["rule"], (0, run["seed"], rule["first"]))
            broken[rule["rule"]] = (times + rule["times"], seed, first)
    for rule, (times, seed, first) in broken.items():
        yield rule, f"broken {times:,} times, first with seed {seed} {first}", False, None
    if not broken:
        yield "all invariants", "held", True, None


# ---- the report

def counted(number, noun):
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def cell(text):
    return str(text).replace("|", "\\|")


class Section:
    def __init__(self, scenario, results, out, program, root):
        played = [result for work, result in results.items() if work.scenario is scenario and work.seed is not None]
        runs = sorted((result["run"] for result in played if not result["error"]), key=lambda run: run["seed"])
        errors = sorted({result["error"] for result in played if result["error"]})
        command = f"{program} run {os.path.relpath(scenario.path, root)} --seeds {scenario.seeds} --seed 1"
        self.scenario, self.good = scenario, not errors
        self.seeds, self.events = len(runs), sum(run["metrics"]["events"] for run in runs)
        self.lines = [f"## {scenario.name}", "", scenario.title, "", f"    {command}", ""]
        self.lines += [f"- **did not run**: {error}" for error in errors]
        if runs:
            self.add_runs(runs)
        for work, result in results.items():
            if work.scenario is scenario and work.seed is None and not result["error"]:
                self.lines += [""] + [f"![{name}]({name})" for name in result["files"] if (out / name).exists()]
        self.lines.append("")

    def add_runs(self, runs):
        self.lines += ["| asked | measured | ok | of |", "|---|---|---|---|"]
        for asked, measured, ok, latencies in rows_of(runs):
            of = counted(len(runs), "seed") + (f", {latencies:,} latencies" if latencies is not None else "")
            self.lines.append(f"| {cell(asked)} | {cell(measured)} | {'yes' if ok else '**no**'} | {of} |")
            self.good &= ok
        seconds = [run["wall_ms"] / 1000 for run in runs]
        self.lines += ["", f"{self.events:,} events; a run took {percentile(seconds, 50):.1f} s (most "
                           f"{max(seconds):.1f} s) and {max(run['resident_mb'] for run in runs):,} MB."]

    def row(self):
        name = self.scenario.name
        return (f"| [{name}](#{name}) | {cell(self.scenario.title)} | {'yes' if self.good else '**no**'} | {self.seeds} "
                f"| {self.events:,} |")


def write_report(scenarios, results, out, program, state, root):
    """Returns the names of what did not hold."""
    sections = [Section(scenario, results, out, program, root) for scenario in scenarios]
    bad = [section.scenario.name for section in sections if not section.good]
    lines = ["# Starling in simulation", "",
             f"Commit {state}, {time.strftime('%Y-%m-%d %H:%M')}, {platform.machine()}, {os.cpu_count()} processors. "
             + (f"**{len(bad)} of {len(scenarios)} scenarios did not hold.**" if bad else "All held."), "",
             "Percentiles are of the latencies of all seeds together, counts of events are added up; of everything else the "
             "worst seed counts.", "",
             "| scenario | | held | seeds | events |", "|---|---|---|---|---|"]
    lines += [section.row() for section in sections] + [""]
    lines += [line for section in sections for line in section.lines]
    (out / "report.md").write_text("\n".join(lines), encoding="utf-8")
    return bad
