"use strict";

// A family as a drawing: a row an article, from left to right by time. Only the rows in sight are in the page.

const LABEL = 360; // pixels that are kept free to the right of the latest article, less in a narrow window
const PAD = 24;
const AXIS = 34;
const BEYOND = 12; // rows above and below those in sight
const FEW_SOURCES = 4;
const zoomOf = new Map(); // by group

function drawTree(group, block, selected) {
  const places = block.places.map(([place, x, level], row) => ({ article: articles[place], x, level, row }));
  const rowOf = new Map(places.map((place) => [place.article.place, place]));
  const lastChild = new Map();
  for (const place of places) {
    const main = place.article.parents[0];
    const parent = main && rowOf.get(main.parent.place);
    if (parent && parent !== place) lastChild.set(parent, place);
  }
  let sources = block.absent.slice(0, FEW_SOURCES);
  let zoom = zoomOf.get(group) || 1;
  const lines = make("svg", { class: "lines", "aria-hidden": "true" });
  const rows = make("div", { class: "rows" });
  const canvas = make("div", { class: "canvas" }, lines, rows);
  const box = make("div", {
    class: "tree", tabindex: "0", role: "region",
    "aria-label": "The family by time; arrow keys go from article to article",
    onscroll: () => requestAnimationFrame(draw),
  }, canvas);
  const size = {};

  function measure() {
    const compact = zoom < 1;
    size.row = compact ? 26 : 52;
    size.width = box.clientWidth;
    size.label = Math.min(LABEL, 0.8 * size.width);
    size.plot = Math.max(160, size.width - size.label - PAD) * Math.max(zoom, 1);
    size.height = AXIS + (sources.length + places.length) * size.row + 8;
    canvas.classList.toggle("compact", compact);
    canvas.style.width = `${size.plot + size.label + PAD}px`;
    canvas.style.height = `${size.height}px`;
    lines.setAttribute("width", size.plot + size.label + PAD);
    lines.setAttribute("height", size.height);
    box.style.height = `min(${size.height + 20}px, 72vh)`;
    size.drawn = null;
    draw();
  }

  const x = (place) => PAD + place.x * size.plot;
  const y = (row) => AXIS + (row + sources.length + 0.5) * size.row;
  const sourceY = (i) => AXIS + (i + 0.5) * size.row;

  function draw(all = false) {
    const first = Math.floor((box.scrollTop - AXIS) / size.row) - sources.length;
    const n = Math.ceil(box.clientHeight / size.row);
    const whole = all === true || places.length <= 200;
    if (!whole && size.drawn !== null && Math.abs(first - size.drawn) < BEYOND / 2) return;
    if (whole && size.drawn === -Infinity) return;
    size.drawn = whole ? -Infinity : first;
    const from = whole ? 0 : Math.max(0, first - BEYOND);
    const seen = whole ? places : places.slice(from, first + n + BEYOND);
    const until = seen.length ? seen[seen.length - 1].row : 0;
    const focused = document.activeElement?.dataset?.place;
    lines.replaceChildren(...grid(), ...sourceLines(),
      ...[...lastChild].filter(([parent, child]) => parent.row <= until && child.row >= from).map(trunk),
      ...seen.flatMap(branches), ...seen.map(dot));
    rows.replaceChildren(...sources.map(sourceLabel), ...seen.map(label));
    if (focused) rows.querySelector(`[data-place="${focused}"]`)?.focus({ preventScroll: true });
  }

  function grid() {
    let end = 0; // of what the axis says so far
    return block.ticks.flatMap(([at, said]) => {
      const across = PAD + at * size.plot;
      const fits = across >= end;
      if (fits) end = across + 8 * said.length;
      return [
        make("line", { class: "tick", x1: across, x2: across, y1: AXIS - 8, y2: size.height }),
        ...(fits ? [make("text", { x: across + 3, y: 16 }, said)] : []),
      ];
    });
  }

  function trunk([parent, child]) {
    return make("line", { class: "trunk", x1: x(parent), x2: x(parent), y1: y(parent.row), y2: y(child.row) });
  }

  function branches(place) {
    return place.article.parents.flatMap((edge, i) => {
      const parent = rowOf.get(edge.parent.place);
      if (!parent || parent === place) return [];
      const path = i === 0
        ? `M${x(parent)} ${y(place.row)}H${x(place)}`
        : `M${x(parent)} ${y(parent.row)}Q${x(place)} ${y(parent.row)} ${x(place)} ${y(place.row)}`;
      const kinds = `branch ${kindClass(edge.relation)}${i ? " other" : ""}${edge.declared && !edge.contested ? " is-declared" : ""}`;
      const open = () => { location.hash = `#edge/${edge.key}`; };
      const drawn = [
        make("path", { class: kinds, d: path, "stroke-width": edge.width, "data-edge": edge.key }),
        make("path", { class: "target", d: path, onclick: open }), // wide enough to be hit
      ];
      if (i) drawn.splice(1, 0, make("path", {
        class: `mark ${kindClass(edge.relation)}`, d: edge.shape,
        transform: `translate(${(x(parent) + 3 * x(place)) / 4} ${(3 * y(parent.row) + y(place.row)) / 4}) scale(.7)`,
      }));
      return drawn;
    });
  }

  function dot(place) {
    const { article } = place;
    const edge = place.row ? article.parents[0] : null;
    const kind = edge ? kindClass(edge.relation) : "root";
    return make("path", {
      class: `dot ${kind}${article.time === null ? " timeless" : ""}${article === selected ? " chosen" : ""}`,
      d: edge ? edge.shape : "M-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0Z",
      transform: `translate(${x(place)} ${y(place.row)})`,
      onclick: () => { location.hash = `#article/${article.key}`; },
    });
  }

  function label(place) {
    const { article } = place;
    const others = article.parents.slice(place.row ? 1 : 0);
    const node = make("div", { class: `label${article === selected ? " chosen" : ""}` },
      make("a", {
        href: `#article/${article.key}`, "data-place": article.place, onkeydown: (event) => step(event, place),
      }, make("b", {}, theirs(brief(outletOf(article)))), " ", theirs(brief(article.title))),
      make("span", { class: "below" },
        place.row ? relationLink(article.parents[0]) : null, ` ${showTime(article.time)}`,
        others.map((edge) => [make("span", {}, " also from ", theirs(brief(outletOf(edge.parent))), " "), relationLink(edge)])));
    node.style.left = `${x(place) + 16}px`;
    node.style.top = `${y(place.row) - size.row / 2}px`;
    node.style.height = `${size.row}px`;
    return node;
  }

  function sourceX([, namedBy], i) {
    return x(rowOf.get(namedBy[0])) + 6 * i;
  }

  function sourceLines() {
    return sources.flatMap((source, i) => [
      ...source[1].map((named) => {
        const place = rowOf.get(named);
        const at = sourceX(source, i);
        return make("path", { class: "absent", d: `M${at} ${sourceY(i)}V${y(place.row) - 10}L${x(place)} ${y(place.row)}` });
      }),
      make("circle", { class: "absent", cx: sourceX(source, i), cy: sourceY(i), r: 7 }),
    ]);
  }

  function sourceLabel(source, i) {
    const node = make("div", { class: "label absent" }, make("span", {}, theirs(brief(source[0]))),
      make("span", { class: "below" }, `named as a source by ${count(source[1].length, "article")}; not in the pile`));
    node.style.left = `${sourceX(source, i) + 16}px`;
    node.style.top = `${sourceY(i) - size.row / 2}px`;
    node.style.height = `${size.row}px`;
    return node;
  }

  function step(event, place) {
    const main = place.article.parents[0];
    const to = {
      ArrowDown: () => places[place.row + 1],
      ArrowUp: () => places[place.row - 1],
      ArrowLeft: () => main && rowOf.get(main.parent.place),
      ArrowRight: () => places.find((other) => other.row > place.row && other.article.parents[0]?.parent === place.article),
      Home: () => places[0],
      End: () => places[places.length - 1],
    }[event.key]?.();
    if (!to) return;
    event.preventDefault();
    reveal(to);
    rows.querySelector(`[data-place="${to.article.place}"]`)?.focus({ preventScroll: true });
  }

  function reveal(place) {
    const top = y(place.row) - size.row;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + 2 * size.row > box.scrollTop + box.clientHeight) box.scrollTop = top + 2 * size.row - box.clientHeight;
    draw();
  }

  function zoomTo(value) {
    zoom = Math.min(Math.max(value, 0.5), 32);
    zoomOf.set(group, zoom);
    measure();
  }

  box.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoomTo(zoom * (event.deltaY < 0 ? 1.25 : 0.8));
  }, { passive: false });
  box.addEventListener("keydown", (event) => {
    const to = { "+": zoom * 1.5, "=": zoom * 1.5, "-": zoom / 1.5, 0: 1 }[event.key];
    if (to && !event.ctrlKey && !event.metaKey) zoomTo(to);
    if (event.target === box && event.key === "ArrowDown") {
      event.preventDefault();
      rows.querySelector("[data-place]")?.focus();
    }
  });
  dragToPan(box);
  new ResizeObserver(() => box.clientWidth !== size.width && measure()).observe(box);
  box.showAll = () => { size.drawn = null; draw(true); };
  box.show = () => { // once it is in the page, and has a width
    measure();
    if (selected && rowOf.has(selected.place)) reveal(rowOf.get(selected.place));
  };

  const button = (said, name, act) => make("button", { type: "button", "aria-label": name, title: name, onclick: act }, said);
  const hidden = block.absent.length - sources.length;
  const moreSources = hidden > 0 && make("button", {
    type: "button",
    onclick: (event) => { sources = block.absent; event.target.remove(); measure(); },
  }, `Show ${count(hidden, "more source")} not in the pile`);
  return [make("div", { class: "tools", role: "group", "aria-label": "Zoom" },
    button("−", "Zoom out", () => zoomTo(zoom / 1.5)), button("Fit", "Fit", () => zoomTo(1)),
    button("+", "Zoom in", () => zoomTo(zoom * 1.5)), moreSources), box];
}

function dragToPan(box) {
  let from = null;
  box.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button === 0 && !event.target.closest(".label, .target, .dot")) {
      from = { x: event.clientX + box.scrollLeft, y: event.clientY + box.scrollTop };
      box.setPointerCapture(event.pointerId);
    }
  });
  box.addEventListener("pointermove", (event) => {
    if (from) box.scrollTo(from.x - event.clientX, from.y - event.clientY);
  });
  for (const end of ["pointerup", "pointercancel"]) box.addEventListener(end, () => { from = null; });
}
