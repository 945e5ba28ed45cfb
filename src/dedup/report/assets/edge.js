"use strict";

// An edge: what it rests on, and both texts side by side.

function showEdge(main, edge) {
  const { child, parent } = edge;
  const found = blockOf(child.group).edges[edge.place];
  const root = groups[child.group][0];
  const disputes = edge.declared ? disputed.filter((one) => one.article === child) : [];
  const table = makeTable(edge, found);
  fill(main,
    crumbs(["All families", "#"], [root.title, `#family/${root.key}`], [outletOf(child), `#article/${child.key}`],
      [`${edge.relation} of ${outletOf(parent)}`]),
    make("h1", {}, make("span", { class: kindClass(edge.relation) }, glyph(edge.shape, edge.relation),
      edge.relation[0].toUpperCase() + edge.relation.slice(1)), " of ", theirs(brief(outletOf(parent))), " by ", theirs(brief(outletOf(child)))),
    make("p", { class: "said", id: "said" }, found.said),
    make("p", { class: "chance" }, make("meter", { min: 0, max: 1, value: edge.probability, "aria-label": "Probability" }),
      " ", make("b", {}, `Probability ${showChance(edge.probability)}. `), edge.declared ? "" : chanceInWords(edge.probability),
      " An edge is no accusation: the use may well be licensed and credited."),
    edge.declared && make("p", {}, declaredMark(edge), " This edge was stated by: ",
      make("code", {}, theirs(edge.declared)), `.${edge.contested ? " Something speaks against it." : ""} What follows is what the texts themselves show.`),
    disputes.length > 0 && make("ul", { class: "kin" }, disputeItems(disputes)),
    factList(found),
    make("h2", {}, "Side by side"),
    switches(table),
    table,
  );
}

function factList(found) {
  const kinds = [
    ["Shared quotes", found.quotes, "quote shared"], ["Shared numbers", found.numbers, "number shared"],
    ["Shared names", found.names, "name shared"],
    ["Added: numbers and names the source lacks", found.added, "own"],
    ["Dropped: numbers and names only the source has", found.dropped, "own"],
  ].filter(([, items]) => items.length);
  return make("dl", { class: "facts" }, kinds.map(([title, items, kind]) => {
    const list = make("ul", {});
    const more = inParts(list, items, (item) => make("li", {}, make("mark", { class: kind }, theirs(item))), 40);
    return make("div", {}, make("dt", {}, `${title} (${number(items.length)})`), make("dd", {}, list, more));
  }), longestRun(found.run));
}

// Of a copy it is most of the article: only its length is shown then, until it is asked for.
function longestRun(run) {
  const words = run.split(/\s+/).length;
  if (words < 3) return null;
  const title = `Longest run of shared words (${number(words)} words)`;
  const text = make("mark", { class: "run" }, theirs(run));
  const shown = words > 40 ? make("details", {}, make("summary", {}, "Show it"), text) : text;
  return make("div", { class: "run" }, make("dt", {}, title), make("dd", {}, shown));
}

function switches(table) {
  const one = (name, said) => make("label", {}, make("input", {
    type: "checkbox", id: `show-${name}`, checked: true,
    onchange: (event) => table.classList.toggle(`no-${name}`, !event.target.checked),
  }), said);
  return make("div", { class: "switches", role: "group", "aria-label": "What is marked" },
    one("words", ["words that differ: ", make("del", {}, "only in the source"), " ", make("ins", {}, "only in the article")]),
    one("facts", ["facts in both: ", make("mark", { class: "quote shared" }, "quote"), " ", make("mark", { class: "number shared" }, "number"),
      " ", make("mark", { class: "name shared" }, "name"), "; in one alone: ", make("mark", { class: "name" }, "dotted")]));
}

// The rows: the child in its order, each paragraph beside its source's; what was dropped, where it stood.
function pairUp(found, nChild, nParent) {
  const of = new Map(found.pairs.map(([child, parent, share]) => [child, [parent, share]]));
  const used = new Set(found.pairs.map(([, parent]) => parent));
  const rows = [];
  const told = new Set();
  const tellDropped = (from) => {
    for (let p = from; p < nParent && !used.has(p); p += 1) {
      if (!told.has(p)) rows.push({ parent: p });
      told.add(p);
    }
  };
  tellDropped(0);
  for (let c = 0; c < nChild; c += 1) {
    if (of.has(c)) {
      const [parent, share] = of.get(c);
      rows.push({ child: c, parent, share, again: told.has(parent) });
      told.add(parent);
      if (of.get(c + 1)?.[0] !== parent) tellDropped(parent + 1);
    } else rows.push({ child: c });
  }
  return rows;
}

function makeTable(edge, found) {
  const mine = blockOf(edge.child.group).texts[edge.child.place];
  const source = blockOf(edge.parent.group).texts[edge.parent.place];
  const facts = found.marks.map((marks) => {
    const byParagraph = new Map();
    for (const [paragraph, ...mark] of marks) {
      if (!byParagraph.has(paragraph)) byParagraph.set(paragraph, []);
      byParagraph.get(paragraph).push(mark);
    }
    return byParagraph;
  });
  const rows = make("div", { class: "pairs", role: "rowgroup" });
  const more = inParts(rows, pairUp(found, mine.length, source.length), (row) => {
    const left = row.parent === undefined ? null : source[row.parent];
    const right = row.child === undefined ? null : mine[row.child];
    const [a, b] = [left, right].map((text) => wordsOf(text ?? ""));
    const joined = left !== null && right !== null;
    if (joined) markSame(a, b);
    const cell = (text, tokens, marks, tag, missing) => make("div", { class: text === null ? "cell empty" : "cell", role: "cell" },
      text === null ? missing : make("p", { dir: "auto" }, markedText(text, marks || [], joined ? changedRuns(tokens) : [], tag)));
    return make("div", { class: `pair${joined ? " joined" : ""}${row.again ? " again" : ""}${joined && isReworded(a, b) ? " reworded" : ""}${joined ? "" : right === null ? " dropped" : " added"}`, role: "row" },
      cell(left, a, facts[1].get(row.parent), "del", "not in the source"),
      make("div", { class: "joint", role: "cell" }, joint(row, joined)),
      cell(right, b, facts[0].get(row.child), "ins", "left out"));
  }, 40);
  const head = (article, role) => make("div", { class: "head", role: "columnheader" }, make("span", { class: "role" }, role),
    make("a", { href: `#article/${article.key}`, class: "title" }, theirs(brief(article.title))),
    make("span", { class: "byline" }, make("b", {}, theirs(outletOf(article))), ` ${showTime(article.time)}`));
  return make("div", { class: "sides", role: "table", "aria-label": "Source and article, paragraph by paragraph" },
    make("div", { class: "heads", role: "rowgroup" }, make("div", { class: "pair", role: "row" }, head(edge.parent, "Source"),
      make("div", { class: "joint", role: "columnheader" }, make("span", { class: "visually-hidden" }, "Shared")),
      head(edge.child, "Article"))),
    rows, more);
}

function isReworded(a, b) {
  return 3 * (a.filter((token) => token.same).length + b.filter((token) => token.same).length) < a.length + b.length;
}

function joint(row, joined) {
  if (!joined) return make("span", {}, row.child === undefined ? "dropped" : "added");
  return make("span", { title: "Share of the article’s paragraph that the source’s has, by weight" },
    `${row.share}%`, row.again && make("small", {}, " source again"));
}
