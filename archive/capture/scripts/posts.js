// Return the posts that the page shows: [{source, posts: [{kind, author, authorUrl, text, time, timeText, url}]}] for the
// first extractor that finds any. Selectors are tried from left to right; "@name" takes an attribute, ":self" the post itself.
(extractors, most) => {
  const LONGEST = 20000;
  const find = (root, selectors, own) => {
    for (const one of (selectors || "").split(/,\s*(?![^(\[]*[)\]])/)) {
      const at = one.lastIndexOf("@");
      const [css, attribute] = at > 0 ? [one.slice(0, at), one.slice(at + 1)] : [one, ""];
      if (!css.trim()) continue;
      const found = css.trim() === ":self" ? [root] : root.querySelectorAll(css.trim());
      for (const element of found) {
        if (element !== root && !own(element)) continue;
        const value = attribute ? (attribute === "href" ? element.href : element.getAttribute(attribute)) : textOf(element);
        if (value && String(value).trim()) return { value: String(value).trim().slice(0, LONGEST), element };
      }
    }
    return { value: "", element: null };
  };
  const textOf = (element) => (element.innerText === undefined ? element.textContent : element.innerText) || "";
  const read = (element, extractor, isPost, isComment) => {
    // What stands in a comment inside the post is the comment's.
    const nearest = (inner) => inner.closest(isPost + (isComment ? ", " + isComment : ""));
    const own = (inner) => { const box = nearest(inner); return box === element || !box; };
    const author = find(element, extractor.author, own), time = find(element, extractor.time, own);
    let text = find(element, extractor.text, own);
    if (text.element === element) text = { value: without(element, isComment, author.element, time.element) };
    return {
      author: author.value, authorUrl: find(element, extractor.author_url, own).value, text: text.value,
      time: time.value, timeText: time.element ? textOf(time.element).trim().slice(0, 200) : "",
      url: find(element, extractor.url, own).value,
    };
  };
  // The text of a post that has no mark of its own: the lines that are neither the author's name, the time nor a comment.
  const without = (element, isComment, ...others) => {
    const drop = [...(isComment ? element.querySelectorAll(isComment) : []), ...others]
      .filter((one) => one && one !== element).map((one) => textOf(one).trim()).filter(Boolean);
    let text = textOf(element);
    for (const one of drop) text = text.replace(one, "");
    return text.split("\n").map((line) => line.trim()).filter(Boolean).join("\n").slice(0, LONGEST);
  };
  for (const extractor of extractors) {
    let posts, comments;
    try {
      posts = [...document.querySelectorAll(extractor.post)];
      comments = extractor.comment ? new Set(document.querySelectorAll(extractor.comment)) : new Set();
    } catch { continue; }
    const all = [...new Set([...posts, ...comments])]
      .sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1)).slice(0, most);
    const rows = all.map((one) => ({ one, kind: comments.has(one) ? "comment" : "post", ...read(one, extractor, extractor.post, extractor.comment) }))
      .filter((row) => row.text);
    // What a comment answers: the nearest post or comment around it, by its place among the rows; -1 where there is none.
    const place = new Map(rows.map((row, index) => [row.one, index]));
    const around = (one) => {
      for (let box = one.parentElement; box; box = box.parentElement) if (place.has(box)) return place.get(box);
      return -1;
    };
    const found = rows.map(({ one, ...row }) => ({ ...row, answers: row.kind === "comment" ? around(one) : -1 }));
    if (found.length) return { source: extractor.name || extractor.platform, posts: found, full: all.length >= most };
  }
  return { source: "", posts: [], full: false };
}
