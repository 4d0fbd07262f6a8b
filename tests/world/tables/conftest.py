"""Database servers, started once for all tests of tables that need one."""

import pytest

from tests import database_servers


@pytest.fixture(scope="session")
def mariadb():
    with database_servers.mariadb() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql():
    with database_servers.postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def openldap():
    with database_servers.openldap() as server:
        yield server
