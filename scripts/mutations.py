# SPDX-License-Identifier: BSD-3-Clause
"""The single changes that scripts/mutate makes to a C file: where they apply, and what each puts there.

Text is scanned, not parsed: comments, strings, preprocessor lines and statements that no test could tell apart
(assertions, prefetches, branch hints) are blanked first, and every operator looks at what is left.
"""
import re
from dataclasses import dataclass

ORDERS = {"__ATOMIC_RELEASE": "__ATOMIC_RELAXED", "__ATOMIC_ACQUIRE": "__ATOMIC_RELAXED",
          "__ATOMIC_ACQ_REL": "__ATOMIC_RELAXED", "__ATOMIC_SEQ_CST": "__ATOMIC_RELAXED"}
RELATIONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
# Calls whose whole statement says nothing about behaviour.
SILENT_CALLS = r"\b(SL_ASSERT|static_assert|_Static_assert|assert|rte_prefetch\w*|\w*prefetch\w*|__builtin_prefetch)\s*\("
# How large an array is says little: most are rooms for text with some to spare.
SIZES = re.compile(r"^[ \t]*(?:(?:static|const|struct|unsigned|enum) )*[a-z]\w* [^=;()]*\[[^;=]*(?=[;=])", re.MULTILINE)
HINTS = re.compile(r"\b(?:likely|unlikely)\s*(?=\()|__builtin_expect\s*(?=\()")


@dataclass(frozen=True)
class Mutation:
    path: str
    start: int  # of the text that is replaced
    end: int
    new: str
    operator: str
    name: str = ""  # of one that was given as data
    old: str = ""

    def apply(self, text):
        return text[:self.start] + self.new + text[self.end:]

    def line(self, text):
        return text.count("\n", 0, self.start) + 1


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def end_of_parenthesis(text, at):
    """Behind the parenthesis that opens at `at`."""
    depth = 0
    for i in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            return i + 1
    return len(text)


def code_of(text):
    """The text with everything blanked that no operator may touch; offsets stay."""
    code = re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.DOTALL)
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank, code, flags=re.MULTILINE)
    for match in reversed(list(re.finditer(SILENT_CALLS, code))):
        end = end_of_parenthesis(code, match.end() - 1)
        code = code[:match.start()] + re.sub(r"[^\n]", " ", code[match.start():end]) + code[end:]
    for match in re.finditer(r"__builtin_expect\s*\(", code):
        end = end_of_parenthesis(code, match.end() - 1)
        comma = code.rfind(",", match.end(), end)
        code = code[:comma] + " " * (end - 1 - comma) + code[end - 1:]
    return HINTS.sub(blank, SIZES.sub(blank, code))


def functions_of(code):
    """Spans of what stands inside functions: a brace at the start of a line opens one, the next such closes it."""
    return [(m.start(), m.end()) for m in re.finditer(r"^\{\n.*?^\}", code, flags=re.MULTILINE | re.DOTALL)]


def relational(code):
    for m in re.finditer(r"(?<=\s)(<=|>=|==|!=|<|>)(?=\s)", code):
        yield m.start(), m.end(), RELATIONS[m.group()], "relation"


def logical(code):
    for m in re.finditer(r"&&|\|\|", code):
        yield m.start(), m.end(), "||" if m.group() == "&&" else "&&", "logic"


def arithmetic(code):
    for m in re.finditer(r"(?<=[\w)\]] )[+-](?= [\w(&*])|(?<=[\w)\]] )[+-](?== )", code):
        yield m.start(), m.end(), "-" if m.group() == "+" else "+", "arithmetic"
    for m in re.finditer(r"(?<![\w.])(\d+)(u|ull|ul)?(?![\w.])", code):
        yield m.start(1), m.end(1), str(int(m.group(1)) + 1), "constant"


def conditions(code):
    for m in re.finditer(r"\b(if|while)\s*\(", code):
        end = end_of_parenthesis(code, m.end() - 1)
        yield m.end() - 1, end, "(!" + code[m.end() - 1:end] + ")", "condition"


def statements(code):
    """Calls and assignments that are a statement of their own; not declarations."""
    statement = r"(?:(?<=[;{}])|(?<=\)\n)|(?<=else\n)|(?<=:\n))\s*((?:\(void\)\s*)?[*\w][\w>.\[\]*+-]*(?:\([^;{}]*\)|\s*[-+*/|&^]?=\s[^;{}]*|\+\+|--));"
    for m in re.finditer(statement, code):
        word = re.match(r"\w+", m.group(1))
        if word is None or word.group() not in ("return", "goto", "break", "continue", "case", "default", "for", "while", "if"):
            yield m.start(1), m.end(1), "(void)0", "deletion"


def returns(code):
    for m in re.finditer(r"\breturn\s+([^;{}]+);", code):
        value = m.group(1).strip()
        new = {"true": "false", "false": "true", "0": "1", "NULL": None}.get(value, "0")
        if new is not None:
            yield m.start(1), m.end(1), new, "return"


def orders(code):
    for m in re.finditer("|".join(ORDERS), code):
        yield m.start(), m.end(), ORDERS[m.group()], "order"


def mutations_of(path, text):
    """All of a file, in the order of their places."""
    code = code_of(text)
    spans = functions_of(code)
    found = []
    for operator in (relational, logical, arithmetic, conditions, statements, returns, orders):
        for start, end, new, name in operator(code):
            inside = any(a <= start and end <= b for a, b in spans)
            # A condition is rewritten from the file's own text: the blanked one has lost its strings.
            if name == "condition":
                new = "(!" + text[start:end] + ")"
            if inside and text[start:end].strip():
                found.append(Mutation(path, start, end, new, name, old=text[start:end]))
    return sorted(found, key=lambda m: (m.start, m.end, m.operator))


def mutations_in_data(data_path, read):
    """A Python file whose M lists (id, file, old text, new text, group, what it breaks, which occurrence). Returns
    those whose text is in the file that read(path) gives, and of the others a line each."""
    scope = {}
    with open(data_path, encoding="utf-8") as source:
        exec(compile(source.read(), data_path, "exec"), scope)  # the caller's own file
    found, moved = [], []
    for name, path, old, new, _, note, *nth in scope["M"]:
        text = read(path)
        at = -1
        for _ in range(nth[0] if nth else 1):
            at = text.find(old, at + 1) if text is not None else -1
        if at < 0:
            moved.append(f"{name} {path}: {note}")
        else:
            found.append(Mutation(path, at, at + len(old), new, note, name, old))
    return found, moved
