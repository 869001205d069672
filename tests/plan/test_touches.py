"""Calls and messages in a plan: where they are laid, and that the checker counts the same."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.book.models import (
    Book,
    Channel,
    Contact,
    Tier,
    TravelMode,
    VisitRecord,
    VisitStatus,
)
from routeplan.config import Settings, TouchSettings
from routeplan.due.models import DueTouch
from routeplan.language import Texts, message
from routeplan.plan.check_touches import touch_violations
from routeplan.plan.plan import Leg, OpenTouch, Plan, PlannedDay, PlannedTouch, TouchPlace
from routeplan.plan.touches import with_touches
from routeplan.problem.adjust import Away, HoursOn, TakesOver
from routeplan.travel.journey import JourneyStep
from routeplan.values import TimeWindow, WeeklyHours
from tests.examples import EXACT, MONDAY, tiny_book, window
from tests.plan.examples import CALENDAR, TUESDAY, day_of, tiny_plan

WEEK = (MONDAY, MONDAY + dt.timedelta(days=4))
NOON = WeeklyHours(days=((window("9:00", "12:00"),),) * 7)


def due(
    client_id: str = "C1",
    channel: Channel = Channel.MESSAGE,
    number: int = 1,
    /,
    days: tuple[dt.date, dt.date] = WEEK,
    **changes: object,
) -> DueTouch:
    fields: dict[str, object] = {
        "id": f"{client_id}:{channel}#{number}",
        "client_id": client_id,
        "channel": channel,
        "earliest": days[0],
        "due": days[0],
        "latest": days[1],
        "until": days[1],
        "last": None,
        "urgency": 1.0,
        "reasons": (message("touch.never"),),
        "contact_ids": (),
        "minutes": 10 if channel is Channel.PHONE else 3,
    }
    return DueTouch.model_validate(fields | changes)


def laid(
    *touches: DueTouch,
    plan: Plan | None = None,
    book: Book | None = None,
    before: Plan | None = None,
) -> Plan:
    given_plan = plan or tiny_plan()
    asked = given_plan.model_copy(update={"touches": touches})
    found = with_touches(asked, book or tiny_book(), before)
    assert wrong(found, book, before) == []
    return found


def wrong(plan: Plan, book: Book | None = None, before: Plan | None = None) -> list[str]:
    from routeplan.plan.check import _Facts

    known, rules = book or tiny_book(), plan.origin.settings
    facts = _Facts(plan, known, rules, CALENDAR, None, {}, before)  # type: ignore[arg-type]
    return list(touch_violations(plan, known, rules, CALENDAR, facts.pieces, facts.owner, before))


def placed(plan: Plan) -> list[tuple[PlannedDay, PlannedTouch]]:
    return [(day, touch) for day in plan.days for touch in day.touches]


def only(plan: Plan) -> tuple[PlannedDay, PlannedTouch]:
    (found,) = placed(plan)
    return found


def why(plan: Plan) -> str:
    (left,) = plan.touches_open
    return Texts("en").render(left.why)


def with_rules(plan: Plan, **rules: object) -> Plan:
    chosen = EXACT.model_copy(update={"touches": TouchSettings.model_validate(rules)})
    return plan.model_copy(update={"origin": plan.origin.model_copy(update={"settings": chosen})})


def with_contact(contact: Contact) -> Book:
    return tiny_book().model_copy(update={"contacts": (contact,)})


def riding(steps: tuple[JourneyStep, ...], mode: TravelMode = TravelMode.TRANSIT) -> Plan:
    """M1's Tuesday with a first way of an hour from 8:30 on, of these steps; no other free time."""
    plan = tiny_plan()
    day = day_of(plan, "M1", TUESDAY)
    first = day.visits[0]
    assert first.leg is not None
    leg = first.leg.model_copy(
        update={"leave": 540, "arrive": first.leg.arrive, "mode": mode, "steps": steps}
    )
    visits = (first.model_copy(update={"leg": leg}), *day.visits[1:])
    changed = day.model_copy(update={"visits": visits, "shift": window("9:00", "18:00")})
    days = tuple(changed if one is day else one for one in plan.days)
    return plan.model_copy(update={"days": days})


def test_messages_are_written_on_rides_before_all_else() -> None:
    day, touch = only(laid(due("C1", days=(TUESDAY, TUESDAY))))
    assert day.manager_id == "M1"
    assert touch.place is TouchPlace.RIDE
    leg = next(leg for leg in day.legs if leg.leave <= touch.time.start < leg.arrive)
    assert leg.mode is TravelMode.TRANSIT


def test_only_the_ride_itself_counts_not_the_walks_and_changes() -> None:
    plan = tiny_plan()
    first = day_of(plan, "M1", TUESDAY).visits[0]
    assert first.leg is not None
    steps = (
        JourneyStep(kind="walk", minutes=6),
        JourneyStep(kind="wait", minutes=2),
        JourneyStep(kind="ride", minutes=4, line="1"),
        JourneyStep(kind="walk", minutes=20),
    )
    riding_plan = riding(steps)
    _, touch = only(laid(due("C1", days=(TUESDAY, TUESDAY)), plan=riding_plan))
    if touch.time.start < first.leg.arrive:
        assert touch.time == TimeWindow(start=548, end=551)


@pytest.mark.parametrize("mode", [TravelMode.CAR, TravelMode.EBIKE, TravelMode.BICYCLE])
def test_never_while_driving_or_cycling(mode: TravelMode) -> None:
    plan = tiny_plan()
    days = []
    for day in plan.days:
        visits = tuple(
            visit.model_copy(
                update={"leg": visit.leg and visit.leg.model_copy(update={"mode": mode})}
            )
            for visit in day.visits
        )
        back = day.way_back and day.way_back.model_copy(update={"mode": mode})
        days.append(day.model_copy(update={"visits": visits, "way_back": back}))
    driving = plan.model_copy(update={"days": tuple(days)})
    found = laid(*(due("C1", Channel.MESSAGE, n) for n in range(60)), plan=driving)
    assert placed(found)
    for day, touch in placed(found):
        assert touch.place is not TouchPlace.RIDE
        assert all(
            leg.arrive <= touch.time.start or touch.time.end <= leg.leave for leg in day.legs
        )


def test_calls_need_quiet_unless_the_settings_say_otherwise() -> None:
    many = [due("C1", Channel.PHONE, n, days=(TUESDAY, TUESDAY)) for n in range(40)]
    assert TouchPlace.RIDE not in {touch.place for _, touch in placed(laid(*many))}
    noisy = with_rules(tiny_plan(), calls_on_ride=True, max_per_day=900)
    short = [due("C1", Channel.PHONE, n, days=(TUESDAY, TUESDAY), minutes=4) for n in range(150)]
    assert TouchPlace.RIDE in {touch.place for _, touch in placed(laid(*short, plan=noisy))}
    silent = with_rules(tiny_plan(), messages_on_ride=False)
    (found,) = placed(laid(due("C1", days=(TUESDAY, TUESDAY)), plan=silent))
    assert found[1].place is not TouchPlace.RIDE


def test_a_day_without_visits_is_desk_time() -> None:
    day, touch = only(laid(due("C1", Channel.PHONE, days=(MONDAY, MONDAY))))
    assert not day.visits
    assert (touch.place, touch.time) == (TouchPlace.DESK, window("9:00", "9:10"))


def test_in_the_clients_hours_only() -> None:
    # C1 opens at nine, half an hour after M1 begins; C3 is open on Tuesdays only.
    _, touch = only(laid(due("C1", Channel.PHONE, days=(MONDAY, MONDAY))))
    assert touch.time.start == 9 * 60
    closed = due("C3", Channel.PHONE, days=(MONDAY, MONDAY))
    assert why(laid(closed)) == "the client is closed on its days"
    rest = WeeklyHours(days=((window("0:00", "23:00"),),) * 7)
    person = with_contact(Contact(id="K1", client_id="C1", name="王女士", do_not_disturb=rest))
    asked = due("C1", Channel.PHONE, contact_ids=("K1",))
    assert why(laid(asked, book=person)) == "nobody there may be disturbed while 王磊 works"


@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.MESSAGE])
def test_do_not_disturb_is_kept(channel: Channel) -> None:
    resting = Contact(id="K1", client_id="C1", name="王女士", do_not_disturb=NOON)
    asked = due("C1", channel, contact_ids=("K1",), days=(MONDAY, MONDAY))
    _, touch = only(laid(asked, book=with_contact(resting)))
    assert touch.time.start >= 13 * 60 + 30


def test_a_call_keeps_the_persons_hours_and_a_message_does_not_need_to() -> None:
    late = WeeklyHours(days=((window("16:00", "17:00"),),) * 7)
    person = with_contact(Contact(id="K1", client_id="C1", name="王女士", hours=late))
    asked = {"contact_ids": ("K1",), "days": (MONDAY, MONDAY)}
    _, call = only(laid(due("C1", Channel.PHONE, **asked), book=person))  # type: ignore[arg-type]
    assert call.time == window("16:00", "16:10")
    _, note = only(laid(due("C1", Channel.MESSAGE, **asked), book=person))  # type: ignore[arg-type]
    assert note.time.start == 9 * 60


def test_a_call_comes_in_the_hours_that_the_person_prefers() -> None:
    wish = WeeklyHours(days=((window("14:00", "15:00"),),) * 7)
    person = with_contact(Contact(id="K1", client_id="C1", name="王女士", preferred_hours=wish))
    asked = due("C1", Channel.PHONE, contact_ids=("K1",), days=(MONDAY, MONDAY))
    _, touch = only(laid(asked, book=person))
    assert touch.time.start == 14 * 60


def test_a_call_comes_on_another_day_than_the_visit_where_there_is_one() -> None:
    day, _ = only(laid(due("C1", Channel.PHONE)))
    assert day.date != TUESDAY


def test_the_most_urgent_come_first_and_the_rest_is_named() -> None:
    asked = [
        due("C1", Channel.PHONE, n, days=(MONDAY, MONDAY), urgency=2 - n / 20) for n in range(20)
    ]
    found = laid(*asked)
    made = {touch.touch_id for _, touch in placed(found)}
    assert made == {touch.id for touch in asked[:9]}  # ninety minutes a day
    said = [Texts("en").render(one.why) for one in found.touches_open]
    assert said[0] == (
        "its days hold 90 minutes of calls and messages already, the limit; it fits on "
        "Mon 2026-11-23 at 10:30 where a day may hold 100 minutes (touches.max_per_day)"
    )
    assert "where a day may hold 200 minutes" in said[-1]  # the remedies go together
    plan = with_rules(tiny_plan(), max_per_day=200)
    assert not laid(*asked, plan=plan).touches_open


def test_what_meets_the_standard_after_these_weeks_may_wait() -> None:
    asked = [due("C1", Channel.PHONE, n, days=(MONDAY, MONDAY)) for n in range(10)]
    later = MONDAY + dt.timedelta(days=7)
    asked[-1] = asked[-1].model_copy(update={"latest": later, "urgency": 0.1})
    assert why(laid(*asked)).endswith("; it may wait for the next plan, until Mon 2026-11-30")
    # A weekend on which nobody is there is no day to wait for.
    asked[-1] = asked[-1].model_copy(update={"latest": MONDAY + dt.timedelta(days=6)})
    assert "it may wait" not in why(laid(*asked))


def test_a_call_that_has_room_only_on_the_way_says_so() -> None:
    steps = (JourneyStep(kind="walk", minutes=10), JourneyStep(kind="ride", minutes=20))
    plan = riding(steps)
    call = due("C1", Channel.PHONE, days=(TUESDAY, TUESDAY))
    filler = due("C1", Channel.PHONE, 2, days=(TUESDAY, TUESDAY), minutes=1, urgency=2.0)
    open_ = laid(call, filler, plan=with_rules(plan, max_per_day=1000)).touches_open
    texts = [Texts("en").render(one.why) for one in open_]
    assert all("on the way, where calls may be made there" in text for text in texts if text)


def test_time_outside_the_hours_is_named() -> None:
    talk = day_of(tiny_plan(), "M1", TUESDAY).visits[0].talk  # while M1 is with somebody
    hours = WeeklyHours(days=((talk,),) * 7)
    person = with_contact(Contact(id="K1", client_id="C1", name="王女士", hours=hours))
    asked = due("C1", Channel.PHONE, contact_ids=("K1",), days=(TUESDAY, TUESDAY))
    assert "outside the hours of those it goes to" in why(laid(asked, book=person))


def test_a_prospect_is_called_at_the_hour_it_named_or_told_that_nobody_works_then() -> None:
    hour = window("17:00", "17:30")
    named = WeeklyHours(days=((), (), (), (hour,), (), (hour,), ()))
    person = with_contact(Contact(id="K1", client_id="C1", name="王女士", hours=NOON))
    thursday, saturday = (MONDAY + dt.timedelta(days=day) for day in (3, 5))
    asked = due("C1", Channel.PHONE, contact_ids=("K1",), named_hours=named)
    day, touch = only(laid(asked, book=person))
    assert (day.date, touch.time.start) == (thursday, 17 * 60)
    asked = asked.model_copy(update={"earliest": saturday, "until": saturday})
    assert why(laid(asked, book=person)) == (
        "at the hours that the client named, Sat 2026-11-28 17:00-17:30, nobody works: call all "
        "the same, or agree another hour"
    )


def test_one_touch_makes_room_for_another_that_has_no_other_day() -> None:
    plan = with_rules(tiny_plan(), max_per_day=10)
    early = due("C1", Channel.PHONE, 1, urgency=1.5)
    assert only(laid(early, plan=plan))[0].date == MONDAY
    last = due("C1", Channel.PHONE, 2, days=(MONDAY, MONDAY), urgency=0.5)
    found = laid(early, last, plan=plan)
    assert not found.touches_open
    assert {touch.touch_id: day.date == MONDAY for day, touch in placed(found)} == {
        early.id: False,
        last.id: True,
    }
    # But not where that would be late, or what an earlier plan had laid would move.
    late = early.model_copy(update={"latest": MONDAY})
    assert [one.touch_id for one in laid(late, last, plan=plan).touches_open] == [last.id]
    before = laid(early, plan=plan)
    kept = laid(early, last, plan=plan, before=before)
    assert [one.touch_id for one in kept.touches_open] == [last.id]


def test_a_visit_of_the_period_stands_for_one_call_where_the_policy_says_so() -> None:
    both = [due("C1", Channel.PHONE, n, met_by_visit=WEEK) for n in (1, 2)]
    found = laid(*both)
    assert [touch.touch_id for touch in found.touches_open] == ["C1:phone#1"]
    assert found.touches_open[0].visit_id == "C1"
    assert only(found)[1].touch_id == "C1:phone#2"
    early = (MONDAY, MONDAY)
    assert not laid(due("C1", Channel.PHONE, met_by_visit=early)).touches_open


def test_nobody_to_make_it_is_said() -> None:
    weekend = (MONDAY + dt.timedelta(days=5), MONDAY + dt.timedelta(days=6))
    assert "no working time left" in why(laid(due("C1", days=weekend)))
    off = tiny_plan().model_copy(
        update={"adjustments": (Away(manager_id="M1", first=MONDAY, last=WEEK[1]),)}
    )
    assert "no working time left" in why(laid(due("C1"), plan=off))


def test_facts_that_came_up_count() -> None:
    shut = HoursOn(client_id="C1", first=MONDAY, last=WEEK[1], hours=(window("17:00", "17:30"),))
    plan = tiny_plan().model_copy(update={"adjustments": (shut,)})
    _, touch = only(laid(due("C1", Channel.PHONE), plan=plan))
    assert touch.time.start == 17 * 60
    other = tiny_plan().model_copy(
        update={"adjustments": (TakesOver(client_id="C1", manager_id="M2"),)}
    )
    assert only(laid(due("C1", Channel.PHONE), plan=other))[0].manager_id == "M2"


def test_a_replan_keeps_what_can_stay_and_lays_nothing_into_the_past() -> None:
    asked = [due("C1", Channel.PHONE, n) for n in range(30)]
    before = laid(*asked)
    now = dt.datetime.combine(TUESDAY, dt.time(11))
    origin = before.origin.model_copy(update={"now": now, "version": 2})
    same = laid(*asked, plan=before.model_copy(update={"origin": origin}), before=before)
    assert [touch for _, touch in placed(same)] == [touch for _, touch in placed(before)]
    late = laid(*asked, plan=tiny_plan().model_copy(update={"origin": origin}))
    assert all((day.date, touch.time.start) >= (TUESDAY, 11 * 60) for day, touch in placed(late))


def replanned(before: Plan, hour: int, book: Book | None = None, day: dt.date = TUESDAY) -> Plan:
    now = dt.datetime.combine(day, dt.time(hour))
    origin = before.origin.model_copy(update={"now": now, "version": before.origin.version + 1})
    plan = before.model_copy(update={"origin": origin})
    found = with_touches(plan, book or tiny_book(), before)
    assert wrong(found, book, before) == []
    return found


def with_records(*records: VisitRecord) -> Book:
    return tiny_book().model_copy(update={"visits": records})


def told(day: dt.date, status: VisitStatus = VisitStatus.DONE) -> VisitRecord:
    return VisitRecord(
        client_id="C1", manager_id="M1", date=day, channel=Channel.PHONE, status=status
    )


def test_a_call_made_before_its_day_is_not_planned_again() -> None:
    days = (MONDAY, WEEK[1])
    before = laid(due("C1", Channel.PHONE, days=days), due("C1", Channel.PHONE, 2, days=days))
    assert all(day.date != TUESDAY for day, _ in placed(before))  # a visit is made then
    book = with_records(told(MONDAY), told(TUESDAY))
    after = replanned(before, 18, book)
    assert [day.date for day, _ in placed(after)] == [MONDAY]  # as it was made
    assert not after.touches_open
    # Nor does the same record settle another one, version after version.
    third = due("C1", Channel.PHONE, 3, days=days)
    more = with_touches(before.model_copy(update={"touches": (*before.touches, third)}), book)
    once = replanned(more, 18, book)
    twice = replanned(once, 19, book)
    assert len(once.touches) == len(twice.touches) == 2
    assert placed(once) == placed(twice)


def test_a_call_that_reached_nobody_is_planned_again() -> None:
    before = laid(due("C1", Channel.PHONE))
    ((day, touch),) = placed(before)
    assert day.date == MONDAY
    made = replanned(before, 18, with_records(told(MONDAY)), MONDAY)
    assert placed(made)[0][1].time == touch.time
    missed = replanned(before, 18, with_records(told(MONDAY, VisitStatus.NOT_MET)), MONDAY)
    ((again, _),) = placed(missed)
    assert again.date > MONDAY


def test_an_earlier_plan_of_the_same_days_is_kept_where_it_can() -> None:
    person = with_contact(Contact(id="K1", client_id="C1", name="王女士"))
    first = laid(
        due("C1", Channel.PHONE, days=(WEEK[1], WEEK[1]), contact_ids=("K1",)), book=person
    )
    ((day, touch),) = placed(first)
    # Listed anew, with another number and more days: it would go to Monday, but stays.
    anew = due("C1", Channel.PHONE, 7, contact_ids=("K1",))
    assert only(laid(anew, book=person))[0].date == MONDAY
    kept_day, kept = only(laid(anew, book=person, before=first))
    assert (kept_day.date, kept.time, kept.touch_id) == (day.date, touch.time, "C1:phone#7")


channels = st.sampled_from((Channel.PHONE, Channel.MESSAGE))
some_touches = st.lists(
    st.tuples(
        st.sampled_from(("C1", "C2", "C3", "C5", "C6")),
        channels,
        st.integers(0, 4),
        st.integers(0, 4),
        st.integers(1, 30),
        st.floats(0, 2),
        st.booleans(),
    ),
    max_size=25,
)


@given(some_touches)
@settings(max_examples=60, deadline=None)
def test_whatever_is_due_is_laid_as_the_checker_counts(
    rows: Iterable[tuple[str, Channel, int, int, int, float, bool]],
) -> None:
    asked = []
    for number, (who, channel, first, more, minutes, urgency, by_visit) in enumerate(rows):
        days = (MONDAY + dt.timedelta(days=first), MONDAY + dt.timedelta(days=first + more))
        asked.append(
            due(
                who,
                channel,
                number,
                days=days,
                minutes=minutes,
                urgency=urgency,
                met_by_visit=days if by_visit else None,
            )
        )
    found = laid(*asked)  # asks the checker, which also looks for room that was overlooked
    assert found == laid(*asked)


@pytest.mark.parametrize("count", range(1, 5))
@pytest.mark.parametrize("minutes", [20, 45, 70])
def test_as_many_of_one_kind_fit_as_any_order_can_hold(count: int, minutes: int) -> None:
    plan = with_rules(tiny_plan(), max_per_day=1000)
    asked = [
        due("C3", Channel.PHONE, n, days=(TUESDAY, TUESDAY), minutes=minutes) for n in range(count)
    ]
    made = len(placed(laid(*asked, plan=plan)))
    free = _free_minutes(plan)
    best = max(
        (
            size
            for size in range(count + 1)
            for starts in itertools.combinations(range(9 * 60, 11 * 60, 1), size)
            if size <= 1
            if all(free >= set(range(start, start + minutes)) for start in starts)
        ),
        default=0,
    )
    assert made >= best


def _free_minutes(plan: Plan) -> set[int]:
    """Minutes of M1's Tuesday morning with neither way, visit nor break."""
    day = day_of(plan, "M1", TUESDAY)
    busy: set[int] = set()
    for leg in day.legs:
        busy |= set(range(leg.leave, leg.arrive))
    for visit in day.visits:
        busy |= set(range(visit.arrive, visit.ready_to_leave))
    return set(range(day.shift.start, day.shift.end)) - busy


# The checker


def changed(plan: Plan, **changes: object) -> Plan:
    day, touch = placed(plan)[0]
    moved = (touch.model_copy(update=changes), *day.touches[1:])
    days = tuple(
        one.model_copy(update={"touches": moved}) if one is day else one for one in plan.days
    )
    return plan.model_copy(update={"days": days})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"time": window("6:00", "6:10")}, "not in time of the kind desk"),
        ({"time": window("12:30", "12:40")}, "outside the hours"),
        ({"time": window("9:00", "9:20")}, "20 minutes instead of 10"),
        ({"place": TouchPlace.RIDE}, "made on a ride"),
        ({"place": TouchPlace.WAITING}, "not in time of the kind waiting"),
        ({"client_id": "C5"}, "not what was due"),
        ({"touch_id": "C9:phone"}, "not exactly once"),
    ],
)
def test_the_checker_notices(changes: dict[str, object], said: str) -> None:
    plan = laid(due("C1", Channel.PHONE, days=(MONDAY, MONDAY)))
    assert any(said in sentence for sentence in wrong(changed(plan, **changes)))


def test_the_checker_notices_what_is_forgotten_doubled_or_overlooked() -> None:
    plan = laid(due("C1", Channel.PHONE, 1), due("C1", Channel.PHONE, 2))
    empty = tuple(day.model_copy(update={"touches": ()}) for day in plan.days)
    assert "not exactly once" in wrong(plan.model_copy(update={"days": empty}))[0]
    left = tuple(
        OpenTouch(
            touch_id=touch.id,
            client_id="C1",
            client_name="",
            tier=Tier.A,
            channel=touch.channel,
            manager_id="M1",
            why=message("touch.no_time_phone"),
            reasons=touch.reasons,
            latest=touch.latest,
        )
        for touch in plan.touches
    )
    idle = plan.model_copy(update={"days": empty, "touches_open": left})
    assert "would fit" in wrong(idle)[0]
    stood = left[0].model_copy(update={"visit_id": "C1"})
    unfounded = plan.model_copy(update={"days": empty, "touches_open": (stood, left[1])})
    assert any("no visit stands for it" in sentence for sentence in wrong(unfounded))


def test_the_checker_notices_two_at_once_and_too_much() -> None:
    plan = laid(due("C1", Channel.PHONE, 1), due("C2", Channel.PHONE, 2), plan=tiny_plan())
    day, first = placed(plan)[0]
    at_once = tuple(touch.model_copy(update={"time": first.time}) for touch in day.touches)
    if len(at_once) == 2:
        days = tuple(
            one.model_copy(update={"touches": at_once}) if one is day else one for one in plan.days
        )
        found = wrong(plan.model_copy(update={"days": days}))
        assert any("begins before the one before it ends" in sentence for sentence in found)
    strict = plan.origin.model_copy(
        update={"settings": Settings(touches=TouchSettings(max_per_day=5))}
    )
    found = wrong(plan.model_copy(update={"origin": strict}))
    assert any("more minutes" in sentence for sentence in found)


def test_the_checker_knows_a_ride_from_the_ways_to_it() -> None:
    from routeplan.plan.check_touches import _is_riding

    leg = Leg(leave=600, arrive=640, metres=9000, mode=TravelMode.TRANSIT, estimated=True)
    riding_minutes = [m for m in range(590, 650) if 600 <= m < 640 and _is_riding(leg, m, EXACT)]
    assert riding_minutes == list(range(606, 634))  # twelve minutes of access
