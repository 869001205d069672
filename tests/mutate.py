"""Do the tests notice? Breaks the code in known ways, one at a time, and runs those that should.

`python tests/mutate.py` tries every mutation, `python tests/mutate.py "drop the lunch rule"` those
whose name holds the words. Works on a copy of the tree; ends with 1 if a mutation goes unseen, if
its text no longer stands in the code exactly once, or if the tests fail before anything is broken.
"""

# ruff: noqa: T201

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = ("src", "tests", "data", "docs", "notebooks", "pyproject.toml", "README.md")


@dataclass(frozen=True)
class Mutation:
    """One way to break the code: in `file` (below src/routeplan), `old` becomes `new`."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    """Below tests/: one of them should fail."""


MUTATIONS = (
    # The book, and when people work and are open.
    Mutation(
        "work on public holidays",
        "book/availability.py",
        "in manager.weekdays and calendar.holiday(day) is None",
        "in manager.weekdays",
        ("book/test_availability.py",),
    ),
    Mutation(
        "forget temporary closures",
        "book/availability.py",
        "return open_windows(hours_on(site.hours, day, calendar), site.closures, day)",
        "return open_windows(hours_on(site.hours, day, calendar), (), day)",
        ("book/test_availability.py",),
    ),
    Mutation(
        "use a doubtful place all the same",
        "geocode/geocode.py",
        "pin = pins.pop(ref, None)",
        "pin = pins.get(ref)",
        ("geocode/test_geocode.py",),
    ),
    Mutation(
        "move a pin set by hand",
        "geocode/place.py",
        "return self.located is None or self.located.by is not Locator.DISTRICT",
        "return self.located is not None and self.located.by is not Locator.DISTRICT",
        ("geocode/test_geocode.py",),
    ),
    # Who is due.
    Mutation(
        "come again before the earliest share has passed",
        "due/rules.py",
        "wait = max(self.gap, math.ceil(self.earliest_share * interval - 1e-9))",
        "wait = self.gap",
        ("due/test_rules.py", "due/test_due_list.py"),
    ),
    Mutation(
        "count a cancelled visit as made",
        "due/due_list.py",
        "if record.status is VisitStatus.DONE and record.date <= horizon.last",
        "if record.date <= horizon.last",
        ("due/test_rules.py", "due/test_due_list.py"),
    ),
    Mutation(
        "let a visit on the flag's own day not settle a must-visit",
        "due/rules.py",
        "any(day >= flag.since for day in known.done)",
        "any(day > flag.since for day in known.done)",
        ("due/test_rules.py", "due/test_due_list.py"),
    ),
    Mutation(
        "let urgency grow without end",
        "due/worth.py",
        "round(1 + min(1.0, need.over / need.interval), 3)",
        "round(1 + need.over / need.interval, 3)",
        ("due/test_rules.py", "due/test_due_list.py", "due/test_properties.py"),
    ),
    # Travel.
    Mutation(
        "forget rush hours",
        "travel/hours.py",
        "access + rides * factor)",
        "access + rides)",
        ("travel/test_great_circle.py", "travel/test_hours.py"),
    ),
    Mutation(
        "take a vehicle from where it was not left",
        "travel/modes.py",
        "found.setdefault(mode if mode in settings.vehicles else None, [])",
        "found.setdefault(None, [])",
        ("travel/test_modes.py",),
    ),
    Mutation(
        "walk however far",
        "travel/modes.py",
        "minutes[number] > settings.walk_limit",
        "False",
        ("travel/test_modes.py",),
    ),
    Mutation(
        "remember travel whatever the source's version",
        "travel/cached.py",
        'about = ("matrix", self.version, mode.value, self.day_key(day))',
        'about = ("matrix", mode.value, self.day_key(day))',
        ("travel/test_cached.py",),
    ),
    Mutation(
        "set off into a slower hour when waiting is quicker",
        "travel/matrix.py",
        "leave = max(ready, start)",
        "leave = ready",
        ("travel/test_great_circle.py", "travel/test_matrix.py"),
    ),
    # The problem.
    Mutation(
        "drop the lunch rule",
        "problem/shifts.py",
        "lunch=None if taken else _lunch(settings.lunch, usual, pieces[0].start),",
        "lunch=None,",
        ("problem/test_shifts.py",),
    ),
    Mutation(
        "shift a window by 30 minutes",
        "problem/windows.py",
        "Window(shift=number, start=span.start, end=span.end, cost=cost)",
        "Window(shift=number, start=span.start + 30, end=span.end + 30, cost=cost)",
        ("problem/test_windows.py",),
    ),
    Mutation(
        "book an exact appointment with leeway",
        "due/hours.py",
        "leeway = appointment.leeway if appointment.rigidity is Rigidity.LEEWAY else 0",
        "leeway = appointment.leeway",
        ("problem/test_windows.py",),
    ),
    Mutation(
        "wait for all key persons though fewer are enough",
        "problem/windows.py",
        "wanted = min(wanted, max(enough, len(meeting.named)))",
        "pass",
        ("plan/test_persons.py",),
    ),
    Mutation(
        "let a wish for fewer do without those named",
        "problem/windows.py",
        "max(enough, len(meeting.named))",
        "enough",
        ("plan/test_persons.py",),
    ),
    Mutation(
        "never send a backup manager",
        "problem/build.py",
        "return (client.manager_id, *client.backup_ids)",
        "return (client.manager_id,)",
        ("problem/test_build.py",),
    ),
    Mutation(
        "take no time to find a room",
        "problem/build.py",
        "find_room = 0 if site.room.strip() else settings.visits.find_room",
        "find_room = 0",
        ("problem/test_build.py",),
    ),
    # Routes.
    Mutation(
        "forget the talk cap",
        "solve/schedule.py",
        "or talk > table.max_talk:",
        "or talk < 0:",
        ("solve/test_schedule.py",),
    ),
    Mutation(
        "come back after the shift",
        "solve/schedule.py",
        "on_time = back <= table.end and",
        "on_time = back <= table.end + 1 and",
        ("solve/test_schedule.py",),
    ),
    Mutation(
        "verify routes without their windows",
        "solve/verify.py",
        "window.shift == route.shift and window.start <= stop.start and stop.end <= window.end",
        "window.shift == route.shift",
        ("solve/test_verify.py",),
    ),
    Mutation(
        "count a cut's members wrongly when a label is dropped",
        "solve/recheck_day.py",
        "alone = other.one & ~label.one",
        "alone = 0",
        ("solve/test_recheck_day.py",),
    ),
    Mutation(
        "drop a label for one that has made what it still could",
        "solve/recheck_day.py",
        "or other.visited & ~label.visited & ~search.day.over[label.minute]",
        "or False",
        ("solve/test_recheck_day.py",),
    ),
    Mutation(
        "believe any gap row of a proof",
        "solve/recheck.py",
        "if not days or not all(self._days_between(a, b) < max(days) for a, b in pairs):",
        "if not days:",
        ("solve/test_recheck.py",),
    ),
    Mutation(
        "take a count's price for one visit more",
        "solve/recheck.py",
        "total += price * (count.most + 1 if count.more else count.most)",
        "total += price * (count.most + 2 if count.more else count.most)",
        ("solve/test_recheck.py",),
    ),
    Mutation(
        "leave the gap out of the list of routes",
        "solve/recheck.py",
        "below = least[shift] + room + 1",
        "below = least[shift] + 1",
        ("solve/test_recheck.py",),
    ),
    # The plan and its checker.
    Mutation(
        "take an approximate point for exact",
        "plan/build.py",
        "off_minutes=off_minutes(site, manager.mode, settings.travel)",
        "off_minutes=0",
        ("plan/test_build.py",),
    ),
    Mutation(
        "check no lunch",
        "plan/check.py",
        "        _lunch_is_kept,\n",
        "",
        ("plan/test_check.py",),
    ),
    Mutation(
        "check no opening hours",
        "plan/check.py",
        "        _talk_lies_in_hours,\n",
        "",
        ("plan/test_check.py",),
    ),
    Mutation(
        "check no talk cap",
        "plan/check.py",
        "    if talked > talk:",
        "    if talked > talk + 60:",
        ("plan/test_check.py",),
    ),
    Mutation(
        "check no leg's minutes",
        "plan/check.py",
        "if minutes < 0 or leg.arrive != leg.leave + minutes:",
        "if minutes < 0:",
        ("plan/test_check.py",),
    ),
    Mutation(
        "show a plan that the checker refuses",
        "pipeline.py",
        "    require_valid(plan, book, settings, calendar, travel)\n",
        "",
        ("test_cli.py::test_a_plan_that_the_checker_refuses_is_never_an_output",),
    ),
    # Planning again.
    Mutation(
        "visit a client who has cancelled",
        "replan/replan.py",
        'update={"windows": (), "worth": 0, "required": False}',
        'update={"worth": 10_000}',
        ("replan/test_replan.py::test_a_cancellation_outlasts_the_next_replan",),
    ),
    Mutation(
        "forget where visits were planned",
        "replan/replan.py",
        "        planned=slots,\n",
        "        planned={},\n",
        ("replan/test_replan.py::test_a_cancelled_client_can_be_asked_for_again",),
    ),
    Mutation(
        "send a manager who is off",
        "problem/amend.py",
        "absences[item.manager_id].append(_closures(item))",
        "pass",
        ("replan/test_news.py::test_who_is_off_has_no_visits",),
    ),
    Mutation(
        "forget slow roads",
        "problem/ways.py",
        "slow.setdefault(key, delayed(of_day[number], delays))",
        "slow.setdefault(key, of_day[number])",
        ("replan/test_news.py::test_slow_roads_are_in_the_legs",),
    ),
    Mutation(
        "forget that a manager is late",
        "replan/progress.py",
        "return max(0, self.world.minute - self.behind.minutes)",
        "return self.world.minute",
        ("replan/test_news.py::test_who_is_late_has_not_set_off_yet",),
    ),
    Mutation(
        "move what is locked",
        "replan/holds.py",
        "            windows = _kept(windows, lock, visit.talk, built)\n",
        "            pass\n",
        ("replan/test_holds.py",),
    ),
    Mutation(
        "put visits in before the freeze line",
        "replan/holds.py",
        "start = max(window.start, first)",
        "start = window.start",
        ("replan/test_holds.py::test_nothing_is_put_in_before_the_line",),
    ),
    Mutation(
        "name every event in a conflict",
        "replan/conflict.py",
        "            needed = fewer\n",
        "            pass\n",
        ("replan/test_holds.py::test_a_lock_and_an_absence_exclude_each_other_in_words",),
    ),
    Mutation(
        "check no lock",
        "plan/check.py",
        "        _locks_hold,\n",
        "",
        ("replan/test_holds.py::test_the_checker_holds_locks_and_the_line",),
    ),
    Mutation(
        "check no freeze line",
        "plan/check.py",
        "        _nothing_moves_before_the_line,\n",
        "",
        ("replan/test_holds.py::test_the_checker_holds_locks_and_the_line",),
    ),
    Mutation(
        "throw the earlier plan away",
        "workspace/save.py",
        "keep(connection, after, after=None) if after is not None and other else None",
        "None",
        ("workspace/test_save.py::test_every_version_is_kept_once_with_what_made_it",),
    ),
    Mutation(
        "replace a plan before its version is on the disk",
        "workspace/save.py",
        "                version = keep(connection, stored, after=standing)\n",
        "                version = 0\n",
        ("workspace/test_save.py::test_every_version_is_kept_once_with_what_made_it",),
    ),
    Mutation(
        "forget the client but not where it is",
        "workspace/anonymise.py",
        "round(degrees, COARSE)",
        "degrees",
        ("workspace/test_forget.py::test_no_trace_is_left_anywhere",),
    ),
    Mutation(
        "move what was promised as lightly as anything",
        "problem/churn.py",
        "factor = told[slot.told]",
        "factor = 1.0",
        ("replan/test_told.py",),
    ),
    Mutation(
        "forget what clients were told",
        "replan/told.py",
        'return visit.model_copy(update={"told": told})',
        "return visit",
        ("replan/test_told.py",),
    ),
    Mutation(
        "claim more for a limit on changes than is proven",
        "replan/budget.py",
        "return at.bound - at.price * most - more * missing",
        "return at.bound - more * missing",
        ("replan/test_budget.py", "replan/test_choices.py"),
    ),
    Mutation(
        "let a limit on changes slip in the checker",
        "plan/check.py",
        "changes += here != there and not booked and not over",
        "changes += 0",
        ("replan/test_choices.py",),
    ),
    Mutation(
        "offer the hour of a visit that was promised",
        "replan/offer.py",
        "fixed=promised,",
        "fixed=(),",
        ("replan/test_offer.py",),
    ),
    Mutation(
        "tell a client what its visit is worth",
        "outputs/notices.py",
        "name = person.name if person else visit.client_name",
        'name = f"{person.name if person else visit.client_name} {visit.worth}"',
        ("outputs/test_notices.py",),
    ),
    # Key persons, and what a visit is for.
    Mutation(
        "let a talk end after its key persons left",
        "due/persons.py",
        "after = window.end - minutes + 1",
        "after = window.end - minutes + 2",
        ("due/test_persons.py::test_together_is_what_counting_minutes_says",),
    ),
    Mutation(
        "visit in opening hours whoever is there",
        "problem/windows.py",
        "        if persons:\n",
        "        if persons < 0:\n",
        ("problem/test_persons.py",),
    ),
    Mutation(
        "disturb people in their hours of rest",
        "book/availability.py",
        "return own if rest is None else cut_windows(own, rest.on(weekday))",
        "return own",
        ("due/test_persons.py",),
    ),
    Mutation(
        "meet whoever comes first in the book",
        "plan/persons.py",
        "unseen(contact) if unseen(contact) >= 1 else 0",
        "0",
        ("plan/test_persons.py",),
    ),
    Mutation(
        "check no key persons",
        "plan/check.py",
        "        _key_persons_are_met,\n",
        "",
        ("plan/test_persons.py",),
    ),
    Mutation(
        "keep a leap month's birthday only in years that have the month",
        "lunar.py",
        "in_leap = leap and LCalendars.leap_month(year) == month",
        "in_leap = leap",
        ("test_lunar.py",),
    ),
    Mutation(
        "ask for the same purpose at every visit",
        "due/due_list.py",
        "pursued |= dict.fromkeys(purposes, draft.earliest)",
        "pass",
        ("due/test_purposes.py",),
    ),
    Mutation(
        "leave a task to the day of the visit",
        "plan/tasks.py",
        "found, count = earlier, count - 1",
        "count = count - 1",
        ("plan/test_tasks.py",),
    ),
    # Calls and messages, records, coverage.
    Mutation(
        "write messages while driving",
        "plan/touches.py",
        "if leg.mode is not TravelMode.TRANSIT:",
        "if False:",
        ("plan/test_touches.py",),
    ),
    Mutation(
        "call a client who asked not to be disturbed",
        "book/availability.py",
        "return own if rest is None else cut_windows(own, rest.on(weekday))",
        "return own",
        ("plan/test_touches.py", "book/test_availability.py"),
    ),
    Mutation(
        "let no touch make room for another",
        "plan/touches.py",
        "if elsewhere is not None and elsewhere.days_late <= late:",
        "if False:",
        ("plan/test_touches.py",),
    ),
    Mutation(
        "plan a call again that has been made",
        "plan/touches.py",
        "made = recorded(plan.touches, book, plan.horizon.last)",
        "made = {}",
        ("plan/test_touches.py",),
    ),
    Mutation(
        "move the touches of an earlier plan",
        "plan/touches.py",
        "laying.keep_ahead(before, left)",
        "pass",
        ("plan/test_touches.py",),
    ),
    Mutation(
        "forget the hour that a prospect named",
        "due/touches.py",
        "named_hours=named.preferred_hours if named else None",
        "named_hours=None",
        ("due/test_touches.py",),
    ),
    Mutation(
        "count a call that reached nobody",
        "due/touches.py",
        "if record.status is VisitStatus.DONE\n        and record.channel in channels",
        "if record.channel in channels",
        ("due/test_touches.py",),
    ),
    Mutation(
        "let one record settle two touches",
        "due/touches.py",
        'return tuple(\n        touch.model_copy(update={"last": last.get',
        'return tuple(\n        touch.model_copy(update={} and {"last": last.get',
        ("due/test_touches.py", "plan/test_touches.py"),
    ),
    Mutation(
        "take a phone call for a visit",
        "book/models.py",
        "return self.channel is Channel.VISIT",
        "return True",
        ("due/test_coverage.py",),
    ),
    Mutation(
        "take no call of the week before as made",
        "plan/left_over.py",
        "(*_expected_visits(previous, book, before), *_expected_touches(previous, book, before))",
        "(*_expected_visits(previous, book, before),)",
        ("plan/test_left_over.py",),
    ),
    Mutation(
        "call a duty open whose last day has passed",
        "due/coverage.py",
        "elif term.last < self.day:",
        "elif False:",
        ("due/test_coverage.py",),
    ),
    Mutation(
        "note a form of records of which one is faulty",
        "book/form.py",
        "if reporter.failed:",
        "if False:",
        ("test_cli_records.py",),
    ),
    # What people see.
    Mutation(
        "let a client's name end the map's script",
        "outputs/plan_map.py",
        'text = text.replace(character, f"\\\\u{ord(character):04x}")',
        "pass",
        ("outputs/test_plan_map.py::TestPage",),
    ),
    Mutation(
        "let the map ask the internet for pictures",
        "outputs/plan_map.py",
        'images = f"data: {source.hosts}" if source else "data:"',
        'images = "*"',
        ("outputs/test_plan_map.py::TestPage",),
    ),
    Mutation(
        "let a name in a CSV file be a formula",
        "book/cells.py",
        "(formulas and raw.startswith(tuple(_RISKY)))",
        "False",
        ("book/test_cells.py", "book/test_write.py"),
    ),
    Mutation(
        "let a name send control characters to the terminal",
        "outputs/terminal.py",
        "if unicodedata.category(char) in _ESCAPED or char in _BIDI",
        "if char in _BIDI",
        ("outputs/test_terminal.py",),
    ),
)


def main(words: list[str]) -> int:
    wanted = " ".join(words)
    chosen = [mutation for mutation in MUTATIONS if wanted in mutation.name]
    if not chosen:
        print(f"no mutation is named {wanted!r}; there are:")
        print(*(f"  {mutation.name}" for mutation in MUTATIONS), sep="\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "routeplan"
        _copy(tree)
        tests = sorted({test for mutation in chosen for test in mutation.tests})
        failing = _first_failure(tree, tests)
        if failing:
            print(f"fails before anything is broken: {failing}")
            return 1
        unseen = [mutation for mutation in chosen if not _noticed(tree, mutation)]
    print(f"{len(chosen) - len(unseen)} of {len(chosen)} mutations were noticed")
    return 1 if unseen else 0


def _copy(tree: Path) -> None:
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name)
        else:
            shutil.copy2(ROOT / name, tree / name)


def _noticed(tree: Path, mutation: Mutation) -> bool:
    path = tree / "src" / "routeplan" / mutation.file
    whole = path.read_text(encoding="utf-8")
    if whole.count(mutation.old) != 1:
        print(f"TEXT GONE  {mutation.name}: not once in {mutation.file}: {mutation.old!r}")
        return False
    path.write_text(whole.replace(mutation.old, mutation.new), encoding="utf-8")
    try:
        failing = _first_failure(tree, mutation.tests)
    finally:
        path.write_text(whole, encoding="utf-8")
    said = f"noticed    {mutation.name}: {failing}" if failing else f"UNSEEN     {mutation.name}"
    print(said, flush=True)
    return bool(failing)


def _first_failure(tree: Path, tests: list[str] | tuple[str, ...]) -> str | None:
    """The name of the first of the tests that fails in the copy."""
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-x", "-q", "-rfE", "--tb=no", "--no-header"),
            *("-p", "no:cacheprovider"),
            *(f"tests/{test}" for test in tests),
        ],
        cwd=tree,
        # The copy comes before the installed tree; bytecode of a mutated file must not outlive it.
        env=os.environ | {"PYTHONPATH": str(tree / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if ended.returncode == 0:
        return None
    found = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", ended.stdout, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"pytest ended with {ended.returncode}\n{ended.stdout}{ended.stderr}")
    return found[1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
