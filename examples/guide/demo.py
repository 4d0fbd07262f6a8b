"""`make run`: the guide's policy on 127.0.0.1:2525, with a small name server beside it so that it works anywhere.

Nothing leaves the machine: the name server of gatepost.testing answers from demo.zone, strangers are played by
loopback addresses, accepted mail lands in ./var/maildirs.
"""

import getpass
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
VAR = Path.cwd() / "var"
NAME_SERVER_PORT = "5300"

TRY = """
Gatepost serves {here} on 127.0.0.1:2525; accepted mail lands in {var}/maildirs.
Type in another terminal (strangers come from 127.0.0.2 and up; 127.0.0.1 is in mynetworks and is let through):

  {try_it}                    # every kind of refusal and one accepted mail, told line by line
  {try_it} 127.0.0.3          # one session from an address that the block lists name
{swaks}
  find var/maildirs -type f     # what was accepted
  .venv/bin/gatepost check -c examples/guide -o maildir_directory=var/maildirs   # who may relay, what is dangerous

Ctrl-C stops it. The log of the server follows, in Postfix's words.
"""

SWAKS = """
  swaks --server 127.0.0.1:2525 --local-interface 127.0.0.2 --helo good.sender.example \\
        --from ann@sender.example --to bob@example.com                                  # accepted
  swaks --server 127.0.0.1:2525 --local-interface 127.0.0.3 --helo spam.source.example \\
        --from ann@sender.example --to bob@example.com                                  # on the block lists
"""


def main() -> int:
    """Start both, wait for Ctrl-C, stop both."""
    VAR.mkdir(exist_ok=True)
    name_server = subprocess.Popen(
        [sys.executable, "-m", "gatepost.testing.name_server", "--port", NAME_SERVER_PORT, HERE / "demo.zone"]
    )
    gatepost = [Path(sys.executable).with_name("gatepost"), "run", "-c", HERE]
    settings = {
        "dns_nameservers": f"127.0.0.1:{NAME_SERVER_PORT}",
        "maildir_directory": VAR / "maildirs",
        "data_directory": VAR,
        "mail_owner": getpass.getuser(),
    }
    overrides = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    try:
        time.sleep(0.5)
        if name_server.poll() is not None:
            return name_server.returncode
        try_it = f"{os.path.relpath(sys.executable)} examples/guide/try.py"
        swaks = SWAKS if shutil.which("swaks") else ""
        print(
            TRY.format(here=os.path.relpath(HERE), var=os.path.relpath(VAR), try_it=try_it, swaks=swaks), flush=True
        )
        return _serve([*gatepost, *overrides])
    finally:
        name_server.terminate()
        name_server.wait()


def _serve(command: list[str | Path]) -> int:
    """Run the server; Ctrl-C and SIGTERM reach it and it stops by itself."""
    server = subprocess.Popen(command)
    signal.signal(signal.SIGINT, lambda *_: None)  # the terminal has told the server too
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    return server.wait()


if __name__ == "__main__":
    sys.exit(main())
