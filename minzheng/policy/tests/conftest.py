"""The toy county: a law that exists nowhere, so that the engine is tested apart from the real one."""

from pathlib import Path

import pytest

from minzheng.policy import Ruleset, load_ruleset

TOYLAND = Path(__file__).parent / "toyland"


@pytest.fixture(scope="session")
def toyland() -> Ruleset:
    return load_ruleset(TOYLAND / "law", TOYLAND / "regions", TOYLAND / "words.yaml")


@pytest.fixture(scope="session")
def ruleset() -> Ruleset:
    return load_ruleset()
