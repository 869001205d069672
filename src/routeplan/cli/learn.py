"""Commands about what records teach: learn."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated

import typer

from routeplan.cli.app import app
from routeplan.cli.common import (
    calendar_of,
    day_of,
    known_book,
    print_json,
    settings_of,
    texts_in,
    to_out,
    travelling,
)
from routeplan.cli.options import (
    BookArgument,
    CalendarOption,
    JsonOption,
    LangOption,
    SettingsOption,
    TravelOption,
)
from routeplan.errors import UsageError
from routeplan.language import message

__all__ = ["learn"]


@app.command()
def learn(
    book: BookArgument,
    apply: Annotated[
        list[Path] | None,
        typer.Option("--apply", help="Write a new book, or a .csv of hour factors; repeatable."),
    ] = None,
    since: Annotated[str, typer.Option("--since", help="Only from records of this day on.")] = "",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")] = False,
    travel: TravelOption = None,
    settings: SettingsOption = None,
    calendar: CalendarOption = None,
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """What talks and ways really take, by the records; changes nothing unless asked."""
    from routeplan.book.write import write_book
    from routeplan.due.talk_time import learn_talks, recorded_talks, talk_sums
    from routeplan.outputs.files import write_atomically
    from routeplan.outputs.learned import learned_report
    from routeplan.pipeline import open_travel
    from routeplan.travel.choose import with_hours
    from routeplan.travel.hours_file import hours_csv
    from routeplan.travel.learn import learn_hours

    texts = texts_in(lang)
    for out in apply or ():
        if out.exists() and (not overwrite or out.samefile(book)):
            raise UsageError("RP4035", message("error.out_there", file=str(out)))
    chosen = travelling(settings_of(settings, book), travel, book)
    before = with_hours(chosen.travel, book if book.is_dir() else book.parent)
    chosen = chosen.model_copy(update={"travel": before})
    days = calendar_of(calendar)
    known = known_book(book, texts)
    first = day_of(since) if since else dt.date.min
    recent = known.model_copy(
        update={"visits": tuple(record for record in known.visits if record.date >= first)}
    )
    talks = recorded_talks(recent, chosen.talk)
    learned = learn_talks(recent, chosen)
    with open_travel(before, known, book, days) as source:
        hours = learn_hours(recent, source, chosen, days)
    for out in apply or ():
        if out.suffix.lower() == ".csv":
            write_atomically(out, hours_csv(hours))
        else:
            minutes = {one.client_id: one.minutes for one in learned}
            clients = tuple(
                client.model_copy(
                    update={"talk_minutes": minutes.get(client.id, client.talk_minutes)}
                )
                for client in known.clients
            )
            write_book(known.model_copy(update={"clients": clients}), out, texts.language)
    managers = talk_sums(talks, lambda talk: talk.manager_id)
    tiers = talk_sums(talks, lambda talk: talk.tier.value)
    if json_output:
        told = {
            "managers": [one.model_dump(mode="json") for one in managers],
            "tiers": [one.model_dump(mode="json") for one in tiers],
            "clients": [
                one.model_dump(mode="json") for one in talk_sums(talks, lambda talk: talk.client_id)
            ],
            "talks": [one.model_dump(mode="json") for one in learned],
            "hours": [one.model_dump(mode="json") for one in hours],
        }
        print_json(json.dumps(told, ensure_ascii=False, indent=1))
        return
    to_out().print(learned_report(managers, tiers, learned, hours, known, texts))
    for out in apply or ():
        typer.echo(texts("learn.written", file=str(out)))
