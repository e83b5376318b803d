"""The files in `examples/` are what the programs take that read them."""

from __future__ import annotations

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]
from click.testing import CliRunner

from publisher.cli import command_line
from publisher.edges.project import Project
from tests import ROOT
from tests.fixtures.houses import token, told
from tests.fixtures.receivers import PAGE, receiving
from tests.fixtures.relays import free_port

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


def test_containers_are_made_of_what_there_is() -> None:
    folder = EXAMPLES / "compose"
    told = yaml.safe_load((folder / "compose.yaml").read_text("utf-8"))
    services = told["services"]
    for name in ("receiver", "migrate"):
        build = services[name]["build"]
        assert (folder / build["context"] / build["dockerfile"]).is_file()
        assert services[name]["read_only"]
    assert services["migrate"]["command"][:2] == ["ledger", "migrate"]
    assert "--grant" in CliRunner().invoke(command_line, ["ledger", "migrate", "--help"]).output
    assert "ledger_owner" not in str(services["receiver"])
    mounted = [str(each).partition(":")[0] for each in services["database"]["volumes"]]
    assert (folder / mounted[1]).stat().st_mode & 0o100
    # The build is handed what the wheel is made of, and nothing of a desk.
    kept = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE)
    assert all((ROOT / name).exists() for name in kept)
    assert {"publisher", "pyproject.toml", "constraints.txt", "README.md", "LICENSE"} == {*kept}
    last = (ROOT / "Containerfile").read_text("utf-8").rpartition("FROM ")[2]
    assert "USER publisher" in last
    (options,) = re.findall(r"^CMD (.*)$", last, re.MULTILINE)
    assert "--host" in CliRunner().invoke(command_line, [json.loads(options)[0], "--help"]).output


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
    done = run("nginx", "-t", *nginx(tmp_path, (EXAMPLES / "nginx.conf").read_text("utf-8")))
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def nginx(tmp_path: Path, text: str) -> list[str]:
    """The options of an nginx in a folder, with the example in it and a certificate of its own."""
    key, cert = tmp_path / "key", tmp_path / "cert"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    words += ["-nodes", "-subj", "/CN=x", "-keyout", str(key), "-out", str(cert)]
    assert run(*words).returncode == 0
    text = text.replace("/etc/ssl/policies.pem", str(cert)).replace(
        "/etc/ssl/policies.key", str(key)
    )
    text = text.replace("/var/log/nginx", str(tmp_path))
    whole = tmp_path / "nginx.conf"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    own = "".join(f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in kinds)
    user = "user root;\n" if os.geteuid() == 0 else ""
    whole.write_text(f"{user}pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{own}{text}\n}}\n")
    return ["-p", str(tmp_path), "-e", str(tmp_path / "error"), "-c", str(whole)]


@needs("caddy")
def test_caddy_takes_it() -> None:
    done = run("caddy", "validate", "--adapter", "caddyfile", "--config", EXAMPLES / "Caddyfile")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("proxy", [pytest.param(n, marks=needs(n)) for n in ("nginx", "caddy")])
def test_the_site_comes_from_its_folder_and_the_forms_from_the_receiver(
    tmp_path: Path, proxy: str
) -> None:
    project = told(tmp_path)
    project.built.mkdir(parents=True)
    for name in ("index.html", "404.html"):
        (project.built / name).write_text(f"<title>{name}</title>")
    with receiving(project) as receiver, proxied(proxy, project, receiver.port, tmp_path) as site:
        assert asked(f"{site}/") == (200, "<title>index.html</title>")
        assert asked(f"{site}/nowhere") == (404, "<title>404.html</title>")
        own = f"{site}{PAGE}?token={token(project, 'c-1')}"
        status, form = asked(own)
        assert status == 200
        assert "I opt out of version 2" in form
        assert asked(f"{site}{PAGE}?token=x")[0] == 404
        status, receipt = asked(own, f"token={token(project, 'c-1')}&action=opt+out".encode())
        assert status == 200
        assert "R-000001" in receipt
        assert asked(own, b"x" * 70_000)[0] == 413


@contextmanager
def proxied(proxy: str, project: Project, receiver: int, folder: Path) -> Iterator[str]:
    """A proxy as the example has it, on the loopback; its address."""
    name, port = {"nginx": "nginx.conf", "caddy": "Caddyfile"}[proxy], free_port()
    text = (EXAMPLES / name).read_text("utf-8").replace("127.0.0.1:8000", f"127.0.0.1:{receiver}")
    text = text.replace("/srv/policies/build/site", str(project.built))
    if proxy == "nginx":
        site = f"https://127.0.0.1:{port}"
        text = text.replace("listen 443", f"listen 127.0.0.1:{port}")
        words = ["nginx", "-g", "daemon off;", *nginx(folder, text)]
    else:
        site, file = f"http://127.0.0.1:{port}", folder / "Caddyfile"
        file.write_text("{\n\tadmin off\n}\n" + text.replace("www.hosting.example", site))
        words = ["caddy", "run", "--adapter", "caddyfile", "--config", str(file)]
    environment = {**os.environ, "XDG_DATA_HOME": str(folder)}
    process = subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield site
    finally:
        process.terminate()
        process.wait(20)


def asked(address: str, body: bytes | None = None) -> tuple[int, str]:
    """What a proxy answers, once it listens: its status and its page."""
    unproven = ssl.create_default_context()
    unproven.check_hostname, unproven.verify_mode = False, ssl.CERT_NONE
    end = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(address, body, context=unproven, timeout=20) as page:
                return page.status, page.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.05)


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
