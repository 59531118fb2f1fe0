#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What the demo and the soak ask of a running cluster, through the command line and the event files.

  observe.py formed STARLING COUNT SOCKET...       wait until every node sees COUNT members ALIVE
  observe.py incarnation STARLING NAME SOCKET      print what that node holds of NAME
  observe.py times NAME SINCE_NS TYPES FILE...     wait until every file has the last of TYPES (comma-separated)
                                                   about NAME; print a JSON list of milliseconds since SINCE_NS
  observe.py table TYPES                           print such a list, read from stdin, as a table
  observe.py spread TYPES                          the same list as one JSON object of minimum, median, maximum
  observe.py slowest TYPES                         of one such list per line, read from stdin, the slowest node's
                                                   figures as one JSON object of minimum, median, maximum
  observe.py count TYPES FILE...                   how many events of each type the files hold, as a JSON object
  observe.py bench                                 print the benchmark's JSON object, read from stdin, as text
"""
import json
import os
import statistics
import subprocess
import sys
import time

WAIT_SECONDS = 20
POLL_SECONDS = 0.03


def until(what, condition):
    end = time.monotonic() + WAIT_SECONDS
    while not (answer := condition()):
        if time.monotonic() > end:
            sys.exit(f"demo: after {WAIT_SECONDS} s still not so: {what}")
        time.sleep(POLL_SECONDS)
    return answer


def members(starling, socket):
    listing = subprocess.run([starling, "--socket", socket, "members", "--json"], capture_output=True, check=False)
    return json.loads(listing.stdout)["members"] if listing.returncode == 0 else []


def formed(starling, count, *sockets):
    def alive(socket):
        return sum(member["status"].upper() == "ALIVE" for member in members(starling, socket))
    for socket in sockets:
        until(f"{socket} sees {count} members ALIVE", lambda: alive(socket) == int(count))


def incarnation(starling, name, socket):
    print(next(member["incarnation"] for member in members(starling, socket) if member["name"] == name))


def events(path):
    with open(path, encoding="utf-8") as file:
        # A last line without its end is still being written.
        return [json.loads(line) for line in file.read().splitlines(keepends=True) if line.endswith("\n")]


def first_ms(path, name, since_ns, kind):
    for event in events(path):
        if event.get("name") == name and event["type"] == kind and event["time_ns"] >= since_ns:
            return round((event["time_ns"] - since_ns) / 1e6, 1)
    return None


def times(name, since_ns, types, *paths):
    kinds = types.split(",")
    rows = []
    for path in paths:
        node = os.path.basename(path).split(".")[0]
        until(f"{node} reports {name} {kinds[-1]}", lambda: first_ms(path, name, int(since_ns), kinds[-1]) is not None)
        rows.append({"node": node, **{kind: first_ms(path, name, int(since_ns), kind) for kind in kinds}})
    print(json.dumps(rows))


def spread_of(rows, kind):
    values = [row[kind] for row in rows if row[kind] is not None]
    return {"min": min(values), "median": statistics.median(values), "max": max(values)} if values else {}


def table(types):
    rows, kinds = json.load(sys.stdin), types.split(",")
    show = lambda value: "-" if value is None else f"{value:.1f}"
    line = lambda label, values: print(f"    {label:10}" + "".join(f"{value:>12}" for value in values))
    line("", [kind.upper() + " ms" for kind in kinds])
    for row in rows:
        line(row["node"], [show(row[kind]) for kind in kinds])
    for which in "min", "median", "max":
        line(which, [show(spread_of(rows, kind).get(which)) for kind in kinds])


def spread(types):
    rows = json.load(sys.stdin)
    print(json.dumps({kind + "_ms": spread_of(rows, kind) for kind in types.split(",")})[1:-1])


def slowest(types):
    kills = [json.loads(line) for line in sys.stdin]
    worst = [{kind: max(row[kind] or 0 for row in rows) for kind in types.split(",")} for rows in kills]
    print(json.dumps({kind + "_ms": spread_of(worst, kind) for kind in types.split(",")}))


def count(types, *paths):
    seen = [event["type"] for path in paths for event in events(path)]
    print(json.dumps({kind: seen.count(kind) for kind in types.split(",")}))


def bench():
    run = json.load(sys.stdin)
    latency = ", ".join(f"{name} {value}" for name, value in run["latency_ns"].items())
    print(f"    {run['mpps']:.2f} Mpps, {run['ratio_to_floor']:.2f} of a bare responder's {run['floor_mpps']:.2f}; "
          f"{run['cycles_per_packet']:.0f} cycles a packet")
    print(f"    latency in ns: {latency}")


{"formed": formed, "incarnation": incarnation, "times": times, "table": table, "spread": spread,
 "slowest": slowest, "count": count, "bench": bench}[sys.argv[1]](*sys.argv[2:])
