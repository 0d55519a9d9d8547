"""Discovery: benefit folders, words and region files → one checked ``Ruleset``.

A folder ``<line>/<benefit>/`` with a ``rules.py`` is benefit ``line.benefit``; with ``SHARED = True`` in it the folder
holds rules that others use and is no benefit. Nothing of the packages above is imported: files are read by path.
"""

from __future__ import annotations

import ast
import copy
import datetime
import hashlib
import importlib.util
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from math import lcm
from pathlib import Path
from typing import Any

from minzheng.policy import reader
from minzheng.policy.errors import PACKAGE, Finding, InputError, RulesetError, display_path, source_line
from minzheng.policy.evaluate import TOTALS, Outcome, Program
from minzheng.policy.params import Declaration, ParamSet, Row, read_declarations, read_region_file
from minzheng.policy.reader import ReadError
from minzheng.policy.regions import NATION, Successions, normalize_region, read_successions
from minzheng.policy.rules import Rule
from minzheng.policy.types import BOOL, DATE, INT, MONEY, RATIO_SCALE, RETURNS, TEXT, Scope, Type
from minzheng.policy.words import Vocabulary, to_date

WORDS = Path(__file__).resolve().parent / "words.yaml"
_KIND = {"元": MONEY, "比例": ("比例", RATIO_SCALE), "整数": INT, "是否": BOOL,
         "日期": DATE, "选项": TEXT, "文字": ("文字", 1)}  # fmt: skip


@dataclass
class Benefit:
    """One folder with rules."""

    code: str
    path: Path
    shared: bool
    title: str = ""
    rules: list[Rule] = field(default_factory=list)


class Ruleset:
    """All rules, words and parameters. Make one with ``load_ruleset``; it is read-only and may be shared by threads."""

    def __init__(self, business: Path, regions: Path, words: Path = WORDS):
        self.findings: list[Finding] = []
        self.benefits: dict[str, Benefit] = {}
        self.versions: dict[str, list[Rule]] = {}
        self.types: dict[str, Type] = {}
        self.entities: dict[str, str] = {}
        #: Results of shared folders that stand for a benefit (``STATUS_OF``): 特困资格 → assistance.tekun.
        self.statuses: dict[str, str] = {}
        self.vocabulary = Vocabulary()
        self.business, self.regions, self.words = Path(business), Path(regions), Path(words)
        self._digest = hashlib.sha256()
        self._load(Path(words))
        self._prepare_lookup()
        self.sha = self._digest.hexdigest()

    # ---- loading
    def _load(self, words: Path) -> None:
        folders = sorted(path.parent for path in self.business.glob("*/*/rules.py"))
        try:
            for path in [words, *(folder / "words.yaml" for folder in folders)]:
                if path.exists():
                    self._hash(path)
                    self.vocabulary.load(path)
        except InputError as error:
            self.findings.append(Finding("words", error.reason, error.field, error.line))
        self.vocabulary.close()
        declared: dict[str, Declaration] = {}
        for folder in folders:
            self._load_benefit(folder)
            self._load_declarations(folder, declared)
        self.params = ParamSet(declared, self._load_regions(declared), self._load_successions())
        self._read_rules()

    def _hash(self, path: Path) -> None:
        self._digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")

    def _load_benefit(self, folder: Path) -> None:
        path = folder / "rules.py"
        self._hash(path)
        code = f"{folder.parent.name}.{folder.name}"
        spec = importlib.util.spec_from_file_location(f"minzheng_rules.{code.replace('.', '_')}", path)
        module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
        try:
            spec.loader.exec_module(module)  # type: ignore[union-attr]
        except Exception as error:  # any mistake in a rule file is the author's, and must name the file and line
            line = getattr(error, "lineno", 0) or _traceback_line(error, path)
            self._wrong("rule_file", f"规则文件读不进来：{error}", path, line)
            return
        benefit = Benefit(code, folder, bool(getattr(module, "SHARED", False)), getattr(module, "TITLE", code))
        self.benefits[code] = benefit
        self.statuses |= getattr(module, "STATUS_OF", {})
        starts = _function_sources(path)
        for rule in module.__dict__.get("__rules__", []):
            rule.benefit = code
            rule.line, rule.source = starts.get(rule.line, (rule.line, ""))
            rule.file = display_path(path)
            try:
                rule.start = to_date(rule.since)
                rule.end = to_date(rule.until) if rule.until else datetime.date.max
            except ValueError as error:
                self._wrong("rule_dates", f"规则〈{rule.name}〉的日期{error}", path, rule.line)
            benefit.rules.append(rule)
            self.versions.setdefault(rule.name, []).append(rule)

    def _load_declarations(self, folder: Path, declared: dict[str, Declaration]) -> None:
        path = folder / "params.yaml"
        if not path.exists():
            return
        self._hash(path)
        try:
            mine, findings = read_declarations(path, f"{folder.parent.name}.{folder.name}")
        except InputError as error:
            self._wrong("yaml", error.reason, path, error.line)
            return
        self.findings += [_shorten(f) for f in findings]
        for name, declaration in mine.items():
            if name in declared:
                other = declared[name]
                self._wrong(
                    "parameter_twice",
                    f"参数“{name}”已在 {display_path(other.file)}:{other.line} 声明过",
                    path,
                    declaration.line,
                )
            declared[name] = declaration

    def _load_regions(self, declared: dict[str, Declaration]) -> list[Row]:
        rows: list[Row] = []
        for path in sorted(self.regions.glob("*/*.yaml")):
            self._hash(path)
            try:
                region = normalize_region(path.parent.name)
                if region != path.parent.name:
                    raise InputError(f"文件夹名应写成 {region}", field=path.parent.name)
                found, findings = read_region_file(path, region, declared)
            except InputError as error:
                self._wrong("region_file", error.reason, path, error.line)
                continue
            rows += found
            self.findings += [_shorten(f) for f in findings]
        return rows

    def _load_successions(self) -> Successions:
        path = self.regions / "successions.yaml"
        try:
            found = read_successions(path)
        except InputError as error:
            self._wrong("successions", error.reason, path, error.line)
            return Successions()
        if path.exists():
            self._hash(path)
        return found

    def _wrong(self, check: str, message: str, path: Path | str, line: int = 0) -> None:
        self.findings.append(Finding(check, message, display_path(path), line, source_line(path, line)))

    # ---- reading the rules
    def _read_rules(self) -> None:
        for name, versions in self.versions.items():
            self.entities[name] = versions[0].entity
        displayed = frozenset(n for n, vs in self.versions.items() if any(v.returns == "元或无" for v in vs))
        words = self.vocabulary.words
        declared = self.params.declarations
        self._scope = Scope(
            names=self._lookup,
            params={n: (d.type, self._param_scale(d)) for n, d in declared.items()},
            collections={key: entity for entity, key in self.vocabulary.collections.items()},
            choices={n: w.choices for n, w in words.items()} | {n: tuple(d.choices) for n, d in declared.items()},
            codes=frozenset(n for n, w in words.items() if w.code),
            optional=frozenset(n for n, w in words.items() if w.optional),
            display_only=displayed,
        )
        self._path: list[str] = []
        for name in self.versions:
            self._type_of(name)

    @staticmethod
    def _param_scale(declaration: Declaration) -> int:
        return RATIO_SCALE if declaration.type == "比例" else declaration.scale

    def _lookup(self, name: str) -> tuple[str, Type] | None:
        if name in self.versions:
            return self.entities[name], self._type_of(name)
        word = self.vocabulary.words.get(name)
        return (word.entity, _KIND[word.type]) if word else None

    def _type_of(self, name: str) -> Type:
        if name in self.types:
            return self.types[name]
        if name in self._path:
            cycle = [*self._path[self._path.index(name) :], name]
            first = self.versions[name][0]
            raise ReadError(
                Finding(
                    "cycle", f"规则循环依赖：{' → '.join(cycle)}", first.file, first.line, first.source.split("\n")[0]
                )
            )
        self._path.append(name)
        kinds: list[Type] = []
        try:
            for rule in self.versions[name]:
                try:
                    kinds.append(reader.read_rule(rule, self._scope))
                except ReadError as error:
                    if error.finding not in self.findings:
                        self.findings.append(error.finding)
                    kinds.append((RETURNS.get(rule.returns, "元"), 1))
        finally:
            self._path.pop()
        # Versions of one name share the finest scale, so that every reader sees one type.
        self.types[name] = (kinds[0][0], lcm(*(k[1] for k in kinds)) or 1)
        return self.types[name]

    # ---- use
    def check(self) -> list[Finding]:
        """Everything wrong with rules, words and parameters; an empty list is a sound rule set."""
        from minzheng.policy import fail_if

        return fail_if.run(self)

    def outputs(self, benefit: str | None = None) -> list[str]:
        """Output words, in the order they are declared, of one benefit or of all (with the totals)."""
        names = [n for n, vs in self.versions.items() if vs[0].output and benefit in (None, vs[0].benefit)]
        return [*names, *TOTALS] if benefit is None else names

    def benefit_codes(self) -> list[str]:
        """Codes of real benefits (shared folders left out), sorted by folder."""
        return [code for code, benefit in self.benefits.items() if not benefit.shared]

    def with_params(self, rows: Iterable[Row]) -> Ruleset:
        """The same rules with further value rows in front (drafts, rows of the database)."""
        changed = copy.copy(self)
        rows = list(rows)
        changed.params = self.params.with_rows(rows)
        changed._prepare_lookup()
        changed.sha = hashlib.sha256((self.sha + repr(rows)).encode()).hexdigest()
        return changed

    def program(
        self,
        region: str,
        on: datetime.date,
        targets: Iterable[str] | None = None,
        overrides: dict[str, Any] | None = None,
    ) -> Program:
        """The rules in force in a region on a day, ready to run.

        Binding takes some milliseconds, so it is done once for all places that share their values and all days between
        two changes of rule or value; what is kept is bounded.
        """
        wanted = None if targets is None else tuple(targets)
        supposed = tuple(sorted((str(k), str(v)) for k, v in overrides.items())) if overrides else ()
        key = (region, on, wanted, supposed)
        program = self._days.get(key)
        if program is None:
            code = normalize_region(region)
            shared = (self._nearest_with_values(code, on), bisect_right(self._changes, on), wanted, supposed)
            bound = self._programs.get(shared)
            if bound is None:
                bound = self._keep(self._programs, shared, Program(self, code, on, wanted, overrides), 256)
            program = self._keep(self._days, key, bound.at(code, on), 4096)
        return program

    @staticmethod
    def _keep(cache: dict[Any, Program], key: Any, program: Program, limit: int) -> Program:
        if len(cache) >= limit:
            cache.clear()
        cache[key] = program
        return program

    def _nearest_with_values(self, code: str, on: datetime.date) -> str:
        """The nearest region upwards that has any value or rule of its own: all below it resolve alike."""
        return next((c for c in self.params.successions.chain(code, on) if c in self._places), NATION)

    def _prepare_lookup(self) -> None:
        """Days on which any rule, legal basis, value or region code changes; regions that have values or rules."""
        days: set[datetime.date] = set()
        for rule in (r for versions in self.versions.values() for r in versions):
            days |= {rule.start, *_next_day(rule.end), *(to_date(d) for d in rule.laws if _is_date(d))}
        for row in self.params.rows:
            days |= {row.since, *_next_day(row.until)}
        days |= {change.since for change in self.params.successions.listed}
        self._changes = sorted(days)
        self._places = {row.region for row in self.params.rows}
        self._places |= {rule.region for versions in self.versions.values() for rule in versions if rule.region}
        self._programs: dict[Any, Program] = {}
        self._days: dict[Any, Program] = {}

    def evaluate(
        self,
        family: dict[str, Any],
        *,
        region: str,
        on: datetime.date,
        targets: list[str] | None = None,
        params_overrides: dict[str, Any] | None = None,
        explain: bool = False,
    ) -> Outcome:
        """One family, exactly. ``family`` = {"家庭": {...}, "成员": [...]}; ``on`` is the event date (or its ISO text).

        ``targets``: output words or benefit codes, default everything configured here. Raises InputError for unknown
        words and impossible values, Unconfigured when a benefit named in ``targets`` cannot be computed here.
        """
        if type(on) is not datetime.date:
            try:
                on = to_date(on)
            except ValueError as error:
                raise InputError(str(error), field="日期") from None
        return self.program(region, on, targets, params_overrides).run(family, explain=explain)


def _next_day(day: datetime.date) -> list[datetime.date]:
    return [] if day == datetime.date.max else [day + datetime.timedelta(days=1)]


def _is_date(text: str) -> bool:
    try:
        to_date(text)
    except ValueError:
        return False
    return True


def _shorten(finding: Finding) -> Finding:
    return Finding(finding.check, finding.message, display_path(finding.file), finding.line, finding.source)


def _traceback_line(error: BaseException, path: Path) -> int:
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _function_sources(path: Path) -> dict[int, tuple[int, str]]:
    """First line of each top-level function (its decorator) → line of ``def`` and the source from there."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    found: dict[int, tuple[int, str]] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            found[first] = (node.lineno, "\n".join(lines[node.lineno - 1 : node.end_lineno]))
    return found


@lru_cache(maxsize=8)
def _cached(business: Path, regions: Path, words: Path) -> Ruleset:
    return Ruleset(business, regions, words)


def load_ruleset(
    business: str | Path | None = None, regions: str | Path | None = None, words: str | Path | None = None
) -> Ruleset:
    """The rule set of this installation (or of the given folders), read once per process.

    Raises RulesetError with every finding when rules or parameters cannot be understood.
    """
    if business is regions is words is None:
        ruleset = _installed()
    else:
        given = (business or PACKAGE / "business", regions or PACKAGE / "regions", words or WORDS)
        ruleset = _cached(*(Path(one).resolve() for one in given))
    if ruleset.findings:
        raise RulesetError(ruleset.findings)
    return ruleset


@lru_cache(maxsize=1)
def _installed() -> Ruleset:
    """The one that every calculation asks for: looking its folders up on the disk each time costs more than many a rule."""
    return _cached((PACKAGE / "business").resolve(), (PACKAGE / "regions").resolve(), WORDS.resolve())
