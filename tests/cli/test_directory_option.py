"""-c names the directory wherever it stands: before a group, behind it, behind the subcommand; the innermost counts."""

import pytest
from click.testing import CliRunner

from gatepost.cli.main import main

GROUPS = ("greylist", "hosts", "users", "verify")


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize(
    "order",
    [
        "-c {there} {group} list",
        "{group} -c {there} list",
        "{group} list -c {there}",
        "-c {elsewhere} {group} -c {there} list",
        "{group} -c {elsewhere} list -c {there}",
    ],
)
def test_the_directory(tmp_path, group, order):
    (tmp_path / "there").mkdir()
    (tmp_path / "elsewhere").mkdir()
    words = order.format(there=tmp_path / "there", elsewhere=tmp_path / "elsewhere", group=group).split()
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, f"{tmp_path}/there/main.cf" in done.output) == (78, True), done.output
