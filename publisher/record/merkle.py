"""Merkle trees over what a batch has, as RFC 9162 §2.1 defines them, with SHA-256.

The root is a digest of all leaves in their order. Who has it can be shown that one leaf is among
them by the digests on its path alone: for a million leaves, twenty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

_LEAF, _NODE = b"\x00", b"\x01"
"""Begin what is hashed, so that no leaf can pass for a node (RFC 9162 §2.1.1)."""


class MerkleTree:
    """The root of a tree whose leaves come one after the other; remembers no more than log₂ of
    their number (RFC 9162 §2.1.2).
    """

    __slots__ = ("_full", "count")

    def __init__(self) -> None:
        self.count = 0
        """How many leaves there are."""
        self._full: list[bytes] = []
        """Roots of the full trees that the leaves so far make, the largest first: one for each bit
        that is set in their count."""

    def add(self, leaf: bytes) -> None:
        """Adds a leaf behind the others."""
        node = sha256(_LEAF + leaf).digest()
        full, pairs = self._full, self.count
        while pairs & 1:
            node = sha256(_NODE + full.pop() + node).digest()
            pairs >>= 1
        full.append(node)
        self.count += 1

    def root(self) -> bytes:
        """The root over the leaves so far, 32 bytes; of no leaf, the SHA-256 of nothing."""
        if not self._full:
            return sha256().digest()
        node = self._full[-1]
        for left in self._full[-2::-1]:
            node = sha256(_NODE + left + node).digest()
        return node


def inclusion_paths(leaves: Iterable[bytes], indices: Iterable[int]) -> dict[int, list[bytes]]:
    """The digests that lead from some leaves to the root, the lowest first (RFC 9162 §2.1.3.1), by
    the place of the leaf.

    The tree is made once, whatever the number of leaves that are asked for.

    Args:
        leaves: all of them, in their order.
        indices: which ones, from 0.

    Raises:
        IndexError: there is no such leaf.
    """
    paths: dict[int, list[bytes]] = {index: [] for index in indices}
    full: list[tuple[bytes, list[int]]] = []
    """Digests of full trees, and which of the leaves are in them."""

    def joined(left: tuple[bytes, list[int]], right: tuple[bytes, list[int]]) -> bytes:
        for own, other in ((left, right), (right, left)):
            for index in own[1]:
                paths[index].append(other[0])
        return sha256(_NODE + left[0] + right[0]).digest()

    count = 0
    for count, leaf in enumerate(leaves, 1):
        place, pairs = count - 1, count - 1
        node = sha256(_LEAF + leaf).digest(), [place] if place in paths else []
        while pairs & 1:
            left = full.pop()
            node = joined(left, node), left[1] + node[1]
            pairs >>= 1
        full.append(node)
    if strange := [index for index in paths if not 0 <= index < count]:
        raise IndexError(f"no leaf {strange[0]} among {count}")
    while len(full) > 1:
        right = full.pop()
        left = full.pop()
        full.append((joined(left, right), left[1] + right[1]))
    return paths


def is_included(leaf: bytes, index: int, count: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a path proves that a leaf is in the tree with a root (RFC 9162 §2.1.3.2).

    Args:
        leaf: the leaf itself.
        index: its place among the leaves, from 0.
        count: how many leaves the tree has.
        path: as `inclusion_paths` gives it.
        root: of the tree.
    """
    if not 0 <= index < count:
        return False
    place, last = index, count - 1
    node = sha256(_LEAF + leaf).digest()
    for sibling in path:
        if not last:
            return False
        if place & 1 or place == last:
            node = sha256(_NODE + sibling + node).digest()
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            node = sha256(_NODE + node + sibling).digest()
        place >>= 1
        last >>= 1
    return not last and node == root
