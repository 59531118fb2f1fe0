#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Plays every scenario with as many seeds as it asks for and writes a report with plots.

A scenario asks by a comment line, `# seeds 50` (1 when left out), and is played with the seeds from 1 on. Each seed's
result is a file of its own, named after the program, so that whoever was interrupted types the same command again.
Percentiles are of the latencies of all seeds together, counts of events are added up; of everything else the worst seed
counts: as `starling-sim run --seeds` does it.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from long_report import write_report

ROOT = Path(__file__).resolve().parent.parent
PLOTTED_NODE_SECONDS = 10_000_000  # a plot plays its scenario once more; an hour of thousands shows nothing in it
SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}


# ---- scenarios

class Scenario:
    def __init__(self, path):
        text = path.read_text(encoding="utf-8")
        self.path, self.name = path, path.stem
        self.hash = hashlib.sha256(text.encode()).hexdigest()[:8]
        first = text.lstrip().splitlines()[0] if text.strip() else ""
        self.title = first.lstrip("# ").strip() if first.startswith("#") else path.stem
        seeds = re.search(r"^#\s*seeds\s+(\d+)\s*$", text, re.MULTILINE)
        self.seeds = int(seeds.group(1)) if seeds else 1
        self.size = node_seconds(text)
        self.is_plotted = self.size <= PLOTTED_NODE_SECONDS


def node_seconds(text):
    """How much there is to simulate: what a run takes is guessed from it until one was timed."""
    nodes = sum(int(count) for count in re.findall(r"^(?:nodes|zone\s+\S+)\s+(\d+)", text, re.MULTILINE))
    run = re.search(r"^run\s+(\d+)(us|ms|s|m|h)\b", text, re.MULTILINE)
    return max(nodes, 1) * (int(run.group(1)) * SECONDS[run.group(2)] if run else 60)


def find_scenarios(folder, only):
    paths = [path for part in (folder, folder / "found", folder / "long") for path in sorted(part.glob("*.scenario"))]
    scenarios = [Scenario(path) for path in paths]
    unknown = set(only) - {scenario.name for scenario in scenarios}
    if unknown:
        names = " ".join(scenario.name for scenario in scenarios)
        sys.exit(f"--only: no scenario {', '.join(sorted(unknown))}; there are: {names}")
    return [scenario for scenario in scenarios if not only or scenario.name in only]


def state_of(program):
    """What the results are of: a commit that leaves the program as it is leaves them valid."""
    return hashlib.sha256(Path(program).read_bytes()).hexdigest()[:12]


def commit():
    git = lambda *words: subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True).stdout.strip()
    changed = " with changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + changed


# ---- playing

class Work:
    """One seed of a scenario, or its plots (seed None)."""

    def __init__(self, scenario, seed, state, out):
        self.scenario, self.seed = scenario, seed
        name = "plots" if seed is None else f"seed-{seed}"
        self.file = out / "results" / scenario.name / f"{state}-{scenario.hash}" / f"{name}.json"

    def done(self):
        try:
            return json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def keep(self, result):
        self.file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.file.with_suffix(".part")
        unfinished.write_text(json.dumps(result), encoding="utf-8")
        unfinished.replace(self.file)


class Runner:
    def __init__(self, program, out):
        self.program, self.out = program, out
        self.children, self.lock, self.stopping = set(), threading.Lock(), False

    def command(self, work):
        if work.seed is None:
            return [self.program, "plot", work.scenario.path, "--out", self.out]
        return [self.program, "run", work.scenario.path, "--seed", str(work.seed), "--json"]

    def play(self, work):
        """Returns the result, which also says what went wrong; None if told to stop."""
        with self.lock:
            if self.stopping:
                return None
            child = subprocess.Popen([str(word) for word in self.command(work)], stdin=subprocess.DEVNULL,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                     start_new_session=True)
            self.children.add(child)
        began = time.monotonic()
        output, errors = child.communicate()
        with self.lock:
            self.children.discard(child)
            if self.stopping:
                return None
        reason = (errors.strip().splitlines() or [f"exited with {child.returncode}"])[-1]
        if work.seed is None:
            files = [os.path.basename(line) for line in output.splitlines()]
            return {"seconds": time.monotonic() - began, "files": files, "error": reason if child.returncode else None}
        try:
            run = json.loads(output)
        except ValueError:
            return {"error": reason}
        return {"seconds": time.monotonic() - began, "error": None, "run": run}

    def stop(self):
        with self.lock:
            self.stopping = True
            for child in self.children:
                os.killpg(child.pid, signal.SIGKILL)


class Progress:
    def __init__(self, works, jobs):
        self.left, self.all, self.jobs = list(works), len(works), jobs
        self.seconds, self.size = 0.0, 0.0  # of what was timed
        self.own = {}  # scenario: (seconds, runs)

    def note(self, work, seconds, was_played):
        if work in self.left:
            self.left.remove(work)
        own = self.own.setdefault(work.scenario.name, [0.0, 0])
        own[0] += seconds
        own[1] += 1
        self.seconds += seconds
        self.size += work.scenario.size
        if was_played:
            name = work.scenario.name + (": plots" if work.seed is None else f": seed {work.seed} of {work.scenario.seeds}")
            print(f"long: {name}, {seconds:.1f} s; {self.all - len(self.left)} of {self.all}, {self.remaining()} left",
                  flush=True)

    def remaining(self):
        rate = self.seconds / self.size if self.size else 0
        total = 0.0
        for work in self.left:
            own = self.own.get(work.scenario.name)
            total += own[0] / own[1] if own else rate * work.scenario.size
        return duration(total / self.jobs)


def duration(seconds):
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def play_all(works, runner, jobs):
    """Returns what each work resulted in; None if interrupted."""
    results = {}
    progress = Progress(works, jobs)
    todo = []
    for work in works:
        result = work.done()
        if result is None:
            todo.append(work)
        else:
            results[work] = result
            progress.note(work, result["seconds"], False)
    if results:
        print(f"long: {len(results)} of {len(works)} are there already", flush=True)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(runner.play, work): work for work in todo}
        try:
            for future in concurrent.futures.as_completed(futures):
                work, result = futures[future], future.result()
                results[work] = result
                if result["error"]:
                    print(f"long: {work.scenario.name}, seed {work.seed}: {result['error']}", flush=True)
                else:
                    work.keep(result)
                progress.note(work, result.get("seconds", 0.0), True)
        except KeyboardInterrupt:
            runner.stop()
            for future in futures:
                future.cancel()
            return None
    return results


def main():
    parser = argparse.ArgumentParser(prog="scripts/test --long", description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=1, help="runs at once (1); one of 10,000 nodes takes up to 4 GiB")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="of the scenarios; all when left out")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "long", help="where results are kept (build/long)")
    parser.add_argument("--scenarios", type=Path, default=ROOT / "bench" / "sim" / "scenarios", help=argparse.SUPPRESS)
    parser.add_argument("--program", default=str(ROOT / "build" / "starling-sim"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.jobs < 1:
        parser.error("--jobs: at least 1")
    scenarios = find_scenarios(options.scenarios, options.only)
    state = state_of(options.program)
    options.out.mkdir(parents=True, exist_ok=True)
    works = [Work(scenario, seed, state, options.out)
             for scenario in scenarios
             for seed in [*range(1, scenario.seeds + 1), *([None] if scenario.is_plotted else [])]]
    results = play_all(works, Runner(options.program, options.out), options.jobs)
    if results is None:
        print("long: interrupted; the same command goes on from here", flush=True)
        return 130
    bad = write_report(scenarios, results, options.out, os.path.relpath(options.program, ROOT),
                       f"{commit()} (program {state})", ROOT)
    print(f"long: {options.out / 'report.md'}: {len(scenarios) - len(bad)} scenarios held, {len(bad)} did not"
          + "".join(f"\n  {name}" for name in bad), flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    # A shell lets what it starts in the background ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    sys.exit(main())
