// Return what the page is: how much it says, whether it asks for a sign-in, says that it is missing, or asks about cookies.
(table) => {
  const patterns = (list) => list.map((one) => new RegExp(one, "iu"));
  const visible = (element) => {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    return box.width > 1 && box.height > 1 && style.visibility !== "hidden" && style.display !== "none" && Number(style.opacity) > 0.05;
  };
  const body = document.body;
  const text = (body ? body.innerText || "" : "").slice(0, 400000);
  const first = (list, where) => { for (const one of patterns(list)) { const hit = where.match(one); if (hit) return hit[0].trim().slice(0, 200); } return ""; };
  const password = [...document.querySelectorAll("input[type=password], input[autocomplete=current-password]")].some(visible);
  const over = [...document.querySelectorAll("[role=dialog], [role=alertdialog], dialog[open], [aria-modal=true]")].filter(visible);
  const heading = [...document.querySelectorAll("h1, h2, [role=heading], title")].map((one) => one.textContent || "").join("\n");
  const overText = over.map((one) => one.innerText || "").join("\n").slice(0, 20000);
  return {
    title: (document.title || "").slice(0, 500), textLength: text.trim().length, password,
    loginText: first(table.login_texts, text), loginOver: first(table.login_texts, overText) || (over.some((one) => one.querySelector("input[type=password]")) ? "password" : ""),
    missingText: first(table.missing_texts, text.length < 3000 ? text : heading),
    contentType: document.contentType, width: document.documentElement.scrollWidth, elements: document.getElementsByTagName("*").length,
  };
}
