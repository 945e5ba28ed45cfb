"""Reports in a real browser: Chromium, offline. Any request, dialog or error fails the test that met it."""

import os
import random
import re
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect, sync_playwright

from dedup import Article, Edge, Lineage, find_lineage, read_articles
from dedup.lineage.declared import Contradiction

EXAMPLES = Path(__file__).parents[1] / "examples"
CHROMIUM = next(
    (
        path
        for name in (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
        if (path := shutil.which(name))
    ),
    None,
)
SCREENSHOTS = os.environ.get("DEDUP_SCREENSHOTS")
"""Folder of the pictures in the docs; they are made when it is set."""

MORNING = datetime(2026, 3, 2, 6, tzinfo=UTC)
TEXT = "Ida Brask shut the Orla bridge on Monday at 6.40. Of its 96 cables 14 had failed, the engineer said."
HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)><iframe src=https://evil."
    "example></iframe><style>@import 'https://evil.example'</style>{{7*7}}\u2028\"'`--><!--\u202e\ud800\0"
)
HAN = (
    "港口码头周二凌晨坍塌，十四辆汽车坠入海中，港务局长说没有人受伤。渡轮停航三天，约640名乘客改乘火车。\n\n"
    "“它没有裂开，而是叹了口气，”58岁的售票员说，她两分钟前离开了岗亭去买牛奶。"
)
ARABIC = (
    "انهار رصيف الميناء فجر الثلاثاء وسقطت 14 سيارة في البحر، ولم يصب أحد بأذى كما قال مدير الميناء.\n\n"
    'وقالت بائعة التذاكر البالغة من العمر 58 عاما: "لم يتصدع الرصيف بل تنهد". وتوقفت العبارات ونقل 640 راكبا.'
)
Open = Callable[..., Page]

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium was found: run `make browser`, or set CHROMIUM"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open a report, offline; at the end, make sure that nothing went out and nothing went wrong."""
    trouble: list[str] = []
    contexts = []

    def dismiss(dialog: Dialog) -> None:
        trouble.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def open_report(path: Path, view: str = "", **options: Any) -> Page:
        context = browser.new_context(offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "request", lambda request: trouble.append(request.url) if request.url != path.as_uri() else None
        )
        page.on("dialog", dismiss)
        page.on("pageerror", lambda error: trouble.append(f"error {error}"))
        page.on("console", lambda said: trouble.append(f"console {said.text}"))
        page.on("popup", lambda other: trouble.append(f"window {other.url}"))
        page.goto(path.as_uri() + view)
        return page

    yield open_report
    for context in contexts:
        context.close()
    assert trouble == []


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "stories.html"
    found = find_lineage(read_articles([str(EXAMPLES / "harbour.jsonl"), str(EXAMPLES / "korrin.jsonl")]))
    found.to_html(path, title="Two stories, and who retold them")
    return path


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of 5,000 articles of 375 words: a family of 500, 300 of three, and 3,600 without kin."""
    draw = random.Random(7)
    words = ["".join(draw.choices("abcdefghijklmnoprstuvw", k=draw.randint(3, 9))) for _ in range(4000)]
    articles, edges = [], []
    for family, n_members in enumerate([500] + [3] * 300 + [1] * 3600):
        text = "\n\n".join(" ".join(draw.choices(words, k=25)) + "." for _ in range(15))
        for member in range(n_members):
            when = MORNING + timedelta(hours=family + member * draw.random())
            name = f"f{family}-{member}"
            title = " ".join(draw.choices(words, k=8))
            articles.append(Article(f"{text} {member}.", name, title, when, f"Outlet {draw.randrange(60)}"))
            if member:
                parent = f"f{family}-{draw.randrange(member)}"
                relation = draw.choice(["copy", "edit", "rewrite"])
                edges.append(Edge(parent, name, relation, draw.random() / 2 + 0.5))
    path = tmp_path_factory.mktemp("report") / "many.html"
    Lineage(tuple(articles), tuple(edges)).to_html(path)
    return path


def article(name: str, hours: int, text: str, title: str = "", outlet: str = "", url: str = "") -> Article:
    return Article(text, name, title, MORNING + timedelta(hours=hours), outlet, url)


def test_from_the_overview_to_an_edge(open_page: Open, stories: Path) -> None:
    page = open_page(stories)
    expect(page.locator("h1")).to_have_text("Two stories, and who retold them")
    cards = page.locator(".card")
    expect(cards).to_have_count(2)
    expect(cards.first).to_contain_text("7 articles by 6 outlets, over 34 hours")
    expect(cards.first).to_contain_text("2 rewrites")
    cards.first.locator("a").click()
    expect(page.locator(".tree .label")).to_have_count(7)
    expect(page.locator("path.branch")).to_have_count(6)
    assert page.evaluate("location.hash") == "#family/harbour-post-1"
    page.get_by_role("link", name=re.compile("^rewrite of Meridian Digest, probability .8.; compare")).click()
    expect(page.locator("#said")).to_contain_text("Rewritten: 5 of 6 paragraphs follow the source, in order;")
    expect(page.locator(".chance")).to_contain_text("Of ten edges like this one, about two would be wrong.")
    expect(page.locator(".pair.joined")).to_have_count(5)
    expect(page.locator(".facts mark.number").first).to_have_text("58")
    assert page.locator("ins mark.number.shared, .cell mark.number.shared").count() > 4
    assert page.locator(".cell ins").count() > 5
    assert page.locator(".cell del").count() > 5
    assert page.locator(".pair.dropped").count() > 0
    assert "rewrite" in page.title().lower()
    page.go_back()
    expect(page.locator(".tree .label")).to_have_count(7)


def test_a_branch_and_a_dot_can_be_clicked(open_page: Open, stories: Path) -> None:
    page = open_page(stories, "#family/northern-wire")
    branch = page.locator("path.target").nth(1).bounding_box()
    assert branch is not None
    page.mouse.click(branch["x"] + branch["width"] / 2, branch["y"] + branch["height"] / 2 + 3)
    expect(page.locator("#said")).to_contain_text("Rewritten: all 7 paragraphs")
    page.go_back()
    page.locator("path.dot").nth(2).click()
    expect(page.locator("#article h2")).to_contain_text("58-Year-Old Chain")
    expect(page.locator("#article .kin").first).to_contain_text("Rewritten: ")
    page.locator("#article summary").click()
    expect(page.locator("#article .text")).to_contain_text("Picture a steel door")
    assert page.locator("#article .url").get_attribute("rel") == "noopener noreferrer"


def test_only_words_that_differ_are_marked(open_page: Open, tmp_path: Path) -> None:
    pile = (
        article("a", 0, TEXT),
        article("b", 1, TEXT.replace("shut", "closed").replace("Monday", "Tuesday")),
    )
    path = tmp_path / "report.html"
    Lineage(pile, (Edge("a", "b", "edit", 0.95),)).to_html(path)
    page = open_page(path, "#edge/b/a")
    assert page.locator(".cell del").all_text_contents() == ["shut", "Monday"]
    assert page.locator(".cell ins").all_text_contents() == ["closed", "Tuesday"]
    assert page.locator(".cell p").all_text_contents() == [pile[0].text, pile[1].text]
    marked = page.locator(".cell >> nth=0").locator("mark.shared").all_text_contents()
    assert marked == ["Brask", "Orla", "6.40", "96", "14"]
    page.locator("#show-words").uncheck()
    shown = page.locator(".cell ins").first.evaluate("node => getComputedStyle(node).backgroundColor")
    assert shown == "rgba(0, 0, 0, 0)"


def test_filters(open_page: Open, stories: Path) -> None:
    page = open_page(stories)
    titles = page.locator(".card h2")

    def expect_shown(*words: str) -> None:
        expect(titles).to_have_count(len(words))
        for title, word in zip(titles.all_text_contents(), words, strict=True):
            assert word in title

    page.locator("#by-words").fill("BRIGHTDESK")
    expect_shown("Sluice")
    expect(page.locator("#found")).to_have_text("1 of 2 families")
    page.get_by_role("button", name="Show all").click()
    expect_shown("Quay", "Sluice")
    page.locator("#by-outlet").select_option("Coastfeed")
    expect_shown("Quay")
    page.locator("#by-outlet").select_option("")
    page.locator("#by-relation").select_option("update")
    expect_shown("Quay")
    page.locator("#by-relation").select_option("")
    page.locator("#by-least").fill("0.96")
    expect_shown("Sluice")
    page.locator("#by-least").fill("0")
    page.locator("#by-from").fill("2026-07-01")
    expect_shown("Sluice")
    page.locator("#by-from").fill("")
    page.locator("#by-to").fill("2026-07-01")
    expect_shown("Quay")
    titles.first.locator("a").click()
    page.locator("#home").click()
    expect_shown("Quay")  # what was chosen is kept
    page.locator("#by-to").fill("")
    page.locator("#by-order").select_option("latest")
    expect_shown("Sluice", "Quay")
    page.locator("#by-words").fill("post QUAY")  # an outlet and a title
    expect_shown("Quay")
    page.locator("#by-words").fill("nothing has this")
    expect_shown()
    expect(page.locator("#found")).to_have_text("Nothing found. “Show all” takes the filters away.")
    expect(page.locator(".loners")).to_be_hidden()


def test_with_the_keyboard_alone(open_page: Open, stories: Path) -> None:
    page = open_page(stories)
    page.keyboard.press("Tab")
    expect(page.locator("#skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    assert page.evaluate("location.hash") == ""
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.card a')"):
            break
    page.keyboard.press("Enter")
    page.locator(".tree").focus()
    focused = page.locator(":focus")
    steps = {
        "ArrowDown": "Harbour Post Quay",
        "ArrowRight": "Coastfeed",
        "ArrowUp": "Harbour Post Quay",
        "End": "Port director",
        "ArrowLeft": "Harbour Post Quay",
    }
    for key, text in steps.items():
        page.keyboard.press(key)
        expect(focused).to_contain_text(text)
    page.keyboard.press("Enter")
    expect(page.locator("#article h2")).to_contain_text("Quay collapses")
    expect(focused).to_contain_text("Quay collapses")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.locator("#article h2")).to_contain_text("Port director")
    expect(focused).to_contain_text("Port director")
    expect(page.locator("#status")).to_contain_text("Port director")
    assert page.title().startswith("Port director")
    width = page.locator(".canvas").evaluate("node => node.clientWidth")
    page.locator(".tree").focus()
    page.keyboard.press("+")
    assert page.locator(".canvas").evaluate("node => node.clientWidth") > width
    page.keyboard.press("0")
    assert page.locator(".canvas").evaluate("node => node.clientWidth") == width


def test_what_is_not_known_is_not_counted(open_page: Open, tmp_path: Path) -> None:
    pile = (
        article("late", 5, TEXT, "Café Zürich burns", "Post"),
        article("early", 1, TEXT + " So it was told.", "Told", ""),
    )
    path = tmp_path / "report.html"
    Lineage(pile, (Edge("late", "early", "copy", 0.99, "isBasedOn"),)).to_html(path)
    page = open_page(path)
    expect(page.locator(".card")).to_contain_text("2 articles by 1 outlet,")
    page.locator("#by-words").fill("zurich  CAFE")
    expect(page.locator(".card")).to_have_count(1)
    page.locator(".card a").click()
    expect(page.locator(".lead")).to_contain_text("Original: Post")  # the other has an earlier time
    expect(page.locator("path.branch.is-declared")).to_have_count(1)
    page.goto(f"{page.url.partition('#')[0]}#edge/early/late")
    expect(page.locator(".chance")).to_contain_text("Probability .99. An edge is no accusation")


def test_pan_and_zoom(open_page: Open, stories: Path) -> None:
    page = open_page(stories, "#family/harbour-post-1")
    page.get_by_role("button", name="Zoom in").click()
    tree = page.locator(".tree")
    box = tree.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] - 30, box["y"] + 60
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 200, y)
    page.mouse.up()
    assert tree.evaluate("node => node.scrollLeft") == pytest.approx(200, abs=2)
    page.get_by_role("button", name="Fit").click()
    assert tree.evaluate("node => node.scrollWidth <= node.clientWidth")


def test_everybody_can_use_it(open_page: Open, stories: Path) -> None:
    """By the rules of axe: names, roles, landmarks, headings, contrast."""
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    views = ("", "#family/northern-wire", "#article/coastfeed", "#edge/coastfeed/harbour-post-1", "#nowhere")
    for view in views:
        page = open_page(stories, view, bypass_csp=True)
        page.evaluate(axe)
        found = page.evaluate("axe.run()")
        assert len(found["passes"]) > 20
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [], view
        assert page.locator("main, header, footer").count() == 3
    assert page.locator("h1").text_content() == "Not in this report"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read(open_page: Open, stories: Path, scheme: str) -> None:
    grounds = []
    for view in ("", "#article/northline-now", "#edge/averil-courier/harbour-post-1"):
        page = open_page(stories, view, color_scheme=scheme)
        faint = page.evaluate(CONTRAST)
        assert faint == [], view
        grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert set(grounds) == {{"light": "rgb(251, 250, 248)", "dark": "rgb(22, 23, 26)"}[scheme]}


def test_what_is_declared_and_what_is_not_in_the_pile(open_page: Open, tmp_path: Path) -> None:
    pile = (
        article("root", 0, TEXT + "\n\nPublisher: nypost.com", "Root", "Post"),
        article("told", 2, TEXT + " So it was told.", "Told", "Feed"),
        article("both", 4, TEXT + " And so was the other.", "Both", "Digest"),
        article("other", 1, "The quay fell at Averil.", "Other", "Coast"),
        article("twin", 3, "The quay fell at Averil. Twice.", "Twin", "Echo"),
    )
    edges = (
        Edge("root", "told", "edit", 0.4, "isBasedOn"),
        Edge("told", "both", "rewrite", 0.8),
        Edge("root", "both", "rewrite", 0.7),
        Edge("other", "both", "excerpt", 0.6),
        Edge("other", "twin", "copy", 0.9),
    )
    against = (Contradiction("told", "root", "isBasedOn", "the texts are not kin", 0.4),)
    path = tmp_path / "report.html"
    Lineage(pile, edges, against).to_html(path)
    page = open_page(path)
    page.locator(".disputed summary").click()
    said = "Feed declares Post as its source (isBasedOn), but the texts are not kin."
    expect(page.locator(".disputed li")).to_have_text(said)
    page.locator(".disputed a").click()
    expect(page.locator("#article")).to_contain_text(said)
    expect(page.locator(".legend")).to_contain_text("dashed line: from another parent, too")
    expect(page.locator(".legend")).to_contain_text("stated by the article or its metadata")
    expect(page.locator(".legend")).to_contain_text("≠ the texts or the times speak against it")
    expect(page.locator("path.branch.is-declared")).to_have_count(0)  # for it is contested
    expect(page.locator(".label .declared")).to_have_text("declared ≠")
    expect(page.locator("path.branch.other")).to_have_count(1)
    expect(page.locator(".label.absent")).to_contain_text("nypost.com")
    expect(page.locator("circle.absent")).to_have_count(2)  # one in the legend
    branches = {path.get_attribute("data-edge"): path for path in page.locator("path.branch").all()}
    widths = {name: float(path.get_attribute("stroke-width") or 0) for name, path in branches.items()}
    assert widths["told/root"] < widths["both/root"] < widths["both/told"]
    row = page.locator(".label", has_text="Digest")
    expect(row).to_contain_text("also from Coast")
    row.get_by_role("link", name="excerpt of Coast, probability .60; compare").click()
    expect(page.locator(".head").first).to_contain_text("Other")  # its text is of another family
    expect(page.locator(".cell").first).to_contain_text("The quay fell at Averil.")


def test_hostile_text_is_inert(open_page: Open, tmp_path: Path) -> None:
    pile = (
        article("a" + HOSTILE, 0, f"{TEXT} {HOSTILE}\n\n{HOSTILE}", HOSTILE, HOSTILE, "javascript:alert(4)"),
        article(
            "b" + HOSTILE, 1, f"{TEXT} So. {HOSTILE}\n\n{HOSTILE}", HOSTILE, HOSTILE + "2", "data:text/html,x"
        ),
        article("c", 2, f"{HOSTILE} alone", HOSTILE, HOSTILE),
    )
    path = tmp_path / "report.html"
    Lineage(pile, (Edge(pile[0].id, pile[1].id, HOSTILE, 0.9, HOSTILE),)).to_html(path, title=HOSTILE)
    page = open_page(path)
    n_scripts = page.locator("script").count()
    page.locator(".loners summary").click()
    page.locator(".card a").click()
    page.locator(".label a").first.click()
    page.locator("#article details summary").click()
    page.locator(".relation").first.click()
    expect(page.locator(".pair.joined")).to_have_count(2)
    page.wait_for_timeout(200)
    assert "alert(1)" in (page.locator(".cell").first.text_content() or "")
    assert page.locator("script").count() == n_scripts
    assert page.locator("img, iframe, object, embed, form[action]").count() == 0
    assert page.locator("a[href]:not([href^='#'])").count() == 0


def test_the_policy_stops_what_would_run(browser: Browser, stories: Path) -> None:
    """Without this, the test above could pass with no policy at all."""
    page = browser.new_page()
    page.goto(stories.as_uri())
    stopped = page.evaluate(
        """async () => {
            const stopped = [];
            const name = "securitypolicyviolation";
            document.addEventListener(name, (event) => stopped.push(event.effectiveDirective));
            const script = document.createElement("script");
            script.append("window.ran = 1");
            const attempts = [
                () => document.body.append(script),
                () => { document.body.innerHTML += "<b>"; },
                () => document.body.setAttribute("onclick", "window.ran = 1"),
                () => document.body.append(Object.assign(new Image(), { src: "https://evil.example/x.png" })),
                () => fetch("https://evil.example").catch(() => null),
                () => document.body.setAttribute("style", "color: red"),
            ];
            for (const attempt of attempts) {
                try { await attempt(); } catch (error) { stopped.push(error.name); }
            }
            document.body.click();
            await new Promise((done) => setTimeout(done, 200));
            return stopped;
        }"""
    )
    assert page.evaluate("window.ran") is None
    assert {"img-src", "connect-src", "style-src-attr", "TypeError"} <= set(stopped)
    page.close()


def test_broken_and_huge_texts(open_page: Open, tmp_path: Path) -> None:
    words = " ".join(f"word{i % 977} Brask{i % 31} {i}" for i in range(33_400))
    pile = (
        article("long", 0, words, "T" * 1_000_000, "\ud800\0"),
        article("copy", 1, words + " more", "short title", "O" * 100_000),
        article("none", 2, "", "\udfff"),
        article("x" * 5000, 3, "\0\ud83d", ""),
    )
    edges = (
        Edge("long", "copy", "copy", 0.9),
        Edge("long", "none", "edit", 0.6),
        Edge("none", "x" * 5000, "edit", 1),
    )
    path = tmp_path / "report.html"
    Lineage(pile, edges).to_html(path)
    began = time.perf_counter()
    page = open_page(path)
    page.locator(".card a").click()
    expect(page.locator(".label")).to_have_count(4)
    page.goto(path.as_uri() + "#edge/copy/long")
    expect(page.locator("#said")).to_contain_text("paragraphs follow the source")
    assert page.locator(".pair.joined").count() >= 40
    page.goto(path.as_uri() + "#article/long")
    assert len(page.locator("#article h2").text_content() or "") < 1000
    page.locator("#article summary").first.click()
    assert len(page.locator("#article .whole").text_content() or "") == 1_000_000
    page.goto(path.as_uri() + "#edge/none/long")
    expect(page.locator("#said")).to_contain_text("The child has no words", ignore_case=True)
    assert time.perf_counter() - began < 20


def test_five_thousand_articles(open_page: Open, many: Path) -> None:
    times = []
    for _ in range(3):
        began = time.perf_counter()
        page = open_page(many)
        expect(page.locator(".card").nth(59)).to_be_attached()
        times.append(time.perf_counter() - began)
    assert min(times) < 2
    expect(page.locator(".lead")).to_contain_text("5,000 articles; 301 families")
    expect(page.locator(".card").first).to_contain_text("500 articles")
    assert page.locator(".card").count() < 301, "what is not in sight is not made"
    longest = page.evaluate(
        """async () => {
            const frames = [];
            let last = performance.now();
            for (let step = 0; step < 60; step += 1) {
                scrollBy(0, 900);
                await new Promise(requestAnimationFrame);
                frames.push(performance.now() - last);
                last = performance.now();
            }
            return frames.sort((a, b) => a - b)[54];
        }"""
    )
    assert longest < 200
    expect(page.locator(".card").nth(119)).to_be_attached()
    page.locator("#by-words").fill("outlet 7")
    expect(page.locator("#found")).to_contain_text("of 301 families")
    page.locator(".card a").first.click()
    expect(page.locator(".tree")).to_be_visible()
    assert page.locator(".label").count() < 100
    page.locator(".tree").evaluate("node => { node.scrollTop = node.scrollHeight; }")
    expect(page.locator(".label").last).to_be_in_viewport()
    page.locator(".label a").first.focus()
    page.keyboard.press("Home")
    expect(page.locator(":focus")).to_have_attribute("data-place", "0")


def test_prints(open_page: Open, stories: Path, tmp_path: Path) -> None:
    page = open_page(stories, "#edge/coastfeed/harbour-post-1", color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.locator("header")).to_be_hidden()
    expect(page.locator(".switches")).to_be_hidden()
    assert page.evaluate(CONTRAST) == []
    assert page.pdf(path=tmp_path / "edge.pdf").startswith(b"%PDF")


def test_a_large_family_prints_whole(open_page: Open, many: Path) -> None:
    page = open_page(many, "#family/f0-0")
    assert page.locator(".label").count() < 100
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".label").count() == 500


def test_other_scripts(open_page: Open, tmp_path: Path) -> None:
    pile = (
        article("han", 0, HAN, "码头坍塌 十四辆车坠海", "港口日报"),
        article("han-2", 2, HAN.replace("坍塌", "倒塌"), "码头倒塌", "海岸快讯"),
        article("arabic", 1, ARABIC, "انهيار رصيف الميناء", "جريدة الميناء"),
        article("arabic-2", 4, ARABIC.replace("انهار", "سقط"), "سقوط الرصيف", "أخبار الساحل"),
    )
    path = tmp_path / "report.html"
    Lineage(pile, (Edge("han", "han-2", "copy", 0.98), Edge("arabic", "arabic-2", "copy", 0.97))).to_html(
        path
    )
    page = open_page(path, "#edge/han-2/han")
    assert page.locator(".cell del").all_text_contents() == ["坍"]
    assert page.locator(".cell ins").all_text_contents() == ["倒"]
    picture(page, "han")
    page = open_page(path, "#edge/arabic-2/arabic")
    paragraph = page.locator(".cell p").first
    assert paragraph.evaluate("node => getComputedStyle(node).direction") == "rtl"
    assert page.locator(".cell ins").all_text_contents() == ["سقط"]
    picture(page, "arabic")


@pytest.mark.parametrize(
    ("name", "view", "options"),
    [
        ("overview", "", {}),
        ("family", "#article/northline-now", {"viewport": {"width": 1400, "height": 800}}),
        ("edge", "#edge/brightdesk/northern-wire", {"viewport": {"width": 1280, "height": 1100}}),
        ("dark", "#edge/averil-courier/harbour-post-1", {"color_scheme": "dark"}),
        ("narrow", "#edge/averil-courier/harbour-post-1", {"viewport": {"width": 390, "height": 1200}}),
        ("", "#family/northern-wire", {"viewport": {"width": 390, "height": 760}}),
    ],
)
def test_views_fit_their_window(
    open_page: Open, stories: Path, name: str, view: str, options: dict[str, Any]
) -> None:
    page = open_page(stories, view, **options)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, name)


def picture(page: Page, name: str) -> None:
    if SCREENSHOTS and name:
        page.screenshot(path=Path(SCREENSHOTS) / f"report-{name}.png")


# Finds text whose contrast with what is behind it is below 4.5 (WCAG 2.2, 1.4.3).
CONTRAST = r"""() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    const read = (...layers) => {
        pen.clearRect(0, 0, 1, 1);
        for (const layer of layers) { pen.fillStyle = layer; pen.fillRect(0, 0, 1, 1); }
        return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const luminance = (colour) => colour.map((part) => part / 255)
        .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
    const faint = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        const node = text.parentElement;
        if (!text.data.trim() || !node.checkVisibility({ visibilityProperty: true })) continue;
        if (node.closest("script, style, svg, option, .visually-hidden, .skip")) continue;
        const layers = [];
        let opacity = 1;
        for (let at = node; at; at = at.parentElement) {
            layers.unshift(getComputedStyle(at).backgroundColor);
            opacity *= Number(getComputedStyle(at).opacity);
        }
        const ground = read("white", ...layers);
        const ink = read(getComputedStyle(node).color);
        const colour = ink.map((part, i) => opacity * part + (1 - opacity) * ground[i]);
        const [high, low] = [luminance(colour), luminance(ground)].sort((a, b) => b - a);
        const contrast = (high + 0.05) / (low + 0.05);
        if (contrast < 4.5) faint.push(`${contrast.toFixed(2)} ${text.data.trim().slice(0, 40)}`);
    }
    return faint;
}"""
