"""A small flood: the well-behaved client gets everything through. Its figures are those of bench/RESULTS-flood.md."""

import pytest
from bench.flood import Flood, run, table


@pytest.mark.peer("smtp-sink")
@pytest.mark.timeout(120)
def test_a_well_behaved_client_gets_through_a_flood() -> None:
    flood = Flood(slow=150, rate=150, seconds=2.0, maxproc=180)
    measured = run(flood)
    assert measured.flooded.times_s and measured.flooded.refused == 0
    assert int(measured.knocked.split()[0]) > 0
    assert "new sessions are under stress" in measured.log
    assert "Traceback" not in measured.log and "unexpected" not in measured.log
    assert any(line.startswith("| 150 slow clients") for line in table(flood, measured))
