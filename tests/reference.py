"""Plain and slow versions of the kernels, for comparison."""

from __future__ import annotations

import itertools
from collections import defaultdict

import xxhash

from dedup.text.unicode_tables import (
    BLANK,
    CLOSER,
    DELETED,
    DIGIT,
    EXPANDED,
    INDENT,
    JOINER,
    LOWER,
    MARK,
    NEWLINE,
    QUOTE,
    SEPARATOR,
    STOP,
    UNSPACED,
    UPPER,
    load_tables,
)

MASK = (1 << 64) - 1
BASE = 0x9E3779B97F4A7C15


def mix(value: int) -> int:
    """Scramble a 64-bit number."""
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & MASK
    value = (value ^ value >> 27) * 0x94D049BB133111EB & MASK
    return value ^ value >> 31


def word_hash(word: bytes) -> int:
    """Hash a folded word, eight bytes at a time; one of more than 64 bytes by XXH3."""
    if len(word) > 64:
        return mix(xxhash.xxh3_64_intdigest(word))
    hashed = int.from_bytes(word[:8], "little")
    for start in range(8, len(word), 8):
        hashed = (mix(hashed) + int.from_bytes(word[start : start + 8], "little")) & MASK
    return mix(hashed)


def shingle_hashes(words: list[int], n: int) -> list[int]:
    """Hash every n consecutive words; all of them where there are fewer."""
    runs = [words[i : i + n] for i in range(len(words) - n + 1)] or [words] * bool(words)
    return [
        sum(word * pow(BASE, len(run) - 1 - i, MASK + 1) for i, word in enumerate(run)) & MASK for run in runs
    ]


def minhash(values: set[int], rows: int, seed: int) -> list[int]:
    """Sketch a set of shingles, row by row; an empty row asks one row after the other."""

    def key(stream: int) -> int:
        return mix((seed + (stream + 1) * BASE) & MASK) | 1

    if not values:
        return [0xFFFFFFFF] * rows
    minima: dict[int, int] = {}
    for value in values:
        hashed = (value ^ value >> 32) * key(1) & MASK
        hashed = (hashed ^ hashed >> 32) * key(2) & MASK
        row = (hashed >> 32) * rows >> 32
        minima[row] = min(hashed, minima.get(row, MASK))
    signed = []
    for row in range(rows):
        order = sorted(range(rows), key=lambda other: mix((row * rows + other + key(3)) & MASK))
        lender = row if row in minima else next(other for other in order if other in minima)
        signed.append(min((minima[lender] * key(0) & MASK) >> 32, 0xFFFFFFFE))
    return signed


def bucket_pairs(keys: list[list[int]]) -> list[tuple[int, int]]:
    """Find all pairs that agree in some band, by a dictionary."""
    pairs: set[tuple[int, int]] = set()
    for column in zip(*keys, strict=True):
        buckets = defaultdict(list)
        for i, key in enumerate(column):
            if key != MASK:
                buckets[key].append(i)
        for bucket in buckets.values():
            pairs.update(itertools.combinations(bucket, 2))
    return sorted(pairs)


def connected(n: int, pairs: list[tuple[int, int]]) -> list[int]:
    """Label each node with the smallest of its component, by walking."""
    near = defaultdict(set)
    for a, b in pairs:
        near[a].add(b)
        near[b].add(a)
    labels = [-1] * n
    for root in range(n):
        stack = [root] if labels[root] < 0 else []
        while stack:
            node = stack.pop()
            if labels[node] < 0:
                labels[node] = root
                stack.extend(near[node])
    return labels


def characters(text: str) -> list[tuple[str, int]]:
    """Fold a text: pairs of the folded character, NUL for a separator, and the class of the raw one."""
    tables = load_tables()
    found = []
    for char in text.replace("\r\n", "\n").replace("\r", "\n"):
        code = ord(char)
        folded, kind = int(tables.folds[code]), int(tables.classes[code])
        if folded == DELETED:
            continue
        codes = [folded]
        if folded & EXPANDED:
            first, end = tables.expansion_offsets[folded & ~EXPANDED :][:2]
            codes = tables.expansions[first:end].tolist()
        found += [(chr(part), kind if part or kind & SEPARATOR else SEPARATOR) for part in codes]
    return found


def is_digit(kind: int) -> bool:
    return kind & (SEPARATOR | DIGIT) == DIGIT


def has(kind: int, bit: int) -> bool:
    return kind & (SEPARATOR | bit) == SEPARATOR | bit


def tokens(text: str) -> tuple[list[int], list[int], list[int]]:
    """Read an article character by character: words, kinds and paragraphs as `batches.tokens` has them."""
    raw = [("\0", SEPARATOR), *characters(text), ("\0", SEPARATOR), ("\0", SEPARATOR)]
    chars = [
        raw[i]
        for i in range(len(raw))
        if not (has(raw[i][1], JOINER) and is_digit(raw[i - 1][1]) and is_digit(raw[i + 1][1]))
    ]
    spans = _spans(chars)
    hashes = [word_hash("".join(char for char, _ in chars[a:b]).encode()) for a, b in spans]
    unspaced = [chars[a][1] & UNSPACED > 0 for a, _ in spans]
    words = [
        (hashes[i] * 0x94D049BB133111EB + hashes[i + 1]) & MASK
        if unspaced[i] and i + 1 < len(spans) and unspaced[i + 1] and spans[i][1] == spans[i + 1][0]
        else hashes[i]
        for i in range(len(spans))
    ]
    lines = "".join("\n" if has(kind, NEWLINE) else char for char, kind in chars[:-2]).split("\n")
    sizes = [len(line.encode()) + (i > 0) for i, line in enumerate(lines)]
    full = [max(sizes) <= 90 and size >= 45 for size in sizes]
    kinds, paragraphs, quoted, sentence = [], [], False, True
    at = 0
    for i, (a, b) in enumerate(spans):
        for j in range(at, a):
            if _begins_paragraph(chars, j, full):
                quoted = False
            quoted ^= has(chars[j][1], QUOTE)
            sentence |= has(chars[j][1], STOP) and _ends_sentence(chars, j)
        paragraph = i == 0 or any(_begins_paragraph(chars, j, full) for j in range(at, a + 1))
        if _begins_paragraph(chars, a, full):
            quoted = False
        at = b
        inside = [kind for _, kind in chars[a:b]]
        kinds.append(
            (inside[0] & UPPER)
            | is_digit(inside[0]) * 2
            | (sentence or paragraph) * 4
            | quoted * 8
            | (sum(kind & UPPER for kind in inside) > 1 and not any(kind & LOWER for kind in inside)
               and inside[0] & inside[-1] & UPPER) * 16
            | unspaced[i] * 32
            | (not is_digit(inside[0]) and any(map(is_digit, inside))) * 64
        )  # fmt: skip
        paragraphs += [i] * paragraph
        sentence = False
    starts = [i for i, kind in enumerate(kinds) if kind & 4]
    return words, kinds, _cut_long([*paragraphs, len(spans)], starts)


def _spans(chars: list[tuple[str, int]]) -> list[tuple[int, int]]:
    spans: list[list[int]] = []
    for i, (char, kind) in enumerate(chars):
        before, kind_before = chars[i - 1]
        if char == "\0":
            continue
        begins = before == "\0" or (not kind & MARK and bool((kind | kind_before) & UNSPACED))
        if not begins and is_digit(kind_before) and not is_digit(kind):
            begins = all(is_digit(k) for _, k in chars[spans[-1][0] : i])
        if begins:
            spans.append([i, i])
        spans[-1][1] = i + 1
    return [(a, b) for a, b in spans]


def _ends_sentence(chars: list[tuple[str, int]], i: int) -> bool:
    (_, second), (_, before), (_, after) = chars[i - 2], chars[i - 1], chars[i + 1]
    initial = before & (SEPARATOR | UPPER) == UPPER and second & SEPARATOR
    return bool(after & (SEPARATOR | UNSPACED)) and not initial


def _begins_paragraph(chars: list[tuple[str, int]], i: int, full: list[bool]) -> bool:
    """Say whether the character is the first that is not blank of a paragraph."""

    def blank(kind: int) -> bool:
        return has(kind, BLANK) or has(kind, NEWLINE)

    before = i - 1
    while before > 0 and blank(chars[before][1]):
        before -= 1
    gap = [kind for _, kind in chars[before + 1 : i]]
    newlines = [j for j, kind in enumerate(gap) if has(kind, NEWLINE)]
    if blank(chars[i][1]) or not newlines:
        return False
    indent = gap[newlines[-1] + 1 :]
    wrapped = (
        len(newlines) == 1
        and not (len(indent) > 1 or (indent and has(indent[0], INDENT)))
        and not has(chars[before][1], CLOSER)
        and not chars[i][1] & SEPARATOR
        and (chars[i][1] & (LOWER | DIGIT) or full[sum(has(kind, NEWLINE) for _, kind in chars[:i]) - 1])
    )
    return not wrapped


def _cut_long(paragraphs: list[int], sentences: list[int]) -> list[int]:
    cut = []
    for start, end in itertools.pairwise(paragraphs):
        cut.append(start)
        while end - cut[-1] > 120:
            cut.append(min([*(s for s in sentences if s >= cut[-1] + 80), cut[-1] + 120][0], cut[-1] + 120))
    return [*cut, paragraphs[-1]]
