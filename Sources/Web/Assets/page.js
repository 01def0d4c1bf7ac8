// What pages can do beyond what they show: each part works on what is there, and nothing needs it.
"use strict";
(() => {
  const root = document.documentElement;
  const stored = (() => { try { return localStorage.getItem("theme"); } catch { return null; } })();
  if (stored === "light" || stored === "dark") root.dataset.theme = stored;

  const theme = () => {
    const button = document.querySelector("[data-theme-switch]");
    if (!button) return;
    const prefers = matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => (root.dataset.theme ?? (prefers.matches ? "dark" : "light")) === "dark";
    const label = () => { button.textContent = isDark() ? "Light" : "Dark"; };
    button.hidden = false;
    label();
    prefers.addEventListener("change", label);
    button.addEventListener("click", () => {
      const next = isDark() ? "light" : "dark";
      root.dataset.theme = next;
      try { localStorage.setItem("theme", next); } catch { /* It holds for this page alone. */ }
      label();
    });
  };

  const copying = () => {
    if (!navigator.clipboard) return;
    // Who does not see the button hears what became of it. What is there before it changes is heard.
    const said = document.createElement("p");
    said.className = "unseen";
    said.setAttribute("role", "status");
    document.querySelector("main")?.append(said);
    for (const button of document.querySelectorAll("[data-copy]")) {
      button.hidden = false;
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(button.dataset.copy);
          button.textContent = "Copied";
        } catch {
          button.textContent = "Can't copy";
        }
        said.textContent = button.textContent;
        setTimeout(() => { button.textContent = "Copy"; said.textContent = ""; }, 2000);
      });
    }
  };

  // Times are written in UTC, and shown in the reader's zone.
  const times = () => {
    const two = (number) => String(number).padStart(2, "0");
    for (const time of document.querySelectorAll("time[datetime]")) {
      const date = new Date(time.dateTime);
      if (Number.isNaN(date.valueOf())) continue;
      const ahead = -date.getTimezoneOffset();
      const [hours, minutes] = [Math.trunc(Math.abs(ahead) / 60), Math.abs(ahead) % 60];
      const zone = ahead ? `UTC${ahead < 0 ? "\u2212" : "+"}${hours}${minutes ? `:${two(minutes)}` : ""}` : "UTC";
      const day = `${date.getDate()} ${date.toLocaleString("en", { month: "short" })} ${date.getFullYear()}`;
      const whole = `${day}, ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} ${zone}`;
      time.title = whole;
      time.textContent = time.textContent.includes(":") ? whole : day;
    }
  };

  const keys = () => {
    const field = document.getElementById("look") ?? document.getElementById("find");
    addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const isTyping = event.target.closest?.("input, select, textarea, [contenteditable]");
      if (event.key === "/" && !isTyping && field) {
        event.preventDefault();
        field.focus();
        field.select();
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !isTyping) {
        const cards = [...document.querySelectorAll(".card h3 a")];
        const place = cards.indexOf(document.activeElement);
        if (place < 0) return;
        event.preventDefault();
        const up = event.key === "ArrowUp";
        (cards[place + (up ? -1 : 1)] ?? (up ? field : null))?.focus();
      }
    });
  };

  // Suggestions as one types (ARIA, combobox with a list).
  const suggestions = () => {
    for (const input of document.querySelectorAll(".find input[type=search]")) suggest(input);
  };

  const suggest = (input) => {
    const list = document.createElement("ul");
    list.className = "suggestions";
    list.id = `${input.id}-suggestions`;
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Suggestions");
    input.parentElement.append(list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-autocomplete", "list");
    let [chosen, timer, asked] = [-1, 0, null];

    const close = () => {
      clearTimeout(timer);
      asked?.abort();
      list.hidden = true;
      chosen = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const choose = (place) => {
      const items = [...list.children];
      chosen = items.length ? (place + items.length + 1) % (items.length + 1) : -1;
      if (chosen === items.length) chosen = -1;
      items.forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
      if (chosen < 0) input.removeAttribute("aria-activedescendant");
      else input.setAttribute("aria-activedescendant", items[chosen].id);
    };
    const go = (item) => {
      // An ending would ask for a form of the page.
      const words = encodeURIComponent(item.dataset.id) + (/\.(md|html)$/.test(item.dataset.id) ? ".html" : "");
      const paths = { agent: `/agents/${words}`, publisher: `/publishers/${words}`, category: `/categories/${words}` };
      location.href = paths[item.dataset.kind];
    };
    const show = (found) => {
      list.replaceChildren(...found.slice(0, 10).map((suggestion, index) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${index}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        Object.assign(item.dataset, { kind: suggestion.kind, id: suggestion.id });
        const text = document.createElement("bdi");
        text.textContent = suggestion.text;
        const kind = document.createElement("span");
        kind.className = "small quiet";
        kind.textContent = suggestion.kind;
        item.append(text, kind);
        // Before the field loses the focus.
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          if (event.button === 0) go(item);
        });
        return item;
      }));
      list.hidden = found.length === 0;
      chosen = -1;
      input.setAttribute("aria-expanded", String(!list.hidden));
    };
    input.addEventListener("input", () => {
      close();
      const words = input.value.trim();
      if (!words) return;
      timer = setTimeout(async () => {
        asked = new AbortController();
        try {
          const answer = await fetch(`/api/v1/marketplace/suggest?q=${encodeURIComponent(words)}`, { signal: asked.signal });
          show(answer.ok ? (await answer.json()).suggestions : []);
        } catch { /* Whoever types goes on without. */ }
      }, 120);
    });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (list.hidden) {
        // Down leads on to what was found.
        const first = document.querySelector(".card h3 a");
        if (event.key !== "ArrowDown" || !first) return;
        event.preventDefault();
        first.focus();
        return;
      }
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
      } else if (event.key === "Escape") {
        event.preventDefault();
        close();
      } else if (event.key === "Enter" && chosen >= 0) {
        event.preventDefault();
        go(list.children[chosen]);
      }
    });
    input.addEventListener("blur", close);
    input.form.addEventListener("submit", close);
  };

  // Results take the place of those before them; the address and the way back are as if the page had been loaded anew.
  const results = () => {
    const path = "/search";
    if (location.pathname !== path) return;
    const status = document.createElement("p");
    status.className = "unseen";
    status.setAttribute("role", "status");
    document.body.append(status);
    const address = () => location.pathname + location.search;
    let [asked, shown] = [null, address()];

    const show = (page, isNew) => {
      const [old, main] = [document.querySelector("main"), page.querySelector("main")];
      const focused = old.contains(document.activeElement) ? document.activeElement : null;
      const isOpen = old.querySelector("details.facets")?.open;
      old.replaceWith(main);
      document.querySelector(".foot").replaceWith(page.querySelector(".foot"));
      times();
      document.title = page.title;
      document.getElementById("find").value = page.getElementById("find").value;
      if (isOpen) main.querySelector("details.facets").open = true;
      const heading = main.querySelector("h1");
      status.textContent = heading.textContent;
      if (!focused && !isNew) return;
      // Who chose a filter goes on choosing; who followed a link reads what came.
      const same = focused?.name
        && [...main.querySelectorAll("input, select")].find((one) => one.name === focused.name && (one.type !== "radio" || one.value === focused.value));
      if (!same) heading.tabIndex = -1;
      (same || heading).focus({ preventScroll: Boolean(same) });
    };
    const load = async (target, isNew) => {
      asked?.abort();
      const mine = asked = new AbortController();
      try {
        const answer = await fetch(target, { headers: { accept: "text/html" }, signal: mine.signal });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (!answer.ok || !page.querySelector("main .facets")) throw new Error("no results");
        if (isNew) history.pushState(null, "", target);
        shown = target;
        show(page, isNew);
      } catch {
        if (!mine.signal.aborted) location.assign(target);
      }
    };
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (new URL(form.action).pathname !== path) return;
      event.preventDefault();
      const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
      load(query.size ? `${path}?${query}` : path, true);
    });
    document.addEventListener("change", (event) => { event.target.closest(".facets form")?.requestSubmit(); });
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.("main a");
      if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      const target = new URL(link.href);
      if (target.origin !== location.origin || target.pathname !== path) return;
      event.preventDefault();
      load(target.pathname + target.search, true);
    });
    // Another place on the same page is no other page.
    addEventListener("popstate", () => {
      if (address() === shown) asked?.abort();
      else load(address(), false);
    });
  };

  // What an entry commits to, computed by the reader's browser.
  const checking = () => {
    if (!crypto.subtle) return;
    for (const place of document.querySelectorAll("[data-check]")) {
      const bytes = Uint8Array.from(place.dataset.bytes.match(/../g), (digits) => parseInt(digits, 16));
      crypto.subtle.digest("SHA-256", bytes).then((digest) => {
        const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
        const holds = hex === place.dataset.check;
        place.textContent = `In your browser: the SHA-256 of both is ${holds ? "what the entry says." : `${hex}, which is NOT what the entry says.`}`;
        if (!holds) place.className = "note bad";
      });
    }
  };

  // The list of what happened follows the log while somebody looks at it, at most once a second.
  const following = () => {
    const button = document.querySelector("[data-follow]");
    if (!button || !window.EventSource) return;
    let [source, timer, wants, asked, isStale] = [null, 0, true, null, false];
    const label = () => { button.textContent = wants ? "Stop following" : "Follow"; };
    const later = (milliseconds) => { timer ||= setTimeout(refresh, milliseconds); };
    const show = (page) => {
      const [old, list] = [document.getElementById("entries"), page.getElementById("entries")];
      // What is there stays where it is, with whatever is chosen in it.
      const place = (item) => item.querySelector(".small a").pathname;
      const known = new Set([...old.children].map(place));
      old.prepend(...[...list.children].filter((item) => !known.has(place(item))));
      while (old.children.length > list.children.length) old.lastElementChild.remove();
      for (const part of [".empty", ".next"]) {
        old.parentElement.querySelector(part)?.remove();
        old.parentElement.append(...list.parentElement.querySelectorAll(part));
      }
      document.querySelector(".foot").replaceWith(page.querySelector(".foot"));
      times();
    };
    const refresh = async () => {
      timer = 0;
      // One at a time: what comes meanwhile is asked for when it is over.
      if (asked) { isStale = true; return; }
      const old = document.getElementById("entries");
      // Who stands on a link, or has scrolled to what is older, is not disturbed.
      if (old.contains(document.activeElement) || old.getBoundingClientRect().top < 0) return later(2000);
      const mine = asked = new AbortController();
      isStale = false;
      try {
        const answer = await fetch(location.href, { headers: { accept: "text/html" }, signal: mine.signal });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (answer.ok && page.getElementById("entries") && !mine.signal.aborted) show(page);
      } catch { /* The next entry tries again. */ }
      if (asked !== mine) return;
      asked = null;
      if (isStale) later(1000);
    };
    const close = () => {
      source?.close();
      asked?.abort();
      clearTimeout(timer);
      [source, timer, asked] = [null, 0, null];
    };
    const open = () => {
      if (source || !wants || document.hidden) return;
      source = new EventSource(button.dataset.follow);
      // It tells of what comes from now on; what came before is asked for once. Not everybody at the same moment.
      source.addEventListener("open", () => later(Math.random() * 300));
      source.addEventListener("message", () => later(700 + Math.random() * 600));
      source.addEventListener("dropped", () => { close(); open(); });
      source.addEventListener("error", () => {
        // It was refused, such as where too many follow: the reader decides when to try again.
        if (source?.readyState !== EventSource.CLOSED) return;
        close();
        wants = false;
        label();
      });
    };
    button.hidden = false;
    button.addEventListener("click", () => {
      wants = !wants;
      label();
      if (wants) open();
      else close();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) close();
      else open();
    });
    open();
  };

  addEventListener("DOMContentLoaded", () => {
    theme();
    copying();
    times();
    keys();
    suggestions();
    results();
    checking();
    following();
  });
})();
