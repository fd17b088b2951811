// Make the page stand still for one long picture: what sticks to the window is put where it belongs, what scrolls inside a
// box is unfolded, pictures below the fold are loaded, and nothing moves. Returns how many elements of each were changed.
async (seconds) => {
  const set = (element, name, value) => element.style.setProperty(name, value, "important");
  const counts = { sticky: 0, fixed: 0, unfolded: 0, pictures: 0 };
  const root = document.scrollingElement || document.documentElement;
  const high = root.clientHeight;
  if (root.scrollHeight <= high + 50) {
    for (const box of document.querySelectorAll("body *")) {
      const overflow = getComputedStyle(box).overflowY;
      if ((overflow === "auto" || overflow === "scroll") && box.clientHeight > high * 0.5 && box.scrollHeight > box.clientHeight + 50) {
        for (let one = box; one && one !== document; one = one.parentElement) {
          set(one, "overflow", "visible"); set(one, "height", "auto"); set(one, "max-height", "none"); counts.unfolded += 1;
          if (["fixed", "absolute"].includes(getComputedStyle(one).position)) set(one, "position", "relative");
        }
        break;
      }
    }
  }
  for (const style of [document.documentElement, document.body]) if (style) set(style, "overflow-y", "visible");
  for (const element of document.querySelectorAll("body *")) {
    const { position } = getComputedStyle(element);
    if (position === "sticky") { for (const side of ["top", "bottom", "left", "right"]) set(element, side, "auto"); set(element, "position", "relative"); counts.sticky += 1; }
    if (position === "fixed") { set(element, "position", "absolute"); counts.fixed += 1; }
  }
  // What fades in has faded in; what never ends stops where it is.
  for (const one of document.getAnimations()) { try { one.finish(); } catch { one.pause(); } }
  for (const video of document.querySelectorAll("video, audio")) { try { video.pause(); } catch { /* it is somebody else's */ } }
  window.scrollTo(0, 0);
  const pictures = [...document.images];
  for (const picture of pictures) if (picture.loading === "lazy") { picture.loading = "eager"; counts.pictures += 1; }
  const late = new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  await Promise.race([late, Promise.all(pictures.slice(0, 3000).map((one) => (one.src || one.srcset ? one.decode().catch(() => {}) : null)))]);
  if (document.fonts) await Promise.race([late, document.fonts.ready]);
  return counts;
}
