"""A folder of stage files, each of which is whole or not there, and a manifest of what they were made of."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from dedup.errors import CorpusError

_MANIFEST, _LOCK, _ASIDE, _SIZES = "manifest.json", "lock", ".part", "sizes.json"
_FORMAT = 1  # of the stage files


class Work:
    """A folder of stages, held by one process at a time; made by `open_work`.

    Parameters
    ----------
    folder : Path
        Where the stages are.
    lock : binary file
        What keeps other processes out as long as it is open.

    Attributes
    ----------
    folder : Path
        As given.
    """

    def __init__(self, folder: Path, lock: io.FileIO) -> None:
        self.folder = folder
        self._lock = lock

    def close(self) -> None:
        """Let other processes work there."""
        self._lock.close()

    def has(self, stage: str) -> bool:
        """Say whether a stage is there, and so whole."""
        return (self.folder / stage).is_dir()

    def stage(self, name: str, make: Callable[[Path], None]) -> Path:
        """Make a stage unless it is there.

        Parameters
        ----------
        name : str
            The name of its folder.
        make : callable
            Is given an empty folder beside it, and writes the files of the stage there.

        Returns
        -------
        Path
            The folder of the stage, whole: its files are on the disk before it gets its name.

        Raises
        ------
        CorpusError
            If the disk is full, or cannot be written; stages that are there are left as they are. If the
            stage is there, and its files have not the sizes that they were written with.
        """
        folder, aside = self.folder / name, self.folder / f"{name}{_ASIDE}"
        if folder.is_dir():
            _check_sizes(folder)
            return folder
        try:
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir()
            make(aside)
            (aside / _SIZES).write_text(json.dumps(_sizes(aside), indent=1), encoding="utf-8")
            for file in aside.iterdir():
                sync(file)
            sync(aside)
            os.replace(aside, folder)
            sync(self.folder)
        except OSError as error:
            shutil.rmtree(aside, ignore_errors=True)
            raise CorpusError(
                f"{self.folder}: stage {name!r} cannot be written: {reason(error)}; "
                "the stages before it are whole: make room and run the same again"
            ) from None
        return folder

    def drop(self, stage: str) -> None:
        """Remove a stage that nothing will be made from any more."""
        if self.has(stage):
            _remove(self.folder / stage)


def _sizes(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_size for file in sorted(folder.iterdir()) if file.name != _SIZES}


def _check_sizes(folder: Path) -> None:
    try:
        is_whole = json.loads((folder / _SIZES).read_text(encoding="utf-8")) == _sizes(folder)
    except (OSError, ValueError):
        is_whole = False
    if not is_whole:
        raise CorpusError(
            f"{folder} is damaged: its files are not as they were written; say --restart (restart=True) to "
            "begin anew"
        )


def _remove(folder: Path) -> None:
    aside = folder.with_name(f"{folder.name.removesuffix(_ASIDE)}{_ASIDE}")
    if folder != aside:  # never half a stage under its name
        shutil.rmtree(aside, ignore_errors=True)
        os.replace(folder, aside)
    shutil.rmtree(aside, ignore_errors=True)


def sync(path: Path) -> None:
    """Have the system write a file, or the names in a folder, to the disk."""
    if path.is_dir() and sys.platform == "win32":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_work(
    folder: Path, command: str, inputs: Any, options: Mapping[str, Any], *, restart: bool = False
) -> Work:
    """Open a folder of stages: a new one, or one of the same inputs, options and versions.

    Parameters
    ----------
    folder : Path
        Made where it is not there.
    command : str
        What is made in it, ``"lineage"`` or ``"duplicates"``.
    inputs : list
        What is read; see `dedup.corpus.inputs.describe`.
    options : mapping
        What the answer depends on, of plain values.
    restart : bool, optional
        Whether to remove the stages of other inputs, options or versions, and begin anew.

    Returns
    -------
    Work
        Held until it is closed, or the process ends.

    Raises
    ------
    CorpusError
        If the folder is one of other inputs, options or versions, is not one of stages, is held by another
        process, or cannot be written.
    """
    manifest = {
        "format": _FORMAT,
        "command": command,
        "inputs": inputs,
        "options": dict(options),
        "versions": versions(),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = io.FileIO(folder / _LOCK, "ab")
        try:
            _hold(lock, folder)
            _agree(folder, json.loads(json.dumps(manifest)), restart)
            for left in folder.glob(f"*{_ASIDE}"):  # of a run that was killed
                if left.is_dir():
                    shutil.rmtree(left)
        except BaseException:
            lock.close()
            raise
    except OSError as error:
        raise CorpusError(f"{folder} cannot be used to work in: {reason(error)}") from None
    return Work(folder, lock)


def reason(error: OSError) -> str:
    """Say in lower case what the system says of a failure."""
    return (error.strerror or str(error)).lower()


def versions() -> dict[str, str]:
    """Name the versions that stage files depend on."""
    python = ".".join(map(str, sys.version_info[:2]))
    return {"dedup": version("dedup-lineage"), "numpy": np.__version__, "python": python}


def _hold(lock: io.FileIO, folder: Path) -> None:
    try:
        import fcntl
    except ImportError:  # not on Windows, where nobody is kept out
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CorpusError(
            f"{folder} is worked in by another process; wait for it, or name another folder"
        ) from None


def _agree(folder: Path, manifest: dict[str, Any], restart: bool) -> None:
    there = {path.name for path in folder.iterdir()} - {_LOCK, f"{_MANIFEST}{_ASIDE}"}
    if _MANIFEST not in there:
        if there:
            (folder / _LOCK).unlink()
            raise CorpusError(
                f"{folder} holds other files ({', '.join(sorted(there)[:3])}); name an empty or a new folder"
            )
        _write_manifest(folder, manifest)
        return
    try:
        known = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        differing = [name for name in manifest if known.get(name) != manifest[name]]
    except (ValueError, AttributeError):
        known, differing = {}, ["manifest"]
        if not restart:
            raise CorpusError(
                f"{folder / _MANIFEST} is damaged; say --restart (restart=True) to begin anew"
            ) from None
    if not differing and not restart:
        return
    if not restart:
        was, now = ({name: value[name] for name in differing if name in value} for value in (known, manifest))
        raise CorpusError(
            f"{folder} was made with other {' and '.join(differing)}: {_short(was)}, now {_short(now)}; "
            "run it as before, say --restart (restart=True) to begin anew, or name another folder"
        )
    for path in folder.iterdir():
        if path.is_dir():
            _remove(path)
    _write_manifest(folder, manifest)


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 300 else text[:297] + "..."


def _write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    aside = folder / f"{_MANIFEST}{_ASIDE}"
    aside.write_text(json.dumps(manifest, indent=1, ensure_ascii=False), encoding="utf-8")
    sync(aside)
    os.replace(aside, folder / _MANIFEST)
    sync(folder)
