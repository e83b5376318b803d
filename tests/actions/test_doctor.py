"""Before a run: whether the relay, the domains, keys, disk and clock are as letters need them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests import ROOT
from tests.fixtures.house import House
from tests.fixtures.houses import NOW, told
from tests.fixtures.name_servers import name_server
from tests.fixtures.relays import Keeps, free_port, real
from tests.reports.test_reports import closed

SCHEMA = json.loads((ROOT / "docs/doctor.schema.json").read_text("utf-8"))
DOMAIN = "hosting.example"
WELL = {
    (DOMAIN, "TXT"): ['"v=spf1 a " "-all"', '"something else"'],
    (f"_dmarc.{DOMAIN}", "TXT"): ['"v=DMARC1; p=quarantine"'],
    (f"s1._domainkey.{DOMAIN}", "TXT"): ['"v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GN"'],
    (DOMAIN, "MX"): ["10 mx.example."],
}


def examined(house: House, server: str, *words: str) -> tuple[int, dict[str, str]]:
    """The exit code, and what was found of each, as JSON that is as its schema says."""
    done = house.run("doctor", "--dns", server, "--format", "json", *words, at=NOW)
    value = json.loads(done.output)
    Draft202012Validator(closed(SCHEMA)).validate(value)
    return done.exit_code, {one["check"]: one["health"] for one in value["checks"]}


def test_what_is_there_is_found_and_what_is_not_is_named_with_its_remedy(tmp_path: Path) -> None:
    with real(Keeps({})) as port, name_server(WELL) as server:
        house = House(told(tmp_path, port=port).root)
        code, health = examined(house, server, "--dkim", "s1")
        assert {name for name, found in health.items() if found == "found"} == {
            "relay", "SPF", "DKIM", "DMARC", "alignment", "keys", "disk", "mail.opt_out",
        }  # fmt: skip
        assert health["clock"] == "unknown"
        assert (code, health["mail.bounces"]) == (1, "missing")
        assert examined(house, server)[1]["DKIM"] == "unknown"
    with name_server({(DOMAIN, "MX"): ["0 ."]}) as server:
        code, health = examined(house, server, "--dkim", "s1")
        assert code == 1
        missing = {name for name, found in health.items() if found == "missing"}
        assert missing >= {"relay", "SPF", "DKIM", "DMARC", "mail.opt_out"}
        said = house.run("doctor", "--dns", server, at=NOW).output
        assert f'add a TXT record of {DOMAIN}: "v=spf1' in said


def test_a_name_server_that_is_silent_leaves_it_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publisher.edges.name_server._PATIENCE", 0.2)
    monkeypatch.delenv("PUBLISHER_TOKEN_KEY")
    house = House(told(tmp_path).root)
    _, health = examined(house, f"127.0.0.1:{free_port()}")
    assert (health["SPF"], health["DMARC"]) == ("unknown", "unknown")
    assert health["keys"] == "missing"
    assert house.run("doctor", "--dns", "nobody", at=NOW).exit_code == 2
