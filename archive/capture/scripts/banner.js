// Find a question on cookies, and press what refuses. Returns {state: "none" | "refused" | "left", text}.
// Consent is never given: a button is pressed only when its whole text is one that refuses.
(table) => {
  const roots = [document];
  for (const element of document.querySelectorAll("*")) if (element.shadowRoot) roots.push(element.shadowRoot);
  const all = (css) => roots.flatMap((root) => { try { return [...root.querySelectorAll(css)]; } catch { return []; } });
  const visible = (element) => {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    return box.width > 1 && box.height > 1 && style.visibility !== "hidden" && style.display !== "none";
  };
  const label = (element) => (element.innerText || element.value || element.getAttribute("aria-label") || "").replace(/\s+/g, " ").trim();
  const says = (element, patterns) => patterns.some((one) => one.test((element.innerText || element.textContent || "").slice(0, 5000)));
  const about = table.banner_texts.map((one) => new RegExp(one, "iu"));
  const refuse = table.refuse_texts.map((one) => new RegExp("^(?:" + one + ")[.!]?$", "iu"));
  const press = (element) => { const text = label(element); element.click(); return { state: "refused", text: text.slice(0, 200) }; };
  for (const css of table.refuse_selectors) for (const element of all(css)) if (visible(element)) return press(element);
  // A button stands in a banner when something around it, small enough not to be the page, speaks of cookies.
  const around = (element) => {
    for (let box = element.parentElement || element.getRootNode().host; box && box !== document.body && box !== document.documentElement; box = box.parentElement || (box.getRootNode() || {}).host) {
      if ((box.innerText || "").length > 6000) return false;
      if (says(box, about)) return true;
    }
    return (document.body.innerText || "").length < 6000 && says(document.body, about);
  };
  for (const element of all("button, [role=button], a, input[type=button], input[type=submit]"))
    if (visible(element) && refuse.some((one) => one.test(label(element))) && around(element)) return press(element);
  const floating = all("[role=dialog], dialog[open], [id*=cookie i], [class*=cookie i], [id*=consent i], [class*=consent i]")
    .concat(all("body > div, body > section, body > aside").filter((one) => ["fixed", "sticky"].includes(getComputedStyle(one).position)));
  const left = floating.find((one) => visible(one) && one !== document.body && says(one, about) && one.querySelector("button, [role=button], a, input"));
  return left ? { state: "left", text: (left.innerText || "").replace(/\s+/g, " ").trim().slice(0, 200) } : { state: "none", text: "" };
}
