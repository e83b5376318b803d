"""The files in `examples/` are what the programs take that read them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from publisher.cli import command_line
from tests import ROOT

EXAMPLES = ROOT / "examples"
FORMS = r"^/([a-z][a-z0-9-]*/[0-9.]+/opt-out|requests)(/|$)"
"""What the proxies pass on."""


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which(program), reason=f"there is no {program}")


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)


def test_the_table_names_every_file() -> None:
    told = (EXAMPLES / "README.md").read_text("utf-8")
    for path in EXAMPLES.iterdir():
        assert path.name == "README.md" or f"`{path.name}`" in told


def test_the_commands_are_commands() -> None:
    for unit in sorted(EXAMPLES.glob("*.service")):
        (words,) = re.findall(r"ExecStart=\S+/publisher (.*)", unit.read_text("utf-8"))
        name, *options = words.split()
        said = CliRunner().invoke(command_line, [name, "--help"]).output
        assert all(option in said for option in options if option.startswith("--"))


@needs("systemd-analyze")
def test_the_units_are_what_systemd_takes(tmp_path: Path) -> None:
    for unit in sorted(EXAMPLES.glob("*.service")):
        text = unit.read_text("utf-8").replace("/srv/policies/.venv/bin/publisher", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    done = run("systemd-analyze", "verify", "--man=no", *sorted(tmp_path.iterdir()))
    assert "publisher" not in done.stderr, done.stderr
    assert done.returncode == 0, done.stderr


def test_proxies_pass_on_the_forms_and_nothing_else() -> None:
    for name in ("nginx.conf", "Caddyfile"):
        assert FORMS in (EXAMPLES / name).read_text("utf-8")
    for path in ("/privacy/2/opt-out/", "/privacy/2.1/opt-out/de/", "/requests/applies/"):
        assert re.search(FORMS, path)
    for path in ("/", "/privacy/", "/privacy/2/", "/assets/x.css", "/privacy/2/opt-outs/"):
        assert not re.search(FORMS, path)


@needs("nginx")
@needs("openssl")
def test_nginx_takes_it(tmp_path: Path) -> None:
    key, cert = tmp_path / "key", tmp_path / "cert"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    words += ["-nodes", "-subj", "/CN=x", "-keyout", str(key), "-out", str(cert)]
    assert run(*words).returncode == 0
    text = (EXAMPLES / "nginx.conf").read_text("utf-8")
    text = text.replace("/etc/ssl/policies.pem", str(cert)).replace(
        "/etc/ssl/policies.key", str(key)
    )
    text = text.replace("/var/log/nginx", str(tmp_path))
    whole = tmp_path / "nginx.conf"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    own = "".join(f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in kinds)
    whole.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{own}{text}\n}}\n")
    done = run("nginx", "-t", "-p", tmp_path, "-e", tmp_path / "error", "-c", whole)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


@needs("caddy")
def test_caddy_takes_it() -> None:
    done = run("caddy", "validate", "--adapter", "caddyfile", "--config", EXAMPLES / "Caddyfile")
    assert done.returncode == 0, done.stderr


@needs("postconf")
def test_postfix_takes_it(tmp_path: Path) -> None:
    text = (EXAMPLES / "postfix-main.cf").read_text("utf-8")
    text += f"\ncompatibility_level = 3.6\nqueue_directory = {tmp_path}\n"
    (tmp_path / "main.cf").write_text(text)
    (tmp_path / "master.cf").write_text("lmtp unix - - y - - lmtp\n")
    done = run("postconf", "-n", "-c", tmp_path)
    assert done.returncode == 0
    assert "unused parameter" not in done.stderr
    for line in re.findall(r"(?m)^([a-z_]+) = (.*)$", text):
        assert f"{line[0]} = {line[1]}" in done.stdout


@needs("postfix")
@pytest.mark.skipif(os.geteuid() != 0, reason="Postfix delivers to mailboxes as root alone")
def test_a_company_has_its_day() -> None:
    # A folder that other users may enter, and whose path fits the name of a socket.
    with tempfile.TemporaryDirectory(prefix="day-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        script = EXAMPLES / "day/day.py"
        words = [sys.executable, str(script), folder]
        done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "what it says of events is what was recorded" in done.stdout
    assert done.stdout.endswith("The day is over.\n")
