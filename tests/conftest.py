"""Running platforms for the tests of faults: a small county is loaded once, each test module gets its own copy."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from bench.faults.platform import Platform
from bench.faults.rounds import inside, load_county
from minzheng.site.postgres.layout import SYSTEM_HOME


@pytest.fixture(scope="session")
def _shelf() -> Iterator[Path]:
    """A folder that the database's own account can reach too."""
    folder = Path(tempfile.mkdtemp(prefix="minzheng-faults-"))
    folder.chmod(0o755)
    yield folder
    for place in folder.glob("*/pg"):
        if place.is_symlink() and place.resolve().is_relative_to(SYSTEM_HOME):
            shutil.rmtree(place.resolve(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def county(_shelf: Path) -> tuple[Path, list[dict[str, str]]]:
    """A run-time folder with a small demo county, and submitted applications: case, version, username of the clerk."""
    platform = Platform(_shelf / "county")
    load_county(platform, persons=500)
    return platform.var, inside(platform, "prepare", {"cases": 12})["cases"]


@pytest.fixture(scope="module")
def platforms(_shelf: Path, county: tuple[Path, list[dict[str, str]]]) -> Iterator[Callable[..., Platform]]:
    """``platforms(name, environment={…}, started=True)``: a platform on a copy of the county; stopped at the end."""
    made: list[Platform] = []

    def make(name: str, *, environment: Mapping[str, str] | None = None, started: bool = True) -> Platform:
        var = _shelf / name
        subprocess.run(["cp", "-a", f"{county[0]}/.", str(var)], check=True)
        platform = Platform(var, environment=environment)
        made.append(platform)
        if started:
            platform.start()
        return platform

    yield make
    for platform in made:
        platform.stop()
        shutil.rmtree(platform.var, ignore_errors=True)


@pytest.fixture
def cases(county: tuple[Path, list[dict[str, str]]]) -> list[dict[str, str]]:
    return county[1]
