"""The day sheet as its reader meets it: on a phone, on paper, without a network or a book."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from routeplan.book.models import (
    Book,
    Client,
    Contact,
    Manager,
    Purpose,
    Site,
    TravelMode,
    VisitRecord,
)
from routeplan.book.spans import DEFAULT_HOURS
from routeplan.cli import app
from routeplan.datum import to_bd09, to_gcj02
from routeplan.due.preparation import Wording
from routeplan.language import LANGUAGES, Texts
from routeplan.outputs import pdf
from routeplan.outputs.day_sheet.free_time import free_times, near_by
from routeplan.outputs.day_sheet.navigation import Place, navigation_links
from routeplan.outputs.day_sheet.page import (
    GENERATOR,
    day_sheet_files,
    day_sheet_html,
    sheet_names,
)
from routeplan.outputs.day_sheet.prepare import tasks_of, things_to_bring
from routeplan.outputs.day_sheet.route_map import prepared_ground, route_map
from routeplan.outputs.day_sheet.sheet import Sheet, Stop, day_sheet
from routeplan.outputs.pdf import browser_path, print_pdf
from routeplan.outputs.plain import file_names, plain
from routeplan.plan.plan import Cause, Plan, PlannedDay, Task
from routeplan.point import Point
from routeplan.travel.journey import JourneyStep
from routeplan.values import TimeWindow
from routeplan.workspace.save import save_plan
from tests.browser import PHONE, chromium_path, open_browser, opened
from tests.example_plan import MONDAY, example_plan, hostile
from tests.outputs.test_map_roads import GROUND, on_roads
from tests.outputs.test_plan_map import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ZH, EN = Texts("zh"), Texts("en")
TIANANMEN = Point(lat=39.90872, lon=116.39748)


def sheet(number: int = 0, texts: Texts = ZH, book: Book | None = None) -> Sheet:
    plan = example_plan()
    return day_sheet(plan, plan.days[number], texts, book=book)


def stops(one: Sheet) -> list[Stop]:
    return [entry.stop for entry in one.entries if entry.stop]


def page(plan: Plan, number: int = 0, texts: Texts = ZH) -> str:
    return day_sheet_html(plan, plan.days[number], texts)


def with_day(plan: Plan, day: PlannedDay, number: int = 0) -> Plan:
    days = (*plan.days[:number], day, *plan.days[number + 1 :])
    return plan.model_copy(update={"days": days})


def with_third_visit(plan: Plan, **update: object) -> Plan:
    """The plan with something else about the third visit of the first day."""
    day = plan.days[0]
    visits = list(day.visits)
    visits[2] = visits[2].model_copy(update=update)
    return with_day(plan, day.model_copy(update={"visits": tuple(visits)}))


def book_of(plan: Plan, **site: object) -> Book:
    """A book that knows the plan's left-out clients and one record."""
    clients = tuple(
        Client(
            id=visit.client_id,
            name=visit.client_name,
            tier=visit.tier,
            manager_id="M1",
            sites=(Site(hours=DEFAULT_HOURS, **site),),
        )
        for visit in plan.left_out
    )
    return Book(
        managers=(Manager(id="M1", name="王建国"),),
        clients=clients,
        contacts=(
            Contact(id="K1", client_id="C014", name="没有电话"),
            Contact(id="K2", client_id="C014", name="朱红", phone="010-6234 5678 转 8"),
        ),
        visits=(
            VisitRecord(
                client_id="C003",
                manager_id="M1",
                date=MONDAY - dt.timedelta(days=6),
                next_step="送报价单",
            ),
            VisitRecord(client_id="C003", manager_id="M1", date=MONDAY, next_step="太晚"),
        ),
    )


class TestSheet:
    def test_lines_follow_the_clock(self) -> None:
        for number in range(5):
            starts = [entry.start for entry in sheet(number).entries]
            assert starts == sorted(starts)

    def test_lunch_on_arrival_comes_after_the_way(self) -> None:
        plan = example_plan()
        day = plan.days[0]
        visit = day.visits[2]
        assert visit.leg is not None
        leave = 12 * 60
        leg = visit.leg.model_copy(update={"leave": leave, "arrive": leave + visit.leg.minutes})
        early = visit.model_copy(update={"leg": leg, "arrive": leg.arrive})
        lunch = TimeWindow(start=leg.arrive, end=leg.arrive + 60)
        visits = (*day.visits[:2], early, *day.visits[3:])
        changed = day.model_copy(update={"visits": visits, "lunch": lunch})
        kinds = [entry.kind for entry in day_sheet(with_day(plan, changed), changed, ZH).entries]
        at = kinds.index("lunch")
        assert kinds[at - 1] == "way"
        assert "stop" in kinds[at + 1 :]

    def test_a_visit_says_when_to_come_wrap_up_and_go(self) -> None:
        third = stops(sheet())[2]
        assert (third.arrive, third.start, third.wrap_up, third.end, third.leave_by) == (
            *("13:55", "14:00", "14:50", "14:55", "15:00"),
        )

    def test_the_wrap_up_is_a_setting(self) -> None:
        plan = example_plan()
        settings = plan.origin.settings
        for minutes, shown in ((10, "14:45"), (0, ""), (55, "")):
            talk = settings.talk.model_copy(update={"wrap_up": minutes})
            origin = plan.origin.model_copy(
                update={"settings": settings.model_copy(update={"talk": talk})}
            )
            changed = plan.model_copy(update={"origin": origin})
            assert stops(day_sheet(changed, changed.days[0], ZH))[2].wrap_up == shown

    def test_an_unknown_room_is_said(self) -> None:
        assert stops(sheet())[3].room == ""
        assert "尚未登记" in page(example_plan())
        assert "unknown" in page(example_plan(), texts=EN)

    def test_what_is_over_needs_no_way_and_no_checklist(self) -> None:
        first = stops(sheet())[0]
        assert (first.status, first.links, first.bring, first.wrap_up) == ("done", (), (), "")

    def test_the_journey_is_told(self) -> None:
        step = JourneyStep(kind="ride", minutes=12, line="地铁4号线", from_name="甲", to_name="乙")
        visit = example_plan().days[0].visits[2]
        assert visit.leg is not None
        plan = with_third_visit(example_plan(), leg=visit.leg.model_copy(update={"steps": (step,)}))
        assert "地铁4号线" in page(plan)

    def test_a_telephone_dials_the_first_number(self) -> None:
        plan = example_plan()
        point = plan.days[0].visits[1].point
        left_out = tuple(one.model_copy(update={"point": point}) for one in plan.left_out)
        near = day_sheet(
            plan.model_copy(update={"left_out": left_out}), plan.days[0], ZH, book=book_of(plan)
        ).near
        (one,) = [one for one in near if "博远" in one.name]
        assert [(who.name, who.call) for who in one.persons] == [("朱红", "01062345678")]
        assert 'href="tel:13800000004"' in page(example_plan())

    @pytest.mark.parametrize("phone", ["", "无", "javascript:alert(1)", "12", "<b>"])
    def test_what_is_no_number_is_not_dialled(self, phone: str) -> None:
        plan = example_plan()
        visit = plan.days[0].visits[2]
        persons = (visit.persons[0].model_copy(update={"phone": phone}),)
        changed = with_third_visit(plan, persons=persons)
        assert stops(day_sheet(changed, changed.days[0], ZH))[2].persons[0].call == ""

    def test_the_last_visit_s_next_step_comes_from_the_book(self) -> None:
        book = book_of(example_plan())
        assert stops(sheet(0, ZH, book))[2].next_step == "送报价单（周二 11-17）"
        assert stops(sheet())[2].next_step == ""

    def test_a_day_without_visits_says_so(self) -> None:
        assert not sheet(5).facts
        assert "未安排拜访" in page(example_plan(), 5)
        assert "<svg" not in page(example_plan(), 5)

    def test_purposes_are_all_told(self) -> None:
        plan = with_third_visit(example_plan(), purposes=(Purpose.COMPLAINT, Purpose.GIFT))
        assert stops(day_sheet(plan, plan.days[0], ZH))[2].purposes == ("解决投诉", "赠送礼品")


class TestPreparing:
    def test_what_is_for_all_comes_first(self) -> None:
        items = things_to_bring(example_plan().days[0], "zh", None)
        assert items[0].numbers == ()
        assert items[0].text == "名片"
        assert [item.numbers for item in items if item.text == "投诉原因"] == [(3,)]
        assert not [item for item in items if 1 in item.numbers]

    def told(self, *tasks: tuple[int, str]) -> list[tuple[int, str]]:
        """(day of November, client) as the sheets of M1 tell them."""
        plan = example_plan()
        made = tuple(
            Task(
                date=MONDAY.replace(day=day),
                manager_id="M1",
                visit_id=client,
                text=Wording(zh="准备", en="prepare"),
            )
            for day, client in tasks
        )
        plan = plan.model_copy(update={"tasks": made})
        return [
            (day.date.day, task.visit.client_id)
            for day in plan.days
            for task in tasks_of(plan, day, "zh")
        ]

    def test_a_task_stands_on_its_day(self) -> None:
        assert self.told((23, "C007"), (24, "C005")) == [(23, "C007"), (24, "C005")]

    def test_a_task_of_a_day_without_a_sheet_stands_on_the_one_before(self) -> None:
        assert self.told((28, "C007")) == [(25, "C007")]

    def test_a_task_from_before_the_plan_stands_on_the_first_day(self) -> None:
        assert self.told((20, "C003")) == [(23, "C003")]

    def test_a_task_of_no_visit_is_left_away(self) -> None:
        assert self.told((23, "gone")) == []


class TestFreeTime:
    def near(self, plan: Plan, **update: object) -> Plan:
        """The plan with a short talk left out at the place of the first day's second visit."""
        point = plan.days[0].visits[1].point
        left_out = tuple(
            visit.model_copy(update={"point": point} | update)
            if visit.client_id == "C014"
            else visit
            for visit in plan.left_out
        )
        due = tuple(
            one.model_copy(update={"talk_minutes": 15}) if one.client_id == "C014" else one
            for one in plan.due
        )
        return plan.model_copy(update={"left_out": left_out, "due": due})

    def named(self, plan: Plan, book: Book | None = None) -> list[str]:
        return [
            one.visit.client_id
            for gap in free_times(plan, plan.days[0], book)
            for one in gap.visitors
        ]

    def test_gaps_are_between_what_is_planned(self) -> None:
        plan = example_plan()
        gaps = free_times(plan, plan.days[0], None)
        assert [str(gap.hours) for gap in gaps] == ["11:25-12:10"]
        assert not free_times(plan, plan.days[5], None)

    def test_a_client_near_by_may_fit_in(self) -> None:
        plan = self.near(example_plan())
        assert self.named(plan) == ["C014"]
        (gap,) = free_times(plan, plan.days[0], None)
        (one,) = gap.visitors
        assert gap.hours.start < one.talk.start < one.talk.end < gap.hours.end

    @pytest.mark.parametrize("cause", [Cause.CANCELLED, Cause.EXCLUDED, Cause.NO_MANAGER])
    def test_who_cannot_be_seen_is_not_named(self, cause: Cause) -> None:
        assert not self.named(self.near(example_plan(), cause=cause))

    def test_somebody_else_s_client_is_not_named(self) -> None:
        assert not self.named(self.near(example_plan(), manager_ids=("M2",)))
        assert self.named(self.near(example_plan(), manager_ids=("M2", "M1")))

    def test_a_closed_client_is_not_named(self) -> None:
        plan = self.near(example_plan())
        assert self.named(plan, book_of(plan, room="1"))
        noon = (TimeWindow(start=600, end=660),)
        hours = DEFAULT_HOURS.model_copy(update={"days": (noon,) * 7})
        book = book_of(plan, room="1")
        clients = tuple(
            one.model_copy(update={"sites": (one.sites[0].model_copy(update={"hours": hours}),)})
            for one in book.clients
        )
        assert not self.named(plan, book.model_copy(update={"clients": clients}))

    def test_who_is_passed_by_is_named_with_the_nearest_visit(self) -> None:
        plan = self.near(example_plan())
        (one,) = [one for one in near_by(plan, plan.days[0]) if one.visit.client_id == "C014"]
        assert (one.metres, one.near) == (0, "德胜汇智文化传媒有限公司")


class TestNavigation:
    def links(
        self, mode: TravelMode = TravelMode.TRANSIT, start: Place | None = None
    ) -> dict[str, str]:
        found = navigation_links(Place("天安门, 北|京:", TIANANMEN), mode, start=start)
        return {link.service: link.url for link in found}

    def query(self, service: str, mode: TravelMode = TravelMode.TRANSIT) -> dict[str, str]:
        parts = urlsplit(self.links(mode)[service])
        return {name: values[0] for name, values in parse_qs(parts.query).items()}

    def test_amap_is_given_its_own_datum_longitude_first(self) -> None:
        shown = to_gcj02(TIANANMEN)
        query = self.query("amap")
        assert query["to"] == f"{shown.lon:.6f},{shown.lat:.6f},天安门 北 京"
        assert (query["coordinate"], query["mode"]) == ("gaode", "bus")

    def test_baidu_is_given_its_own_datum_and_a_start(self) -> None:
        shown = to_bd09(TIANANMEN)
        assert self.query("baidu")["location"] == f"{shown.lat:.6f},{shown.lon:.6f}"
        url = self.links(start=Place("单位", TIANANMEN))["baidu"]
        query = parse_qs(urlsplit(url).query)
        assert urlsplit(url).path == "/direction"
        assert query["origin"] == [f"latlng:{shown.lat:.6f},{shown.lon:.6f}|name:单位"]
        assert query["coord_type"] == ["bd09ll"]

    @pytest.mark.parametrize(("service", "name"), [("apple", "daddr"), ("google", "destination")])
    def test_apple_and_google_draw_china_in_gcj02(self, service: str, name: str) -> None:
        shown = to_gcj02(TIANANMEN)
        assert self.query(service)[name] == f"{shown.lat:.6f},{shown.lon:.6f}"

    def test_abroad_points_are_left_alone(self) -> None:
        here = Point(lat=48.85837, lon=2.29448)
        for link in navigation_links(Place("x", here), TravelMode.WALK):
            assert "48.858370" in link.url
            assert "2.294480" in link.url

    @pytest.mark.parametrize("mode", TravelMode)
    def test_every_mode_has_a_way(self, mode: TravelMode) -> None:
        assert len(self.links(mode)) == 4

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
    def test_a_name_stays_inside_its_value(self, text: str) -> None:
        for link in navigation_links(Place(text, TIANANMEN), TravelMode.CAR):
            parts = urlsplit(link.url)
            assert parts.scheme == "https"
            assert not re.search(r"[\s<>\"'`]", link.url)
            assert set(parse_qs(parts.query)) <= {
                *("to", "mode", "policy", "coordinate", "src", "callnative", "location", "title"),
                *("content", "coord_type", "output", "daddr", "dirflg", "api", "destination"),
                "travelmode",
            }


class TestMap:
    def test_the_route_lies_inside_the_picture(self) -> None:
        plan = example_plan()
        drawn = route_map(plan.days[0])
        assert drawn is not None
        assert [mark.number for mark in drawn.marks] == [1, 2, 3, 4]
        assert all(0 < mark.x < 360 and 0 < mark.y < 216 for mark in drawn.marks)
        assert len(drawn.legs) == 5
        assert not any(known for _, known in drawn.legs)

    def test_known_ways_follow_their_roads(self) -> None:
        plan = on_roads(example_plan())
        drawn = route_map(plan.days[0], prepared_ground(GROUND))
        assert drawn is not None
        assert all(known for _, known in drawn.legs)
        assert drawn.roads
        assert "OpenStreetMap" in day_sheet_html(
            plan, plan.days[0], ZH, ground=prepared_ground(GROUND)
        )
        assert "OpenStreetMap" not in page(plan)

    def test_visits_in_one_building_stand_apart(self) -> None:
        plan = example_plan()
        day = plan.days[0]
        place = day.visits[0].point
        visits = tuple(visit.model_copy(update={"point": place}) for visit in day.visits)
        drawn = route_map(day.model_copy(update={"visits": visits}))
        assert drawn is not None
        assert len({(mark.x, mark.y) for mark in drawn.marks}) == 4

    def test_a_way_back_alone_and_open_ends_draw(self) -> None:
        day = example_plan().days[0]
        visits = tuple(visit.model_copy(update={"leg": None}) for visit in day.visits[:1])
        open_day = day.model_copy(update={"visits": visits, "way_back": None, "start_point": None})
        drawn = route_map(open_day)
        assert drawn is not None
        assert (drawn.legs, drawn.ends) == ((), ())


class TestPage:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_holds_everything_and_asks_for_nothing(self, language: str) -> None:
        html = page(example_plan(), texts=Texts(language))
        assert not re.search(r"\s(src|srcset|action|onclick)=|<link|<script|@import|url\(", html)
        assert "default-src 'none'" in html
        assert f'<html lang="{language}' in html
        assert GENERATOR in html

    def test_the_same_plan_gives_the_same_page(self) -> None:
        assert page(example_plan()) == page(example_plan())

    def test_it_is_light(self) -> None:
        assert len(page(example_plan()).encode()) < 40_000

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
    def test_hostile_text_is_only_text(self, text: str) -> None:
        html = page(hostile(example_plan(), text))
        tags = re.findall(r"<([a-z][a-z0-9]*)", page(hostile(example_plan(), "x")))
        assert re.findall(r"<([a-z][a-z0-9]*)", html) == tags or not text.isprintable()
        assert not set(html) & {chr(n) for n in (*range(10), *range(11, 32), 127, 0x85, 0x202E)}

    def test_every_day_has_a_name_of_its_own(self) -> None:
        plan = example_plan()
        assert set(sheet_names(plan)) == {(day.manager_id, str(day.date)) for day in plan.days}
        assert sheet_names(plan)["M1", "2026-11-23"] == "2026-11-23-M1.html"
        assert len(day_sheet_files(plan, ZH)) == 6


@pytest.mark.parametrize(
    ("ids", "names"),
    [
        (["M01", "m02", "A-b_c"], ["M01", "m02", "A-b_c"]),
        (["M1", "m1"], [r"M1-\w{8}", r"m1-\w{8}"]),
        (["../../etc"], [r"[^/.]+-\w{8}"]),
        (["王建国", "M01王"], ["王建国", "M01王"]),
        (["张三/.."], [r"张三-\w{8}"]),
        (["é"], [r"_-\w{8}"]),
        (["con"], [r"con-\w{8}"]),
        (["a" * 200], [r"a{40}-\w{8}"]),
        (["a/b", "a:b"], [r"a_b-\w{8}", r"a_b-\w{8}"]),
        ([""], [r"_-\w{8}"]),
    ],
)
def test_file_names_are_harmless_and_differ(ids: list[str], names: list[str]) -> None:
    made = file_names(ids)
    assert len({name.casefold() for name in made.values()}) == len(ids)
    for one, expected in zip(ids, names, strict=True):
        assert re.fullmatch(expected, made[one])


def test_plain_text_keeps_words_and_line_breaks() -> None:
    assert plain("a\tb\r\nc\u2028d\x1b[31m\u202e客户👩\u200d💼") == "a b\nc\nd[31m客户👩\u200d💼"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.mark.browser
class TestInChromium:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_a_phone_shows_it_whole(self, browser: Browser, tmp_path: Path, language: str) -> None:
        html = page(example_plan(), texts=Texts(language))
        with opened(browser, html, tmp_path, PHONE) as watched:
            shown = watched.page
            assert shown.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
            small = shown.eval_on_selector_all(
                "nav a, .call",
                "all => all.filter(a => a.getBoundingClientRect().height < 44).length",
            )
            assert small == 0
            assert shown.locator("article").count() == 4
            assert watched.requests == watched.complaints == []

    def test_a_narrow_phone_shows_it_whole(self, browser: Browser, tmp_path: Path) -> None:
        with opened(browser, page(example_plan(), texts=EN), tmp_path, (320, 640)) as watched:
            assert watched.page.evaluate("document.documentElement.scrollWidth") <= 320

    def test_hostile_text_runs_nothing(self, browser: Browser, tmp_path: Path) -> None:
        with opened(browser, page(example_plan()), tmp_path, PHONE) as watched:
            shown = watched.page
            for text in HOSTILE.values():
                html = page(hostile(example_plan(), text))
                (tmp_path / "page.html").write_text(html, encoding="utf-8")
                shown.reload()
                assert shown.locator("article").count() == 4
                assert shown.locator("script, img, iframe, b > b").count() == 0
                assert shown.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
            assert watched.requests == watched.complaints == []

    def test_paper_hides_what_only_a_phone_can_do(self, browser: Browser, tmp_path: Path) -> None:
        with opened(browser, page(example_plan()), tmp_path, PHONE) as watched:
            watched.page.emulate_media(media="print")
            assert not watched.page.locator("nav").first.is_visible()
            assert watched.page.get_by_text("13800000004").first.is_visible()


@pytest.mark.browser
def test_a_full_day_prints_on_two_pages(tmp_path: Path) -> None:
    if chromium_path() is None:
        pytest.skip("no Chromium on this machine")
    file = tmp_path / "day.html"
    file.write_text(page(full_day(example_plan()), texts=EN), encoding="utf-8")
    target = tmp_path / "day.pdf"
    print_pdf(browser_path(), file, target)
    assert len(re.findall(rb"/Type\s*/Page\b", target.read_bytes())) in (1, 2)


def full_day(plan: Plan) -> Plan:
    """Seven visits on the first day."""
    day = plan.days[0]
    visits = (*day.visits, *day.visits[1:])
    return with_day(plan, day.model_copy(update={"visits": visits}))


class TestCommand:
    def run(self, *words: object) -> tuple[int, str, str]:
        ran = CliRunner().invoke(app, [str(word) for word in words])
        return ran.exit_code, ran.output, str(ran.exception)

    def test_saving_a_plan_writes_sheets_and_calendars(self, tmp_path: Path) -> None:
        save_plan(example_plan(), tmp_path, ZH)
        assert len(list((tmp_path / "days").glob("*.html"))) == 6
        assert {path.name for path in (tmp_path / "calendar").iterdir()} == {"M1.ics", "M2.ics"}

    def test_another_plan_takes_old_days_away_and_cancels(self, tmp_path: Path) -> None:
        plan = example_plan()
        save_plan(plan, tmp_path, ZH)
        (tmp_path / "days" / "2026-11-25-M1.pdf").write_bytes(b"%PDF")
        less = plan.model_copy(update={"days": (*plan.days[:2], *plan.days[3:])})
        save_plan(less, tmp_path, ZH)
        assert not list((tmp_path / "days").glob("2026-11-25-M1.*"))
        assert b"STATUS:CANCELLED" in (tmp_path / "calendar" / "M1.ics").read_bytes()

    def test_one_sheet_in_another_language(self, tmp_path: Path) -> None:
        save_plan(example_plan(), tmp_path, ZH)
        words = ("sheets", tmp_path, "--manager", "M1", "--date", "2026-11-23", "--lang", "en")
        code, said, _ = self.run(*words, "--quiet")
        assert (code, said.split()) == (0, [str(tmp_path / "days" / "2026-11-23-M1.html")])
        assert "Monday, 23 November" in (tmp_path / "days" / "2026-11-23-M1.html").read_text(
            "utf-8"
        )
        assert "星期二" in (tmp_path / "days" / "2026-11-24-M1.html").read_text("utf-8")

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (("--manager", "M9"), "RP4002"),
            (("--date", "tomorrow"), "RP4003"),
            (("--date", "2027-01-01"), "RP4061"),
        ],
    )
    def test_what_the_plan_has_not_is_said(
        self, tmp_path: Path, words: tuple[str, ...], code: str
    ) -> None:
        save_plan(example_plan(), tmp_path, ZH)
        assert code in self.run("sheets", tmp_path, *words)[2]

    def test_without_a_browser_pdfs_are_refused_in_a_sentence(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        save_plan(example_plan(), tmp_path, ZH)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(pdf, "_INSTALLED", ())
        assert "RP3061" in self.run("sheets", tmp_path, "--pdf")[2]

    def test_a_browser_that_fails_is_told(self, tmp_path: Path) -> None:
        file = tmp_path / "x.html"
        file.write_text("x")
        with pytest.raises(OSError, match="RP3062"):
            print_pdf("/bin/false", file, tmp_path / "x.pdf")
        with pytest.raises(OSError, match="RP3062"):
            print_pdf(str(tmp_path / "none"), file, tmp_path / "x.pdf")
