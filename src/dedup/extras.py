"""Load optional packages, in the one function that needs them."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from dedup.errors import MissingExtraError


def load_extra(module: str, extra: str) -> ModuleType:
    """Import an optional package, or say how to install it.

    Parameters
    ----------
    module : str
        The module to import, such as ``"pyarrow.parquet"``.
    extra : str
        The extra of ``dedup-lineage`` that installs it.

    Returns
    -------
    module
        As imported.

    Raises
    ------
    MissingExtraError
        If it is not installed.

    Examples
    --------
    >>> load_extra("no_such_package.graphs", "graph")
    Traceback (most recent call last):
    dedup.errors.MissingExtraError: no_such_package is not installed; install it with:
    pip install 'dedup-lineage[graph]'
    """
    try:
        return import_module(module)
    except ImportError:
        raise MissingExtraError(module.partition(".")[0], extra) from None


def require_extra(extra: str, *packages: str) -> None:
    """See that optional packages are there which another process will import.

    Parameters
    ----------
    extra : str
        The extra of ``dedup-lineage`` that installs them.
    *packages : str
        Their names.

    Raises
    ------
    MissingExtraError
        If one is not installed.

    Examples
    --------
    >>> require_extra("graph", "no_such_package")
    Traceback (most recent call last):
    dedup.errors.MissingExtraError: no_such_package is not installed; install it with:
    pip install 'dedup-lineage[graph]'
    """
    for package in packages:
        if find_spec(package) is None:
            raise MissingExtraError(package, extra)
