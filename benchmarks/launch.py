"""Run a command and print how long it took and its peak memory.

A process of its own, and a small one: what a large parent has in memory is counted for the child it starts.
"""

import os
import sys
import time

began = time.perf_counter()
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
_, status, used = os.wait4(process, 0)
print(time.perf_counter() - began, used.ru_maxrss / 1024, os.waitstatus_to_exitcode(status))
