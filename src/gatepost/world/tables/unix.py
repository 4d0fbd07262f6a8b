"""unix: the users and groups of this machine.

`unix:passwd.byname` answers a login name with its passwd(5) line, `unix:group.byname` a group with its group(5)
line. Both are asked through the name service at each look-up, so they need no reload. The default
`local_recipient_maps` names the first. Any other name is an unknown map.

Unavailable: the name service failed.
Postfix: DATABASE_README unix
"""

import grp
import pwd
from collections.abc import Callable

from gatepost.model.answer import NOT_FOUND, Answer, Found, Unavailable
from gatepost.world.tables.table import LoadedTable, TableRequest, TableType, fault


def _passwd_line(name: str) -> str:
    return ":".join(map(str, pwd.getpwnam(name)))


def _group_line(name: str) -> str:
    group = grp.getgrnam(name)
    return f"{group.gr_name}:{group.gr_passwd}:{group.gr_gid}:{','.join(group.gr_mem)}"


_MAPS: dict[str, Callable[[str], str]] = {"passwd.byname": _passwd_line, "group.byname": _group_line}


def load(request: TableRequest) -> LoadedTable:
    """Choose the map."""
    line_of = _MAPS.get(request.argument)
    if line_of is None:
        raise fault(request.shown_name, "no such map", f"use one of unix:{', unix:'.join(_MAPS)}")
    source = request.shown_name

    def search(key: str) -> Answer[str]:
        try:
            return Found(line_of(key), source)
        except (KeyError, ValueError):
            return NOT_FOUND
        except OSError as error:
            return Unavailable(f"{source}: {error.strerror}")

    return LoadedTable(search)


UNIX = TableType("unix", __doc__, tries_partial_keys=True, folds_keys=True, load=load)
