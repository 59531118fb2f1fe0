#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""scripts/run_long.py with a program that only says it has played."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
sys.dont_write_bytecode = True
import long_report  # noqa: E402
import run_long  # noqa: E402

# Notes each call; the latencies are the seed's, in seconds.
PROGRAM = r"""#!/bin/bash
echo "$1 $(basename "$2") $4" >>"$(dirname "$0")/calls"
if [[ $1 == plot ]]; then touch "$4/drawn.svg"; echo "$4/drawn.svg"; exit; fi
case $2 in
*dies*) echo 'no luck' >&2; exit 2 ;;
*stops*) [[ $4 != 2 || -e $(dirname "$0")/again ]] || { touch "$(dirname "$0")/again"; kill -INT $PPID; sleep infinity; } ;;
*breaks*) broken='{"rule": "nothing breaks", "times": 3, "first": "at once"}' ;;
esac
cat <<END
{"ok": false, "seed": $4, "wall_ms": 1000, "resident_mb": 7, "metrics": {"events": 10}, "broken": [$broken],
 "expectations": [
 {"text": "expect dead crashed at 99% p50 within 2s", "ok": false, "measured": 1, "percentile": 50, "wants_much": false,
  "within_ns": 2000000000, "latencies_ns": [${4}000000000, ${4}000000000]},
 {"text": "expect bytes_per_node_1s <= 5KB", "ok": true, "measured": ${4}000, "wants_much": false}]}
END
"""


class RunLong(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.program = self.folder / "program"
        self.program.write_text(PROGRAM, encoding="utf-8")
        self.program.chmod(0o755)
        (self.folder / "scenarios" / "long").mkdir(parents=True)

    def scenario(self, name, seeds):
        path = self.folder / "scenarios" / f"{name}.scenario"
        path.write_text(f"# What {name} shows.\n# seeds {seeds}\nzone a 10\nzone b 20\nrun 2m\n", encoding="utf-8")

    def run_it(self, *options):
        """Returns (exit code, output)."""
        done = subprocess.run([sys.executable, ROOT / "scripts" / "run_long.py", "--scenarios", self.folder / "scenarios",
                               "--program", self.program, "--out", self.folder / "out", *options],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout

    def calls(self):
        path = self.folder / "calls"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def report(self):
        return (self.folder / "out" / "report.md").read_text(encoding="utf-8")

    def test_every_seed_is_played_and_their_latencies_are_one_percentile(self):
        self.scenario("fine", 3)
        code, output = self.run_it("--jobs", "2")
        self.assertEqual(code, 0, output)
        self.assertEqual(sorted(call for call in self.calls() if call.startswith("run")),
                         [f"run fine.scenario {seed}" for seed in (1, 2, 3)])
        report = self.report()
        self.assertIn("| dead crashed at 99% p50 within 2s | 2.000 s | yes | 3 seeds, 6 latencies |", report)
        self.assertIn("| bytes_per_node_1s <= 5KB | 3.0 KB | yes | 3 seeds |", report)
        self.assertIn("| [fine](#fine) | What fine shows. | yes | 3 | 30 |", report)
        self.assertIn("![drawn.svg](drawn.svg)", report)

    def test_hours_of_thousands_are_not_played_again_for_a_plot(self):
        self.scenario("fine", 1)
        path = self.folder / "scenarios" / "vast.scenario"
        path.write_text("# Vast.\nnodes 6000\nrun 1h\n", encoding="utf-8")
        self.assertEqual(self.run_it()[0], 0)
        self.assertEqual([call.split()[1] for call in self.calls() if call.startswith("plot")], ["fine.scenario"])

    def test_what_is_done_is_not_done_again(self):
        self.scenario("fine", 2)
        self.run_it()
        before = self.calls()
        code, output = self.run_it()
        self.assertEqual((code, self.calls()), (0, before), output)
        self.scenario("fine", 3)  # another scenario by the same name
        self.run_it()
        self.assertEqual(len(self.calls()), len(before) + 4)

    def test_an_interrupted_run_goes_on_where_it_was(self):
        self.scenario("stops", 3)
        code, output = self.run_it()
        self.assertEqual(code, 130, output)
        self.assertIn("the same command goes on from here", output)
        code, output = self.run_it()
        self.assertEqual(code, 0, output)
        self.assertEqual(sum(call == "run stops.scenario 1" for call in self.calls()), 1)

    def test_a_percentile_beyond_its_bound_fails(self):
        self.scenario("slow", 5)
        code, output = self.run_it()
        self.assertEqual(code, 1, output)
        self.assertIn("| dead crashed at 99% p50 within 2s | 3.000 s | **no** | 5 seeds, 10 latencies |", self.report())

    def test_a_broken_invariant_and_a_program_that_dies_fail(self):
        self.scenario("breaks", 2)
        self.scenario("dies", 1)
        self.scenario("fine", 1)
        code, output = self.run_it()
        self.assertEqual(code, 1, output)
        self.assertIn("1 scenarios held, 2 did not", output)
        self.assertIn("| nothing breaks | broken 6 times, first with seed 1 at once | **no** | 2 seeds |", self.report())
        self.assertIn("- **did not run**: no luck", self.report())

    def test_only_those_that_are_named(self):
        self.scenario("fine", 1)
        self.scenario("slow", 1)
        self.run_it("--only", "slow")
        self.assertEqual({call.split()[1] for call in self.calls()}, {"slow.scenario"})
        code, output = self.run_it("--only", "fast")
        self.assertEqual(code, 1)
        self.assertIn("--only: no scenario fast; there are: fine slow", output)

    def test_what_a_scenario_asks_for(self):
        self.scenario("fine", 50)
        scenario = run_long.find_scenarios(self.folder / "scenarios", [])[0]
        self.assertEqual((scenario.seeds, scenario.title, scenario.size), (50, "What fine shows.", 3600))

    def test_counts_of_events_are_added_up(self):
        runs = [{"text": "expect chances >= 10", "ok": False, "measured": 6, "added": True, "compare": ">=", "value": 10} for _ in range(2)]
        self.assertEqual(long_report.pool(runs), (12, True, None))
        self.assertEqual(long_report.pool(runs[:1]), (6, False, None))

    def test_nearest_rank(self):
        self.assertEqual(long_report.percentile([4, 1, 3, 2], 50), 2)
        self.assertEqual(long_report.percentile(list(range(1, 101)), 99), 99)
        self.assertIsNone(long_report.percentile([1, None], 100))
        self.assertIsNone(long_report.percentile([], 50))


if __name__ == "__main__":
    unittest.main()
