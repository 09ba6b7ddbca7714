"""Which two trees `prove` compares: folders, revisions, a commit, what is staged, the files as they are.

A word is a revision if git knows one by it, also where a folder has the same name: a folder is then written `./name`.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from codemods.commands.moves_made import wrong

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from codemods.project import Tree

HELP = "OLD..NEW, OLD...NEW (NEW since it left OLD), two revisions or folders; OLD alone: the files since they left OLD"


def add_trees(parser: ArgumentParser) -> None:
    parser.add_argument("trees", metavar="OLD NEW", nargs="*", help=HELP)
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--commit", metavar="REV", help="what one commit changed")
    one.add_argument("--staged", action="store_true", help="what is staged, compared with HEAD or with OLD")


def trees_of(options: Namespace, root: Path) -> tuple[Tree, Tree]:
    """The old tree and the new one. Raises WrongUsage where the words name no two trees."""
    from codemods.project import DiskTree
    from codemods.project.git_states import IndexTree

    words = options.trees
    if options.commit:
        if words:
            wrong(" ".join(words), "--commit says already what is compared", "leave one of them out")
        return _revision(f"{options.commit}^", root), _revision(options.commit, root)
    if options.staged:
        if len(words) > 1:
            wrong(" ".join(words), "what is staged is compared with one revision", "give one, or none for HEAD")
        return _revision(words[0] if words else "HEAD", root), IndexTree(root)
    if not words:
        return _revision("HEAD", root), DiskTree(root)
    if len(words) == 2:
        return _tree(words[0], root), _tree(words[1], root)
    if len(words) > 2:
        wrong(" ".join(words), "two trees are compared", "give OLD NEW, OLD..NEW or OLD...NEW")
    return _of_one(words[0], root)


def as_change(old: Tree, new: Tree) -> Tree:
    """The new one as what it changes of the old one. Of two revisions git knows what differs."""
    from codemods.project import OverlayTree
    from codemods.project.git_tree import GitTree

    if isinstance(old, GitTree) and isinstance(new, GitTree):
        return new.over(old)
    try:
        changes = {p: new.read(p) for p in new.paths if p not in old.paths or old.peek(p) != new.peek(p)}
    except OSError:  # A file that can't be read is one of the tree all the same.
        return new
    return OverlayTree(old, changes | dict.fromkeys(old.paths - new.paths))


def _of_one(word: str, root: Path) -> tuple[Tree, Tree]:
    from codemods.project import DiskTree

    old, dots, new = _divided(word)
    if dots == "...":
        return _since(old or "HEAD", new or "HEAD", root), _revision(new or "HEAD", root)
    if dots:
        return _revision(old or "HEAD", root), _revision(new or "HEAD", root)
    if _is_folder(word, root):
        return _tree(word, root), DiskTree(root)
    return _since(word, "HEAD", root), DiskTree(root)


def _divided(word: str) -> tuple[str, str, str]:
    from pathlib import Path

    if Path(word).is_dir():  # `..` and `../before` are folders
        return word, "", ""
    return word.partition("..." if "..." in word else "..")


def _since(old: str, new: str, root: Path) -> Tree:
    """Where ``new`` left ``old``: what a pull request is compared with."""
    from codemods.project.git_states import merge_base

    return _as_wrong_usage(lambda: _git_tree(root, merge_base(root, old, new)))


def _tree(word: str, root: Path) -> Tree:
    from pathlib import Path

    from codemods.project import DiskTree

    return DiskTree(Path(word).resolve()) if _is_folder(word, root) else _revision(word, root)


def _is_folder(word: str, root: Path) -> bool:
    from pathlib import Path

    from codemods.project.git_states import is_revision

    if not Path(word).is_dir():
        return False
    return word.startswith((".", "/")) or word.endswith("/") or not is_revision(root, word)


def _revision(word: str, root: Path) -> Tree:
    return _as_wrong_usage(lambda: _git_tree(root, word))


def _git_tree(root: Path, word: str) -> Tree:
    from codemods.project.git_tree import GitTree

    return GitTree(root, word)


def _as_wrong_usage(make: Callable[[], Tree]) -> Tree:
    """A revision that is not there is wrong usage, and says nothing about the change."""
    from codemods.model import Refused, WrongUsage

    try:
        return make()
    except Refused as error:
        raise WrongUsage(*error.hazards) from error
