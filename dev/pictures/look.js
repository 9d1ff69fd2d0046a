// What is wrong with how the page looks: text that is cut off, text over text, and a page wider than its window.
// Given to page.evaluate; answers a list of sentences.
() => {
  const SLACK = 2;
  const complaints = [];

  const shown = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.display === "none" || style.visibility === "hidden" || style.opacity === "0") return false;
      if (style.clipPath !== "none") return false; // for readers only
      if (at.tagName === "DETAILS" && !at.open && !element.closest("summary")) return false;
    }
    return true;
  };
  const floats = (element) => {
    for (let at = element; at; at = at.parentElement)
      if (["fixed", "sticky"].includes(getComputedStyle(at).position)) return true;
    return false;
  };
  // What may be scrolled shows only what is in its box.
  const inSight = (element, box) => {
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at), room = at.getBoundingClientRect();
      if (![style.overflowX, style.overflowY].some((one) => one === "auto" || one === "scroll")) continue;
      if (box.bottom > room.bottom || box.top < room.top || box.right > room.right || box.left < room.left) return false;
    }
    return true;
  };
  const named = (text) => `“${text.text.slice(0, 40)}” in <${text.element.tagName.toLowerCase()}>`;

  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth + 1) {
    const widest = [...document.body.querySelectorAll("*")]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && shown(element)).at(-1);
    complaints.push(`the page is ${wide} px wide in a window of ${innerWidth}: <${widest?.tagName.toLowerCase()} class="${widest?.getAttribute("class") ?? ""}">`);
  }

  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement;
    if (!node.data.trim() || ["SCRIPT", "STYLE", "NOSCRIPT", "OPTION", "TEXTAREA"].includes(element.tagName) || !shown(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects())
      if (box.width > 1 && box.height > 1 && inSight(element, box)) texts.push({ box, element, text: node.data.trim(), floats: floats(element) });
  }

  for (const text of texts) {
    for (let at = text.element; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      if (["auto", "scroll"].includes(style.overflowX)) break; // may be scrolled to
      const room = at.getBoundingClientRect();
      const out = text.box.right > room.right + SLACK || text.box.left < room.left - SLACK || text.box.bottom > room.bottom + SLACK + 2;
      if (out && !(style.textOverflow === "ellipsis" && at.title)) complaints.push(`cut off: ${named(text)}`);
      break;
    }
  }

  const lines = texts.filter((text) => !text.floats).sort((a, b) => a.box.top - b.box.top);
  lines.forEach((one, place) => {
    for (let next = place + 1; next < lines.length && lines[next].box.top < one.box.bottom - SLACK; next += 1) {
      const other = lines[next];
      if (other.element === one.element) continue;
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const down = Math.min(one.box.bottom, other.box.bottom) - other.box.top;
      if (across > SLACK && down > Math.min(one.box.height, other.box.height) * 0.35) complaints.push(`over each other: ${named(one)} and ${named(other)}`);
    }
  });

  for (const control of document.querySelectorAll("input:not([type=hidden]), select, button, a.button")) {
    if (!shown(control) || control.closest("table, p, li, dd, .check")) continue;
    const { height } = control.getBoundingClientRect();
    if (height && height < 24) complaints.push(`too small to touch (${Math.round(height)} px): <${control.tagName.toLowerCase()} name="${control.name ?? ""}">`);
  }
  return [...new Set(complaints)];
}
