"""Each cause on a book made for it, with the remedies that go with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from routeplan.book.models import Anchor, Appointment, Book, Client, Manager, Rigidity, Tier
from routeplan.config import Settings, TalkSettings
from routeplan.due.models import DueVisit
from routeplan.language import Texts
from routeplan.plan.plan import Cause, Plan, UnplannedVisit
from routeplan.point import Point
from routeplan.problem.adjust import (
    Adjustment,
    AllowDayEnd,
    AllowTalk,
    AllowVisits,
    Drop,
    Must,
    OpenAt,
    TalkFor,
)
from routeplan.values import Closure
from tests.examples import MONDAY, due_visit, hours, window
from tests.plan.examples import (
    WEDNESDAY,
    client,
    due_list,
    left_out,
    make_plan,
    manager,
    visit_of,
)

MONDAYS = manager(weekdays=(0,))


def planned(
    clients: Sequence[Client],
    *due: DueVisit,
    who: Sequence[Manager] = (MONDAYS,),
    appointments: Sequence[Appointment] = (),
    settings: Settings | None = None,
    adjustments: Sequence[Adjustment] = (),
) -> Plan:
    book = Book(managers=tuple(who), clients=tuple(clients), appointments=tuple(appointments))
    return make_plan(book, due_list(*due), settings, adjustments=adjustments)


def remedy(visit: UnplannedVisit, kind: type[Adjustment]) -> Adjustment:
    """The adjustment of that kind in the visit's remedies, each of which begins with its must."""
    for one in visit.remedies:
        assert one.adjustments[0] == Must(client_id=visit.client_id)
        for adjustment in one.adjustments[1:]:
            if isinstance(adjustment, kind):
                return adjustment
    raise AssertionError(f"no {kind} in {visit.remedies}")


def why(visit: UnplannedVisit) -> str:
    assert Texts("zh").render(visit.why)
    return Texts("en").render(visit.why)


def test_a_place_nobody_knows() -> None:
    plan = planned([client("C1", site={"point": None, "address": "某路1号"})], due_visit("C1"))
    visit = left_out(plan, "C1")
    assert visit.cause is Cause.LOCATION_UNKNOWN
    (one,) = visit.remedies
    assert one.adjustments == ()
    assert "某路1号" in Texts("zh").render(one.text)


def test_left_out_on_purpose() -> None:
    plan = planned([client("C1")], due_visit("C1"), adjustments=(Drop(client_id="C1"),))
    visit = left_out(plan, "C1")
    assert visit.cause is Cause.EXCLUDED
    assert "drop:C1" in Texts("en").render(visit.remedies[0].text)


def test_nobody_works_on_the_days_when_it_is_due() -> None:
    plan = planned([client("C1")], due_visit("C1", earliest=WEDNESDAY))
    visit = left_out(plan, "C1")
    assert visit.cause is Cause.NO_MANAGER
    assert visit.remedies[0].adjustments == ()


def test_closed_on_all_days_when_the_manager_works() -> None:
    closed = client("C1", site={"hours": hours(window("9:00", "12:00"), weekdays=(4,))})
    visit = left_out(planned([closed], due_visit("C1")), "C1")
    assert visit.cause is Cause.NO_WINDOW
    assert "closed on all days" in why(visit)
    opened = remedy(visit, OpenAt)
    assert isinstance(opened, OpenAt)
    assert (opened.date, opened.hours.minutes) == (MONDAY, 40)


def test_closed_for_now() -> None:
    shut = Closure(first=MONDAY, last=MONDAY + dt.timedelta(days=7))
    visit = left_out(planned([client("C1", site={"closures": (shut,)})], due_visit("C1")), "C1")
    assert visit.cause is Cause.NO_WINDOW
    # The manager works on Mondays only: the first one when the client is open.
    assert "opens again on Mon 2026-12-07" in why(visit)
    later = visit.remedies[-1]
    assert later.adjustments == ()
    assert "week of Mon 2026-12-07" in Texts("en").render(later.text)


def test_closed_for_good_is_not_said_to_open_again() -> None:
    shut = Closure(first=MONDAY, last=MONDAY + dt.timedelta(days=3000))
    visit = left_out(planned([client("C1", site={"closures": (shut,)})], due_visit("C1")), "C1")
    assert "opens again" not in why(visit)


def test_open_too_briefly() -> None:
    brief = client("C1", site={"hours": hours(window("9:00", "9:30"))})
    visit = left_out(planned([brief], due_visit("C1")), "C1")
    assert visit.cause is Cause.NO_WINDOW
    assert "never open for 40 minutes" in why(visit)
    assert remedy(visit, TalkFor) == TalkFor(client_id="C1", minutes=30)


def test_booked_for_a_time_off() -> None:
    off = manager(leave=(Closure(first=MONDAY, last=MONDAY, hours=window("10:00", "12:00")),))
    booked = Appointment(id="T1", client_id="C1", date=MONDAY, start=11 * 60)
    due = due_visit("C1", appointment_id="T1", required=True)
    plan = planned([client("C1")], due, who=[off], appointments=[booked])
    visit = left_out(plan, "C1")
    assert visit.cause is Cause.NO_WINDOW
    assert "booked for Mon 2026-11-23, when 经理M1 is on leave" in why(visit)


def booked_at(start: int, who: Manager, **changes: object) -> Plan:
    fields = {"id": "T1", "client_id": "C1", "date": MONDAY, "start": start} | changes
    due = due_visit("C1", appointment_id="T1", required=True)
    other = due_visit("C2")
    return planned(
        [client("C1"), client("C2")],
        due,
        other,
        who=[who],
        appointments=[Appointment.model_validate(fields)],
    )


def test_booked_after_hours_is_mended_by_a_later_end() -> None:
    visit = left_out(booked_at(20 * 60, manager()), "C1")
    assert visit.cause is Cause.NO_WINDOW
    assert "outside the working hours of 经理M1 (08:30-18:00)" in why(visit)
    later = remedy(visit, AllowDayEnd)
    assert isinstance(later, AllowDayEnd)
    assert 20 * 60 + 40 < later.end <= 22 * 60


def test_booked_before_hours_or_far_too_late_has_no_remedy() -> None:
    for start in (7 * 60, 23 * 60):
        visit = left_out(booked_at(start, manager()), "C1")
        assert "outside the working hours" in why(visit)
        assert visit.remedies == ()


def test_booked_for_a_day_of_leave_or_a_day_off() -> None:
    away = manager(leave=(Closure(first=MONDAY, last=MONDAY),))
    assert "is on leave" in why(left_out(booked_at(600, away), "C1"))
    off = booked_at(600, manager(), date=WEDNESDAY)
    assert "does not work" in why(left_out(off, "C1"))


# Lunch gives way to what is booked


@pytest.mark.parametrize("rigidity", [Rigidity.EXACT, Rigidity.LEEWAY])
def test_what_is_booked_takes_the_lunch_break(rigidity: Rigidity) -> None:
    plan = booked_at(12 * 60 + 15, MONDAYS, rigidity=rigidity, leeway=5)
    day, _ = visit_of(plan, "C1")
    assert day.lunch is None
    (note,) = plan.notes
    assert Texts("en").render(note) == (
        "no lunch break on Mon 2026-11-23 for 经理M1: the appointment with 客户C1 takes it"
    )
    assert "客户C1" in Texts("zh").render(note)


@pytest.mark.parametrize(
    ("start", "changes"),
    [
        (11 * 60, {}),
        (12 * 60 + 15, {"rigidity": Rigidity.LEEWAY, "leeway": 60}),
        (12 * 60 + 15, {"rigidity": Rigidity.DAY}),
    ],
)
def test_lunch_stays_where_it_can_be_had(start: int, changes: dict[str, object]) -> None:
    plan = booked_at(start, MONDAYS, **changes)
    day, _ = visit_of(plan, "C1")
    assert day.lunch is not None
    assert plan.notes == ()


def test_too_far_even_with_nothing_else_to_do() -> None:
    far = client("C1", site={"point": Point(lat=41.5, lon=116.4)})
    visit = left_out(planned([far], due_visit("C1")), "C1")
    assert visit.cause is Cause.OUT_OF_REACH
    assert visit.remedies == ()


def test_out_of_reach_by_minutes_is_mended_by_those_minutes() -> None:
    late = client("C1", site={"hours": hours(window("17:00", "17:45"))})
    plan = planned(
        [late], due_visit("C1"), who=[manager(weekdays=(0,), shift=window("8:30", "17:45"))]
    )
    visit = left_out(plan, "C1")
    assert visit.cause is Cause.OUT_OF_REACH
    mended = remedy(visit, AllowDayEnd)
    assert isinstance(mended, AllowDayEnd)
    again = planned(
        [late],
        due_visit("C1"),
        who=[manager(weekdays=(0,), shift=window("8:30", "17:45"))],
        adjustments=(Must(client_id="C1"), mended),
    )
    day, _ = visit_of(again, "C1")
    assert day.back == mended.end, "not a minute longer than needed"


def test_open_only_over_lunch() -> None:
    noon = client("C1", site={"hours": hours(window("12:20", "13:10"))})
    visit = left_out(planned([noon], due_visit("C1")), "C1")
    assert visit.cause is Cause.NO_WINDOW
    assert "lunch" in why(visit)


def test_no_time_between_the_visits_planned() -> None:
    short = manager(weekdays=(0,), shift=window("9:00", "11:00"))
    clients = [client(name) for name in ("C1", "C2", "C3")]
    plan = planned(
        clients,
        due_visit("C1", worth=600, talk_minutes=35),
        due_visit("C2", worth=500, talk_minutes=35),
        due_visit("C3", worth=400, talk_minutes=35),
        who=[short],
    )
    visit = left_out(plan, "C3")
    assert visit.cause is Cause.NO_TIME
    assert why(visit).startswith("no time left on Mon")
    extended = remedy(visit, AllowDayEnd)
    assert isinstance(extended, AllowDayEnd)
    assert extended.end > 11 * 60
    assert not any(one.loses for one in visit.remedies), "the others are worth more"


def test_who_gives_way_is_worth_no_more_and_named_with_the_tier() -> None:
    short = manager(weekdays=(0,), shift=window("9:00", "11:00"))
    far = client("C3", site={"point": Point(lat=39.95, lon=116.40)})
    plan = planned(
        [client("C2", tier=Tier.C), far],
        due_visit("C2", worth=500, talk_minutes=35),
        due_visit("C3", worth=501, talk_minutes=35),
        who=[short],
    )
    visit = left_out(plan, "C3")
    gives_way = next(one for one in visit.remedies if one.loses)
    assert gives_way.loses == ("C2",)
    assert gives_way.adjustments == (Must(client_id="C3"), Drop(client_id="C2"))
    assert "would replace 客户C2 (C tier)" in Texts("en").render(gives_way.text)
    assert "客户C2（C类）" in Texts("zh").render(gives_way.text)


def test_where_nothing_else_helps_several_give_way() -> None:
    # Two short visits fill the afternoon and are worth more together than the long one.
    afternoon = manager(weekdays=(0,), shift=window("13:40", "16:00"))
    site = {"hours": hours(window("13:40", "16:00"))}
    clients = [
        client(name, tier=tier, site=site)
        for name, tier in (("C1", Tier.C), ("C2", Tier.C), ("C9", Tier.A))
    ]
    due = [
        due_visit("C1", worth=500, talk_minutes=50),
        due_visit("C2", worth=500, talk_minutes=50),
        due_visit("C9", worth=900, talk_minutes=100),
    ]
    talk = Settings(talk=TalkSettings(max_per_visit=100, shortest=90))
    visit = left_out(planned(clients, *due, who=[afternoon], settings=talk), "C9")
    (one,) = visit.remedies
    assert one.adjustments == (Must(client_id="C9"),)
    assert sorted(one.loses) == ["C1", "C2"]
    text = Texts("en").render(one.text)
    assert text == "visit it all the same: 客户C1 (C tier), 客户C2 (C tier) would give way"
    assert "客户C2（C类）" in Texts("zh").render(one.text)
    again = planned(clients, *due, who=[afternoon], settings=talk, adjustments=one.adjustments)
    assert sorted(other.visit_id for other in again.left_out) == ["C1", "C2"]


def test_nobody_worth_more_gives_way() -> None:
    afternoon = manager(weekdays=(0,), shift=window("13:40", "16:00"))
    site = {"hours": hours(window("13:40", "16:00"))}
    due = [
        due_visit("C1", worth=901, talk_minutes=100),
        due_visit("C9", worth=900, talk_minutes=100),
    ]
    talk = Settings(talk=TalkSettings(max_per_visit=100, shortest=90))
    clients = [client(name, site=site) for name in ("C1", "C9")]
    visit = left_out(planned(clients, *due, who=[afternoon], settings=talk), "C9")
    assert visit.remedies == ()


def test_the_longest_talk_that_fits_is_offered() -> None:
    short = manager(
        weekdays=(0,), shift=window("9:00", "11:00"), start=Anchor.OPEN, end=Anchor.OPEN
    )
    clients = [client("C1"), client("C2")]
    due = [due_visit("C1", worth=600, talk_minutes=60), due_visit("C2", talk_minutes=60)]
    plan = planned(clients, *due, who=[short])
    # 120 minutes hold twice 5 before, twice 5 after, and 60 of C1; C2 may have the 40 left.
    assert remedy(left_out(plan, "C2"), TalkFor) == TalkFor(client_id="C2", minutes=40)


def test_the_talk_cap() -> None:
    talkative = manager(weekdays=(0,), max_talk_minutes=70)
    plan = planned(
        [client("C1"), client("C2")], due_visit("C1", worth=600), due_visit("C2"), who=[talkative]
    )
    visit = left_out(plan, "C2")
    assert visit.cause is Cause.TALK_CAP
    assert remedy(visit, AllowTalk) == AllowTalk(manager_id="M1", date=MONDAY, minutes=80)
    assert remedy(visit, TalkFor) == TalkFor(client_id="C2", minutes=30)


def test_the_visit_cap() -> None:
    one_a_day = manager(weekdays=(0,), max_visits=1)
    plan = planned(
        [client("C1"), client("C2")], due_visit("C1", worth=600), due_visit("C2"), who=[one_a_day]
    )
    visit = left_out(plan, "C2")
    assert visit.cause is Cause.VISIT_CAP
    assert remedy(visit, AllowVisits) == AllowVisits(manager_id="M1", date=MONDAY, visits=2)


def test_both_caps_are_raised_together() -> None:
    little = manager(weekdays=(0,), max_visits=1, max_talk_minutes=40)
    plan = planned(
        [client("C1"), client("C2")], due_visit("C1", worth=600), due_visit("C2"), who=[little]
    )
    visit = left_out(plan, "C2")
    assert visit.cause is Cause.TALK_CAP
    assert "talk minutes" in why(visit)
    assert "number of visits" in why(visit)
    both = next(one for one in visit.remedies if len(one.adjustments) == 3)
    assert both.adjustments[1:] == (
        AllowTalk(manager_id="M1", date=MONDAY, minutes=80),
        AllowVisits(manager_id="M1", date=MONDAY, visits=2),
    )


def test_too_near_to_the_clients_other_visit() -> None:
    first = due_visit("C1", worth=600, min_gap_days=7)
    second = due_visit("C1", worth=300, min_gap_days=7).model_copy(
        update={"id": "C1#2", "sequence": 2}
    )
    visit = left_out(planned([client("C1")], first, second, who=[manager()]), "C1#2")
    assert visit.cause is Cause.GAP
    assert "too near" in why(visit)
    assert visit.remedies == ()


def test_worth_less_than_the_way() -> None:
    plan = planned([client("C1")], due_visit("C1", worth=10))
    visit = left_out(plan, "C1")
    assert visit.cause is Cause.NOT_WORTH
    assert "worth 10" in why(visit)
    (one,) = visit.remedies
    assert one.adjustments == (Must(client_id="C1"),)


def test_required_visits_give_way_to_nobody() -> None:
    short = manager(weekdays=(0,), shift=window("9:00", "10:20"))
    plan = planned(
        [client("C1"), client("C2")],
        due_visit("C1", required=True),
        due_visit("C2", worth=600),
        who=[short],
    )
    assert not any(one.loses for one in left_out(plan, "C2").remedies)


def test_no_remedy_promises_what_another_required_visit_might_take() -> None:
    short = manager(weekdays=(0,), shift=window("9:00", "10:20"))
    names = ("C1", "C2", "C3")
    plan = planned(
        [client(name) for name in names],
        *(due_visit(name, required=True) for name in names),
        who=[short],
    )
    assert len(plan.left_out) == 2
    assert all(visit.remedies == () for visit in plan.left_out)


def test_required_visits_that_exclude_each_other_are_named() -> None:
    short = manager(weekdays=(0,), shift=window("9:00", "10:20"))
    both = planned(
        [client("C1"), client("C2"), client("C3")],
        due_visit("C1", required=True),
        due_visit("C2", required=True),
        due_visit("C3", worth=600),
        who=[short],
    )
    (note,) = [note for note in both.notes if note.key == "plan.conflict"]
    named = note.args["clients"]
    assert isinstance(named, tuple)
    assert [str(name).split()[0] for name in named] == ["C1", "C2"]
    # One that nobody can make by itself has its own cause, and no note.
    alone = planned([client("C1")], due_visit("C1", required=True, talk_minutes=90), who=[short])
    assert left_out(alone, "C1").required
    assert alone.notes == ()


@pytest.mark.parametrize("days", [1, 4])
def test_a_leave_that_ends_the_day_is_no_day_to_prolong(days: int) -> None:
    away = Closure(
        first=MONDAY, last=MONDAY + dt.timedelta(days=days), hours=window("11:00", "18:00")
    )
    half = manager(weekdays=(0,), leave=(away,))
    afternoon = client("C1", site={"hours": hours(window("13:00", "19:00"))})
    visit = left_out(planned([afternoon], due_visit("C1"), who=[half]), "C1")
    assert visit.cause is Cause.NO_WINDOW
    assert not any(
        isinstance(item, AllowDayEnd) for one in visit.remedies for item in one.adjustments
    )


def test_a_remedy_never_lengthens_another_talk_of_the_client() -> None:
    first = due_visit("C1", worth=600, talk_minutes=20)
    second = due_visit("C1", talk_minutes=60).model_copy(update={"id": "C1#2", "sequence": 2})
    brief = client("C1", site={"hours": hours(window("9:00", "9:30"), window("10:00", "10:40"))})
    visit = left_out(
        planned([brief], first, second, settings=Settings(talk=TalkSettings(shortest=15))), "C1#2"
    )
    assert remedy(visit, TalkFor) == TalkFor(client_id="C1", minutes=20)


def test_days_are_named() -> None:
    open_fridays = client("C1", site={"hours": hours(window("9:00", "9:20"), weekdays=(4,))})
    plan = planned([open_fridays], due_visit("C1"), who=[manager(weekdays=(4,))])
    assert "Fri" in why(left_out(plan, "C1"))
