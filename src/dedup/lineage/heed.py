"""Declarations heeded: the edges that they set, and what speaks against them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dedup.articles import Article
from dedup.lineage.declared import Claim, Contradiction, Judge, Kinship, Link, Links
from dedup.lineage.parents import LEAST_MAIN_KIN

DECLARED = 0.99
"""Probability of a declared edge that nothing speaks against."""

DISPUTED = 0.98
"""Most that any other declared edge has; up to that, the probability of kin that the texts alone give."""

CLEAR = 0.5
"""Probability from which what the texts say of another parent contradicts a declaration ..."""

UNLIKELY = 0.1
"""... if the declared one is less likely than this beside it, and no parent of that other one either."""


def heed(
    articles: Sequence[Article], claims: Sequence[Claim], texts: Links, judge: Judge, use_times: bool
) -> tuple[Links, tuple[Contradiction, ...]]:
    """Set the edges that are declared, and say what speaks against them.

    Parameters
    ----------
    articles : sequence of Article
        The pile.
    claims : sequence of Claim
        From `find_claims`.
    texts : dict of int to list of Link
        What the texts say of each child, the main parent first.
    judge : callable
        Says of claims what the texts do.
    use_times : bool
        Whether a time may contradict.

    Returns
    -------
    links : dict of int to list of Link
        Of each child that declares, the declared parents first, in place of the main parent that the texts
        give it; its other parents stay. There are no cycles: a declaration that would close one with earlier
        ones is left out; an edge that the texts gave is, where it closes one with a declaration.
    contradictions : tuple of Contradiction
        By child, in the order of the claims.
    """
    heard = dict(zip(claims, judge(claims), strict=True))
    declared: Links = {}
    against: dict[Claim, list[str]] = {claim: [] for claim in claims}
    # What times speak for comes first: it is the others that must give way.
    for claim, kinship in sorted(heard.items(), key=lambda one: use_times and _is_later(articles, one[0])):
        if _path(declared, claim.parent, claim.child):
            against[claim].append("that closes a circle of declarations, and was left out")
        else:
            declared.setdefault(claim.child, []).append(Link(claim.parent, kinship.relation, 0.0, claim.by))
    found = {child: list(links) for child, links in texts.items()}
    for child, links in declared.items():
        known = {link.parent for link in links}
        found[child] = links + [link for link in texts.get(child, ())[1:] if link.parent not in known]
    for claim, kinship in heard.items():
        if against[claim]:
            continue
        cut = _cut_circles(articles, claim, found)
        if kinship.is_same:
            _hand_up(claim, found, texts)
        else:
            against[claim] += [
                _say(articles, child, link) for child, link in cut if link.probability >= CLEAR
            ]
        against[claim] += _objections(articles, claim, kinship, texts, use_times)
        _set_probability(claim, found, min(kinship.kin, DISPUTED) if against[claim] else DECLARED)
    return found, tuple(
        Contradiction(
            articles[claim.child].id, articles[claim.parent].id, claim.by, says, round(heard[claim].kin, 4)
        )
        for claim in claims
        for says in against[claim]
    )


def _path(links: Mapping[int, Sequence[Link]], start: int, goal: int) -> list[tuple[int, Link]]:
    """Return the links, each with its child, that lead from one article up to another, if any do."""
    came: dict[int, tuple[int, Link]] = {}
    rim = [start]
    while rim and goal not in came:
        above = [(child, link) for child in rim for link in links.get(child, ())]
        rim = []
        for child, link in above:
            if link.parent not in came and link.parent != start:
                came[link.parent] = child, link
                rim.append(link.parent)
    path = []
    while goal in came:
        path.append(came[goal])
        goal = came[goal][0]
    return path


def _cut_circles(articles: Sequence[Article], claim: Claim, found: Links) -> list[tuple[int, Link]]:
    """Take out links that the texts gave where they close a circle with a claim, the least probable first."""
    cut = []
    while path := _path(found, claim.parent, claim.child):
        child, link = min(
            ((child, link) for child, link in path if not link.declared),
            key=lambda step: (step[1].probability, articles[step[0]].id, articles[step[1].parent].id),
        )
        found[child].remove(link)
        cut.append((child, link))
    return cut


def _hand_up(claim: Claim, found: Links, texts: Links) -> None:
    """Let a declared parent that was taken for a copy of its child come from what the child seemed to."""
    if not found.get(claim.parent):
        found[claim.parent] = [
            link
            for link in texts.get(claim.child, ())
            if link.parent != claim.parent and not _path(found, link.parent, claim.parent)
        ]


def _set_probability(claim: Claim, found: Links, probability: float) -> None:
    links = found[claim.child]
    at = next(i for i, link in enumerate(links) if link.declared and link.parent == claim.parent)
    links[at] = links[at]._replace(probability=round(probability, 4))


def _objections(
    articles: Sequence[Article], claim: Claim, kinship: Kinship, texts: Links, use_times: bool
) -> Iterator[str]:
    """Say what the times and the texts have against a claim."""
    if use_times and _is_later(articles, claim):
        child, parent = articles[claim.child].published_at, articles[claim.parent].published_at
        yield f"that is later, of {parent:%Y-%m-%d %H:%M} against {child:%Y-%m-%d %H:%M}"
    if kinship.kin < LEAST_MAIN_KIN:
        yield "the texts are not kin"
        return
    main = next(iter(texts.get(claim.child, ())), None)
    if (
        main
        and main.probability >= CLEAR
        and kinship.share < UNLIKELY
        and all(link.parent != claim.parent for link in texts[claim.child])
        and not _path(texts, main.parent, claim.parent)
    ):
        yield _say(articles, claim.child, main)


def _is_later(articles: Sequence[Article], claim: Claim) -> bool:
    child, parent = articles[claim.child].published_at, articles[claim.parent].published_at
    return bool(child and parent and parent > child)


def _say(articles: Sequence[Article], child: int, link: Link) -> str:
    chance = f"{link.probability:.2f}".removeprefix("0")
    what = f"{'an' if link.relation[0] in 'aeiou' else 'a'} {link.relation}"
    return f"the texts say that {articles[child].id} is {what} of {articles[link.parent].id}, {chance}"
