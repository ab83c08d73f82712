"""The ledger's tables: runs, plans, intents, outcomes, approvals, and what has been learnt about targets.

A plan is kept whole, as one compressed table with its before-images: it has to be applied exactly as it was shown, and
it is the way back. Outcomes are rows of their own, written as they become known.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

# Times are texts in ISO 8601 with their zone: they sort, and every database keeps them alike.
runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("mode", String(16), nullable=False),
    Column("person", String(200), nullable=False),
    Column("started_at", String(40), nullable=False),
    Column("finished_at", String(40)),
    Column("exit_code", Integer),
    Column("summary", JSON),
)

plans = Table(
    "plans",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("run", ForeignKey("runs.id"), nullable=False),
    Column("applied_by", ForeignKey("runs.id")),
    Column("sync", String(200), nullable=False),
    Column("target", String(500), nullable=False),
    Column("fingerprint", String(80), nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("source_rows", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("guards", JSON, nullable=False),
    Column("writes", Integer, nullable=False),
    Column("deleted", Integer, nullable=False),  # entries that are known to be deleted by it
    Column("state", String(16), nullable=False),  # planned, writing, written
    Column("verified_at", String(40)),
    Column("proof", JSON),
    Column("entries", LargeBinary, nullable=False),
    Index("plans_by_sync", "sync", "created_at"),
    Index("plans_by_fingerprint", "fingerprint"),
)

intents = Table(
    "intents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("plan", ForeignKey("plans.id"), nullable=False, index=True),
    Column("run", ForeignKey("runs.id"), nullable=False),
    Column("call", String(40), nullable=False),
    Column("owners", JSON, nullable=False),
    Column("sent_at", String(40), nullable=False),
    Column("settled_at", String(40)),
    Column("fence", Integer, nullable=False, server_default="0"),  # of the holder; 0 in rows that are older
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("plan", ForeignKey("plans.id"), primary_key=True),
    Column("row", Integer, primary_key=True),  # position in the plan's table
    Column("outcome", String(16), nullable=False),
    Column("message", Text, nullable=False),
    Column("http_status", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", String(40), nullable=False),
    Column("code", String(40), nullable=False, server_default=""),  # "" in rows that are older than codes
    Column("problems", Text, nullable=False, server_default=""),  # what is said, packed; before codes: `message`
)

# What was known of a row when a run had ended, and a later one found out better: each run tells its own story.
earlier_outcomes = Table(
    "earlier_outcomes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("plan", ForeignKey("plans.id"), nullable=False, index=True),
    Column("row", Integer, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("message", Text, nullable=False),
    Column("http_status", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", String(40), nullable=False),
    Column("code", String(40), nullable=False),
    Column("problems", Text, nullable=False),
)

unplanned = Table(
    "unplanned",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("plan", ForeignKey("plans.id"), nullable=False, index=True),
    Column("owner", String(200), nullable=False),
    Column("name", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Column("code", String(40), nullable=False, server_default=""),  # likewise
    Column("problems", Text, nullable=False, server_default=""),  # likewise
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", String(80), nullable=False, index=True),
    Column("person", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Column("expires", Float, nullable=False),  # seconds since the epoch
    Column("used_by", String(64)),  # the run that it has allowed
)

refusals = Table(
    "refusals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("plan", String(200), nullable=False, index=True),
    Column("person", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", String(40), nullable=False),
)

owners = Table(
    "owners",
    metadata,
    Column("sync", String(200), primary_key=True),
    Column("target", String(500), primary_key=True),
    Column("owner", String(200), primary_key=True),
)

owner_names = Table(
    "owner_names",
    metadata,
    Column("target", String(500), primary_key=True),
    Column("owner", String(200), primary_key=True),
    Column("name", Text, nullable=False),
    Column("at", String(40), nullable=False),  # when it was last said to be that
)

service_names = Table(
    "service_names",
    metadata,
    Column("target", String(500), primary_key=True),
    Column("owner", String(200), primary_key=True),
    Column("names", JSON, nullable=False),  # by language; none where the service has said none
    Column("at", String(40), nullable=False),  # when it was last said, "" where it never was
    Column("asked", String(40), nullable=False),  # when it was last asked for, whatever the answer
)

kept_types = Table(
    "kept_types",
    metadata,
    Column("target", String(500), primary_key=True),
    Column("owner", String(200), primary_key=True),
    Column("key", String(500), primary_key=True),
    Column("kept", Boolean, nullable=False),
)

traits = Table(
    "traits",
    metadata,
    Column("target", String(500), primary_key=True),
    Column("trait", String(40), primary_key=True),
    Column("at", String(40), nullable=False),
)

interfaces = Table(
    "interfaces",
    metadata,
    Column("service", String(500), primary_key=True),  # the address of an installation
    Column("version", String(100), primary_key=True),  # "" where it does not say, or has described nothing
    Column("at", String(40), nullable=False),  # when it was last asked
    Column("methods", JSON, nullable=False),  # as `schemas.interface` packs them; none where it described none
)

locks = Table(
    "locks",
    metadata,
    Column("target", String(500), primary_key=True),
    Column("run", String(64), nullable=False),
    Column("holder", String(300), nullable=False),  # machine and process
    Column("beat", Float, nullable=False),  # seconds since the epoch
)

fences = Table(
    "fences",
    metadata,
    Column("target", String(500), primary_key=True),
    Column("number", Integer, nullable=False),  # of the newest holder
)

reconciliations = Table(
    "reconciliations",
    metadata,
    Column("run", ForeignKey("runs.id"), primary_key=True),
    Column("at", String(40), nullable=False, index=True),
    Column("since", String(64), nullable=False),  # the run it was compared with, or ""
    Column("counts", JSON, nullable=False),
    Column("findings", LargeBinary, nullable=False),  # users' numbers are masked in it
)

acceptances = Table(
    "acceptances",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("finding", String(12), nullable=False, index=True),
    Column("owner", String(200), nullable=False),
    Column("until", String(10), nullable=False),  # the last day on which it holds
    Column("reason", Text, nullable=False),
    Column("person", String(200), nullable=False),
    Column("at", String(40), nullable=False),
)

salts = Table(
    "salts",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", String(64), nullable=False),
)

housekeeping = Table(
    "housekeeping",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("deed", String(16), nullable=False),  # purge, erase, release, doubt, adopt
    Column("person", String(200), nullable=False),
    Column("at", String(40), nullable=False),
    Column("detail", Text, nullable=False),
    Column("about", String(200), nullable=False, server_default=""),  # from before when was purged, who was released
)
