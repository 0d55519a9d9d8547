"""What the workbench says about people: whom one stands in for, leaves to confirm, cases that nobody looks after."""

from __future__ import annotations

from django.urls import reverse

from minzheng.kernel.accounts import selectors
from minzheng.kernel.cases import handover
from minzheng.kernel.parts.deadlines import phrase
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.noting import Note, told

#: What is said first.
URGENCY = ("error", "warning", "info")


def notes_of(drawing: Drawing) -> list[Note]:
    """One query for everybody, up to five more for whoever assigns cases; then what other folders have to say."""
    actor = drawing.actor
    found: list[Note] = []
    leaves = selectors.standing_in_now(actor)
    held = handover.handed_to(actor) if leaves else {}
    for leave in leaves:
        count, soonest = held.get(leave.user_id, (0, None))
        until = f"至 {leave.ends_on:%Y-%m-%d}"
        rest = f"名下代办 {count} 件" + (f"，最早的{phrase(soonest, drawing.today)[0]}" if soonest else "")
        url = f"{reverse('cases.list')}?scope=held&sort=due_on" if actor.has("case.read") else reverse("leave.list")
        found.append(Note(f"您正在代理{leave.user.name}（{until}），{rest}。", url, "查看代办"))
    if actor.has("case.assign") or actor.has("accounts.grant"):
        waiting = selectors.waiting_leaves(actor).count()
        if waiting:
            found.append(Note(f"有 {waiting} 个休假等您确认。", f"{reverse('leave.list')}?state=asked", "去确认"))
    if actor.has("case.assign"):
        lost = handover.unattended(actor, drawing.today).count()
        if lost:
            found.append(
                Note(
                    f"有 {lost} 件办件的经办人已离岗或休假，无人照管。", reverse("handover.people"), "去移交", "warning"
                )
            )
    return sorted([*found, *told(drawing)], key=lambda note: URGENCY.index(note.tone))
