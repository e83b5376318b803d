"""Merkle trees: the vectors of RFC 6962's first implementation, and the RFC's own definition."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.record.merkle import MerkleTree, inclusion_paths, is_included

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""Those of the tests of Certificate Transparency, which RFC 6962 and RFC 9162 describe."""
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Of the first so many of these leaves."""
PATHS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
"""By the place of a leaf and how many there are."""


def defined_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162 §2.1.1, as it is written there."""
    if len(leaves) < 2:
        return sha256(b"\x00" + leaves[0] if leaves else b"").digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    both = defined_root(leaves[:split]) + defined_root(leaves[split:])
    return sha256(b"\x01" + both).digest()


def defined_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """PATH of RFC 9162 §2.1.3.1, as it is written there."""
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*defined_path(leaves[:split], index), defined_root(leaves[split:])]
    return [*defined_path(leaves[split:], index - split), defined_root(leaves[:split])]


def streamed(leaves: Sequence[bytes]) -> bytes:
    tree = MerkleTree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def test_published_roots() -> None:
    tree = MerkleTree()
    assert tree.root().hex() == ROOTS[0]
    for number, leaf in enumerate(LEAVES, 1):
        tree.add(leaf)
        assert tree.count == number
        assert tree.root().hex() == ROOTS[number]


@pytest.mark.parametrize(("index", "count"), PATHS)
def test_published_paths(index: int, count: int) -> None:
    path = inclusion_paths(LEAVES[:count], [index])[index]
    assert [digest.hex() for digest in path] == PATHS[index, count]
    assert is_included(LEAVES[index], index, count, path, bytes.fromhex(ROOTS[count]))


@given(st.lists(st.binary(max_size=40), max_size=70))
def test_a_stream_has_the_root_of_the_definition(leaves: list[bytes]) -> None:
    assert streamed(leaves) == defined_root(leaves)


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=40), st.data())
def test_a_path_is_that_of_the_definition_and_proves_its_leaf_alone(
    leaves: list[bytes], data: st.DataObject
) -> None:
    count, root = len(leaves), streamed(leaves)
    index = data.draw(st.integers(0, count - 1))
    path = inclusion_paths(iter(leaves), [index])[index]
    assert path == defined_path(leaves, index)
    assert is_included(leaves[index], index, count, path, root)
    assert not is_included(leaves[index] + b"x", index, count, path, root)
    assert not is_included(leaves[index], index, count, [*path, root], root)
    assert not is_included(leaves[index], index, count, path, sha256(root).digest())
    for other in range(-1, count + 1):
        if other != index and (not 0 <= other < count or leaves[other] != leaves[index]):
            assert not is_included(leaves[index], other, count, path, root)
    for cut in range(len(path)):
        assert not is_included(leaves[index], index, count, path[:cut], root)
        other_path = [*path[:cut], sha256(path[cut]).digest(), *path[cut + 1 :]]
        assert not is_included(leaves[index], index, count, other_path, root)


@pytest.mark.parametrize(("count", "index"), [(0, 0), (3, 3), (3, -1)])
def test_no_path_to_a_leaf_that_is_not_there(count: int, index: int) -> None:
    with pytest.raises(IndexError):
        inclusion_paths(LEAVES[:count], [index])


def test_a_node_passes_for_no_leaf() -> None:
    """Without the first byte, two leaves and one that is their digests would have one root."""
    digests = b"".join(sha256(b"\x00" + leaf).digest() for leaf in LEAVES[:2])
    assert streamed([digests]) != streamed(LEAVES[:2])


def test_memory_grows_with_the_logarithm() -> None:
    tree = MerkleTree()
    for number in range(5000):
        tree.add(number.to_bytes(4))
        assert len(tree._full) == (number + 1).bit_count()


@given(st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1)))))
def test_many_paths_at_once_are_those_of_each(some: tuple[int, set[int]]) -> None:
    count, places = some
    leaves = [bytes([place]) for place in range(count)]
    alone = {place: inclusion_paths(leaves, [place])[place] for place in places}
    assert inclusion_paths(iter(leaves), places) == alone
