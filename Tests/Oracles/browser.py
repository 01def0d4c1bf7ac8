"""Opens pages in Debian's Chromium and holds them to axe-core, in both themes and at the widths of a phone, a tablet and a desktop; at
the narrowest, the widest and on paper to what has to hold there; then tries what a person does, with scripts and without.

Arguments: the URL of a marketplace, a folder for screenshots, the folder with axe-core, a JSON list of the paths of all pages, the id
of an agent, the token of somebody who may judge it, and a folder with pages of faults. Pages of agents with hostile words differ in these
alone, so they are looked at once; pages of faults are all alike, so they are looked at in two ways. Prints one JSON document: the faults.
"""
import gzip
import json
import pathlib
import re
import sys
import urllib.error
import urllib.request

from playwright.sync_api import TimeoutError, sync_playwright

WIDTHS = [360, 768, 1440]
# The first two are yanked and deprecated, so they look different.
HOSTILE = tuple(f"/agents/acme.hostile-{number}" for number in range(2, 100))


def shot(page, folder, path, width, theme):
    name = path.strip("/").replace("/", "_").replace("?", "_") or "front"
    page.screenshot(path=str(folder / f"{name[:60]}-{width}-{theme}.png"), full_page=True)


# Pages of faults are at such paths, for the browser alone.
REFUSED = "/refused/"
REFUSED_LOOKS = [(360, "light"), (1440, "dark")]


def judge(page, axe, where, faults):
    page.evaluate(axe)
    for found in page.evaluate("axe.run().then(r => r.violations)"):
        nodes = "; ".join(node["html"][:120] for node in found["nodes"][:2])
        faults.append(f"{where}: {found['id']}: {nodes}")


def look(browser, url, folder, axe, paths, refused, faults):
    for theme in ["light", "dark"]:
        for width in WIDTHS:
            # Whoever reads in the dark does so far from UTC.
            zone = {"light": "UTC", "dark": "America/St_Johns"}[theme]
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, timezone_id=zone)
            page = context.new_page()
            # A page that is not there says so on the console as well; whether anything else is missing is asked below.
            page.on("console", lambda said: faults.append(f"console: {said.text}") if said.type in ("error", "warning") and not said.text.startswith("Failed to load resource") else None)
            page.on("response", lambda answer: faults.append(f"missing: {answer.url}") if answer.status >= 400 and not answer.request.is_navigation_request() else None)
            page.on("pageerror", lambda error: faults.append(f"script: {error}"))
            page.on("dialog", lambda dialog: (faults.append("a dialog opened"), dialog.dismiss()))
            page.on("request", lambda request: faults.append(f"asked elsewhere: {request.url}") if not request.url.startswith(url) else None)
            page.add_init_script("new PerformanceObserver(l => { for (const e of l.getEntries()) if (!e.hadRecentInput) { window.__shift = (window.__shift || 0) + e.value; window.__moved = e.sources.map(s => s.node && s.node.nodeName + '.' + s.node.className).join(' ') } }).observe({type: 'layout-shift', buffered: true})")
            page.route(f"{url}{REFUSED}*", lambda route: route.fulfill(body=refused[route.request.url.removeprefix(url)], content_type="text/html; charset=utf-8"))
            for path in paths + list(refused):
                if path.startswith(HOSTILE) and (width, theme) != (WIDTHS[0], "light") or path in refused and (width, theme) not in REFUSED_LOOKS:
                    continue
                where = f"{path} at {width} in {theme}"
                answer = page.goto(url + path, wait_until="load")
                if answer is None or answer.status >= 500:
                    faults.append(f"{where}: {answer and answer.status}")
                    continue
                wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                if wide > 0:
                    faults.append(f"{where}: {wide} pixels wider than the window")
                # A busy machine may show a page of which half has come. What moves by itself moves each time.
                moved = []
                while len(moved) < 3 and (shift := page.evaluate("window.__shift || 0")):
                    moved.append(f"{shift} {page.evaluate('window.__moved')}")
                    page.reload(wait_until="load")
                if len(moved) == 3:
                    faults.append(f"{where}: the layout shifts by {moved}")
                judge(page, axe, where, faults)
                if page.evaluate("window.__ran"):
                    faults.append(f"{where}: words of people ran")
                shot(page, folder, path, width, theme)
            page.goto(url + "/")
            page.locator("#look").press_sequentially("zebra", delay=20)
            page.wait_for_selector(".suggestions li")
            page.keyboard.press("ArrowDown")
            judge(page, axe, f"suggestions at {width} in {theme}", faults)
            shot(page, folder, "/suggestions", width, theme)
            context.close()


def weigh(url, folder, paths, faults):
    """What a page without its pictures weighs as it is sent, with all that it needs to be shown; noted beside the screenshots."""
    def get(path):
        with urllib.request.urlopen(urllib.request.Request(url + path, headers={"Accept": "text/html", "Accept-Encoding": "gzip"})) as answer:
            return answer.read(), answer.headers["Content-Encoding"] == "gzip"

    weights = {}
    for path in paths:
        try:
            body, is_compressed = get(path)
        except urllib.error.HTTPError:
            continue
        text = (gzip.decompress(body) if is_compressed else body).decode()
        assets = {name for name in re.findall(r'(?:href|src)="(/assets/[^"]+)"', text) if name.endswith((".css", ".js"))}
        weights[path] = len(body) + sum(len(get(name)[0]) for name in assets)
        expect(faults, assets and weights[path] < 60_000, f"{path} weighs {weights[path]} bytes")
    (folder / "weights.json").write_text(json.dumps(weights, indent=1))


def edges(browser, url, folder, paths, faults):
    """The narrowest and the widest windows, and paper: nothing leaves its page, and lines stay short enough to read."""
    for width, height, media in [(320, 640, "screen"), (3840, 2160, "screen"), (794, 1123, "print")]:
        context = browser.new_context(viewport={"width": width, "height": height})
        page = context.new_page()
        page.emulate_media(media=media)
        for path in paths:
            where = f"{path} at {width} for {media}"
            page.goto(url + path, wait_until="load")
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            expect(faults, wide <= 0, f"{where}: {wide} pixels wider than the window")
            longest = page.evaluate("Math.max(0, ...[...document.querySelectorAll('main p:not(.row)')].map(p => p.getBoundingClientRect().width / parseFloat(getComputedStyle(p).fontSize)))")
            expect(faults, longest <= 50, f"{where}: a line is {longest:.0f} em long")
            if media == "print":
                shown = page.evaluate("[...document.querySelectorAll('nav, form, button, .skip')].filter(e => e.getClientRects().length).map(e => e.outerHTML.slice(0, 80))")
                expect(faults, shown == [], f"{where}: paper shows {shown[:2]}")
            shot(page, folder, path, width, media)
        context.close()


def expect(faults, condition, words):
    if not condition:
        faults.append(words)


def walk(browser, url, agent, faults, has_scripts):
    """Find, judge, get the command; go to the past and back."""
    mode = "with scripts" if has_scripts else "without scripts"
    context = browser.new_context(java_script_enabled=has_scripts, viewport={"width": 1024, "height": 800}, timezone_id="Asia/Kolkata")
    page = context.new_page()
    page.goto(url + "/log")
    zone = "UTC+5:30" if has_scripts else "UTC"
    expect(faults, page.locator("time").first.inner_text().endswith(zone), f"{mode}: times are not those of {zone}")
    page.goto(url + "/")
    if has_scripts:
        page.keyboard.press("/")
        expect(faults, page.evaluate("document.activeElement.id") == "look", f"{mode}: '/' does not lead to the search")
        page.keyboard.type("zebra", delay=20)
        page.wait_for_selector(".suggestions li")
        page.keyboard.press("ArrowDown")
        expect(faults, page.get_attribute("#look", "aria-activedescendant"), f"{mode}: no suggestion is chosen")
        page.keyboard.press("Escape")
        expect(faults, page.locator(".suggestions").first.is_hidden(), f"{mode}: Escape leaves the suggestions open")
    else:
        page.fill("#look", "zebra")
    page.locator("#look").press("Enter")
    page.wait_for_url("**/search?**")
    expect(faults, page.locator(".card mark").count() > 0, f"{mode}: nothing is highlighted")
    # Filters, by the form; what is chosen stays.
    if has_scripts:
        # What is there is replaced: whatever a script has noted stays.
        page.evaluate("window.__here = true")
    page.locator("details.facets input[name=publisher][value=admin]").check()
    if not has_scripts:
        page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**publisher=admin**")
    page.wait_for_selector(".chip.on")
    expect(faults, page.locator(".chip.on").count() == 1, f"{mode}: the filter is not shown")
    expect(faults, page.locator("input[name=publisher][value=admin]").is_checked(), f"{mode}: the filter is not kept")
    if has_scripts:
        expect(faults, page.evaluate("document.activeElement.name") == "publisher", f"{mode}: the focus is lost")
        page.locator("select[name=sort]").select_option("downloads")
        page.wait_for_url("**sort=downloads**")
        page.go_back()
        page.wait_for_selector("option[value=downloads]:checked", state="detached")
        expect(faults, page.locator(".chip.on").count() == 1, f"{mode}: the way back leads elsewhere")
        page.locator(".chip.on").first.click()
        page.wait_for_selector(".chip.on", state="detached")
        expect(faults, "publisher" not in page.url, f"{mode}: the address does not follow")
        page.locator("#find").fill("counter")
        page.locator("#find").press("Enter")
        page.wait_for_url("**q=counter**")
        expect(faults, page.evaluate("window.__here"), f"{mode}: the page was loaded anew")
        page.locator("#find").press("Escape")
        page.locator("#find").press("ArrowDown")
        expect(faults, page.evaluate("document.activeElement.closest('.card') !== null"), f"{mode}: down does not lead to what was found")
        page.keyboard.press("ArrowUp")
        expect(faults, page.evaluate("document.activeElement.type") == "search", f"{mode}: up does not lead back to the words")
    page.locator(".card h3 a").first.click()
    page.wait_for_url("**/agents/**")
    expect(faults, f"mentatctl agent install {agent}" in page.locator(".shell").first.inner_text(), f"{mode}: no command to install")
    page.get_by_role("link", name="Documentation").click()
    expect(faults, page.locator(".prose img").count() == 1, f"{mode}: the documentation has no picture")
    page.get_by_role("link", name="Versions").click()
    page.get_by_role("link", name="compare with 1.0.0").click()
    expect(faults, page.locator("pre.diff ins").count() > 0, f"{mode}: two manifests do not differ")
    page.go_back()
    page.get_by_role("link", name="1.0.0", exact=True).click()
    expect(faults, "sha256sum" in page.locator(".side").inner_text(), f"{mode}: no command without mentatctl")
    page.get_by_role("link", name="History").click()
    expect(faults, "published" in page.locator("ol.time").inner_text(), f"{mode}: no history")
    page.goto(f"{url}/agents/{agent}?as_of=2000000000")
    expect(faults, page.locator("h1").count() == 1, f"{mode}: no page for a position that is not there")
    entry = context.request.get(f"{url}/api/v1/marketplace/agents/{agent}/history").json()["history"][-1]["position"]
    page.goto(f"{url}/agents/{agent}?as_of={entry}")
    expect(faults, page.locator(".past").count() == 1, f"{mode}: the past has no bar")
    page.get_by_role("link", name="Versions").click()
    expect(faults, page.locator(".past").count() == 1, f"{mode}: a link loses the past")
    page.get_by_role("link", name="Back to now").click()
    expect(faults, page.locator(".past").count() == 0, f"{mode}: the way back does not lead to now")
    if has_scripts:
        page.goto(url + "/")
        before = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.locator("[data-theme-switch]").click()
        after = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.reload()
        kept = page.evaluate("getComputedStyle(document.body).backgroundColor")
        expect(faults, before != after and after == kept, f"{mode}: the theme is not switched, or not kept")
        expect(faults, context.cookies() == [], f"{mode}: a cookie is set")
    context.close()


def follow(browser, url, agent, token, faults):
    """The log in a browser: it follows while somebody looks, and stops when they say so; commitments are computed there."""
    context = browser.new_context(viewport={"width": 1024, "height": 800})
    page = context.new_page()
    star = f"{url}/api/v1/marketplace/agents/{agent}/star"
    told = {"Authorization": f"Bearer {token}"}
    page.goto(url + "/log")
    first = "#entries li:first-child .small a"

    def change(method):
        position = context.request.fetch(star, method=method, headers=told).json()["position"]
        return f"entry {position:,}"

    for method, is_followed in [("PUT", True), ("DELETE", True), ("PUT", False), ("DELETE", True)]:
        button = page.get_by_role("button", name="Stop following" if is_followed else "Follow", exact=True)
        if button.count() == 0:
            page.locator("[data-follow]").click()
        entry = change(method)
        try:
            page.wait_for_function("([place, words]) => document.querySelector(place).textContent === words", arg=[first, entry], timeout=8000 if is_followed else 3000)
            expect(faults, is_followed, f"log: {entry} comes although nobody follows")
        except TimeoutError:
            expect(faults, not is_followed, f"log: {entry} does not come")
    # While nobody sees it, it asks for nothing; once somebody does, it is up to date.
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    hide = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true}); document.dispatchEvent(new Event('visibilitychange')) }"
    page.evaluate(hide, True)
    change("PUT")
    entry = change("DELETE")
    page.wait_for_timeout(2500)
    expect(faults, asked == [], f"log: it asks for {asked} while it is hidden")
    page.evaluate(hide, False)
    try:
        page.wait_for_function("([place, words]) => document.querySelector(place).textContent === words", arg=[first, entry], timeout=8000)
    except TimeoutError:
        faults.append(f"log: {entry} does not come once it is seen")
    page.get_by_label("Type").select_option("star.removed.v1")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**type=star.removed.v1**")
    expect(faults, page.locator("#entries li").count() == 3, "log: the choice of a type shows something else")
    page.goto(url + "/log?type=agent.version-published.v1")
    page.locator("#entries .small a").last.click()
    page.wait_for_url("**/log/*")
    check = page.locator("[data-check]").first
    page.wait_for_function("!document.querySelector('[data-check]').textContent.includes('not computed')")
    expect(faults, check.inner_text() == "In your browser: the SHA-256 of both is what the entry says.", f"entry: {check.inner_text()}")
    # A server that shows something else than what the entry commits to does not get away with it.
    page.route("**/log/*", lambda route: route.fulfill(response=(answer := route.fetch()), body=answer.text().replace('data-bytes="', 'data-bytes="00')))
    page.reload()
    page.wait_for_function("!document.querySelector('[data-check]').textContent.includes('not computed')")
    expect(faults, "NOT what the entry says" in check.inner_text(), f"entry: false bytes pass: {check.inner_text()}")
    context.close()


def main(url, folder, home, paths, agent, token, refusals):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    axe = (pathlib.Path(home) / "axe.min.js").read_text()
    faults = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        refused = {f"{REFUSED}{file.stem}": file.read_text() for file in pathlib.Path(refusals).glob("*.html")}
        expect(faults, len(refused) > 5, f"only {len(refused)} pages of faults")
        look(browser, url, folder, axe, json.loads(paths), refused, faults)
        weigh(url, folder, json.loads(paths), faults)
        edges(browser, url, folder, [path for path in json.loads(paths) if not path.startswith(HOSTILE[5:])], faults)
        for has_scripts in [True, False]:
            walk(browser, url, agent, faults, has_scripts)
        follow(browser, url, agent, token, faults)
        browser.close()
    print(json.dumps(sorted(set(faults))))


main(*sys.argv[1:8])
