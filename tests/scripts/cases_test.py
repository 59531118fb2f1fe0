#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every test that CASES.md names is in one of the test programs, which are the arguments."""
import fnmatch
import re
import subprocess
import sys
import unittest
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "CASES.md"
PROGRAMS = sys.argv[1:]
NAME = re.compile(r"`(\w*)\.([A-Z*]\w*\*?)`")


def tests_of(program):
    """SUITE.TEST of each, without the prefix and the number of a parameter."""
    listed = subprocess.run([program, "--gtest_list_tests"], check=True, capture_output=True, text=True).stdout
    suite = None
    for line in listed.splitlines():
        if line.startswith("  "):
            yield f"{suite}.{line.split()[0].split('/')[0]}"
        elif re.match(r"[\w/]+\.", line):
            suite = line.split(".")[0].split("/")[-1]


def names_on(page):
    """(line number, SUITE.TEST): `.TEST` is of the suite named before it in the same row."""
    for number, line in enumerate(page.splitlines(), 1):
        suite = ""
        for named, test in NAME.findall(line):
            suite = named or suite
            yield number, f"{suite}.{test}"


class Cases(unittest.TestCase):
    def test_every_test_named_is_there(self):
        tests = {test for program in PROGRAMS for test in tests_of(program)}
        named = list(names_on(PAGE.read_text()))
        self.assertGreater(len(named), 0)
        missing = [f"CASES.md:{line}: no test {name}" for line, name in named if not fnmatch.filter(tests, name)]
        self.assertEqual(missing, [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
