#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs a build folder's tests and appends one line per case to a results file.

Tests are those that meson knows. A googletest binary reports its cases itself, as XML; any other test is one
case, passed when it exits with 0 and skipped when with 77 (meson's rule). A binary that crashes, hangs or
exits badly after its last case is one more failure. The lines: result, build, case and reason, tab-separated.
"""
import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

SHOWN_BYTES = 20_000  # of a failed binary's output: its end


def tests_of(build, suites, without):
    listing = subprocess.run(["meson", "introspect", "--tests", build], check=True, capture_output=True)
    for test in json.loads(listing.stdout):
        own = {suite.split(":")[-1] for suite in test["suite"]}
        if (not suites or own & suites) and not own & without:
            # As meson does: what a test is given may be named relative to the build folder.
            test["workdir"] = test["workdir"] or build
            yield test


def run(test, arguments, time_scale):
    """Returns (exit code or None after a timeout, output)."""
    # A session of its own, so that a timeout ends what the binary started too.
    process = subprocess.Popen(test["cmd"] + arguments, env={**os.environ, **test["env"]}, cwd=test["workdir"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               start_new_session=True)
    try:
        output, _ = process.communicate(timeout=test["timeout"] * time_scale or None)
        return process.returncode, output
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        return None, output


def googletest_cases(path):
    """Yields (result, name, reason); nothing when the binary did not live to write its report."""
    try:
        root = xml.parse(path).getroot()
    except (OSError, xml.ParseError):
        return
    for case in root.iter("testcase"):
        name = case.get("classname") + "." + case.get("name")
        skipped = case.find("skipped")
        if case.find("failure") is not None:
            yield "failed", name, ""
        elif case.get("status") == "notrun":
            yield "skipped", name, "disabled in the source"
        elif skipped is not None:
            message = (skipped.get("message") or skipped.text or "no reason given").strip()
            yield "skipped", name, message.splitlines()[-1]
        else:
            yield "passed", name, ""


def ending(code):
    if code is None:
        return "did not end in time"
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exited with {code}"


def cases_of(test, time_scale):
    """Returns (cases, output)."""
    if test["protocol"] != "gtest":
        code, output = run(test, [], time_scale)
        result = {0: "passed", 77: "skipped"}.get(code, "failed")
        reason = output.decode(errors="replace").strip().splitlines()[-1:] if result == "skipped" else []
        return [(result, test["name"], "".join(reason) or ("" if result == "passed" else ending(code)))], output
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.xml")
        code, output = run(test, [f"--gtest_output=xml:{report}"], time_scale)
        cases = list(googletest_cases(report))
    if not cases and code == 0:
        cases = [("failed", test["name"], "ran no test case")]
    elif code != 0 and not any(case[0] == "failed" for case in cases):
        cases.append(("failed", test["name"], ending(code)))
    return cases, output


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("results")
    parser.add_argument("--suites", default="", help="comma-separated; all when left out")
    parser.add_argument("--without", default="", help="suites to leave out")
    parser.add_argument("--time-scale", type=int, default=1, help="multiplies each test's time limit")
    options = parser.parse_args()
    label = os.path.basename(os.path.normpath(options.build))
    split = lambda names: set(filter(None, names.split(",")))
    for test in tests_of(options.build, split(options.suites), split(options.without)):
        cases, output = cases_of(test, options.time_scale)
        failed = [case for case in cases if case[0] == "failed"]
        print(f"{label}: {test['name']}: {len(cases)} cases, {len(failed)} failed", flush=True)
        if failed:
            sys.stdout.write(output[-SHOWN_BYTES:].decode(errors="replace"))
        with open(options.results, "a", encoding="utf-8") as results:
            for result, name, reason in cases:
                results.write("\t".join([result, label, name, reason.replace("\t", " ")]) + "\n")


main()
