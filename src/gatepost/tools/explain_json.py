"""An explanation for programs: one JSON object, described in docs/explain.md."""

from dataclasses import asdict
from typing import Any

from gatepost.model.errors import Complaint, Place
from gatepost.model.reply import Reply
from gatepost.model.verdict import Verdict
from gatepost.tools.explain import Explanation
from gatepost.tools.inquiries import Inquiry
from gatepost.tools.trace import ListTrace, StageTrace, StepTrace

SCHEMA_VERSION = 1
"""Counted up where a field goes or changes its meaning, not where one is added."""


def as_dict(explanation: Explanation) -> dict[str, Any]:
    """The whole explanation in values that JSON has."""
    facts, names, cause = explanation.facts, explanation.client_names, explanation.cause
    return {
        "version": SCHEMA_VERSION,
        "decision": explanation.decision.value,
        "command": explanation.command,
        "reply": _reply(explanation.reply),
        "decided_by": {"restriction": cause.step.step.word, "list": cause.list_name, "words": cause.words}
        if cause
        else None,
        "discards": explanation.discards,
        "effects": [asdict(effect) for effect in explanation.effects],
        "facts": {
            "client_address": facts.client.text,
            "client_name": names.name if names else None,
            "reverse_client_name": names.reverse_name if names else None,
            "helo_name": facts.helo_name,
            "sender": facts.sender,
            "recipient": facts.recipient,
            "sasl_username": facts.sasl_username,
            "is_tls": facts.is_tls,
            "protocol": "ESMTP" if facts.is_extended else "SMTP",
        },
        "stages": [_stage(explanation, stage) for stage in explanation.stages],
        "relay_faults": [_complaint(fault) for fault in explanation.loaded.relay_faults],
    }


def _reply(reply: Reply | None) -> dict[str, Any] | None:
    return None if reply is None else asdict(reply)


def _complaint(complaint: Complaint) -> dict[str, Any]:
    return {**_place(complaint.place), "text": complaint.text, "cure": complaint.cure}


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.path, "line": place.line}


def _stage(explanation: Explanation, stage: StageTrace) -> dict[str, Any]:
    return {"stage": stage.where, "lists": [_list(explanation, each) for each in stage.lists]}


def _list(explanation: Explanation, each: ListTrace) -> dict[str, Any]:
    name = each.boundary.list_name
    view = explanation.loaded.view
    return {
        "name": name,
        **(_place(view.place(name)) if view.is_set(name) else {"file": None, "line": None}),
        "restrictions": [_step(explanation, step) for step in each.steps],
    }


def _step(explanation: Explanation, step: StepTrace) -> dict[str, Any]:
    return {
        "restriction": step.step.word,
        "is_warning": step.step.is_warning,
        "depth": step.depth,
        "status": step.status.value,
        "why": step.why.value if step.why else None,
        "asked": [_inquiry(told) for asked in step.asked for told in explanation.told(asked)],
        "verdict": _verdict(step.verdict),
    }


def _inquiry(inquiry: Inquiry) -> dict[str, Any]:
    """Without what does not apply."""
    return {name: value for name, value in asdict(inquiry).items() if value not in ("", (), None)}


def _verdict(verdict: Verdict | None) -> dict[str, Any] | None:
    """Its name in small letters with underscores, and what it carries."""
    if verdict is None:
        return None
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in type(verdict).__name__).lstrip("_")
    reply = getattr(verdict, "reply", None)
    carried = {key: getattr(verdict, key, "") for key in ("text", "action", "value", "complaint")}
    values = {key: value for key, value in carried.items() if value}
    return {"name": name, **({"reply": _reply(reply)} if reply else {}), **values}
