"""Made-up languages: words in several scripts, as frequent as those of a real one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

N_WORDS = 60_000
"""Words of a language."""

TABLE_BITS = 20
"""The table of word frequencies has 2**20 places, so that the rarest word has one."""

_LETTERS = {
    "ascii": ("eaiouy", "tnsrhldcmfpgwbvkxjqz"),
    "typographic": ("eaiouy", "tnsrhldcmfpgwbvkxjqz"),
    "german": ("eaiouäöü", "nrtsdhlgcmbfwkzpvßjq"),
    "cyrillic": ("оеаиуыяюэё", "нтсрвлкмдпгзбчйхжшцщф"),
    "devanagari": ("ािीुूेैोौं", "कनरतसमलहपदयबगजवचशटथभ"),
    "han": ("", "".join(map(chr, range(0x4E00, 0x4E00 + 3000)))),
}
SCRIPTS = tuple(_LETTERS)
"""Scripts that words can be written in; ascii has straight quotes, all others typographic ones."""


class Draw:
    """Random numbers that no version of numpy changes: only the raw bits of a generator are stable."""

    def __init__(self, *seed: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(seed))

    def raw(self, n: int) -> NDArray[np.uint64]:
        """Draw `n` numbers of 64 bits."""
        return np.asarray(self._bits.random_raw(n), np.uint64)

    def uniform(self, n: int) -> NDArray[np.float64]:
        """Draw from [0, 1)."""
        return np.asarray((self.raw(n) >> np.uint64(11)) * 2.0**-53, np.float64)

    def chance(self, n: int, share: float) -> NDArray[np.bool_]:
        """Draw True with the probability `share`; sixteen bits each, as it is asked for every word."""
        bits = self.raw(-(-n // 4)).astype("<u8", copy=False).view("<u2")[:n]
        return np.asarray(bits < round(share * 65536))


@dataclass(frozen=True, slots=True)
class Language:
    """Spelled words and what stands between them.

    Attributes
    ----------
    words : ndarray of object, shape (2 * N_WORDS,)
        Strings, the most frequent first; then all of them once more, capitalised.
    separators : ndarray of object, shape (7,)
        Blank, comma, full stop, end of a paragraph, opening and closing quotes, end of an article.
    """

    words: NDArray[np.object_]
    separators: NDArray[np.object_]


@cache
def frequencies() -> NDArray[np.uint16]:
    """Lay out words in a table, each as often as Zipf's law has it."""
    shares = 1 / (np.arange(N_WORDS) + 2.7)
    bounds = np.round(np.cumsum(shares) / shares.sum() * 2**TABLE_BITS).astype(np.int64)
    return np.repeat(np.arange(N_WORDS, dtype=np.uint16), np.diff(bounds, prepend=0))


@cache
def make_language(script: str) -> Language:
    """Make the words of a script, one of `SCRIPTS`: always the same."""
    vowels, consonants = _LETTERS[script]
    draw = Draw(0, SCRIPTS.index(script))
    spelled: dict[str, None] = {}
    while len(spelled) < N_WORDS:
        rank = np.arange(len(spelled), 2 * N_WORDS)
        length = 1 + (0.5 * np.log10(rank + 1) + 1.7 * draw.uniform(len(rank)) ** 1.5).astype(np.int64)
        # Early letters are the frequent ones.
        letters = (draw.uniform(len(rank) * 16) ** 1.7).reshape(-1, 16)
        if not vowels:
            codes = (letters[:, :2] * len(consonants)).astype(np.int64).tolist()
            made = (consonants[a] + consonants[b] * (i > 500) for i, (a, b) in enumerate(codes))
        else:
            first = (letters[:, :8] * len(consonants)).astype(np.int64).tolist()
            then = (letters[:, 8:] * len(vowels)).astype(np.int64).tolist()
            made = (
                "".join(consonants[c] + vowels[v] for c, v in zip(a[:k], b[:k], strict=True))[
                    : 2 * k - a[7] % 2
                ]
                for a, b, k in zip(first, then, length.tolist(), strict=True)
            )
        spelled.update(dict.fromkeys(made))
    kind = draw.uniform(N_WORDS)
    rare = np.arange(N_WORDS) > 300
    share = 0.4 if script == "german" else 0.15
    plain = [
        str(i) if number else word.capitalize() if name else word
        for i, (word, name, number) in enumerate(
            zip(spelled, (rare & (kind < share)).tolist(), (rare & (kind > 0.96)).tolist(), strict=False)
        )
    ]
    words = np.array([*plain, *(word[:1].upper() + word[1:] for word in plain)], np.object_)
    marks = {
        "ascii": (" ", ", ", ". ", ".\n\n", ' "', '" ', "."),
        "han": ("", "，", "。", "。\n\n", "“", "”", "。"),
    }.get(script, (" ", ", ", ". ", ".\n\n", " “", "” ", "."))
    return Language(words, np.array(marks, np.object_))
