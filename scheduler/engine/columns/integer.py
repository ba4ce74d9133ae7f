"""The integer master: the best choice among given routes, with part of a plan fixed where only a neighbourhood is open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from ortools.linear_solver import pywraplp

from scheduler.engine.arrays import Compiled
from scheduler.engine.columns.pool import Column, Order, Rows, Tie
from scheduler.engine.columns.ties import terms

# All costs are whole: nothing better is left once the bound is less than one below the plan.
WHOLE = "limits/gap = 0\nlimits/absgap = 0.9\n"
# Cuts that cost more than they say in the full variant: two thirds of the time of a proof.
FEWER_CUTS = "separating/gomory/freq = -1\nseparating/aggregation/freq = -1\n"
_GUESSES = (
    *("alns", "rins", "rens", "crossover", "feaspump", "objpscostdiving", "pscostdiving", "guideddiving"),
    *("farkasdiving", "distributiondiving", "coefdiving", "fracdiving", "veclendiving", "linesearchdiving"),
    *("rootsoldiving", "conflictdiving", "shiftandpropagate", "clique", "vbounds", "locks", "randrounding"),
    *("rounding", "shifting", "intshifting", "oneopt", "adaptivediving", "gins", "lpface"),
)
NO_GUESSES = "".join(f"heuristics/{name}/freq = -1\n" for name in _GUESSES)


# What a solve takes on a usual machine, for each row and column: to begin, a step of its simplex, a node.
SETUP_SECONDS, STEP_SECONDS, NODE_SECONDS = 5e-5, 1e-7, 5e-6


class Choice(NamedTuple):
    """What the integer solver found: columns taken (None where nothing), its bound, and whether that is proven."""

    taken: list[Column] | None
    bound: float
    proven: bool


class Limits(NamedTuple):
    """How long an integer solve may take; nodes bind where the clock may not."""

    seconds: float
    nodes: int | None = None
    better_than: float | None = None


def _least(a: int | None, b: int) -> int:
    return b if a is None else min(a, b)


class IntegerMaster:
    """One integer problem over `columns`; visits of `fixed` routes stay as they are."""

    def __init__(
        self,
        compiled: Compiled,
        rows: Rows,
        columns: Sequence[Column],
        fixed: Sequence[Column] = (),
        orders: Sequence[Order] | None = None,
        ties: Sequence[Tie] | None = None,
    ) -> None:
        self.compiled, self.rows, self.columns = compiled, rows, columns
        self.orders = rows.orders if orders is None else orders
        self.ties = rows.ties if ties is None else ties
        self.ip: Any = pywraplp.Solver.CreateSolver("SCIP")
        self.settings = FEWER_CUTS if compiled.full else ""
        self.goal = self.ip.Objective()
        self.goal.SetMinimization()
        self.x = [self.ip.BoolVar("") for _ in columns]
        kept = {i for column in fixed for i in column.visits}
        self.open = [i for i in range(len(compiled.net.service)) if i not in kept]
        self.kept = kept
        self.left = {i: self.ip.BoolVar("") for i in self.open}
        self.users: dict[int, list[tuple[Any, Column, int]]] = defaultdict(list)
        self.held: dict[int, list[tuple[Column, int]]] = defaultdict(list)
        for x, column in zip(self.x, columns, strict=True):
            self.goal.SetCoefficient(x, column.cost)
            for i, start in zip(column.visits, column.starts, strict=True):
                self.users[i].append((x, column, start))
        for column in fixed:
            for i, start in zip(column.visits, column.starts, strict=True):
                self.held[i].append((column, start))
        self._cover()
        self._linked()
        self.order_rows = self.tie_rows = 0
        self.add_orders()
        self.staff: dict[tuple[int, int], Any] = {}
        self.one: dict[int, Any] = {}
        for h in rows.homes:
            if any(i in self.left for i in rows.homes[h]):
                self._home(h)

    def _row(self, low: float, high: float) -> Any:
        return self.ip.Constraint(low, high)

    def _cover(self) -> None:
        shift_rows: dict[int, Any] = {}
        for x, column in zip(self.x, self.columns, strict=True):
            if column.shift not in shift_rows:
                shift_rows[column.shift] = self._row(-self.ip.infinity(), 1)
            shift_rows[column.shift].SetCoefficient(x, 1)
        for i in self.open:
            crew = int(self.compiled.net.crew[i])
            row = self._row(crew, crew)
            row.SetCoefficient(self.left[i], crew)
            self.goal.SetCoefficient(self.left[i], self.compiled.true_ucost(i))
            if i in self.compiled.must:
                self.left[i].SetBounds(0, 0)
            for x, _, _ in self.users[i]:
                row.SetCoefficient(x, 1)

    def _linked(self) -> None:
        for before, after in self.rows.least:
            if before in self.left and after in self.left:
                row = self._row(-self.ip.infinity(), 0)
                row.SetCoefficient(self.left[before], 1)
                row.SetCoefficient(self.left[after], -1)
            elif before in self.left and after in self.kept:
                self.left[before].SetBounds(0, 0)
        for a, b in self.rows.same:
            for day in range(self.compiled.net.days):
                self._same_on(a, b, day)

    def _same_on(self, a: int, b: int, day: int) -> None:
        net = self.compiled.net
        row, constant = self._row(0, 0), 0.0
        for i, sign in ((a, 1), (b, -1)):
            share = sign / int(net.crew[i])
            for x, column, _ in self.users[i]:
                if net.day[column.shift] == day:
                    row.SetCoefficient(x, row.GetCoefficient(x) + share)
            constant += share * sum(net.day[column.shift] == day for column, _ in self.held[i])
        row.SetBounds(-constant, -constant)

    def add_orders(self) -> None:
        """Take in rows of orders and ties that are new."""
        for order in self.orders[self.order_rows :]:
            if order.before not in self.left and order.after not in self.left:
                continue
            constant, parts = 0.0, []
            for i, threshold, value in self.rows.terms(order):
                constant += value * sum(start <= threshold for _, start in self.held[i])
                parts += [(x, value) for x, _, start in self.users[i] if start <= threshold]
            row = self._row(-self.ip.infinity(), -constant)
            for x, value in parts:
                row.SetCoefficient(x, row.GetCoefficient(x) + value)
        self.order_rows = len(self.orders)
        for tie in self.ties[self.tie_rows :]:
            self._tie(tie)
        self.tie_rows = len(self.ties)

    def _tie(self, tie: Tie) -> None:
        """A row for a tie, unless all of its visits are fixed."""
        worker, constant = self.compiled.net.worker, 0.0
        parts: list[tuple[Any, float]] = []
        if tie.visit not in self.left and tie.after not in self.left:
            return
        for term in terms(self.compiled, tie):
            for column, start in self.held[term.visit]:
                constant += term.value * term.counts(start, int(worker[column.shift]))
            for x, column, start in self.users[term.visit]:
                if term.counts(start, int(worker[column.shift])):
                    parts.append((x, term.value))
        row = self._row(-self.ip.infinity(), -constant)
        for x, value in parts:
            row.SetCoefficient(x, row.GetCoefficient(x) + value)
        if tie.after in self.left:
            row.SetCoefficient(self.left[tie.after], -1)

    def _home(self, h: int) -> None:
        """Price each further worker at one home; those of fixed routes are there already."""
        net, members = self.compiled.net, self.rows.homes[h]
        here = {int(net.worker[c.shift]) for i in members for c, _ in self.held[i]}
        z = self.one[h] = self.ip.BoolVar("")
        self.goal.SetCoefficient(z, -net.extra)
        self.goal.SetOffset(self.goal.offset() + net.extra * len(here))
        some = self._row(-self.ip.infinity(), len(here))
        some.SetCoefficient(z, 1)
        if not here:
            made = self._row(-self.ip.infinity(), len(members))
            made.SetCoefficient(z, 1)
            for i in members:
                made.SetCoefficient(self.left[i], 1)
        for i in members:
            by_worker: dict[int, list[Any]] = defaultdict(list)
            for x, column, _ in self.users[i]:
                by_worker[int(net.worker[column.shift])].append(x)
            for k in sorted(by_worker.keys() - here):
                row = self._row(-self.ip.infinity(), 0)
                row.SetCoefficient(self._worker_at(h, k, some), -1)
                for x in by_worker[k]:
                    row.SetCoefficient(x, 1)

    def _worker_at(self, h: int, k: int, some: Any) -> Any:
        """The variable that says that worker k comes to home h."""
        if (h, k) not in self.staff:
            y = self.staff[h, k] = self.ip.NumVar(0, 1, "")
            self.goal.SetCoefficient(y, self.compiled.net.extra)
            some.SetCoefficient(y, -1)
        return self.staff[h, k]

    def forbid(self, plan: Sequence[Column]) -> None:
        """Never these orders of visits in these shifts together again, at whatever times."""
        orders = {(column.shift, column.visits) for column in plan}
        row = self._row(-self.ip.infinity(), len(orders) - 1)
        for x, column in zip(self.x, self.columns, strict=True):
            row.SetCoefficient(x, 1 if (column.shift, column.visits) in orders else -1)

    def solve(self, start: Sequence[Column], limits: Limits) -> Choice:
        """The best choice, begun from the columns `start`."""
        meter, size = self.compiled.meter, len(self.x) + self.ip.NumConstraints()
        seconds, settings = min(limits.seconds, meter.left()), self.settings
        if meter.binds() and seconds < SETUP_SECONDS * size:
            return Choice(None, -1e18, False)
        self._hint(start)
        if meter.binds():
            limits = limits._replace(
                nodes=_least(limits.nodes, 1 + int(seconds / (NODE_SECONDS * size + 1e-3)))
            )
            steps = int(seconds / (STEP_SECONDS * size))
            settings += f"lp/iterlim = {steps}\nlp/rootiterlim = {steps}\n"
        elif limits.seconds < 1e6:
            self.ip.SetTimeLimit(max(1, int(limits.seconds * 1000)))
        settings += f"limits/nodes = {limits.nodes}\n" if limits.nodes is not None else ""
        if settings:
            self.ip.SetSolverSpecificParametersAsString(settings)
        status = self.ip.Solve()
        meter.add(size * (SETUP_SECONDS + STEP_SECONDS * self.ip.iterations()) + 1e-3 * self.ip.nodes())
        if status not in (pywraplp.Solver.OPTIMAL, pywraplp.Solver.FEASIBLE):
            return Choice(None, -1e18, status == pywraplp.Solver.INFEASIBLE)
        taken = [column for x, column in zip(self.x, self.columns, strict=True) if x.solution_value() > 0.5]
        return Choice(taken, self.goal.BestBound(), status == pywraplp.Solver.OPTIMAL)

    def _hint(self, start: Sequence[Column]) -> None:
        marks = {(c.shift, c.visits, c.starts) for c in start}
        on = [(c.shift, c.visits, c.starts) in marks for c in self.columns]
        made = {i for c in start for i in c.visits}
        variables = [*self.x, *self.left.values()]
        values = [float(value) for value in on] + [float(i not in made) for i in self.left]
        at: dict[int, set[int]] = defaultdict(set)
        for c in start:
            for i in c.visits:
                at[int(self.compiled.net.home[i])].add(int(self.compiled.net.worker[c.shift]))
        for (h, k), y in self.staff.items():
            variables.append(y)
            values.append(float(k in at[h]))
        for h, z in self.one.items():
            variables.append(z)
            here = bool(at[h]) or any(self.held[i] for i in self.rows.homes[h])
            values.append(float(here))
        self.ip.SetHint(variables, values)
