"""How often something is tried and how long something may take: every such limit, with its unit and its reason.

What a configuration may set has its default here. All times are seconds. The sandbox has times of its own: they are
faults that it plays, not limits that phonesync keeps.
"""

from __future__ import annotations

from typing import Final

# Requests to a service.

ANSWER_SECONDS: Final = 30.0
"""One answer, by default: a whole list in one batch takes longest."""
READ_ATTEMPTS: Final = 5
"""Attempts of one read, by default: they outlast a moment's trouble; what lasts is for the next run."""
CALL_SECONDS: Final = 120.0
"""All attempts of one call together, by default: four answers at their slowest."""
FIRST_WAIT_SECONDS: Final = 0.5
"""Before the second attempt; each further wait is twice as long, so that a busy service is not kept busy by us."""
LONGEST_WAIT_SECONDS: Final = 30.0
"""Between two attempts; only a service itself may ask for more."""

FETCH_SECONDS: Final = 120.0
"""One source that is fetched from another machine: half a gigabyte on a slow line is no directory."""
OPTIONAL_SECONDS: Final = 5.0
"""One answer that nothing depends on, asked for once: a run is not to wait for it."""
TRIAL_SECONDS: Final = 15.0
"""All attempts of one call of `phonesync init`, which tries an address that somebody has just typed and waits."""
TRIAL_OWNERS: Final = 50
"""Owners of a file that `phonesync init` asks a service for, to see which of its places the file is about."""
INTERFACE_SECONDS: Final = 86_400.0
"""Between two questions to a service how its methods are called: a new version is installed at night."""
NAMES_SECONDS: Final = 7 * 86_400.0
"""Between two questions what an owner is called: hardly any name ever changes, and a night is not to ask for all."""
NAMES_AGAIN_SECONDS: Final = 80_000.0
"""Likewise, where the last one had no answer: the next night, even where it begins a little earlier."""
CLOCKS_APART_SECONDS: Final = 240.0
"""Between this machine's clock and USOS's, before `doctor` warns: a sister service of USOS allows 300."""

# Writes. None is sent again before reading has shown that it did nothing.

WRITE_ROUNDS: Final = 3
"""Sendings of one write whose answer was lost; and readings in which an entry that is put back may be gone again."""
LIST_SENDINGS: Final = 2 * WRITE_ROUNDS + 1
"""To one phone list: a batch, then entry by entry, then a rename in two halves, and a lost answer here and there."""

SETTLE_WAITS_SECONDS: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Between readings that do not show yet what a service has confirmed: a replica lags by some readings, a cache by up to
a minute. What they do not show then is unknown, never failed."""

DOUBT_SECONDS: Final = sum(SETTLE_WAITS_SECONDS[:5])
"""How long a reading may be behind what a service has refused, where nobody has seen yet how far its readings lag:
a box on the way may have delivered the request twice, and then what was refused is what had been done already."""

# Runs and the ledger.

KEPT_LINES: Final = 50_000
"""Lines of a file that more than one sync of a run asks for: a larger one is read again, not held in memory."""
UNREACHABLE_DELAYS_SECONDS: Final = (10.0, 60.0)
"""Before a run under Prefect reads a target once more, for a service that is restarted at night: the client was patient
already."""
DATABASE_BUSY_SECONDS: Final = 30.0
"""For an SQLite file that another process is writing: runs of other targets share it and note what they do."""
LOCK_BEAT_SECONDS: Final = 10.0
"""Between two signs of life of whoever holds a target: several may be missed before it counts as dead."""
LOCK_STALE_SECONDS: Final = 60.0
"""Without a sign of life: the holder has died, or its machine sleeps."""
STRAY_SLICES_SECONDS: Final = 2 * LOCK_STALE_SECONDS
"""For slices of a dead run to notice it: longer than any of them can be alive unnoticed."""
SLICE_LOOK_SECONDS: Final = 1.0
"""Between two looks of a slice into the ledger: it is to stop soon, and the ledger is not to be kept busy."""
WORKER_COMES_SECONDS: Final = 90.0
"""For a worker to take a slice: it looks for work every ten seconds, and starting takes as long."""
SLICES_LOOK_SECONDS: Final = 2.0
"""Between two looks of a run at its slices, which take minutes."""

PROGRESS_SECONDS: Final = 10.0
"""Between two lines of a log that tell how far a run has come."""

SIGN_OF_LIFE_SECONDS: Final = 1.0
"""Between two dots on the screen while Prefect starts."""

# Questions to people, in Prefect's pages.

APPROVAL_LOOK_SECONDS: Final = 2.0
"""Between two looks for an answer: somebody has pressed a button and waits."""
APPROVAL_GRACE_SECONDS: Final = 600.0
"""By which Prefect's own time-out of the question is longer than ours, so that ours is the one that counts."""

# Processes of `phonesync serve`.

SERVER_STARTS_SECONDS: Final = 180.0
"""For Prefect's server to answer first: a busy machine needs longer than Prefect's own ten or twenty."""
SERVER_ANSWERS_SECONDS: Final = 30.0
"""For a server that should be there already."""
HEALTH_SECONDS: Final = 5.0
"""For one answer of it to whether it is well."""
SERVE_LOOK_SECONDS: Final = 0.5
"""Between two looks at the processes: nobody notices so little."""
STALE_LOOK_SECONDS: Final = 300.0
"""Between two looks whether a sync has not ended well for too long: that is a matter of hours."""
PLANS_LOOK_SECONDS: Final = 5.0
"""Between two looks which plans wait: whoever has just made one opens the form of `apply` next."""
WORKER_RESTART_SECONDS: Final = (1.0, 5.0, 30.0)
"""Before a worker that died is started anew, more and more slowly where it dies again and again."""
WORKER_STEADY_SECONDS: Final = 120.0
"""After which a worker counts as one that works, and its next death as its first."""
WORKER_QUERY_SECONDS: Final = 1
"""Between two looks of a worker of ours for work: somebody has pressed Run and waits; usual are ten."""
HANDED_OVER_SECONDS: Final = 120.0
"""For a run that a worker has taken to start: it takes seconds; later than that its worker has died."""
RUN_BEAT_SECONDS: Final = 30
"""Between two signs of life of a run in Prefect."""
RUN_DEAD_SECONDS: Final = 1000
"""Without one: Prefect may tell an automation a quarter of an hour late that a run has ended, since it waits so long
for what it thinks must have come before; nothing that has ended or lives may be called dead."""
PREFECT_DATABASE_SECONDS: Final = 60
"""For Prefect's database on a busy machine; usual are ten."""
PREFECT_KEPT_DAYS: Final = 90
"""For runs in Prefect's database, where the configuration does not say how long: the ledger has them all the same."""
PREFECT_EVENTS_DAYS: Final = 7
"""For events in Prefect's database, or as long as runs are kept: its feed says what was told, and why it was not."""
PREFECT_STEP_EVENTS_SECONDS: Final = 3_600
"""For events of steps and artifacts, a third of a megabyte for a run of six syncs: what they tell stands beside the run
as well, and nothing waits for them."""
PREFECT_RUN_EVENTS_SECONDS: Final = 86_400
"""For events of the states of runs, likewise; an automation waits for the end of a run far less long."""
KEEP_LOOK_SECONDS: Final = 86_400.0
"""Between two looks what is older than the configuration keeps."""

# The end of `phonesync serve`. systemd and containers have to wait longer than its runs and its server together.

RUNS_END_SECONDS: Final = 100.0
"""For runs to finish what is in flight: one request with all that belongs to it."""
SERVER_ENDS_SECONDS: Final = 15.0
"""For the server, whose database takes care of itself."""
KILLED_SECONDS: Final = 5.0
"""For the system to take away what was killed."""
END_LOOK_SECONDS: Final = 0.2
"""Between two looks whether a process has ended: somebody has pressed Ctrl-C and waits."""

# Telling people.

TELLING_SECONDS: Final = 20.0
"""One mail or web hook: a night must not wait for a mailer that says nothing."""
RUNS_LOOKED_BACK: Final = 500
"""Runs, to find the newest of a sync: a quarter of a year of nights, with everything that is started by hand."""
GONE_SYNC_DAYS: Final = 7
"""For so long `status` tells of a sync that is in the configuration no more: a weekend and the days around it."""
REPORTS_LOOKED_BACK: Final = 100
"""Of the newest runs, where a report is looked for that shows the same: each sync of a night looks."""
STALE_GRACE_SECONDS: Final = 10_800.0
"""How long after a start of its schedule a sync may be without a good run: large ones take an hour, and try again."""

UNREAD_CELLS: Final = 20_000
"""Of a file, held against the numbers that would go: 0.1 ms each, and of more than so many each may be any of them."""
