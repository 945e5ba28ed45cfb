"""Make src/dedup/pairs/background.npz: how common stems, figures and spelled numbers are in language.

Run: pip install -e '.[fit]' && python -m benchmarks.background UDHR

UDHR is a file of JSON lines, plain or .gz, with a ``text``, a ``lang`` and the ``kind`` "udhr" each: the
Universal Declaration of Human Rights, which is in the public domain. English comes from the word counts of
the Google Books Ngram corpus (CC BY 3.0), as SymSpell's frequency dictionary has them (MIT).
"""

from __future__ import annotations

import gzip
import json
import math
import sys
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np

from dedup.pairs.background import UNIT
from dedup.text.batches import NUMBER, tokens

TABLE = Path(__file__).parent.parent / "src" / "dedup" / "pairs" / "background.npz"
N_WORDS = 300  # of an article, repetitions of a story's own words left aside
LEAST = 0.004  # share of articles below which a stem is as good as unknown
LEAST_COUNT = 5  # occurrences in the Declaration (some 1,700 words) that make a stem common in its language
DECLARED = 0.7  # the Declaration repeats itself: its counts are taken down by this factor
DIGITS = {1: 0.3, 2: 0.08, 3: 0.02}  # share of articles that have a given figure, by its number of digits
YEARS, YEAR = range(1900, 2040), 0.03

SPELLED = {
    "en": "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty",
    "en ordinal": "second third fourth fifth sixth seventh eighth ninth tenth",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
    "siebzehn achtzehn neunzehn zwanzig",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez - doce trece catorce quince",
    "fr": "deux trois quatre cinq - sept huit neuf - onze douze treize quatorze quinze seize",
    "it": "- tre quattro cinque - sette otto nove dieci undici dodici",
    "pt": "- três quatro cinco seis sete oito nove dez",
    "nl": "twee drie vier vijf zes zeven acht negen tien elf twaalf",
}  # from two on; "-" leaves out a word that means something else in another language
TENS = {
    "en": "thirty forty fifty sixty seventy eighty ninety",
    "de": "dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "es": "treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "fr": "trente quarante cinquante soixante",
}  # from thirty on
OTHERS = {"dozen": 12, "veinte": 20, "vingt": 20, "venti": 20}


def english() -> Iterator[tuple[int, float]]:
    """Yield stems of English words and the share of words that they are."""
    lines = (
        files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text("utf-8-sig").splitlines()
    )
    counts = {word: int(count) for word, count in (line.split() for line in lines)}
    total = sum(counts.values())
    read = tokens(list(counts))
    first = read.paragraphs[read.articles[:-1]]
    for count, stem in zip(counts.values(), read.stems[first].tolist(), strict=True):
        yield stem, count / total


def declared(path: str) -> Iterator[tuple[int, float]]:
    """Yield stems of other languages and the share of words that they are."""
    read_text = gzip.open if path.endswith(".gz") else open
    with read_text(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["kind"] == "udhr" and row["lang"] != "eng":
                read = tokens([row["text"]])
                counts = Counter(read.stems[(read.kinds & NUMBER) == 0].tolist())
                total = sum(counts.values())
                yield from ((s, DECLARED * n / total) for s, n in counts.items() if n >= LEAST_COUNT)


def figures() -> Iterator[tuple[int, float]]:
    """Yield stems of figures and the share of articles that have them."""
    known = {str(n): DIGITS[len(str(n))] for n in range(1000)} | {str(year): YEAR for year in YEARS}
    yield from zip(tokens(list(known)).stems.tolist(), known.values(), strict=True)


def spelled() -> dict[str, int]:
    """Return the numbers that are read as figures."""
    numbers = {
        word: n for words in SPELLED.values() for n, word in enumerate(words.split(), 2) if word != "-"
    }
    tens = {word: 10 * n for words in TENS.values() for n, word in enumerate(words.split(), 3)}
    return numbers | tens | OTHERS


def main(path: str) -> int:
    """Write the table."""
    shares: Counter[int] = Counter()
    for stem, share in english():
        shares[stem] += share  # type: ignore[assignment]  # a Counter adds up fractions as well
    usual = {stem: 1 - math.exp(-N_WORDS * share) for stem, share in shares.items()}
    for stem, share in declared(path):
        usual[stem] = max(usual.get(stem, 0), 1 - math.exp(-N_WORDS * share))
    usual |= dict(figures())
    stems = np.array(sorted(stem for stem, share in usual.items() if share >= LEAST), np.uint64)
    surprises = [-UNIT * math.log(usual[int(stem)]) for stem in stems]
    numbers = spelled()
    words, values = tokens(list(numbers)).words, tokens([str(n) for n in numbers.values()]).words
    order = np.argsort(words)
    np.savez_compressed(
        TABLE,
        stems=stems,
        surprise=np.clip(np.round(surprises), 0, 255).astype(np.uint8),
        number_words=words[order],
        numbers=values[order],
    )
    print(f"{TABLE}: {len(stems)} stems, {len(numbers)} spelled numbers")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else str(__doc__))
