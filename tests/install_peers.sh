#!/usr/bin/env bash
# Install the real programs that the tests talk to, from Debian's packages, where that is allowed; else name them.
# The system's own services are never started: a policy-rc.d that says no stands in the way while they are installed.
set -eu
missing=()
for package in "$@"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "not installed, tests that need them are skipped by name: ${missing[*]}"
  exit 0
fi
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
echo "installing for the tests: ${missing[*]}"
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" > /tmp/gatepost-peers.log 2>&1 ||
  { tail -n 20 /tmp/gatepost-peers.log; exit 1; }
