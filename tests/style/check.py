# SPDX-License-Identifier: MIT
"""Check the house style: check.py sources ROOT | check.py symbols LIBRARY."""
import sys
from pathlib import Path

import rules


def report(problems):
    problems = sorted(set(problems))
    for name, line, what in problems:
        print(f"{name}:{line}: {what}" if line else f"{name}: {what}")
    return len(problems)


def main(argv):
    if len(argv) == 3 and argv[1] == "sources":
        tree = rules.Tree(argv[2])
        found = len([name for name, _ in tree.sources("src/")])
        count = 0
        for rule in rules.SOURCE_RULES:
            problems = report(rule(tree))
            print(f"{rule.__name__}: {problems or 'no'} problems")
            count += problems
        # A check that saw nothing has proved nothing.
        if found < 10:
            print(f"only {found} source files below {argv[2]}")
            return 1
        return count != 0
    if len(argv) == 3 and argv[1] == "symbols":
        symbols = list(rules.symbols_of(argv[2]))
        allowed = rules.read_allowed(Path(__file__).with_name("mutable_symbols.txt"))
        count = report(rules.mutable_state(symbols, allowed)) + report(rules.symbol_names(symbols))
        print(f"{len(symbols)} symbols, {count or 'no'} problems")
        return count != 0 or not symbols
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
