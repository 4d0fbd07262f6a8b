"""What `gatepost verify` does: the cache of address verification seen, flushed, and filled by hand.

A probe asks whom the restriction would ask: the question is that of the policy of the first smtpd row of master.cf,
or of main.cf alone where there is none.
"""

import asyncio
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gatepost.config.loading import load_configuration
from gatepost.model.answer import Unavailable
from gatepost.model.errors import Complaint, ConfigurationError, Place
from gatepost.policy.address_verification import AddressStatus, ProbeResult
from gatepost.policy.questions import AddressProbe
from gatepost.policy.restrictions.verification import probe_of
from gatepost.policy.subjects import Subject
from gatepost.service.address_verification import open_cache, open_prober
from gatepost.service.inquiry import inquire
from gatepost.service.policy_loading import LoadedPolicy
from gatepost.service.site_findings import make_data_directory
from gatepost.tools.explain import Silence, choose_policy
from gatepost.world.answering import SessionAnswers, Sources
from gatepost.world.names.names import Names
from gatepost.world.net.next_hop import NextHopPool
from gatepost.world.tables import Tables
from gatepost.world.verification.asking import folded
from gatepost.world.verification.cache import Entry

EXCHANGERS = "MX"
"""Stands where a hop is named: the mail exchangers of the domain were asked."""


@dataclass(frozen=True, slots=True)
class Known:
    """One address. `updated` and `probed` in seconds since 1970, `probed` 0 unless a probe is under way."""

    status: str
    address: str
    asked: str
    text: str
    updated: int
    probed: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def open_desk(directory: Path, overrides: dict[str, str]) -> "VerifyDesk":
    """Raises ConfigurationError."""
    return VerifyDesk(choose_policy(load_configuration(directory, overrides), ""))


class VerifyDesk:
    """To be used within one event loop."""

    def __init__(self, loaded: LoadedPolicy) -> None:
        self._view = loaded.view
        self._settings = loaded.policy.settings
        self._cache = open_cache(loaded.view)

    async def known(self, address: str = "") -> list[Known]:
        """What the cache has: everything, or one address."""
        return [_known(entry) for entry in await self._cache.entries(folded(address))]

    async def flush(self, address: str = "") -> int:
        """Forget; gives how many."""
        return await self._cache.flush(folded(address))

    async def probe(self, address: str, *, is_sender: bool) -> Known:
        """Ask now and write it down. Raises ConfigurationError where nobody can be asked."""
        view = self._view
        make_data_directory(view)
        pool = NextHopPool()
        names = Names(view.text("dns_nameservers"), deadline_s=view.seconds("dns_deadline"))
        tables = Tables(base=view.directory, smtputf8=view.yes("smtputf8_enable"), parameter=view.given)
        try:
            question = await self._question(address, is_sender, SessionAnswers(Sources(tables, names, {})))
            now = int(time.time())
            if isinstance(question, ProbeResult):
                return Known(question.status.value, address, "transport_maps", question.text, now, 0)
            prober = open_prober(view, pool, names, Silence())
            result = await prober.probe(question.address, question.hop, question.sender)
            await self._cache.write(folded(question.address), question.hop, result, now)
            return Known(
                result.status.value, folded(question.address), question.hop or EXCHANGERS, result.text, now, 0
            )
        finally:
            names.close()
            tables.close()
            pool.close()

    async def _question(self, address: str, is_sender: bool, answers: SessionAnswers) -> AddressProbe | ProbeResult:
        told: asyncio.Future[AddressProbe | ProbeResult | Unavailable] = asyncio.get_running_loop().create_future()
        subject = Subject.SENDER if is_sender else Subject.RECIPIENT
        inquire(probe_of(subject, address, self._settings), answers, told.set_result)
        question = await told
        if isinstance(question, Unavailable):
            place = Place(str(self._view.directory / "main.cf"))
            raise ConfigurationError(Complaint("error", place, question.why))
        return question

    def close(self) -> None:
        """Close the file."""
        self._cache.close()


def _known(entry: Entry) -> Known:
    record = entry.record
    status = record.result.status.value
    is_first = record.result.status is AddressStatus.IN_PROGRESS
    asked = entry.hop or EXCHANGERS
    return Known(
        status, entry.address, asked, "" if is_first else record.result.text, record.updated_at, record.probed_at
    )
