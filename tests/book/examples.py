"""A small sound book as CSV text, and ways to spoil it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from routeplan.book.models import Book
from routeplan.book.read import read_book

__all__ = ["SOUND", "Sheets", "small_book", "sound_sheets", "write_sheets"]

Sheets = dict[str, list[list[str]]]
"""Sheet name → header and rows."""

SOUND = {
    "managers": """
manager_id,name,mode,start,end,office_address,office_lat,office_lon,home_lat,home_lon,datum,shift,weekdays,max_visits,leave
M01,张三,公交,公司,公司,环市东路1号,23.1391,113.2744,,,,8:30-18:00,周一-周五,6,2026-11-27
M02,李四,car,open,open,,,,,,,,,,
""",
    "clients": """
client_id,name,tier,listed,manager_id,backup_ids,site,address,room,lat,lon,located,datum,hours,sat,closures,talk_minutes,must_visit,must_visit_since,must_visit_by,must_visit_with,key_dates,region
C001,明珠贸易,A类,是,M01,M02,,天河路8号,1203,23.1321,113.3215,高德; 门牌; GCJ-02; 2026-11-01,,9:00-11:30;14:00-17:00,,2026-11-25,50,投诉,2026-11-20,2026-11-27,M02,05-20 店庆,east
C001,,,,,,二部,体育西路9号,,23.1355,113.3188,,,9:00-11:30,9:00-12:00,,,,,,,,
C002,Blue Sky,B,no,M02,,,,,23.0955,113.3655,,,,,,,,,,,,
""",  # noqa: E501
    "contacts": """
contact_id,client_id,site,name,layer,hours,birthday,preferred_hours,do_not_disturb,language
K1,C001,,王女士,决策层,10:00-11:00,1980-05-20,周二 10:00-10:30,12:00-14:00,中文
K2,C001,二部,赵先生,经办人,,农历闰六月三十,,,
K3,C002,,Ms Blue,,,,,Mon 9:00-10:00,English
""",
    "visits": """
client_id,site,manager_id,date,start,end,status,purposes,contact_ids,goal_reached,next_step,next_date,postponed_to,postponed_start
C001,,M01,2026-11-12,9:30,10:15,已完成,联络感情; 赠送礼品,K1;K2,是,发报价,2026-11-20,,
C002,,,2026/10/8,,,done,,,,,,,
C002,,,2026-11-19,14:00,,改期,,,,,,2026-11-24,14点半
""",
    "appointments": """
appointment_id,client_id,site,manager_id,date,start,minutes,rigidity,leeway,contact_ids,with
A1,C001,二部,,2026-11-24,10:00,45,准时,,K2,M02
A2,C002,,M02,2026-11-24,14:00,30,leeway,20,,
A3,C002,,,2026-11-26,,,当天,,,
""",
}


def sound_sheets() -> Sheets:
    """The sound book's cells, to be spoiled by a test."""
    return {name: list(csv.reader(io.StringIO(text.strip()))) for name, text in SOUND.items()}


def write_sheets(folder: Path, sheets: Sheets) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in sheets.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerows(rows)
    return folder


def small_book(folder: Path) -> Book:
    """The sound book, read."""
    return read_book(write_sheets(folder, sound_sheets()))
