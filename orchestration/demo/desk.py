"""The desks at work: tickets wait in queues until somebody on shift takes them.

Belongs here: what follows from time, queues and shifts. Waits are not drawn: they are what is left when shifts are too few.
A buyer who waits too long writes again (a chaser) and makes the queue longer. Draws are made beforehand, in `desk_plan`.

The log's rows are tuples, appended as time passes; `conversations` turns them into the helpdesk's tables.
"""

import heapq
from collections import deque
from dataclasses import dataclass, field

from orchestration.demo.agents import CONTRACTORS, EU, SPECIALISTS, US, Agents
from orchestration.demo.clock import DAY, HORIZON, HOUR, MINUTE
from orchestration.demo.desk_plan import DeskPlan
from orchestration.demo.shifts import Shifts

# Kinds of messages.
FIRST, AUTO_REPLY, REPLY, CANNED, NOTE, FOLLOW_UP, BUMP, CHASER, REOPENING, REPEAT, BOT = range(11)
STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
NEW, OPEN, PENDING, HOLD, SOLVED, CLOSED = range(6)
STATUS_FIELD, ASSIGNEE_FIELD, TEAM_FIELD, PRIORITY_FIELD = range(4)
PRIORITIES = ("low", "normal", "high", "urgent")

CLOSE_AFTER = 4 * DAY
SILENCE_ENDS_AFTER = 5 * DAY
CHASE_SHARE, BUMP_SHARE = 0.46, 0.3
REASSIGN_SHARE, NOTE_SHARE, CANNED_SHARE, GAMED_SHARE = 0.35, 0.13, 0.06, 0.5
UNASSIGN_SHARE = 0.02
MEETING_SHARE, MEETING_SECONDS = 0.16, 25 * MINUTE

_ARRIVE, _SHIFT, _DONE, _CUSTOMER, _RESUME, _IMPATIENT, _SILENT, _CLOSE, _BORN = range(9)
_NO_TICKET = -1


@dataclass
class DeskLog:
    """What happened, in order of happening within each list.

    messages: (sent_at, ticket, kind, agent or -1); changes: (changed_at, ticket, field, old, new, agent or -1), where
    values are positions (agents, teams, statuses, priorities) and -1 is none; work: (started_at, seconds, ticket or -1,
    agent, is_inferred). By ticket: creation, parent, the earlier ticket chased, first reply, first pick-up, last replier.
    """

    messages: list[tuple[int, int, int, int]] = field(default_factory=list)
    changes: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)
    work: list[tuple[int, int, int, int, bool]] = field(default_factory=list)
    solved: list[tuple[int, int, int]] = field(default_factory=list)
    created_at: list[int] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    chased: list[int] = field(default_factory=list)
    first_reply_at: list[int] = field(default_factory=list)
    first_replier: list[int] = field(default_factory=list)
    picked_up_at: list[int] = field(default_factory=list)


class Desk:
    """One run of the desks from the first ticket to the horizon."""

    def __init__(self, plan: DeskPlan, agents: Agents, shifts: Shifts) -> None:
        self.log = DeskLog()
        self._plan = plan
        self._capacity = len(plan)
        self._pace, self._games = agents.pace.tolist(), agents.is_gaming.tolist()
        self._desk, self._urgent = plan.desk.tolist(), plan.is_urgent.tolist()
        self._touches, self._work = plan.touches.tolist(), plan.work_seconds.tolist()
        self._gap, self._hold = plan.gap_seconds.tolist(), plan.gap_is_hold.tolist()
        self._silent, self._escalated = plan.goes_silent.tolist(), plan.is_escalated.tolist()
        self._never, self._reopen = plan.is_never_answered.tolist(), plan.reopen_seconds.tolist()
        self._repeat, self._patience = plan.repeat_seconds.tolist(), plan.patience_seconds.tolist()
        self._chase, self._auto = plan.chase_draw.tolist(), plan.auto_reply_seconds.tolist()
        self._reassign, self._note, self._canned = (
            plan.reassign_draw.tolist(), plan.note_draw.tolist(), plan.canned_draw.tolist(),
        )  # fmt: skip
        self._events: list[tuple[int, int, int, int, int]] = []
        self._sequence = 0
        self._queues: list[list[tuple[int, int, int, int]]] = [[], [], [], []]
        self._idle: list[deque[int]] = [deque() for _ in range(4)]
        self._pool = [0] * len(agents.team)
        self._shift_end = [0] * len(agents.team)
        self._busy = [False] * len(agents.team)
        self._done = [0] * self._capacity
        self._status = [-1] * self._capacity
        self._assignee = [-1] * self._capacity
        self._in_specialists = [False] * self._capacity
        self._reopened = [False] * self._capacity
        self._depth = [0] * self._capacity
        for shift, (starts_at, agent) in enumerate(zip(shifts.starts_at.tolist(), shifts.agent.tolist(), strict=True)):
            self._push(starts_at, _SHIFT, agent, shift)
        self._shift_ends, self._shift_team = shifts.ends_at.tolist(), shifts.team.tolist()

    def run(self, created_at: list[int], is_queued: list[bool]) -> DeskLog:
        """Let time pass. `created_at` and `is_queued` (a ticket that people must answer) are by static ticket."""
        log = self.log
        count = len(created_at)
        log.created_at = list(created_at)
        log.parent, log.chased = list(range(count)), [-1] * count
        log.first_reply_at, log.first_replier = [-1] * count, [-1] * count
        log.picked_up_at = [-1] * count
        first = self._plan.first_message_at.tolist()
        for ticket in range(count):
            if is_queued[ticket]:
                self._push(created_at[ticket], _BORN, ticket, first[ticket])
        handlers = (
            self._arrive, self._start_shift, self._finish, self._customer_writes, self._resume, self._lose_patience,
            self._end_silence, self._close, self._create,
        )  # fmt: skip
        events = self._events
        while events:
            now, _, code, one, two = heapq.heappop(events)
            if now >= HORIZON:
                break
            handlers[code](now, one, two)
        return log

    def _push(self, at: int, code: int, one: int, two: int) -> None:
        self._sequence += 1
        heapq.heappush(self._events, (at, self._sequence, code, one, two))

    def _set_status(self, now: int, ticket: int, status: int, agent: int) -> None:
        self.log.changes.append((now, ticket, STATUS_FIELD, self._status[ticket], status, agent))
        self._status[ticket] = status

    def _assign(self, now: int, ticket: int, agent: int) -> None:
        self.log.changes.append((now, ticket, ASSIGNEE_FIELD, self._assignee[ticket], agent, agent))
        self._assignee[ticket] = agent

    # A ticket comes to life, waits, and is taken.

    def _create(self, now: int, ticket: int, first_message_at: int) -> None:
        self.log.changes.append((now, ticket, TEAM_FIELD, -1, self._desk[ticket], -1))
        self.log.changes.append((now, ticket, PRIORITY_FIELD, -1, 2 if self._urgent[ticket] else 1, -1))
        self._set_status(now, ticket, NEW, -1)
        self._push(first_message_at, _ARRIVE, ticket, FIRST)
        self._push(now + self._patience[ticket], _IMPATIENT, ticket, 0)

    def _arrive(self, now: int, ticket: int, kind: int) -> None:
        self.log.messages.append((now, ticket, kind, -1))
        if self._auto[ticket] >= 0:
            self.log.messages.append((now + self._auto[ticket], ticket, AUTO_REPLY, -1))
        self._enqueue(now, ticket)

    def _queue_of(self, ticket: int) -> int:
        return SPECIALISTS if self._in_specialists[ticket] else self._desk[ticket]

    def _enqueue(self, now: int, ticket: int) -> None:
        queue = self._queue_of(ticket)
        self._sequence += 1
        heapq.heappush(self._queues[queue], (0 if self._urgent[ticket] else 1, now, self._sequence, ticket))
        pools = (queue, CONTRACTORS) if queue in (EU, US) else (queue,)
        for pool in pools:
            idle = self._idle[pool]
            while idle:
                agent = idle.popleft()
                # Those who stand here from an earlier shift may be gone, or busy in a new one.
                if self._shift_end[agent] > now + 2 * MINUTE and not self._busy[agent]:
                    self._take(now, agent, queue)
                    return

    def _take(self, now: int, agent: int, queue: int) -> None:
        ticket = heapq.heappop(self._queues[queue])[3]
        log = self.log
        if log.picked_up_at[ticket] < 0:
            log.picked_up_at[ticket] = now
        if self._assignee[ticket] != agent and (self._assignee[ticket] < 0 or self._reassign[ticket] < REASSIGN_SHARE):
            self._assign(now, ticket, agent)
        if self._status[ticket] != OPEN:
            self._set_status(now, ticket, OPEN, agent)
        done = min(self._done[ticket], len(self._work[ticket]) - 1)
        seconds = max(40, int(self._work[ticket][done] * self._pace[agent]))
        if self._done[ticket] == 0 and self._games[agent] and self._canned[ticket] < GAMED_SHARE:
            self._reply(now + 30, ticket, agent, CANNED)
            seconds = max(150, min(seconds, 480))
        if self._note[ticket] < NOTE_SHARE and done == 0:
            log.messages.append((now + 20, ticket, NOTE, agent))
        log.work.append((now, seconds, ticket, agent, self._chase[ticket] > 0.85))
        self._busy[agent] = True
        self._push(now + seconds, _DONE, agent, ticket)

    # Agents come, finish and go.

    def _start_shift(self, now: int, agent: int, shift: int) -> None:
        self._shift_end[agent] = self._shift_ends[shift]
        self._pool[agent] = self._shift_team[shift]
        if self._busy[agent]:
            return
        if (shift * 2654435761 >> 8) % 100 < MEETING_SHARE * 100:
            self.log.work.append((now, MEETING_SECONDS, _NO_TICKET, agent, False))
            self._busy[agent] = True
            self._push(now + MEETING_SECONDS, _DONE, agent, _NO_TICKET)
        else:
            self._free(now, agent)

    def _free(self, now: int, agent: int) -> None:
        self._busy[agent] = False
        if self._shift_end[agent] <= now + 2 * MINUTE:
            return
        queue = self._next_queue(self._pool[agent])
        if queue is None:
            # An agent stands in one pool's line only, once.
            if agent not in self._idle[self._pool[agent]]:
                self._idle[self._pool[agent]].append(agent)
        else:
            self._take(now, agent, queue)

    def _next_queue(self, pool: int) -> int | None:
        queues = self._queues
        if pool != CONTRACTORS:
            return pool if queues[pool] else None
        if queues[CONTRACTORS]:
            return CONTRACTORS
        waiting = [queue for queue in (EU, US) if queues[queue]]
        return min(waiting, key=lambda queue: queues[queue][0]) if waiting else None

    def _finish(self, now: int, agent: int, ticket: int) -> None:
        if ticket != _NO_TICKET:
            self._after_work(now, agent, ticket)
        self._free(now, agent)

    # What an answer leads to.

    def _reply(self, now: int, ticket: int, agent: int, kind: int) -> None:
        self.log.messages.append((now, ticket, kind, agent))
        if self.log.first_reply_at[ticket] < 0:
            self.log.first_reply_at[ticket] = now
            self.log.first_replier[ticket] = agent

    def _after_work(self, now: int, agent: int, ticket: int) -> None:
        if self._never[ticket]:
            self._solve(now, agent, ticket)
            return
        is_canned = self._done[ticket] == 0 and self._canned[ticket] > 1 - CANNED_SHARE
        self._reply(now, ticket, agent, CANNED if is_canned else REPLY)
        number = min(self._done[ticket], len(self._gap[ticket]) - 1)
        self._done[ticket] += 1
        if self._done[ticket] == 1 and self._escalated[ticket]:
            self._escalate(now, agent, ticket)
        elif self._done[ticket] >= self._touches[ticket]:
            self._solve(now, agent, ticket)
        elif self._hold[ticket][number]:
            self._set_status(now, ticket, HOLD, agent)
            self._push(now + self._gap[ticket][number], _RESUME, ticket, 0)
        else:
            self._set_status(now, ticket, PENDING, agent)
            if self._silent[ticket]:
                self._push(now + SILENCE_ENDS_AFTER, _SILENT, ticket, agent)
            else:
                self._push(now + self._gap[ticket][number], _CUSTOMER, ticket, FOLLOW_UP)

    def _escalate(self, now: int, agent: int, ticket: int) -> None:
        log = self.log
        log.changes.append((now, ticket, TEAM_FIELD, self._desk[ticket], SPECIALISTS, agent))
        if not self._urgent[ticket]:
            log.changes.append((now, ticket, PRIORITY_FIELD, 1, 2, agent))
        self._in_specialists[ticket] = True
        self._enqueue(now, ticket)

    def _solve(self, now: int, agent: int, ticket: int) -> None:
        self._set_status(now, ticket, SOLVED, agent)
        self.log.solved.append((now, ticket, agent))
        if self._reopen[ticket] >= 0 and not self._reopened[ticket]:
            self._reopened[ticket] = True
            self._touches[ticket] = self._done[ticket] + 1
            self._push(now + self._reopen[ticket], _CUSTOMER, ticket, REOPENING)
            return
        self._push(now + CLOSE_AFTER, _CLOSE, ticket, agent)
        if self._repeat[ticket] >= 0 and self._depth[ticket] < 2:
            self._spawn(now + self._repeat[ticket], ticket, REPEAT)

    def _end_silence(self, now: int, ticket: int, agent: int) -> None:
        self._set_status(now, ticket, SOLVED, -1)
        self.log.solved.append((now, ticket, agent))
        self._push(now + CLOSE_AFTER, _CLOSE, ticket, agent)

    def _close(self, now: int, ticket: int, _: int) -> None:
        self._set_status(now, ticket, CLOSED, -1)
        if self._note[ticket] > 1 - UNASSIGN_SHARE:
            self.log.changes.append((now, ticket, ASSIGNEE_FIELD, self._assignee[ticket], -1, -1))
            self._assignee[ticket] = -1

    # The buyer's side.

    def _customer_writes(self, now: int, ticket: int, kind: int) -> None:
        self.log.messages.append((now, ticket, kind, -1))
        self._set_status(now, ticket, OPEN, -1)
        self._enqueue(now, ticket)

    def _resume(self, now: int, ticket: int, _: int) -> None:
        self._set_status(now, ticket, OPEN, -1)
        self._enqueue(now, ticket)

    def _lose_patience(self, now: int, ticket: int, _: int) -> None:
        if self.log.first_reply_at[ticket] >= 0 or self._status[ticket] >= SOLVED:
            return
        if self._chase[ticket] < CHASE_SHARE and self._depth[ticket] < 2:
            self._spawn(now, ticket, CHASER)
        elif self._chase[ticket] < CHASE_SHARE + BUMP_SHARE:
            self.log.messages.append((now, ticket, BUMP, -1))

    def _spawn(self, at: int, ticket: int, kind: int) -> None:
        """A new ticket about the same thing: a chaser while the first is open, a repeat after it was solved."""
        log = self.log
        child = len(log.created_at)
        if at >= HORIZON - HOUR or child >= self._capacity:
            return
        log.created_at.append(at)
        log.parent.append(log.parent[ticket])
        log.chased.append(ticket if kind == CHASER else -1)
        log.first_reply_at.append(-1)
        log.first_replier.append(-1)
        log.picked_up_at.append(-1)
        self._depth[child] = self._depth[ticket] + 1
        self._desk[child] = self._desk[ticket]
        self._touches[child] = 1 if kind == CHASER else self._touches[child]
        self._escalated[child] = False
        self.log.changes.append((at, child, TEAM_FIELD, -1, self._desk[child], -1))
        self.log.changes.append((at, child, PRIORITY_FIELD, -1, 2 if self._urgent[child] else 1, -1))
        self._set_status(at, child, NEW, -1)
        self._push(at, _ARRIVE, child, kind)
        self._push(at + self._patience[child], _IMPATIENT, child, 0)
