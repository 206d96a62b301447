"""run.py [--write] NAME=COMMAND...: runs the scenarios of hosts, and compares the results with the table in README.md.

A command prints one line for each scenario, as scenarios.md describes. The exit status is 1 if a scenario failed, if a
line is missing, or if the table differs; with --write the columns of the hosts that ran are written instead.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path

HOSTS = Path(__file__).resolve().parent
README = HOSTS / "README.md"
LINE = re.compile(r"(ok|skip|not ok) ([a-z-]+)(?:: (.*))?$")
SECONDS = 300
MARKS = {"ok": "yes", "skip": "no", "not ok": "FAILED"}


def scenarios():
    return re.findall(r"^\| ([a-z-]+) \|", (HOSTS / "scenarios.md").read_text(), re.M)[1:]


def results(command):
    run = subprocess.run(shlex.split(command), stdout=subprocess.PIPE, text=True, timeout=SECONDS)
    lines = [found for found in map(LINE.match, run.stdout.splitlines()) if found]
    if run.returncode:
        print(f"exit status {run.returncode}: {command}", file=sys.stderr)
    return {name: (mark, why) for mark, name, why in (line.groups() for line in lines)}, run.returncode == 0


def table(text):
    """The table of the README: the hosts, and the marks of each by scenario."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    hosts = rows[0][1:]
    return {host: {row[0]: row[1 + i] for row in rows[2:]} for i, host in enumerate(hosts)}


def written(marks, names):
    hosts = sorted(marks)
    lines = [f"| scenario | {' | '.join(hosts)} |", "|---" * (1 + len(hosts)) + "|"]
    lines += [f"| {name} | {' | '.join(marks[host].get(name, '') for host in hosts)} |" for name in names]
    return "\n".join(lines)


def main():
    arguments = sys.argv[1:]
    write = arguments[:1] == ["--write"]
    names, passed = scenarios(), True
    before, start, old, end, after = re.split(r"(<!-- scenarios -->\n)(.*)(\n<!-- /scenarios -->)", README.read_text(), flags=re.S)
    marks = table(old)
    for host, command in (argument.split("=", 1) for argument in arguments[write:]):
        found, ended = results(command)
        passed &= ended
        for name in names:
            mark, why = found.get(name, ("not ok", "the program printed no line for this scenario"))
            print(f"{host}: {mark} {name}" + (f": {why}" if why else ""))
            passed &= mark != "not ok"
        marks[host] = {name: MARKS[found.get(name, ("not ok",))[0]] for name in names}
        print(f"{sum(found.get(name, ('',))[0] == 'ok' for name in names)} passed")
    if write:
        README.write_text(before + start + written(marks, names) + end + after)
    elif passed and written(marks, names) != old:
        print("the table in hosts/README.md is not what the hosts do: make hosts-table", file=sys.stderr)
        passed = False
    sys.exit(not passed)


main()
