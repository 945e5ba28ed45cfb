"use strict";

// Word by word: what two paragraphs have in common, in order.

const MOST_CELLS = 4e6; // of the table for the longest common words; paragraphs seldom need a hundredth of it
const WORD = /\p{sc=Han}|\p{sc=Hiragana}|\p{sc=Katakana}|\p{sc=Thai}|[\p{L}\p{N}\p{M}]+(?:['’.,\-][\p{L}\p{N}\p{M}]+)*/gu;

function wordsOf(text) {
  return Array.from(text.matchAll(WORD), (found) => ({
    word: found[0].toLowerCase().replaceAll("’", "'"), start: found.index, end: found.index + found[0].length, same: false,
  }));
}

function markSame(a, b) {
  if (a.length * b.length > MOST_CELLS) {
    for (const [one, other] of [[a, b], [b, a]]) {
      const there = new Set(other.map((token) => token.word));
      for (const token of one) token.same = there.has(token.word);
    }
    return;
  }
  const wide = b.length + 1;
  const best = new Uint16Array((a.length + 1) * wide);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      best[i * wide + j] = a[i].word === b[j].word
        ? best[(i + 1) * wide + j + 1] + 1
        : Math.max(best[(i + 1) * wide + j], best[i * wide + j + 1]);
    }
  }
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i].word === b[j].word) {
      a[i].same = b[j].same = true;
      i += 1;
      j += 1;
    } else if (best[(i + 1) * wide + j] >= best[i * wide + j + 1]) i += 1;
    else j += 1;
  }
}

// Runs of words that the other paragraph lacks, as [start, end].
function changedRuns(tokens) {
  const runs = [];
  let open = null;
  for (const token of tokens) {
    if (token.same) open = null;
    else if (open) open[1] = token.end;
    else runs.push((open = [token.start, token.end]));
  }
  return runs;
}

// A paragraph as nodes: marked where facts stand, and where words differ.
function markedText(text, facts, changed, changedTag) {
  const cuts = new Set([0, text.length]);
  for (const [start, end] of facts) cuts.add(start).add(end);
  for (const [start, end] of changed) cuts.add(start).add(end);
  const edgesOf = [...cuts].sort((a, b) => a - b);
  const nodes = [];
  let fact = 0;
  let open = [];
  let run = 0;
  for (let i = 0; i + 1 < edgesOf.length; i += 1) {
    const [from, to] = [edgesOf[i], edgesOf[i + 1]];
    while (fact < facts.length && facts[fact][0] <= from) open.push(facts[fact++]);
    open = open.filter(([, end]) => end > from);
    while (run < changed.length && changed[run][1] <= from) run += 1;
    let inner = breakable(text.slice(from, to));
    for (const [, , kind] of [...open].reverse()) {
      inner = [make("mark", { class: `${["quote", "number", "name"][kind % 3]}${kind < 3 ? " shared" : ""}` }, inner)];
    }
    if (run < changed.length && changed[run][0] <= from) inner = [make(changedTag, {}, inner)];
    nodes.push(...inner);
  }
  return nodes;
}
