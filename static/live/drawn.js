// The page as the server drew it, whatever a translator or an extension has made of it. Vue changes the nodes that it has
// made; a translator puts others in their place, and the screen would keep what those say. So before Vue changes anything,
// its nodes go back to where it left them, and what took their place goes. Afterwards that comes back in each paragraph in
// which Vue changed nothing, or all of the page would flicker.
export const isText = (node) => node.nodeType === Node.TEXT_NODE;
export const isElement = (node) => node.nodeType === Node.ELEMENT_NODE;
export const isPublic = (element) => element.closest("[data-public], [data-private]")?.matches("[data-public]") ?? false;
const saysSomething = (node) => node.textContent.trim() !== "";

const COMPONENT = 6, ARRAY_CHILDREN = 16, TELEPORT = 64; // Vue's ShapeFlags
let undo = []; // what was done to restore the page: in which paragraph, and how to take it back

// Collects the nodes that a vnode has in its container, and restores what is within them.
// With alone, all that somebody else has put between them goes as well, unless it was put into what is public.
function restore(vnode, nodes, alone) {
  const { type, shapeFlag, component, suspense, children, el, anchor } = vnode;
  if (component) return component.subTree ? restore(component.subTree, nodes, alone) : nodes.push(null);
  if (suspense) return restore(suspense.activeBranch, nodes, alone);
  if (type === Vue.Static) return nodes.push(...nodesBetween(el, anchor));
  nodes.push(el); // null if only Vue knows
  if (type === Vue.Text && el && el.nodeValue !== children) rewrite(el, children);
  const html = vnode.props?.innerHTML;
  if (html !== undefined) return alone && rewriteHtml(el, html);
  if (shapeFlag & COMPONENT || !(shapeFlag & ARRAY_CHILDREN)) return;
  if (el?.matches?.("[data-frame]")) return; // frames.js puts a page there, which has this for itself
  const within = type === Vue.Fragment ? nodes : [];
  for (const child of children) restore(child, within, alone);
  if (type === Vue.Fragment || shapeFlag & TELEPORT) nodes.push(anchor);
  else put(el, within, alone);
}

function nodesBetween(first, last) {
  const nodes = [];
  for (let node = first; node && node !== last; node = node.nextSibling) nodes.push(node);
  return [...nodes, last];
}

function put(container, nodes, alone) {
  const { childNodes } = container ?? {};
  if (!container || !nodes.every(Boolean)) return;
  if (nodes.length === childNodes.length && nodes.every((node, place) => node === childNodes[place])) return;
  const own = new Set(nodes);
  const isForeign = (node) => !own.has(node) && (isElement(node) || (isText(node) && saysSomething(node)));
  const wasReplaced = [...childNodes].some(isForeign);
  let next = [...childNodes].findLast((node) => own.has(node))?.nextSibling ?? null;
  for (const node of nodes.toReversed()) {
    if (node.parentNode !== container) {
      if (node.isConnected && !container.contains(node)) continue; // it fills the screen, say
      if (!node.isConnected && isElement(node) && !wasReplaced) continue; // somebody does without it
      move(node, container, next);
    }
    next = node;
  }
  const isSaid = nodes.some((node) => isText(node) && saysSomething(node));
  for (const node of [...childNodes].filter(isForeign)) {
    const saysWhatVueSaid = saysSomething(node) && (isSaid || node.nodeName === "FONT");
    if (saysWhatVueSaid || (alone && !isPublic(isText(node) ? container : node))) move(node, null);
  }
}

function move(node, container, next = null) {
  const { parentNode, nextSibling } = node;
  const back = () => (parentNode ? parentNode.insertBefore(node, nextSibling) : node.remove());
  undo.push({ paragraph: paragraphOf(container ?? parentNode), back });
  if (container) container.insertBefore(node, next);
  else node.remove();
}

function rewrite(text, value) {
  const { nodeValue } = text;
  undo.push({ paragraph: paragraphOf(text.parentNode), back: () => (text.nodeValue = nodeValue) });
  text.nodeValue = value;
}

// HTML as it was sent: Vue does not look into it, and knows nothing of its nodes.
function rewriteHtml(element, html) {
  if (element && !isPublic(element) && element.innerHTML !== html) element.innerHTML = html;
}

// Translators take a sentence as a whole, and put what they make of it wherever they like within it.
const INLINE = "a, abbr, b, bdi, bdo, button, cite, code, data, dfn, em, font, i, kbd, label, mark, q, s, samp, small, " +
  "span, strong, sub, sup, time, u, var";

function paragraphOf(element) {
  while (element?.parentElement && element.matches(INLINE)) element = element.parentElement;
  return element;
}

let touches = 0; // by somebody else than Vue
const restoredAt = new WeakMap(); // of each of Vue's apps, after how many of them
const restored = new Set(); // the apps of which this was done for what Vue is about to change
const watcher = new MutationObserver(() => (touches += 1));
watcher.observe(document, { subtree: true, childList: true, characterData: true });

function beforeUpdate() {
  const app = this.$.root;
  if (restored.has(app)) return; // what has changed since is Vue's own work, and not done yet
  if (restored.size === 0) {
    undo = [];
    queueMicrotask(() => restored.clear());
  }
  restored.add(app);
  touches += watcher.takeRecords().length;
  if (restoredAt.get(app) === touches) return;
  restoredAt.set(app, touches);
  restore(app.subTree, [], false);
  watcher.takeRecords();
}

// Vue has changed what it wanted to; nobody else had a turn meanwhile.
function updated() {
  restored.clear();
  const changes = watcher.takeRecords();
  if (undo.length === 0) return;
  const changed = [...new Set(changes.map(({ target }) => target))];
  const isAsBefore = (paragraph) => paragraph?.isConnected && !changed.some((node) => paragraph.contains(node));
  const kept = new Set([...new Set(undo.map(({ paragraph }) => paragraph))].filter(isAsBefore));
  for (const { paragraph, back } of undo.reverse()) if (kept.has(paragraph)) back();
  undo = [];
  touches += 1; // what is back has to go again before the next change
  watcher.takeRecords();
}

// At the end of a session nothing comes back, and all goes that is not Vue's.
export function restoreAll() {
  const app = document.getElementById("app"), nodes = [];
  restore(app._vnode, nodes, true);
  put(app, nodes, true);
  undo = [];
}

const create = window.createApp;
window.createApp = (...given) => {
  const app = create(...given);
  app.mixin({ beforeUpdate, updated });
  return app;
};
