"use strict";

// A family: its drawing, and the article that was chosen in it.

function showFamily(main, group, selected) {
  const members = groups[group];
  const root = members[0];
  const block = blockOf(group);
  const isFirst = root.time !== null && members.every((article) => article.time === null || article.time >= root.time);
  const relations = new Set(members.flatMap((article) => article.parents.map((edge) => edge.relation)));
  const [tools, tree] = drawTree(group, block, selected);
  fill(main,
    crumbs(["All families", "#"], [root.title, selected && `#family/${root.key}`], ...(selected ? [[outletOf(selected)]] : [])),
    make("h1", {}, theirs(brief(root.title))),
    make("p", { class: "lead" }, members.length > 1
      ? [isFirst ? "First seen: " : "Original: ", make("b", {}, theirs(brief(outletOf(root)))), `, ${showTime(root.time)}. ${count(members.length, "article")}.`]
      : ["Made from several families: ", make("b", {}, theirs(brief(outletOf(root)))), `, ${showTime(root.time)}.`]),
    make("div", { class: "legend" },
      make("ul", { "aria-label": "Relations" },
        make("li", {}, make("svg", { class: "glyph root", viewBox: "-9 -9 18 18", "aria-hidden": "true" },
          make("circle", { r: 8 })), "original"),
        overview.relations.filter(({ name }) => relations.has(name)).map(({ name, shape }) =>
          make("li", { class: kindClass(name) }, glyph(shape, name), name)),
        make("li", {}, "thick line: probable"),
        members.some((article) => article.parents.length > 1) && make("li", {}, "dashed line: from another parent, too"),
        members.some((article) => article.parents.some((edge) => edge.declared))
          && make("li", {}, make("span", { class: "declared" }, "declared"), " stated by the article or its metadata"),
        members.some((article) => article.parents.some((edge) => edge.contested))
          && make("li", {}, make("span", { class: "declared" }, "≠"), " the texts or the times speak against it"),
        block.absent.length > 0 && make("li", {}, make("svg", { class: "glyph", viewBox: "-9 -9 18 18", "aria-hidden": "true" },
          make("circle", { class: "absent", r: 7 })), "named, but not in the pile"),
        block.ticks.length === 0 && make("li", {}, "no times: from left to right by steps from the original")),
      tools),
    make("div", { class: selected ? "family with-article" : "family" }, tree,
      selected && showArticle(selected, block)),
  );
  tree.show();
}

function showArticle(article, block) {
  const outward = /^https?:\/\//i.test(article.url)
    && make("a", { href: article.url, rel: "noopener noreferrer", class: "url" }, brief(article.url));
  const disputes = disputed.filter((one) => one.article === article);
  return make("section", { class: "article", "aria-labelledby": "article-title", id: "article", tabindex: "-1" },
    make("h2", { id: "article-title" }, theirs(brief(article.title))),
    article.title.length > LONGEST_IN_LIST && make("details", {},
      make("summary", {}, `The whole title: ${count(article.title.length, "character")}`),
      make("p", { class: "whole", tabindex: "0" }, theirs(article.title))),
    make("p", { class: "byline" }, make("b", {}, theirs(brief(outletOf(article)))), ` ${showTime(article.time)}`),
    outward && make("p", {}, outward),
    article.url && !outward && make("p", { class: "url" }, theirs(brief(article.url))),
    make("p", { class: "id" }, "Id: ", make("code", {}, theirs(article.id))),
    make("h3", {}, "Made from"),
    article.parents.length
      ? make("ul", { class: "kin" }, article.parents.map((edge) => make("li", {}, relationLink(edge), " of ",
        make("a", { href: `#article/${edge.parent.key}` }, theirs(brief(outletOf(edge.parent)))),
        make("p", {}, blockOf(article.group).edges[edge.place].said))))
      : make("p", {}, "nothing in the pile"),
    disputes.length > 0 && make("ul", { class: "kin" }, disputeItems(disputes)),
    make("h3", {}, "Made into"),
    article.children.length ? kinList(article.children) : make("p", {}, "nothing in the pile"),
    make("details", {}, make("summary", {}, "Its text"),
      make("div", { class: "text" }, block.texts[article.place].map((paragraph) => theirs(paragraph, "p")))));
}

function kinList(children) {
  const list = make("ul", { class: "kin" });
  const more = inParts(list, children, (edge) => make("li", {}, relationLink(edge), " by ",
    make("a", { href: `#article/${edge.child.key}` }, theirs(brief(outletOf(edge.child)))), ` ${showTime(edge.child.time)}`));
  return make("div", {}, list, more);
}
