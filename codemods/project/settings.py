"""What a project's settings files say, read as far as they can be."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codemods.project.files import Files


def toml(tree: Files, path: str) -> Mapping[str, Any]:
    """The tables of a TOML file; none where there is no such file, or it can't be read."""
    if path not in tree.paths:
        return {}
    try:
        return tomllib.loads(tree.read(path).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError):
        return {}


def ini_text(text: str) -> configparser.RawConfigParser | None:
    """What any text of an INI file says, with options twice or without a value; None where it can't be read."""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    return parser


def ini(tree: Files, path: str, section: str) -> Mapping[str, str] | None:
    """One section of an INI file; None where there is no such file or section, or it can't be read."""
    if path not in tree.paths:
        return None
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(tree.read(path).decode())
    except (configparser.Error, UnicodeDecodeError, OSError):
        return None
    return dict(parser[section]) if parser.has_section(section) else None
