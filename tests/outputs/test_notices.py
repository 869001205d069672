"""Messages about changed visits: who gets which, and that a client's tells of nobody else."""

from __future__ import annotations

import csv
import datetime as dt
import io
from functools import cache

import pytest

from routeplan.book.models import Book, Contact, Language, Layer
from routeplan.due.models import DueKind, DueReason
from routeplan.language import Texts, message
from routeplan.outputs.notices import Notice, Reader, notice_files, notices_of, spoken
from routeplan.plan.events import Cancel, Done, ManagerOff, Moved, TakesOver
from routeplan.plan.plan import Plan
from routeplan.problem.adjust import Drop
from routeplan.problem.progress import Told
from routeplan.replan.diff import ChangeKind, diff_plans
from routeplan.replan.told import tell
from routeplan.values import TimeWindow
from tests.examples import MONDAY
from tests.plan.examples import TUESDAY, make_plan, manager
from tests.replan.examples import at, busy_book, busy_due, replanned

SUNDAY_NIGHT = at("22:00", MONDAY - dt.timedelta(days=1))
EN = Texts("en")
INTERNAL = "内部机密"


@cache
def book() -> Book:
    """The busy book, with a person each, and what no client may ever read."""
    plain = busy_book()
    return plain.model_copy(
        update={
            "clients": tuple(
                client.model_copy(update={"note": INTERNAL, "extra": {INTERNAL: INTERNAL}})
                for client in plain.clients
            ),
            "contacts": tuple(
                Contact(
                    id=f"P{client.id}",
                    client_id=client.id,
                    name=f"联系人{client.id}",
                    layer=Layer.DECISION,
                    role=INTERNAL,
                    phone=f"1380000{number:04}",
                    note=INTERNAL,
                    language=Language.EN if number % 2 else None,
                )
                for number, client in enumerate(plain.clients)
            ),
        }
    )


@cache
def plan() -> Plan:
    """C4 to C7 know of their visits, C0 and C1 do not; each is there for a reason of ours."""
    due = busy_due()
    reason = DueReason(
        kind=next(iter(DueKind)), text=message("explain.client", name=INTERNAL, tier=INTERNAL)
    )
    reasoned = tuple(visit.model_copy(update={"reasons": (reason,)}) for visit in due.due)
    made = make_plan(book(), due.model_copy(update={"due": reasoned}))
    for client in ("C4", "C5", "C6"):
        made = tell(made, client, Told.AGREED)
    return tell(made, "C7", Told.CONFIRMED)


def monday_off() -> Plan:
    off = ManagerOff(manager_id="M1", first=MONDAY, hours=TimeWindow(start=13 * 60, end=18 * 60))
    return replanned(SUNDAY_NIGHT, off, Cancel(client_id="C0"), plan=plan(), book=book())


def to_clients(after: Plan, texts: Texts = EN) -> dict[str, str]:
    found = notices_of(plan(), after, texts)
    return {one.client_id: one.text for one in found if one.reader is Reader.CLIENT}


def to_managers(after: Plan, texts: Texts = EN) -> dict[str, Notice]:
    found = notices_of(plan(), after, texts)
    return {one.client_id: one for one in found if one.reader is Reader.MANAGER}


def test_each_changed_visit_has_its_messages_and_no_other() -> None:
    after = monday_off()
    clients, managers = to_clients(after), to_managers(after)
    assert {"C0", "C6", "C7"} <= managers.keys()
    assert "cannot come on Monday 23 November at 13:30 as agreed" in clients["C6"]
    assert "Thank you for letting me know" in clients["C0"]
    assert "C4" not in managers
    assert "(agreed before)" in managers["C6"].text
    assert managers["C6"].phone == "13800000006"


def test_of_what_is_over_or_under_way_there_is_nothing_to_say() -> None:
    late = Done(client_id="C4", manager_id="M1", talk=TimeWindow(start=9 * 60 + 5, end=9 * 60 + 40))
    after = replanned(at("10:30"), late, plan=plan(), book=book())
    changed = {one.client_id: one.kind for one in diff_plans(plan(), after).changes}
    assert changed["C4"] is not ChangeKind.KEPT
    assert "C4" not in to_clients(after) | to_managers(after)


def test_who_knew_of_nothing_is_not_told_that_it_falls_away() -> None:
    unknown = tell(plan(), "C6", Told.NOT_AGREED)
    after = replanned(
        SUNDAY_NIGHT,
        ManagerOff(manager_id="M1", first=MONDAY, hours=TimeWindow(start=13 * 60, end=18 * 60)),
        plan=unknown,
        book=book(),
    )
    found = [one for one in notices_of(unknown, after, EN) if one.client_id == "C6"]
    assert [one.reader for one in found] == [Reader.MANAGER]
    assert "nothing that the client has to know" in found[0].text


def test_a_new_visit_is_proposed_without_an_excuse() -> None:
    after = replanned(SUNDAY_NIGHT, Cancel(client_id="C5"), plan=plan(), book=book())
    text = to_clients(after)["C8"]
    assert "would like to visit you" in text
    assert "sorry" not in text


def test_an_hour_that_the_client_agreed_to_is_confirmed() -> None:
    later = dt.datetime.combine(MONDAY, dt.time(9, 5))
    after = replanned(SUNDAY_NIGHT, Moved(client_id="C4", to=later), plan=plan(), book=book())
    assert "This confirms our meeting on Monday 23 November at 09:05" in to_clients(after)["C4"]


def test_alternatives_are_offered_where_a_visit_must_be_agreed_again() -> None:
    """Tuesday is free for all but C3, so there are hours to offer."""
    roomy = book().model_copy(update={"managers": (manager(max_visits=9),)})
    free = plan()
    for client in ("C0", "C1", "C2"):
        free = replanned(SUNDAY_NIGHT, Cancel(client_id=client), plan=free, book=roomy)
    wide = roomy.model_copy(
        update={
            "clients": tuple(
                client.model_copy(
                    update={
                        "sites": tuple(
                            site.model_copy(update={"hours": roomy.clients[8].sites[0].hours})
                            for site in client.sites
                        )
                    }
                )
                for client in roomy.clients
            )
        }
    )
    off = ManagerOff(manager_id="M1", first=MONDAY)
    wishes = (Drop(client_id="C8"), Drop(client_id="C9"))
    after = replanned(SUNDAY_NIGHT, off, plan=free, book=wide, adjustments=wishes)
    offered = {other.visit_id for other in after.alternatives}
    assert offered
    found = notices_of(free, after, EN)
    texts = {one.client_id: one.text for one in found if one.reader is Reader.CLIENT}
    for visit_id in offered:
        own = [other for other in after.alternatives if other.visit_id == visit_id]
        assert len(own) <= 2
        for other in own:
            assert other.date == TUESDAY
            assert f"{other.start // 60:02}:{other.start % 60:02}" in texts[visit_id]
        assert "possible" in texts[visit_id] or "instead" in texts[visit_id]


def test_another_manager_introduces_himself() -> None:
    two = book().model_copy(
        update={"managers": (*book().managers, manager("M2", name="接手人", max_visits=4))}
    )
    both = make_plan(two, busy_due())
    both = tell(both, "C4", Told.AGREED)
    take = TakesOver(client_id="C4", manager_id="M2")
    after = replanned(SUNDAY_NIGHT, take, plan=both, book=two)
    found = [one for one in notices_of(both, after, EN) if one.client_id == "C4"]
    readers = {(one.reader, one.manager_id) for one in found}
    assert (Reader.MANAGER, "M1") in readers
    assert (Reader.MANAGER, "M2") in readers
    (client,) = [one.text for one in found if one.reader is Reader.CLIENT]
    assert "接手人" in client


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_clients_message_tells_of_nobody_else_and_nothing_internal(language: str) -> None:
    afters = [
        monday_off(),
        replanned(SUNDAY_NIGHT, Cancel(client_id="C5"), plan=plan(), book=book()),
        replanned(
            SUNDAY_NIGHT, ManagerOff(manager_id="M1", first=MONDAY), plan=plan(), book=book()
        ),
    ]
    seen = 0
    for after in afters:
        for client_id, text in to_clients(after, Texts(language)).items():
            seen += 1
            hidden = [one.name for one in book().clients if one.id != client_id]
            hidden += [one.name for one in book().contacts if one.client_id != client_id]
            hidden += [one.id for one in book().clients]
            hidden += [one.phone for one in book().contacts]
            hidden += [INTERNAL, "worth", "tier", "价值", "B类"]
            hidden += [str(visit.worth) for visit in plan().due]
            own = f"联系人{client_id}"
            assert not [word for word in hidden if word in text.replace(own, "")]
            assert own in text
    assert seen > 5


def test_the_language_is_that_of_the_person() -> None:
    clients = to_clients(monday_off(), Texts("zh"))
    assert "您好" in clients["C6"]
    assert clients["C7"].startswith("Dear")


def test_files_can_be_copied_from_and_open_in_a_spreadsheet() -> None:
    hostile = book().model_copy(
        update={
            "contacts": tuple(
                one.model_copy(update={"name": '=HYPERLINK("x") # [a](b)'})
                for one in book().contacts
            )
        }
    )
    before = make_plan(hostile, busy_due())
    after = replanned(SUNDAY_NIGHT, Cancel(client_id="C5"), plan=before, book=hostile)
    files = notice_files(before, after, EN)
    assert sorted(files) == ["notices.csv", "notices.md"]
    rows = list(csv.DictReader(io.StringIO(files["notices.csv"].decode("utf-8-sig"))))
    assert {row["Client id"] for row in rows} >= {"C5", "C8"}
    assert all(row["Contact"].startswith("'=") for row in rows)
    page = files["notices.md"].decode()
    assert "Nothing has been sent" in page
    assert "[a](b)" not in page.replace("    Dear", "").split("\n")[6]
    assert notice_files(before, before, EN) == {}


def test_hours_are_said_as_one_says_them() -> None:
    assert spoken(MONDAY, 605, EN) == "Monday 23 November at 10:05"
    assert spoken(MONDAY, 605, Texts("zh")) == "11月23日（周一）10:05"
