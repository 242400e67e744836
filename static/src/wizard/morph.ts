/* Makes one element look like another while keeping the nodes that stay: focus, scroll and running animations survive a refresh. */

const OURS = "data-ours";

/** Change `current` into `next`. Children are matched by `data-key`, else by tag in order; `data-ours` ones are left alone. */
export function morph(current: Element, next: Element): void {
  syncAttributes(current, next);
  syncChildren(current, next);
}

function syncAttributes(current: Element, next: Element): void {
  for (const { name } of [...current.attributes]) {
    if (!next.hasAttribute(name)) current.removeAttribute(name);
  }
  for (const { name, value } of [...next.attributes]) {
    if (current.getAttribute(name) !== value) current.setAttribute(name, value);
  }
}

function syncChildren(current: Element, next: Element): void {
  const old = [...current.childNodes].filter((node) => !isOurs(node));
  let place: ChildNode | null = old[0] ?? null;
  const free = new Set<ChildNode>(old);
  for (const wanted of [...next.childNodes]) {
    const match = [...free].find((node) => isSame(node, wanted));
    const node = match ? update(match, wanted) : document.importNode(wanted, true);
    if (match) free.delete(match);
    if (node === place) place = place.nextSibling;
    else current.insertBefore(node, place);
  }
  free.forEach((node) => node.remove());
}

function update(current: ChildNode, next: ChildNode): ChildNode {
  if (current instanceof Element && next instanceof Element) morph(current, next);
  else if (current.nodeValue !== next.nodeValue) current.nodeValue = next.nodeValue;
  return current;
}

function isSame(current: ChildNode, next: ChildNode): boolean {
  if (current.nodeType !== next.nodeType || current.nodeName !== next.nodeName) return false;
  return keyOf(current) === keyOf(next);
}

function keyOf(node: ChildNode): string {
  return node instanceof Element ? (node.getAttribute("data-key") ?? "") : "";
}

function isOurs(node: ChildNode): boolean {
  return node instanceof Element && node.hasAttribute(OURS);
}
