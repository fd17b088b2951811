"""What somebody is told whose machine lacks something: one line, in Swedish, that says what to do."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ["bash", "env", "dirname", "cmp", "mkdir", "rm", "cp", "cat", "flock", "sed", "expand"]


class Machine:
    """A checkout on a machine where only a few tools exist, and the user may not install any."""

    def __init__(self, root: Path) -> None:
        self.root, self.tools = root / "en kopia", root / "tools"
        shutil.copytree(ROOT / "bin", self.root / "bin")
        shutil.copytree(ROOT / "requirements", self.root / "requirements")
        shutil.copy(ROOT / "Makefile", self.root)
        self.tools.mkdir()
        for name in TOOLS:
            found = shutil.which(name)
            assert found
            (self.tools / name).symlink_to(found)
        self.tool("id", "echo 1000")
        self.tool("dpkg-query", "exit 1")

    def tool(self, name: str, script: str) -> None:
        (self.tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.tools / name).chmod(0o755)

    def run(self, *command: str, **env: str) -> tuple[int, str]:
        made = subprocess.run(
            command, cwd=self.root, env={"PATH": str(self.tools)} | env, capture_output=True, text=True, check=False
        )
        return made.returncode, made.stdout + made.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_without_rights_a_missing_package_is_one_line_with_the_command(machine):
    line = "Installera {0}: sudo apt-get install {0}\n".format("chromium-headless-shell fonts-dejavu-core libatomic1")
    assert machine.run("bin/install-browser") == (1, line)


def test_a_package_that_is_there_is_not_asked_for(machine):
    machine.tool("dpkg-query", "echo -n installed")
    assert machine.run("bin/install-browser") == (0, "")


@pytest.mark.parametrize("rights", ["root", "sudo"])
def test_with_rights_it_is_installed_after_the_package_list_was_fetched(machine, rights):
    machine.tool("apt-get", 'echo "$@" >> calls; case "$*" in update*) touch fresh;; *) [ -e fresh ];; esac')
    machine.tool("touch", ": > fresh")
    if rights == "root":
        machine.tool("id", "echo 0")
    else:
        machine.tool("sudo", '[ "$1" = -n ] && shift && "$@"')
    assert machine.run("bin/system-packages", "chromium") == (0, "Installerar chromium …\n")
    install = "install -y -q --no-install-recommends chromium\n"
    assert (machine.root / "calls").read_text() == f"{install}update -q\n{install}"


def test_an_old_python_without_rights_is_one_line(machine):
    machine.tool("python3", "exit 1")
    assert machine.run("bin/install", "run") == (
        1,
        "Installera python3 python3-venv: sudo apt-get install python3 python3-venv\n",
    )


def test_a_python_without_venv_and_no_rights_is_one_line(machine):
    machine.tool("python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    assert machine.run("bin/install", "run", PYTHON="python3") == (
        1,
        "Installera python3-venv: sudo apt-get install python3-venv\n",
    )


def test_packages_that_cannot_be_fetched_are_one_line_and_the_reason_is_in_the_log(machine):
    (machine.root / ".venv/bin").mkdir(parents=True)
    pip = machine.root / ".venv/bin/python"
    pip.write_text('#!/bin/sh\n[ "$1" = -c ] && exit 0\necho "ERROR: no route to host" >&2; exit 1\n')
    pip.chmod(0o755)
    code, text = machine.run("bin/install", "run")
    assert code == 1
    assert text.splitlines()[-1] == (
        "Python-paketen kunde inte installeras. Kontrollera nätverket och kör om. Orsaken står i .local/install.log."
    )
    assert "no route" not in text
    assert "no route" in (machine.root / ".local/install.log").read_text()
    assert not (machine.root / ".venv/installed-run.txt").exists()


@pytest.mark.parametrize("have", ["run", "dev"])
def test_an_up_to_date_installation_is_left_alone(machine, have):
    (machine.root / ".venv/bin").mkdir(parents=True)
    (machine.root / ".venv/bin/python").symlink_to("/bin/false")
    shutil.copy(machine.root / f"requirements/{have}.txt", machine.root / f".venv/installed-{have}.txt")
    assert machine.run("bin/install", "run") == (0, "")


def test_a_changed_list_is_installed_with_hashes_and_then_noted(machine):
    (machine.root / ".venv/bin").mkdir(parents=True)
    pip = machine.root / ".venv/bin/python"
    pip.write_text('#!/bin/sh\n[ "$1" = -c ] && exit 0\necho "$@" > calls\n')
    pip.chmod(0o755)
    (machine.root / ".venv/installed-dev.txt").write_text("old")
    assert machine.run("bin/install", "dev")[0] == 0
    assert "--require-hashes -r requirements/dev.txt" in (machine.root / "calls").read_text()
    assert machine.run("bin/install", "dev") == (0, "")


def test_help_names_every_command(machine):
    (machine.tools / "make").symlink_to(shutil.which("make") or "")
    (machine.tools / "sh").symlink_to("/bin/sh")
    code, text = machine.run("make")
    assert code == 0
    for command in ("run", "test", "bench", "lint", "lock", "manage", "shell", "clean"):
        assert f"  make {command} " in text


def test_the_lists_agree_on_every_version():
    lists = {name: (ROOT / "requirements" / f"{name}.txt").read_text() for name in ("base", "run", "dev")}
    pins = {name: {line.split(" ")[0] for line in text.splitlines() if "==" in line} for name, text in lists.items()}
    assert pins["base"] < pins["run"] < pins["dev"]
    assert not any("http" in text for text in lists.values())
    assert os.access(ROOT / "bin/install", os.X_OK)
