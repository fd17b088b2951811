/* Makes the pages quicker, never possible: every page and form works without this file. No text lives here;
   what is shown comes from the page, so that it is translated in one place. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const root = document.documentElement;

  // Light or dark. The button is hidden in the page and shown here, because without script it could do nothing.
  const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  all("[data-theme-toggle]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch { /* holds for this page only */ }
    });
  });

  all("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });

  // A second click sends nothing. The server refuses a repeated decision by itself; this only spares the reader the answer.
  const RELEASE_MS = 10000; // a lost connection must not leave the button dead
  const release = (form) => {
    delete form.dataset.sent;
    all(".is-busy", form).forEach((button) => { button.classList.remove("is-busy"); button.removeAttribute("aria-busy"); });
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if ((form.getAttribute("method") || "get").toLowerCase() !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    form.dataset.sent = "1";
    if (event.submitter) { event.submitter.classList.add("is-busy"); event.submitter.setAttribute("aria-busy", "true"); }
    setTimeout(() => release(form), RELEASE_MS);
  }, true);
  document.addEventListener("htmx:afterRequest", (event) => { const form = event.target.closest("form"); if (form) release(form); });
  addEventListener("pageshow", (event) => { if (event.persisted) all("form[data-sent]").forEach(release); });

  // Folds: open where there is room. Closed on phones, where the page's own task comes first.
  const wide = matchMedia("(min-width: 72rem)");
  const fold = () => all("details.fold").forEach((details) => { details.open = wide.matches; });
  wide.addEventListener("change", fold);
  fold();

  // Time left, counted again each minute. Not a live region: only a change of level is said, in the page's status line.
  const fill = (text, minutes) => text.replace("{h}", Math.floor(minutes / 60)).replace("{m}", minutes % 60);
  const tick = () => all("[data-due]").forEach((deadline) => {
    const left = deadline.querySelector(".deadline__left");
    const minutes = Math.floor((Date.parse(deadline.dataset.due) - Date.now()) / 60000);
    if (!left || Number.isNaN(minutes) || Math.abs(minutes) >= 48 * 60) return; // further off, the server's words stand
    const late = minutes < 0;
    const count = Math.abs(minutes);
    const kind = late ? "Late" : "Left";
    left.textContent = fill(deadline.dataset[`text${kind}${count < 60 ? "Minutes" : ""}`], count);
    if (late && !deadline.classList.contains("deadline--late")) {
      deadline.classList.remove("deadline--soon");
      deadline.classList.add("deadline--late");
      const status = document.getElementById("status");
      if (status) status.textContent = deadline.dataset.textPassed;
    }
  });
  setInterval(tick, 60000);

  // Only where it runs as an app: there is no browser around the page to say that the network is gone.
  const app = document.querySelector("link[data-worker]");
  if (app && navigator.serviceWorker && matchMedia("(display-mode: standalone)").matches) {
    navigator.serviceWorker.register(app.dataset.worker).catch(() => { /* without it the browser says it in its own words */ });
  }

  // What lives is asked for again each half minute, while somebody looks. A part in which somebody has begun to fill in or
  // mark something, or shown a picture, or stands with the keyboard, is left as it is: nothing typed is ever replaced.
  const changed = (field) => {
    if (field.type === "hidden" || field.disabled) return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.type === "file") return field.files.length > 0;
    if (field.options) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
    return "defaultValue" in field && field.value !== field.defaultValue;
  };
  const begun = (part) => all("input, textarea, select", part).some(changed)
    || part.querySelector("form[data-sent], img.shot, :focus-visible, input:focus, textarea:focus, select:focus") !== null;
  // `data-poll-beside` names the part that would have been replaced: then it is said beside it that there is something new.
  const waits = (part) => {
    const beside = part.dataset.pollBeside && document.getElementById(part.dataset.pollBeside);
    return beside ? "poll" in beside.dataset && !begun(beside) : begun(part);
  };
  setInterval(() => {
    if (document.hidden || !window.htmx) return;
    all("[data-poll]").filter((part) => !waits(part)).forEach((part) => window.htmx.trigger(part, "poll"));
  }, 30000);
  // What the reader has unfolded stays unfolded when the page around it is drawn again.
  let unfolded = [];
  const summaryOf = (details) => details.querySelector("summary")?.textContent.trim();
  document.addEventListener("htmx:beforeSwap", (event) => {
    unfolded = event.detail.requestConfig?.triggeringEvent?.type === "poll" ? all("details[open]", event.detail.target).map(summaryOf) : [];
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (unfolded.length) all("details:not([open])").filter((details) => unfolded.includes(summaryOf(details))).forEach((details) => { details.open = true; });
    unfolded = [];
  });

  // How many are marked, in the list where several can be.
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("[data-several]");
    const said = form?.querySelector("[data-count]");
    if (!said) return;
    said.dataset.none ??= said.textContent;
    const count = all("input[name=val]:checked", form).length;
    said.textContent = count === 0 ? said.dataset.none : count === 1 ? said.dataset.one : said.dataset.many.replace("{n}", count);
  });

  // After a swap, the list of errors takes the focus, as it does by autofocus on a whole page.
  document.addEventListener("htmx:afterSettle", (event) => {
    const summary = event.target.querySelector?.(".error-summary") || (event.target.matches?.(".error-summary") ? event.target : null);
    if (summary) summary.focus();
  });
})();
