"use strict";

// Which view: the part of the address behind "#", so that every view can be linked to.

const main = document.getElementById("main");
let scrolled = 0; // where the overview was left
let view = "";

function announce(text) {
  document.getElementById("status").textContent = text;
}

function route() {
  const [name, ...keys] = location.hash.slice(1).split("/");
  if (view === "" && name !== "") scrolled = scrollY;
  const came = view;
  view = name;
  const article = byKey.get(keys[0]);
  const edge = edgeByKey.get(keys.join("/"));
  if (name === "family" && article) showFamily(main, article.group, null);
  else if (name === "article" && article) showFamily(main, article.group, article);
  else if (name === "edge" && edge) showEdge(main, edge);
  else if (name === "" || name === "main") showOverview(main);
  else {
    main.replaceChildren(make("h1", {}, "Not in this report"),
      make("p", {}, make("a", { href: "#" }, "Show all families")));
  }
  // A family is headed by its original, whichever article of it was chosen.
  const heading = brief((main.querySelector("#article-title") ?? main.querySelector("h1")).textContent);
  document.title = [heading, overview.title].filter((said, i, all) => all.indexOf(said) === i).join(" - ");
  if (name === "" && came !== "") scrollTo(0, scrolled);
  else if (name === "article") main.querySelector("#article").scrollIntoView({ block: "nearest" });
  else if (came !== name) scrollTo(0, 0);
  const chosen = name === "article" && (came === name || came === "family")
    && (main.querySelector(".label.chosen a") ?? main.querySelector("#article"));
  if (chosen) chosen.focus({ preventScroll: true });
  else if (came !== name || name === "edge") main.focus({ preventScroll: true });
  if (name) announce(heading);
}

document.getElementById("home").textContent = overview.title;
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address tells the view
  main.focus();
});
addEventListener("hashchange", route);
addEventListener("beforeprint", () => {
  for (const list of main.querySelectorAll("ul, .pairs, .tree")) list.showAll?.();
});
route();
