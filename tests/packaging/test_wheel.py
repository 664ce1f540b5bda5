"""What `pip install .` puts on a machine is whole: the command, and the files it reads and hands out."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
NOT_BUILT_FROM = shutil.ignore_patterns(".venv", ".git", ".*_cache", "var", "tests", "__pycache__")
LOOK = """
from mailproc.resources import folder
import mailproc
for name in ("templates", "config", "systemd"):
    print(folder(name))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built without isolation: the backend is in the development pins, so nothing is downloaded."""
    place = tmp_path_factory.mktemp("wheel")
    shutil.copytree(CHECKOUT, place / "source", ignore=NOT_BUILT_FROM)
    command = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([sys.executable, *command, "--wheel-dir", place, place / "source"], check=True, timeout=60)
    [built] = place.glob("mailproc-*.whl")
    return built


def test_the_shipped_files_are_inside(wheel):
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())

    for shipped in ("templates", "systemd"):
        files = [file for file in (CHECKOUT / shipped).rglob("*") if file.is_file()]
        assert {f"mailproc/_shipped/{file.relative_to(CHECKOUT).as_posix()}" for file in files} <= inside
    assert "mailproc/_shipped/config/mailproc.toml" in inside
    languages = {
        f"mailproc/languages/{file.name}" for file in (CHECKOUT / "mailproc/languages").glob("*.toml")
    }
    assert languages
    assert languages <= inside


def test_nothing_else_is_inside(wheel):
    with zipfile.ZipFile(wheel) as archive:
        rooms = {name.split("/")[0] for name in archive.namelist()}

    [metadata] = rooms - {"mailproc"}
    assert metadata.endswith(".dist-info")


def test_the_shipped_files_are_found_where_they_are_installed(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)

    # -I: neither the checkout nor this process's path; the installed copy alone.
    start = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{LOOK}"
    look = subprocess.run(
        [sys.executable, "-I", "-c", start],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
        cwd=tmp_path,
    )

    assert look.stdout.split() == [
        str(tmp_path / "mailproc/_shipped" / name) for name in ("templates", "config", "systemd")
    ]


def test_the_command_and_the_licence_are_named(wheel):
    with zipfile.ZipFile(wheel) as archive:
        [entry_points] = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        assert "mailproc = mailproc.cli:main" in archive.read(entry_points).decode()
        assert any(name.endswith("licenses/LICENSE") for name in archive.namelist())
