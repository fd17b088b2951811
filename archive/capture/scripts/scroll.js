// Go one step down, in the window or in the box that scrolls in its place. Returns where that led.
(share) => {
  const root = document.scrollingElement || document.documentElement;
  let box = root;
  if (root.scrollHeight <= root.clientHeight + 50)
    for (const one of document.querySelectorAll("body *")) {
      const overflow = getComputedStyle(one).overflowY;
      if ((overflow === "auto" || overflow === "scroll") && one.clientHeight > root.clientHeight * 0.5 && one.scrollHeight > one.clientHeight + 50) { box = one; break; }
    }
  box.scrollTop += box.clientHeight * share;
  return { top: box.scrollTop, height: box.scrollHeight, end: box.scrollTop + box.clientHeight >= box.scrollHeight - 4 };
}
