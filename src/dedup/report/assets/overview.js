"use strict";

// The first view: every family as a card, and what narrows them down.

const chosen = { words: "", outlet: "", relation: "", from: "", to: "", least: 0, order: "size" };
const ORDERS = {
  size: ["Largest first", (a, b) => b.length - a.length],
  latest: ["Latest first", (a, b) => (b[0].time ?? -Infinity) - (a[0].time ?? -Infinity)],
  earliest: ["Earliest first", (a, b) => (a[0].time ?? Infinity) - (b[0].time ?? Infinity)],
};
let alone = null;

function showOverview(main) {
  alone = alone || readBlock("alone").map(([title, outlet, time, url, id]) => ({ title, outlet, time, url, id }));
  const cards = make("ul", { class: "cards" });
  const tail = make("div", {});
  const said = make("p", { class: "found", id: "found" });
  const loners = make("details", { class: "loners" });
  fill(main,
    make("h1", {}, theirs(overview.title)),
    make("p", { class: "lead" }, `${count(overview.nArticles, "article")}; ${count(overview.nFamilies, "family")} of articles made `
      + `from one another${alone.length ? `; ${count(alone.length, "article")} without kin` : ""}.`),
    howToRead(),
    disputed.length > 0 && make("details", { class: "disputed" },
      make("summary", {}, `${count(disputed.length, "declaration")} at odds with the texts or the times`),
      make("ul", {}, disputeItems(disputed))),
    makeFilters(refresh),
    said, cards, tail, loners,
  );
  refresh();

  function refresh() {
    const found = groups.filter(matches).sort(ORDERS[chosen.order][1]);
    said.textContent = found.length === groups.length
      ? count(found.length, "family")
      : `${number(found.length)} of ${count(groups.length, "family")}`;
    tail.replaceChildren(inParts(cards, found, makeCard));
    const single = alone.filter(matchesAlone);
    if (!found.length && !single.length && overview.nArticles) said.textContent = "Nothing found. “Show all” takes the filters away.";
    announce(said.textContent);
    const list = make("ul", {});
    loners.hidden = !single.length;
    loners.replaceChildren(make("summary", {}, `${count(single.length, "article")} without kin`), list,
      inParts(list, single, (article) => make("li", {}, make("b", {}, theirs(brief(outletOf(article)))), " ",
        theirs(brief(article.title)), ` ${showTime(article.time)}`)));
  }
}

function howToRead() {
  return make("details", { class: "how" }, make("summary", {}, "How to read this"),
    make("p", {}, "A family is an original and everything that was made from it, directly or by way of others. "
      + "A line leads from a source to what was made from it: an edge."),
    make("p", {}, "The number at an edge is a probability, estimated from the texts and their times: of ten edges at .80, "
      + "about two are wrong. It is no proof. Open the edge, and read both texts side by side before you act on one."),
    make("p", {}, "An edge is no accusation. It does not say whether the use was licensed, credited or right: agencies are "
      + "there to be rewritten. And what is not in the pile is not seen: if two articles come from a third that is "
      + "missing, one may be taken for the source of the other."),
    make("p", {}, "“Declared” marks an edge that the article itself or its metadata states."));
}

function makeFilters(refresh) {
  const field = (label, control) => make("label", { for: control.id }, make("span", {}, label), control);
  const listen = (name, read = (control) => control.value) => (event) => {
    chosen[name] = read(event.target);
    refresh();
  };
  const choice = (name, all, values) => make("select", { id: `by-${name}`, onchange: listen(name) },
    make("option", { value: "" }, all),
    values.map((value) => make("option", { value, selected: chosen[name] === value }, brief(value))));
  const least = make("output", {}, showChance(chosen.least));
  return make("form", {
    class: "filters", role: "search", "aria-label": "Families",
    onsubmit: (event) => event.preventDefault(),
    onreset: (event) => {
      event.preventDefault();
      Object.assign(chosen, { words: "", outlet: "", relation: "", from: "", to: "", least: 0, order: "size" });
      route();
    },
  },
  field("Search titles, outlets, ids", make("input", { type: "search", id: "by-words", value: chosen.words, oninput: listen("words") })),
  field("Outlet", choice("outlet", "any outlet", overview.outlets)),
  field("Relation", choice("relation", "any relation", overview.relations.map((relation) => relation.name))),
  field("From", make("input", { type: "date", id: "by-from", value: chosen.from, onchange: listen("from") })),
  field("Until", make("input", { type: "date", id: "by-to", value: chosen.to, onchange: listen("to") })),
  field(["Probability from ", least], make("input", {
    type: "range", id: "by-least", min: 0, max: 1, step: 0.01, value: chosen.least,
    oninput: listen("least", (control) => {
      least.textContent = showChance(Number(control.value));
      return Number(control.value);
    }),
  })),
  field("Order", make("select", { id: "by-order", onchange: listen("order") },
    Object.entries(ORDERS).map(([value, [label]]) => make("option", { value, selected: chosen.order === value }, label)))),
  make("button", { type: "reset" }, "Show all"));
}

function inTime(time) {
  if (!chosen.from && !chosen.to) return true;
  if (time === null) return false;
  const day = new Date(time * 1000).toISOString().slice(0, 10);
  return (!chosen.from || day >= chosen.from) && (!chosen.to || day <= chosen.to);
}

// Without accents, and in small letters.
function bare(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function hasWords(article) {
  const text = bare(`${article.title}\n${article.outlet}\n${article.id}`);
  return bare(chosen.words).split(/\s+/).every((word) => text.includes(word));
}

function edgeMatches(edge) {
  return (!chosen.relation || edge.relation === chosen.relation)
    && edge.probability >= chosen.least
    && (!chosen.outlet || edge.child.outlet === chosen.outlet || edge.parent.outlet === chosen.outlet)
    && inTime(edge.child.time);
}

function matches(members) {
  return members.some(hasWords) && members.some((article) => article.parents.some(edgeMatches));
}

function matchesAlone(article) {
  return !chosen.relation && chosen.least === 0 && hasWords(article) && inTime(article.time)
    && (!chosen.outlet || article.outlet === chosen.outlet);
}

function makeCard(members) {
  const root = members[0];
  const counts = new Map();
  for (const article of members) {
    for (const edge of article.parents.slice(0, 1)) {
      counts.set(edge.relation, (counts.get(edge.relation) || 0) + 1);
    }
  }
  const times = members.map((article) => article.time).filter((time) => time !== null);
  const span = times.length > 1 ? `, ${showSpan(Math.max(...times) - Math.min(...times))}` : "";
  const nOutlets = new Set(members.map((article) => article.outlet).filter(Boolean)).size;
  const size = members.length > 1
    ? `${count(members.length, "article")}${nOutlets ? ` by ${count(nOutlets, "outlet")}` : ""}${span}`
    : `Made from ${count(root.parents.length, "article")} of several families`;
  return make("li", {}, make("article", { class: "card" },
    make("h2", {}, make("a", { href: `#family/${root.key}` }, theirs(brief(root.title)))),
    make("p", { class: "byline" }, make("b", {}, theirs(brief(outletOf(root)))), ` ${showTime(root.time)}`),
    make("p", {}, size),
    times.length > 1 && makeStrip(members, Math.min(...times), Math.max(...times)),
    make("ul", { class: "counts" }, overview.relations.filter(({ name }) => counts.has(name)).map(({ name, shape }) =>
      make("li", { class: kindClass(name) }, glyph(shape, name), count(counts.get(name), name))))));
}

const STRIP = 260; // units wide
const MOST_IN_STRIP = 80; // of a larger family, articles spread evenly over its list

function makeStrip(members, first, last) {
  const x = (time) => 10 + ((STRIP - 20) * (time - first)) / Math.max(last - first, 1);
  const every = Math.ceil(members.length / MOST_IN_STRIP);
  const shown = members.filter((article, i) => article.time !== null && i % every === 0);
  return make("svg", { class: "strip", viewBox: `0 0 ${STRIP} 16`, "aria-hidden": "true" },
    make("line", { x1: 10, x2: STRIP - 10, y1: 8, y2: 8 }),
    shown.map((article) => {
      const edge = article.parents[0];
      const at = `translate(${x(article.time).toFixed(1)} 8)`;
      return edge && article !== members[0]
        ? make("path", { class: kindClass(edge.relation), d: edge.shape, transform: `${at} scale(.7)` })
        : make("circle", { class: "root", r: 6, transform: at });
    }));
}
