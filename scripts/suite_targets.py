#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Prints what ninja must build for some suites of a build folder: `suite_targets.py BUILD unit,sim`."""
import json
import os
import subprocess
import sys


def introspect(build, what):
    return json.loads(subprocess.run(["meson", "introspect", what, build], check=True, capture_output=True).stdout)


build, suites = sys.argv[1], set(sys.argv[2].split(","))
files = {target["id"]: target["filename"] for target in introspect(build, "--targets")}
wanted = {target for test in introspect(build, "--tests") if {name.split(":")[-1] for name in test["suite"]} & suites
          for target in test["depends"]}
print(*sorted(os.path.relpath(file, build) for target in wanted for file in files[target]))
