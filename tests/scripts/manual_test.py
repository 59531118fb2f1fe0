#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What the programs' help names, their manual pages name too: commands, options, exit codes."""
import pathlib
import re
import subprocess
import sys

starling, starlingd, page1, page8 = sys.argv[1:]


def help_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def words_of(page):
    """The page's text without its markup."""
    text = pathlib.Path(page).read_text(encoding="utf-8").replace("\\-", "-")
    text = re.sub(r"\\f.|\\&", "", text)
    text = re.sub(r"^\.[BI]R? |^\.RB |^\.RI |^\.IR |\"", "", text, flags=re.M)
    return re.sub(r"-- +", "--", text)


missing = []


def expect(page, names, where):
    text = words_of(page)
    for name in sorted(set(names)):
        if not re.search(r"(?<![\w-])" + re.escape(name) + r"(?![\w-])", text):
            missing.append(f"{where} names {name}, {pathlib.Path(page).name} does not")


OPTION = r"(?<![\w-])--[a-z][a-z-]+"
whole = help_of(starling, "--help")
commands = re.findall(r"^  ([a-z]+) ", whole, re.M)
assert len(commands) > 5, "the help lists no commands"
expect(page1, commands + re.findall(OPTION, whole), "starling --help")
for command in set(commands) - {"help"}:
    expect(page1, re.findall(OPTION, help_of(starling, command, "--help")), f"starling {command} --help")
of_daemon = help_of(starlingd, "--help").split("\n\n")[0]
expect(page8, re.findall(OPTION, of_daemon), "starlingd --help")
print("\n".join(missing))
sys.exit(1 if missing else 0)
