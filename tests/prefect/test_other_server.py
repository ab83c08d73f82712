"""`phonesync serve` beside a Prefect server that somebody else has started; all data is invented."""

from __future__ import annotations

from pathlib import Path

from prefect.settings import PREFECT_API_URL
from serving import Receiver, make_served

from connectors.sandbox.server import serve as serve_sandbox
from flows.sandbox import read_state


def test_it_works_for_a_server_that_runs_already(prefect_home: Path, tmp_path: Path) -> None:
    """The server stays when `phonesync serve` ends."""
    with serve_sandbox(read_state(None)) as sandbox:
        served = make_served(tmp_path, sandbox, Receiver("127.0.0.1:9"))
        served.elsewhere = str(PREFECT_API_URL.value())
        with served.client() as client:  # what an earlier version has made, whose tag was the path
            flow = client.create_flow_from_name("sync")
            client.create_deployment(flow_id=flow, name="gone", tags=["phonesync", f"phonesync:{served.config}"])
        served.start(PREFECT_API_URL=served.api, PREFECT_WORKER_QUERY_SECONDS="2")
        try:
            assert "none is started here" in served.said
            assert "sync/gone" in served.said
            assert served.run("doctor/doctor").state_name == "Completed"
            with served.client() as client:
                tags = {tag for one in client.read_deployments() for tag in one.tags}
                tags |= {tag for one in client.read_flow_runs() for tag in one.tags}
                said = [f"{one.name} {one.description}" for one in client.read_automations()]
            assert len(tags) == 2  # the family, and the configuration
            assert not [text for text in (*tags, *said) if str(tmp_path) in text]
        finally:
            ended = served.stop()
        assert ended == 0
        with served.client() as client:
            assert client.api_healthcheck() is None, "its server still answers"
            for deployment in client.read_deployments():  # its next guests find none of these
                client.delete_deployment(deployment.id)
