#!/usr/bin/env bash
# The shell's way: what one sorted file has and the other has not. It does not tell a change from an addition and a deletion.
set -euo pipefail
export LC_ALL=C
comm -3 <(tail -n +2 "$1" | sort) <(tail -n +2 "$2" | sort) >"$3/comm.txt"
