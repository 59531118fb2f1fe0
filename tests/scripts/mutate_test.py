#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""scripts/mutate: what it changes in a text, and a whole run over a small project of its own."""
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
sys.dont_write_bytecode = True
from mutations import mutations_of  # noqa: E402

TEXT = """\
/* if (a < b) */
#define LIMIT (1 + 2)
static const int table[] = {1, 2};
int f(int a, int b)
{
    SL_ASSERT(a < b);
    char room[64 + 1], more[2];
    if (__builtin_expect(a < b, 1) && b != 7)
        g("x < y", a + 1);
    __atomic_store_n(&p, a, __ATOMIC_RELEASE);
    __builtin_prefetch(&table[a + 3]);
    return a;
}
"""


class Mutations(unittest.TestCase):
    def found(self, operator):
        return [m.apply(TEXT).splitlines()[m.line(TEXT) - 1].strip()
                for m in mutations_of("f.c", TEXT) if m.operator == operator]

    def test_each_operator_changes_what_it_says(self):
        self.assertEqual(self.found("relation"), ["if (__builtin_expect(a <= b, 1) && b != 7)",
                                                  "if (__builtin_expect(a < b, 1) && b == 7)"])
        self.assertEqual(self.found("logic"), ["if (__builtin_expect(a < b, 1) || b != 7)"])
        self.assertEqual(self.found("condition"), ["if (!(__builtin_expect(a < b, 1) && b != 7))"])
        self.assertEqual(self.found("arithmetic"), ['g("x < y", a - 1);'])
        self.assertEqual(self.found("constant"), ["if (__builtin_expect(a < b, 1) && b != 8)", 'g("x < y", a + 2);'])
        self.assertEqual(self.found("return"), ["return 0;"])
        self.assertEqual(self.found("order"), ["__atomic_store_n(&p, a, __ATOMIC_RELAXED);"])
        self.assertEqual(self.found("deletion"), ["(void)0;", "(void)0;"])

    def test_what_no_test_could_tell_apart_is_left_alone(self):
        lines = {m.line(TEXT) for m in mutations_of("f.c", TEXT)}
        self.assertEqual(lines, {8, 9, 10, 12})


class Run(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("meson.build", """\
            project('small', 'c')
            test('unit', executable('unit', 'lib/f.c', 'lib/main.c'), suite: 'unit')
            """)
        self.write("lib/f.c", """\
            int f(int a)
            {
                while (a > 10)
                    a -= 1;
                return a;
            }
            """)
        self.write("lib/main.c", """\
            int f(int a);
            int main(void)
            {
                return f(12) == 10 ? 0 : 1;
            }
            """)
        for command in (["init", "-q"], ["add", "."],
                        ["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "first"]):
            subprocess.run(["git", *command], cwd=self.root, check=True)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text))

    def run_it(self, *arguments):
        result = subprocess.run([sys.executable, ROOT / "scripts" / "mutate", "--root", self.root, *arguments],
                                capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout.splitlines()

    def test_data_are_tried_and_those_that_moved_are_told(self):
        self.write("m.py", """\
            M = [('1', 'lib/f.c', 'return a;', 'return a + 1;', 'lib', 'one too many'),
                 ('2', 'lib/f.c', 'a > 10', 'a > 10 && a < 1000', 'lib', 'large ones stay'),
                 ('3', 'lib/f.c', 'no such text', '', 'lib', 'nothing'),
                 ('4', 'lib/f.c', 'return a;', 'return b;', 'lib', 'no program')]
            """)
        lines = self.run_it("--data", self.root / "m.py")
        self.assertEqual([line.split(":")[0] for line in lines if not line.startswith(" ")],
                         ["moved", "killed", "survived", "stillborn", "mutants"])
        self.assertEqual(lines[-1],
                         "mutants: 2 tried, 1 killed, 1 survived, 1 did not compile: 50.0 % killed")
        self.assertIn("    +    while (a > 10 && a < 1000)", lines)
        self.assertEqual((self.root / "build-mutate/tree/lib/f.c").read_text(), (self.root / "lib/f.c").read_text())

    def test_only_lines_that_changed_since_a_revision_are_taken(self):
        self.assertEqual(self.run_it("--since", "HEAD")[-1],
                         "mutants: 0 tried, 0 killed, 0 survived, 0 did not compile: 0.0 % killed")
        text = (self.root / "lib/f.c").read_text().replace("a -= 1", "a -= 2")
        (self.root / "lib/f.c").write_text(text)
        places = [line for line in self.run_it("--since", "HEAD", "--list") if not line.startswith(" ")]
        self.assertTrue(places)
        self.assertEqual({place.split(":")[1] for place in places}, {"4"})

    def test_a_tree_whose_tests_fail_is_refused(self):
        self.write("lib/main.c", "int main(void)\n{\n    return 1;\n}\n")
        result = subprocess.run([sys.executable, ROOT / "scripts" / "mutate", "--root", self.root, "lib"],
                                capture_output=True, text=True)
        self.assertEqual(result.returncode, 1)
        self.assertIn("test unit fails on the unchanged tree", result.stderr)


if __name__ == "__main__":
    unittest.main()
