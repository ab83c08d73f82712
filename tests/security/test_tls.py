"""Only the named server, with a certificate that is valid now and that a trusted authority gave it, is talked to."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme
from conftest import KEY, SECRET, answer, serving

from schemas.errors import PhonesyncError, RequestRefused, Unreachable

PAST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(made)
    return made


def says_yes(talking: socket.socket) -> None:
    talking.sendall(answer(b'{"success": true, "1": []}'))


def test_a_certificate_of_the_named_authority_is_accepted(make_usos: Any, authority: trustme.CA, bundle: Path) -> None:
    with serving(says_yes, context(authority.issue_cert("localhost"))) as server:
        usos = make_usos(f"https://localhost:{server.port}", ca_bundle=bundle)
        assert usos.select("user", ["1"]) == {"1": ()}


@pytest.mark.parametrize("case", ["another host", "expired", "unknown authority", "no bundle"])
@pytest.mark.parametrize("method", ["select", "replace"])
def test_any_other_certificate_is_refused_at_once(
    case: str, method: str, make_usos: Any, authority: trustme.CA, bundle: Path
) -> None:
    """One connection, no request on it, and an error that says what to do; nothing was written."""
    certificate = {
        "another host": lambda: authority.issue_cert("usosapps.example.edu.pl"),
        "expired": lambda: authority.issue_cert("localhost", not_before=PAST, not_after=PAST.replace(year=2021)),
        "unknown authority": lambda: trustme.CA().issue_cert("localhost"),
        "no bundle": lambda: authority.issue_cert("localhost"),
    }[case]()
    settings = {} if case == "no bundle" else {"ca_bundle": bundle}
    with serving(says_yes, context(certificate)) as server:
        usos = make_usos(f"https://localhost:{server.port}", **settings)
        with pytest.raises(Unreachable) as caught:
            usos.select("user", ["1"]) if method == "select" else usos.replace("user", "1", [])
    assert server.requests == []
    assert server.connections == 1
    assert "the certificate could not be verified" in caught.value.message
    assert "ca_bundle" in caught.value.remedy


def test_apio_signs_in_nowhere_but_at_the_named_server(make_apio: Any, authority: trustme.CA, bundle: Path) -> None:
    another = context(authority.issue_cert("apio.example.com"))
    with serving(says_yes, another) as server, pytest.raises(Unreachable, match="certificate"):
        make_apio(f"https://localhost:{server.port}", ca_bundle=bundle).login()
    assert server.requests == []


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_of_tls_are_refused(
    version: ssl.TLSVersion, make_usos: Any, authority: trustme.CA, bundle: Path
) -> None:
    old = context(authority.issue_cert("localhost"))
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.minimum_version = old.maximum_version = version
    with serving(says_yes, old) as server, pytest.raises(Unreachable):
        make_usos(f"https://localhost:{server.port}", ca_bundle=bundle).select("user", ["1"])
    assert server.requests == []


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_carries_nothing_elsewhere(
    status: str, make_usos: Any, make_apio: Any, authority: trustme.CA, bundle: Path
) -> None:
    """Neither to another host nor to the same one without TLS: no second request is made at all."""
    with serving(says_yes) as elsewhere:

        def moved(talking: socket.socket) -> None:
            talking.sendall(answer(b"", f"Location: http://127.0.0.1:{elsewhere.port}/x", status=status))

        with serving(moved, context(authority.issue_cert("localhost"))) as server:
            url = f"https://localhost:{server.port}"
            for ask in (
                lambda: make_usos(url, ca_bundle=bundle).select("user", ["1"]),
                lambda: make_apio(url, ca_bundle=bundle).login(),
            ):
                with pytest.raises(RequestRefused) as caught:
                    ask()
                assert "base_url" in caught.value.remedy
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    "settings",
    [
        {"base_url": "http://usosapps.example.edu.pl"},
        {"base_url": "http://127.0.0.1.example.edu.pl"},
        {"base_url": "http://localhost@usosapps.example.edu.pl"},
        {"base_url": f"https://{KEY}:{SECRET}@usosapps.example.edu.pl"},
        {"base_url": "http://localhost:1", "proxy": "http://proxy.example.edu.pl:3128"},
        {"base_url": "https://usosapps.example.edu.pl", "proxy": f"http://{KEY}:{SECRET}@proxy.example.edu.pl"},
        {"base_url": "https://usosapps.example.edu.pl", "proxy": "proxy.example.edu.pl"},
    ],
)
def test_no_configuration_sends_credentials_in_clear(settings: dict[str, str], make_usos: Any) -> None:
    with pytest.raises(ValueError, match=r"https|address|password") as caught:
        make_usos(settings.pop("base_url"), **settings)
    assert not isinstance(caught.value, PhonesyncError)
