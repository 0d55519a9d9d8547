"""The steps of a plan for one place as the text of one Python function on whole numbers."""

from __future__ import annotations

from minzheng.policy.compile import HOUSEHOLD_TOTAL, PERSON_TOTAL, Output, Plan, Step
from minzheng.policy.lowering import DAY, Node, bind, leaves
from minzheng.policy.ranges import Ranges
from minzheng.policy.specialise import bound, inlined

#: Deeper trees than Python's parser likes are not written into one line.
DEEPEST = 40


class Printer:
    """Writes the steps of a plan for one place as the text of ``run(H, P, day)``, which returns the results."""

    def __init__(self, plan: Plan, slots: dict[str, list[str]]):
        """``slots``: the order of the words in the rows that are passed."""
        self.plan, self.slots = plan, slots
        hoisted = plan.hoisted()
        self.daily = self._depend_on_day(hoisted)
        known = {p: v for p, v in plan.table[0].items() if p not in self.daily}
        steps = bound(plan, known, {})
        self.fixed = {n: s.tree for n, s in steps.items() if s.tree[0] == "lit" and not s.how}
        self.steps = {n: s for n, s in steps.items() if n not in self.fixed}
        self.hoisted = {n: t for n, t in hoisted.items() if n in self.daily}
        self.known = known
        self.ranges = Ranges(plan)
        self.ranges.columns |= plan.ranges.columns
        self.words = {w.name: w for ws in plan.inputs.values() for w in ws}
        self.outputs = [o for o in plan.outputs if o.step]
        #: Words that are shown though no step reads them.
        self.also_read: dict[str, set[str]] = {"户": set(), "人": set()}

    @staticmethod
    def _depend_on_day(hoisted: dict[str, Node]) -> set[str]:
        """Parameters that change from day to day while values and rules stay."""
        found = {DAY}
        for name, tree in hoisted.items():
            if found.intersection(leaves(tree, "param")):
                found.add(name)
        return found

    def source(self) -> str:
        """The text of the function."""
        lines = [*self._head(), f"    q_{DAY} = day"]
        lines += [f"    q_{n} = {self.text(self._bind(t))}" for n, t in self.hoisted.items()]
        batches = self._batches()
        kept = self._kept(batches)
        read = {d for _, batch in batches for s in batch for d in s.deps} | self.also_read["户"]
        lines.append(f"    {self._unpacked('户', read)} = H")
        final = max((i for i, (entity, _) in enumerate(batches) if entity == "人"), default=-1)
        lines.append("    people = []")
        for i, (entity, batch) in enumerate(batches):
            if entity == "户":
                lines += [f"    v_{s.name} = {self.text(s.tree)}" for s in batch]
            else:
                lines += self._members(batch, kept, i == final)
        if final < 0:
            lines += ["    for m in P:", f"        {self._unpacked('人', self.also_read['人'])} = m"]
            lines += [f"        {line}" for line in self._member_shown()]
        lines.append(f"    return {self._returned()}")
        return "\n".join(lines)

    def _bind(self, tree: Node) -> Node:
        is_yes_no = self.plan.is_yes_no
        return bind(tree, {p: bool(v) if is_yes_no(("param", p)) else v for p, v in self.known.items()})

    def _batches(self) -> list[tuple[str, list[Step]]]:
        """Stages with what is left of them; a value used once in its stage is written where it is used."""
        shown = {o.step for o in self.outputs}
        stages = [(e, [self.steps[s.name] for s in batch if s.name in self.steps]) for e, batch in self.plan.stages]
        made = []
        for i, (entity, batch) in enumerate(stages):
            later = {d for j, (_, b) in enumerate(stages) if j != i for s in b for d in s.deps}
            made.append((entity, inlined(batch, shown | later, DEEPEST)))
        return [(e, batch) for e, batch in made if batch]

    def _kept(self, batches: list[tuple[str, list[Step]]]) -> set[str]:
        """Persons' values that a later walk over the members reads; the last one also reads the results."""
        at = {s.name: i for i, (e, batch) in enumerate(batches) for s in batch if s.home == "人"}
        last = max(at.values(), default=0)
        kept = {o.step for o in self.outputs if o.entity == "人" and at.get(o.step, last) < last}
        for i, (_, batch) in enumerate(batches):
            kept |= {d for s in batch for d in s.deps if at.get(d, i) < i}
        return kept

    def _members(self, batch: list[Step], kept: set[str], final: bool) -> list[str]:
        made = {s.name for s in batch if not s.how}
        read = dict.fromkeys(d for s in batch for d in s.deps if d not in made)
        if final:
            read |= dict.fromkeys(o.step for o in self.outputs if o.entity == "人" and o.step in kept)
            read |= dict.fromkeys(self.also_read["人"])
        before = [n for n in read if n in kept]
        stored = [s.name for s in batch if s.name in kept]
        lines = [f"    v_{s.name} = {'False' if s.how == 'any' else '0'}" for s in batch if s.how]
        lines += [f"    k_{n} = []" for n in stored]
        lines += [f"    a_{n} = k_{n}.append" for n in stored]
        each = ", ".join(["m", *(f"v_{n}" for n in before)])
        over = f"zip({', '.join(['P', *(f'k_{n}' for n in before)])})" if before else "P"
        lines.append(f"    for {each} in {over}:")
        lines.append(f"        {self._unpacked('人', set(read))} = m")
        for step in batch:
            text = self.text(step.tree)
            if step.how == "any":
                lines += [f"        if {text}:", f"            v_{step.name} = True"]
            elif step.how == "sum":
                lines.append(f"        v_{step.name} += {text}")
            else:
                lines.append(f"        v_{step.name} = {text}")
                lines += [f"        a_{step.name}(v_{step.name})"] if step.name in kept else []
        return [*lines, *(f"        {line}" for line in self._member_shown())] if final else lines

    def _unpacked(self, entity: str, read: set[str]) -> str:
        """The names for a row's values, in order; one name for all that nobody reads."""
        return "(" + ", ".join(f"v_{n}" if n in read else "_" for n in self.slots[entity]) + ",)"

    # ---- results
    def _head(self) -> list[str]:
        return ["def run(H, P, day):"]

    def _member_shown(self) -> list[str]:
        """Lines at the end of the last walk over the members."""
        return [f"people.append({self._person()})"]

    def _returned(self) -> str:
        return self._household() + ", people"

    def _household(self) -> str:
        mine = [o for o in self.plan.outputs if o.entity == "户" and o.word != HOUSEHOLD_TOTAL]
        total = [o for o in self.plan.outputs if o.word == HOUSEHOLD_TOTAL]
        return "{" + ", ".join(f"{o.word!r}: {self._shown(o)}" for o in [*mine, *total]) + "}"

    def _person(self) -> str:
        mine = [o for o in self.plan.outputs if o.entity == "人" and o.word != PERSON_TOTAL]
        mine += [o for o in self.plan.outputs if o.word == PERSON_TOTAL]
        name = f"m[{self.slots['人'].index('姓名')}]"
        return "{" + ", ".join([f"'姓名': {name}", *(f"{o.word!r}: {self._shown(o)}" for o in mine)]) + "}"

    def _shown(self, output: Output) -> str:
        """A result as it leaves the engine; a step that became a number stands for itself."""
        if not output.step or output.missing[0]:
            return "None"
        fixed = self.fixed.get(output.step)
        if fixed == ("lit", None):
            return "None"
        value = f"v_{output.step}" if fixed is None else self.text(fixed)
        show = {"元": f"Y[{value}]", "日期": f"day_of({value})", "比例": f"ratio({value})"}.get(output.kind, value)
        nothing = output.may_be_nothing and fixed is None
        return f"(None if {value} is None else {show})" if nothing else show

    # ---- expressions
    def text(self, node: Node) -> str:
        """A lowered tree as a Python expression on whole numbers; nothing is None."""
        op = node[0]
        if op == "lit":
            return repr(node[1])
        if op in ("col", "param"):
            return f"{'v' if op == 'col' else 'q'}_{node[1]}"
        if op == "if":
            return f"({self.text(node[2])} if {self.text(node[1])} else {self.text(node[3])})"
        if op == "not":
            return f"(not {self.text(node[1])})"
        if op == "isnull":
            return f"({self.text(node[1])} is None)"
        if op == "in":
            return f"({self.text(node[1])} in {tuple(node[2])!r})"
        if op == "fn":
            return self._function(node)
        if op == "round" and node[1][0] == "lit":
            return self._rounded(node[1][1], node[2], self.text(node[3]))
        args = [self.text(a) for a in node[1:]]
        if op in ("round", "monthly"):
            return f"{'round_whole' if op == 'round' else 'monthly'}({', '.join(args)})"
        if op in ("min", "max"):
            return self._extreme(op, args)
        return f"({args[0]} {op} {args[1]})"

    @staticmethod
    def _extreme(op: str, args: list[str]) -> str:
        """A call of min or max costs more than asking a name twice."""
        for one, other in (args, args[::-1]):
            if one.isidentifier() and other.isdecimal():
                return f"({one} if {one} {'>' if op == 'max' else '<'} {other} else {other})"
        return f"{op}({args[0]}, {args[1]})"

    def _function(self, node: Node) -> str:
        args = [self.text(a) for a in node[2:]]
        if node[1] == "周岁":
            return f"(({args[1]} - {args[0]}) // 10000)"
        return f"({args[0]} // 100 * 100 + 1)" if node[1] == "月初" else f"({args[0]} // 100 % 100)"

    def _rounded(self, mode: int, top: Node, bottom: str) -> str:
        """top ÷ bottom by a known mode; the short forms hold where nothing is negative and the divisor is a number."""
        over = self.text(top)
        if not bottom.isdecimal() or int(bottom) < 1 or self.ranges.of(top)[0] < 0:
            return f"round_whole({mode}, {over}, {bottom})"
        step = (1, 10, 100, 100)[mode]
        below = int(bottom) * step
        divided = f"({over} + {below // 2}) // {below}" if mode in (0, 3) else f"-(-({over}) // {below})"
        if mode == 0 and below == 1:
            return f"({over})"
        return f"({divided})" if step == 1 else f"({divided}) * {step}"
