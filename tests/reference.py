"""The reference pages, made from the code: `python -m tests.reference` writes them anew.

A test holds that the pages in docs/reference are what the code makes now.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from typer.main import get_command

import routeplan
from routeplan.book.columns import SHEETS
from routeplan.book.template import settings_toml
from routeplan.book.words import VOCABULARIES
from routeplan.cli import app
from routeplan.cli.app import SECTIONS
from routeplan.cli.chinese import translated
from routeplan.config import Settings
from routeplan.due.policy import Policy, policy_names
from routeplan.due.preparation import Checklists
from routeplan.language import Texts
from routeplan.plan.plan import Plan
from routeplan.problem.problem import Problem
from routeplan.solve.result import Result
from routeplan.values import Frozen, format_clock

__all__ = ["FOLDER", "pages"]

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
MADE = "<!-- Made by `make reference` from the code: changes here are lost. -->"
Schema = Mapping[str, Any]


def pages() -> dict[str, str]:
    """Name in `FOLDER` → text."""
    made: dict[str, Iterable[str]] = {
        "python.md": _python(),
        "policies.md": _policies(),
        "plan-json.md": _file(Plan, "plan.json", "A plan: what `plan` and `replan` write."),
        "problem-json.md": _file(
            Problem, "problem.json", "A problem: what `routeplan solve` and `verify` read."
        ),
        "result-json.md": _file(
            Result, "result.json", "Routes: what `routeplan solve` writes and `verify` reads."
        ),
    }
    for language, ending in (("en", ""), ("zh", ".zh")):
        made[f"options{ending}.md"] = _options(language)
        made[f"book{ending}.md"] = _book(Texts(language))
        made[f"settings{ending}.md"] = _settings(Texts(language))
    return {
        name: re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n" for name, lines in made.items()
    }


# --- Markdown ------------------------------------------------------------------------------------


def _page(title: str, *intro: str) -> Iterator[str]:
    yield from (f"# {title}", "", MADE)
    for paragraph in intro:
        yield from ("", paragraph)


def _heading(level: int, text: str, about: str = "") -> Iterator[str]:
    yield from ("", f"{'#' * level} {text}", "")
    if about:
        yield from (about, "")


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Without the columns in which no row says anything."""
    rows = [[re.sub(r"\s+", " ", cell).replace("|", "\\|").strip() for cell in row] for row in rows]
    shown = [n for n, header in enumerate(headers) if any(row[n] for row in rows)]
    yield f"| {' | '.join(headers[n] for n in shown)} |"
    yield "|" + "---|" * len(shown)
    for row in rows:
        yield "|" + "".join(f" {row[n]} |" if row[n] else " |" for n in shown)


def _code(text: object) -> str:
    return f"`{text}`"


# --- commands ------------------------------------------------------------------------------------

_OPTIONS = {
    "en": {
        "title": "Options of the commands",
        "intro": (
            "What each command takes, as `--help` says; [the commands](../cli.md) has examples. "
            "A starred option may be given several times. [中文](options.zh.md)."
        ),
        "columns": ("option", "value", "meaning"),
        "values": {"path": "a path", "str": "a text", "int": "a whole number", "float": "a number"},
        "comma": ", ",
        "semicolon": "; ",
        "brackets": " ({})",
    },
    "zh": {
        "title": "命令选项",
        "intro": (
            "各命令的参数和选项，与 `--help --lang zh` 显示的一致；带星号的可以多次使用。"
            "[English](options.md)。"
        ),
        "columns": ("选项", "取值", "含义"),
        "values": {"path": "路径", "str": "文本", "int": "整数", "float": "数"},
        "comma": "、",
        "semicolon": "；",
        "brackets": "（{}）",
    },
}


def _options(language: str) -> Iterator[str]:
    words: Mapping[str, Any] = _OPTIONS[language]
    say: Callable[[str], str] = translated if language == "zh" else str
    yield from _page(words["title"], words["intro"])
    commands = get_command(app).commands  # type: ignore[attr-defined]
    for section, names in SECTIONS.items():
        yield from _heading(2, say(section))
        for name in names:
            for full_name, command in _below(f"routeplan {name}", commands[name]):
                yield from _command(full_name, command, words, say)


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """The commands of a group; of any other command itself."""
    if not hasattr(command, "commands"):
        yield name, command
        return
    for below in command.commands.values():
        yield from _below(f"{name} {below.name}", below)


def _command(
    name: str, command: Any, words: Mapping[str, Any], say: Callable[[str], str]
) -> Iterator[str]:
    yield from _heading(3, name, re.sub(r"\s+", " ", say(command.help)))
    context = command.context_class(command, info_name=name)
    rows = []
    for param in command.params:
        spelt, said = param.get_help_record(context)
        names, _, kind = spelt.partition(" <")
        many = re.fullmatch(r"list\[(\w+)\]", kind := kind.rstrip(">"))
        kind = many[1].lower() if many else kind.removesuffix(" range")
        chosen = words["comma"].join(map(_code, kind.split("|")))
        value = chosen if "|" in kind else words["values"].get(kind, kind)
        shown = _code(names if names.startswith("-") else names.upper()) + (" *" if many else "")
        about = param.help or ""
        facts = said.removeprefix(about).strip().strip("[]")
        facts = words["semicolon"].join(say(fact) for fact in facts.split("; ") if fact)
        about = f"{say(about)}[{facts}]" if facts else say(about)
        brackets = words["brackets"].format(r"\1")
        rows.append((shown, value, re.sub(r" *\[(.+?)\]", brackets, about)))
    yield from _table(words["columns"], rows)


# --- the book ------------------------------------------------------------------------------------

_BOOK = {
    "en": {
        "title": "The book",
        "intro": (
            "One .xlsx with these worksheets, or a folder of CSV files of these names. Headers may "
            "be Chinese or English, in any order; other columns are carried through. A row whose "
            "first cell starts with `#` is not read. [Your own book](../own-book.md) shows how to "
            "come by one; [中文](book.zh.md)."
        ),
        "columns": ("English", "中文", "must", "what stands there", "also read as"),
        "must": "yes",
        "words": "Words",
        "about_words": "The first Chinese and the first English word are those that are written.",
        "see": "one of the [{name}](#{anchor}) words",
        "word_columns": ("value", "words"),
    },
    "zh": {
        "title": "客户资料",
        "intro": (
            "一个 .xlsx 工作簿（含下列工作表），或一个文件夹（含同名 CSV 文件）。表头中英文均可，"
            "次序不限；其他列原样保留。首格以 `#` 开头的行不读取。[English](book.md)。"
        ),
        "columns": ("中文", "英文", "必填", "填写内容", "也可写作"),
        "must": "是",
        "words": "词汇",
        "about_words": "写出时使用第一个中文词和第一个英文词。",
        "see": "见[词汇](#{anchor})：{name}",
        "word_columns": ("值", "可写作"),
    },
}


def _book(texts: Texts) -> Iterator[str]:
    words: Mapping[str, Any] = _BOOK[texts.language]
    yield from _page(words["title"], words["intro"])
    for sheet in SHEETS:
        yield from _heading(2, sheet.label)
        rows = []
        for column in sheet.columns:
            about = texts.render(sheet.about(column))
            if column.words:
                about += "; " if texts.language == "en" else "；"
                about += words["see"].format(name=column.words, anchor=column.words)
            other = ", ".join(map(_code, column.aliases))
            must = words["must"] if column.required else ""
            headers = [_code(column.header(lang)) for lang in ("zh", "en")]
            rows.append((*headers[:: -1 if texts.language == "en" else 1], must, about, other))
        yield from _table(words["columns"], rows)
    yield from _heading(2, words["words"], words["about_words"])
    for name, vocabulary in VOCABULARIES.items():
        if name in {column.words for sheet in SHEETS for column in sheet.columns}:
            yield from _heading(3, name)
            yield from _table(
                words["word_columns"],
                [
                    (_code(str(value).lower() if isinstance(value, bool) else value), ", ".join(of))
                    for value, of in vocabulary.items()
                ],
            )


# --- settings ------------------------------------------------------------------------------------

_SETTINGS = {
    "en": {
        "title": "Settings",
        "intro": (
            "`routeplan.toml` beside the book, or the file that `--settings` names. What it leaves "
            "out keeps its default; a wrong entry is told by name. `routeplan init` writes the "
            "whole file with these words as comments. [中文](settings.zh.md)."
        ),
        "columns": ("entry", "default", "may be", "meaning"),
        "first": "First in the file",
    },
    "zh": {
        "title": "设置",
        "intro": (
            "客户资料旁边的 `routeplan.toml`，或 `--settings` 指定的文件。未写的条目取默认值，"
            "有误的条目会逐一指出。`routeplan init` 写出带说明的完整文件。[English](settings.md)。"
        ),
        "columns": ("条目", "默认值", "取值", "含义"),
        "first": "文件开头",
    },
}


def _settings(texts: Texts) -> Iterator[str]:
    words: Mapping[str, Any] = _SETTINGS[texts.language]
    yield from _page(words["title"], words["intro"], texts("template.settings").split("\n", 1)[1])
    schema = Settings.model_json_schema(mode="serialization")
    toml = settings_toml(texts)
    defaults = _defaults(toml)

    def table(model: Schema, path: tuple[str, ...]) -> Iterator[str]:
        rows, below = [], []
        for name, entry in model["properties"].items():
            at = (*path, name)
            inner = _resolved(entry, schema)
            if (".".join(path), name) not in defaults:
                below.append((at, inner))
                continue
            default = _code(defaults[".".join(path), name])
            form = _form(entry, schema, texts.language)
            rows.append((_code(name), default, form, texts(f"template.settings_{'_'.join(at)}")))
        yield from _table(words["columns"], rows)
        for at, inner in below:
            title = ".".join(at)
            yield from _heading(2, f"[{title}]", texts(f"template.settings_{'_'.join(at)}"))
            if "properties" in inner:
                yield from table(inner, at)
            else:  # tables of the user's own choice, so an example says more
                blocks = re.split(r"\n(?=\n|\[)", toml)
                found = [one for one in blocks if re.match(rf"\[+{re.escape(title)}\b", one)]
                yield from ("```toml", *found, "```")

    yield from _heading(2, words["first"])
    yield from table(schema, ())


def _defaults(toml: str) -> dict[tuple[str, str], str]:
    """Table and entry → default, as it is written."""
    table, found = "", {}
    for line in toml.splitlines():
        if header := re.fullmatch(r"\[+(.+?)\]+", line):
            table = header[1]
        elif entry := re.fullmatch(r"(\w+) = (.+)", line):
            found[table, entry[1]] = entry[2]
    return found


# --- policies ------------------------------------------------------------------------------------


def _policies() -> Iterator[str]:
    yield from _page(
        "Policies and checklists",
        "A policy says who is to be visited how often: a TOML file, given by `--policy` or as "
        "`policy` in the settings. With `extends` it starts from a ready-made one, and what it "
        "says replaces the entry of the same name. [Who is due](../due-rules.md) has the rules.",
    )
    yield from _heading(2, "Entries")
    yield from _models(Policy, level=3)
    yield from _heading(2, "The ready-made policies")
    for name in policy_names():
        yield from _heading(3, name)
        yield from _listing(f"policies/{name}.toml")
    yield from _heading(
        2,
        "What to bring",
        "For each purpose what to bring, what to mind there, and what to have done so many working "
        "days before: `preparation` in the settings.",
    )
    yield from _models(Checklists, level=3)
    yield from _heading(3, "standard")
    yield from _listing("preparations/standard.toml")


def _listing(path: str) -> Iterator[str]:
    text = (resources.files("routeplan.due") / path).read_text(encoding="utf-8")
    yield from ("```toml", text.rstrip(), "```")


# --- Python --------------------------------------------------------------------------------------


def _python() -> Iterator[str]:
    about, _, calls = (routeplan.__doc__ or "").partition("\n    ")
    yield from _page(
        "From Python",
        "All names below come from `routeplan`; their docstrings tell what they take, give and "
        "raise. The notebooks of the repository show them at work.",
    )
    yield from _heading(2, about.split("\n\n")[-1].strip().rstrip(":"))
    yield from ("```python", textwrap.dedent(f"    {calls}").rstrip(), "```")
    kinds: dict[str, list[tuple[str, str]]] = {"Functions": [], "Values": [], "Errors": []}
    for name in routeplan.__all__:
        found = getattr(routeplan, name)
        said = _plain(inspect.cleandoc(found.__doc__ or "").split("\n\n")[0])
        if said.startswith(f"{name}("):
            said = ""  # what dataclasses say of themselves
        if inspect.isfunction(found):
            kinds["Functions"].append(
                (f"{name}({', '.join(inspect.signature(found).parameters)})", said)
            )
        elif inspect.isclass(found):
            kinds["Errors" if issubclass(found, Exception) else "Values"].append((name, said))
    for kind, rows in kinds.items():
        yield from _heading(2, kind)
        yield from _table(("name", "what"), [(_code(name), said) for name, said in rows])


# --- files ---------------------------------------------------------------------------------------


def _file(model: type[BaseModel], name: str, about: str) -> Iterator[str]:
    yield from _page(
        name,
        f"{about} `routeplan schema {name.removesuffix('.json')}` prints its JSON schema. Clock "
        "times are HH:MM, durations minutes, distances metres, points WGS-84.",
    )
    yield from _models(model, level=2)


def _models(root: type[BaseModel], level: int) -> Iterator[str]:
    """A table a model, those that it is made of after it; settings have a page of their own."""
    schema = root.model_json_schema(mode="serialization")
    classes = _classes(root)
    todo, seen = [root.__name__], set()
    while todo:
        name = todo.pop(0)
        if name in seen or (name == "Settings" and root is not Settings):
            continue
        seen.add(name)
        entry = schema if name == root.__name__ else schema["$defs"][name]
        if "properties" not in entry or _is_span(entry):
            continue
        model = classes[name]
        yield from _heading(level, name, _plain(inspect.cleandoc(model.__doc__ or "")))
        notes = _notes(model)
        needed = entry.get("required", ())
        rows = []
        for field, inner in entry["properties"].items():
            default = "" if field in needed or "default" not in inner else _default(inner, schema)
            rows.append((_code(field), _form(inner, schema), default, _plain(notes.get(field, ""))))
            todo.extend(_refs(inner))
        yield from _table(("entry", "what", "when left out", "meaning"), rows)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("<", "&lt;").replace("[", "\\[")


def _classes(root: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """The models that a model is made of, itself among them: two files may have one of a name."""
    found: dict[str, type[BaseModel]] = {}
    todo: list[Any] = [root]
    while todo:
        kind = todo.pop()
        if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
            todo.extend(get_args(kind))
        elif kind.__name__ not in found:
            found[kind.__name__] = kind
            todo.extend(field.annotation for field in kind.model_fields.values())
    return found


def _notes(model: type[BaseModel]) -> dict[str, str]:
    """The texts below the fields of a model and of those it extends."""
    found: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if not issubclass(kind, Frozen) or kind is Frozen:
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
        assert isinstance(body, ast.ClassDef)
        for field, below in zip(body.body, body.body[1:], strict=False):
            match field, below:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    found[name] = text
    return found


# --- schemas -------------------------------------------------------------------------------------

_CLOCK = "24:00"
_KINDS = {
    "integer": ("whole number", "整数"),
    "number": ("number", "数"),
    "string": ("text", "文本"),
    "boolean": ("`true`, `false`", "`true`、`false`"),
    "clock": ("time of day", "时刻"),
    "span": ("`{ start, end }`", "`{ start, end }`"),
    "date": ("day", "日期"),
    "list": ("list of", "列表："),
    "above": ("above", "大于"),
    "from": ("from", "不小于"),
    "most": ("at most", "不大于"),
    "or": ("or", "或"),
}


def _resolved(entry: Schema, schema: Schema) -> Schema:
    if "$ref" not in entry:
        return entry
    found: Schema = schema["$defs"][entry["$ref"].rpartition("/")[2]]
    return found


def _is_span(entry: Schema) -> bool:
    """Whether it is hours from-to: too common for a table of its own."""
    return entry.get("title") == "TimeWindow"


def _refs(entry: Any) -> Iterator[str]:
    """Names of the models that an entry is made of, in order."""
    if isinstance(entry, Mapping):
        if "$ref" in entry:
            yield entry["$ref"].rpartition("/")[2]
        for key, below in entry.items():
            if key not in ("discriminator", "default"):
                yield from _refs(below)
    elif isinstance(entry, list):
        for below in entry:
            yield from _refs(below)


def _form(entry: Schema, schema: Schema, language: str = "en") -> str:
    """What an entry may be, in words."""
    words = {key: pair[language == "zh"] for key, pair in _KINDS.items()}
    comma = "、" if language == "zh" else ", "

    def form(entry: Schema) -> str:
        if "$ref" in entry:
            name, inner = next(_refs(entry)), _resolved(entry, schema)
            if _is_span(inner):
                return words["span"]
            if "properties" not in inner:
                return form(inner)
            return f"[{name}]({'settings.md' if name == 'Settings' else f'#{name.lower()}'})"
        if "const" in entry:
            return _code(entry["const"])
        if "enum" in entry:
            return comma.join(map(_code, entry["enum"]))
        if several := entry.get("anyOf", entry.get("oneOf")):
            forms = [form(one) for one in several if one.get("type") != "null"]
            forms += ["nothing"] if len(forms) < len(several) else []
            return f" {words['or']} ".join(dict.fromkeys(forms))
        kind = entry.get("type")
        if kind == "array":
            parts = entry.get("prefixItems", [entry.get("items", {})])
            return f"{words['list']} {comma.join(map(form, parts))}"
        if kind == "object":
            keys, values = entry.get("propertyNames", {}), entry.get("additionalProperties", {})
            return f"{form({'type': 'string'} | keys)} → {form(values)}"
        if _CLOCK in entry.get("pattern", ""):
            return words["clock"]
        if entry.get("format") == "date":
            return words["date"]
        return f"{words.get(str(kind), '')} {_limits(entry, words)}".strip()

    return form(entry)


def _limits(entry: Schema, words: Mapping[str, str]) -> str:
    least, most = entry.get("minimum"), entry.get("maximum")
    if least is not None and most is not None:
        return f"{least}–{most}"
    limits = {"above": entry.get("exclusiveMinimum"), "from": least, "most": most}
    return ", ".join(f"{words[key]} {value}" for key, value in limits.items() if value is not None)


def _default(entry: Schema, schema: Schema) -> str:
    value = entry["default"]
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, int) and _form(entry, schema) == "time of day":
        value = format_clock(value)
    text = json.dumps(value, ensure_ascii=False)
    return _code(text) if len(text) < 80 else ""


def write() -> None:
    made = pages()
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
