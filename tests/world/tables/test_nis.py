"""An NIS map: empty where there is no NIS domain, a fault where there is one."""

import pytest

from gatepost.model.answer import NotFound, Unavailable
from gatepost.world.tables import load_table, nis


@pytest.mark.parametrize(
    ("domain", "answer"), [("(none)\n", NotFound), ("", NotFound), (None, NotFound), ("staff\n", Unavailable)]
)
def test_the_domain_decides(tmp_path, monkeypatch, domain, answer):
    path = tmp_path / "domainname"
    if domain is not None:
        path.write_text(domain)
    monkeypatch.setattr(nis, "DOMAIN_NAME", path)
    table = load_table("nis:mail.aliases")
    assert isinstance(table.find("postmaster"), answer)
    assert len(table.complaints) == (answer is Unavailable)
