"use strict";

// What articles say reaches the page through textContent and attributes only: nothing here parses HTML.

const SVG_TAGS = new Set(["svg", "g", "path", "line", "circle", "text"]);
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const KNOWN = new Set(["copy", "excerpt", "update", "edit", "rewrite", "summary"]);
const LONGEST_IN_LIST = 300; // characters of a title in a list; CSS shortens it further, its page has all of it

function make(tag, attributes, ...children) {
  const node = SVG_TAGS.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  return fill(node, ...children);
}

function fill(node, ...children) {
  node.replaceChildren(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// A text by somebody else: its direction is its own, and ends where it ends.
function theirs(text, tag = "bdi") {
  return make(tag, { dir: "auto" }, breakable(text));
}

// Browsers take time with the square of a word's length to break it into lines; no honest word is as long as this.
function breakable(text) {
  if (text.length < 1000) return [text];
  return text.split(/(\S{500})/u).flatMap((piece, i) => (i % 2 ? [piece, make("wbr")] : [piece]));
}

function readBlock(name) {
  return JSON.parse(document.getElementById(name).textContent);
}

const overview = readBlock("overview");
const articles = overview.articles.map(([key, id, title, outlet, time, url, group], place) => ({
  place, key, id, title, time, url, group,
  outlet: outlet < 0 ? "" : overview.outlets[outlet],
  parents: [],
  children: [],
}));
const edges = overview.edges.map(([child, parent, relation, probability, declared, key, width, contested], place) => ({
  place, probability, declared, key, width, contested,
  child: articles[child],
  parent: articles[parent],
  relation: overview.relations[relation].name,
  shape: overview.relations[relation].shape,
}));
for (const edge of edges) {
  edge.child.parents.push(edge);
  edge.parent.children.push(edge);
}
const groups = overview.groups.map((members) => members.map((place) => articles[place]));
const byKey = new Map(articles.map((article) => [article.key, article]));
const edgeByKey = new Map(edges.map((edge) => [edge.key, edge]));

const disputed = overview.disputed.map(([place, id, by, source, says]) => ({
  article: articles[place], id, by, source, says,
}));

const blocks = new Map();
function blockOf(group) {
  if (!blocks.has(group)) blocks.set(group, readBlock(`group-${group}`));
  return blocks.get(group);
}

function number(n) {
  return n.toLocaleString("en-GB");
}

function count(n, noun) {
  const plural = noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${number(n)} ${n === 1 ? noun : plural}`;
}

function showTime(seconds) {
  if (seconds === null) return "time unknown";
  const when = new Date(seconds * 1000);
  const two = (n) => String(n).padStart(2, "0");
  const day = `${when.getUTCDate()} ${MONTHS[when.getUTCMonth()]} ${when.getUTCFullYear()}`;
  return `${day}, ${two(when.getUTCHours())}:${two(when.getUTCMinutes())}`;
}

function showSpan(seconds) {
  const hours = Math.round(seconds / 3600);
  if (hours < 1) return "within an hour";
  return hours < 72 ? `over ${count(hours, "hour")}` : `over ${count(Math.round(hours / 24), "day")}`;
}

function showChance(probability) {
  return probability.toFixed(2).replace(/^0/, "").replace("1.00", "1.0");
}

function brief(text) {
  return text.length > LONGEST_IN_LIST ? `${text.slice(0, LONGEST_IN_LIST)}…` : text;
}

function outletOf(article) {
  return article.outlet || "outlet unknown";
}

function kindClass(relation) {
  return `is-${KNOWN.has(relation) ? relation : "other"}`;
}

function glyph(shape, relation) {
  return make("svg", { class: `glyph ${kindClass(relation)}`, viewBox: "-9 -9 18 18", "aria-hidden": "true" },
    make("path", { d: shape }));
}

function declaredMark(edge) {
  return make("span", { class: "declared" }, edge.contested ? "declared ≠" : "declared");
}

function relationLink(edge) {
  const said = edge.declared ? `, declared: ${edge.declared}${edge.contested ? ", contested" : ""}` : "";
  return make("a", {
    class: `relation ${kindClass(edge.relation)}`,
    href: `#edge/${edge.key}`,
    "aria-label": `${edge.relation} of ${brief(outletOf(edge.parent))}, probability ${showChance(edge.probability)}${said}; compare`,
  }, glyph(edge.shape, edge.relation), `${edge.relation} ${showChance(edge.probability)}`,
  edge.declared && declaredMark(edge));
}

// Declarations that do not agree with the texts or the times.
function disputeItems(some) {
  return some.map(({ article, id, by, source, says }) => make("li", {},
    article ? make("a", { href: `#article/${article.key}` }, theirs(brief(outletOf(article)))) : theirs(id),
    " declares ", theirs(brief(source)), " as its source (", theirs(brief(by)), `), but ${says}.`));
}

function crumbs(...steps) {
  return make("nav", { class: "crumbs", "aria-label": "Where you are" },
    make("ol", {}, steps.map(([text, href], i) => make("li", {},
      href ? make("a", { href }, theirs(brief(text))) : make("span", { "aria-current": "page" }, theirs(brief(text)))))));
}

// Shows the first of many things, and more of them as the reader comes near the end.
function inParts(list, things, show, size = 60) {
  let shown = 0;
  const more = make("button", { type: "button", class: "more", onclick: () => showMore() });
  const watcher = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && showMore(),
    { rootMargin: "600px" });
  function showMore(n = size) {
    list.append(...things.slice(shown, shown + n).map(show));
    shown = Math.min(shown + n, things.length);
    more.hidden = shown >= things.length;
    more.textContent = `Show more: ${number(things.length - shown)} are left`;
    watcher.unobserve(more);
    if (!more.hidden) watcher.observe(more); // anew, as it may still be near
  }
  list.replaceChildren();
  showMore();
  list.showAll = () => showMore(things.length); // before it is printed
  return more;
}

const NUMBERS = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

function chanceInWords(probability) {
  const many = probability >= 0.945 ? 100 : 10;
  const wrong = Math.max(Math.round(many * (1 - probability)), 1);
  return `Of ${many === 10 ? "ten" : "a hundred"} edges like this one, about ${NUMBERS[wrong]} would be wrong.`;
}
