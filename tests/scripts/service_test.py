#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""systemd itself checks the unit file, with a program that is there in the place of starlingd's."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

if shutil.which("systemd-analyze") is None:
    print("systemd-analyze is not installed")
    sys.exit(77)
text = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
program = re.search(r"^ExecStart=(/\S+/starlingd) ", text, re.M)
assert program, "the unit starts no starlingd"
assert "@" not in text, "a place is not filled in"
with tempfile.TemporaryDirectory() as folder:
    unit = pathlib.Path(folder, "starlingd.service")
    # Nor need the manual pages be installed here.
    unit.write_text(re.sub(r"^Documentation=.*\n", "", text.replace(program[1], "/bin/true"), flags=re.M),
                    encoding="utf-8")
    run = subprocess.run(["systemd-analyze", "verify", "--recursive-errors=no", str(unit)], capture_output=True,
                         text=True, check=False)
print(run.stdout + run.stderr)
sys.exit(1 if run.returncode != 0 or run.stdout + run.stderr else 0)
