// Drafts: what was typed and is not sent yet. A page that is drawn anew, or loaded anew because its connection was lost,
// gets them back, for as long as the same person is here, in the same session. Passwords, codes and confirmations are
// never kept (fields.js). Only while the page is loaded anew are they stored, in the storage of this tab alone.
import { empty, fieldOf, fill, isAsGiven, isField, keyOf, markSecret, mayBeKept, valueOf } from "./fields.js";
import { whoIsHere } from "./here.js";
import { forgetPlace, goTo, pageIsBack, pageIsGone, placeNow, putCaret } from "./place.js";

const STORED = "live-sessions.drafts";
const STORED_MS = 10 * 60_000; // a page that is away for longer begins anew

const drafts = new Map(); // by the key of a field: what was typed, and the field that holds it now
const typedInto = new Set();
let who = null; // has typed them; null until it is known
let path = window.location.pathname;
let before = take(); // what this page held before it was loaded anew, until it is known who is here

document.addEventListener("input", ({ target }) => {
  if (!isField(target)) return;
  typedInto.add(target);
  const key = keyOf(target);
  if (key === null) return;
  if (!mayBeKept(target) || isAsGiven(target)) drafts.delete(key);
  else drafts.set(key, { value: valueOf(target), field: target });
}, { capture: true });

// ------------------------------------------------------------ drawn anew

function look(changes) {
  for (const { type, target, attributeName, oldValue } of changes) {
    if (type === "attributes" && attributeName === "type" && oldValue === "password") markSecret(target);
  }
  if (window.location.pathname !== path) leave();
  const now = whoIsHere();
  if (now === null) return pageIsGone();
  if (who !== null && who !== now) end();
  who = now;
  if (before !== null) bringIn();
  restore();
  pageIsBack();
}

function restore() {
  for (const [key, draft] of drafts) {
    if (draft.field?.isConnected) continue;
    const field = fieldOf(key);
    if (field === null || !mayBeKept(field)) continue;
    draft.field = field;
    fill(field, draft.value);
    putCaret(field, key);
  }
}

new MutationObserver(look).observe(document, {
  subtree: true, childList: true, attributeFilter: ["data-here", "type"], attributeOldValue: true,
});

// ------------------------------------------------------------ loaded anew

function take() {
  let found = null;
  try {
    found = JSON.parse(sessionStorage.getItem(STORED));
    sessionStorage.removeItem(STORED);
  } catch {
    return null; // there is no storage
  }
  // A page that the server can't build yet comes again by itself; not every browser calls that a reload.
  const isReloaded = found?.isLost || performance.getEntriesByType("navigation")[0]?.type === "reload";
  const isRecent = found !== null && Math.abs(Date.now() - found.at) < STORED_MS;
  return isReloaded && isRecent && found.path === path ? found : null;
}

function bringIn() {
  if (before.who === who) {
    for (const [key, value] of before.drafts) if (!drafts.has(key)) drafts.set(key, { value, field: null });
    goTo(before.place);
  }
  before = null;
}

window.addEventListener("pagehide", () => {
  const kept = before ?? { who, path, drafts: [...drafts].map(([key, { value }]) => [key, value]), place: placeNow() };
  if (kept.who === null) return;
  const isLost = !window.socket?.connected;
  try {
    sessionStorage.setItem(STORED, JSON.stringify({ ...kept, isLost, at: Date.now() }));
  } catch {
    // there is no room for it
  }
});

// ------------------------------------------------------------ no longer needed

// The session has ended, or it is another person's turn: nothing of what was typed in it is left on the page, either.
function end() {
  if (who !== "nobody") for (const field of typedInto) if (field.isConnected) empty(field);
  leave();
  typedInto.clear();
}

function leave() {
  path = window.location.pathname;
  drafts.clear();
  before = null;
  forgetPlace();
  for (const field of typedInto) if (!field.isConnected) typedInto.delete(field);
}

export function dropDraftsOf(form) {
  for (const [key, { field }] of drafts) if (field === null || field.form === form || !field.isConnected) drafts.delete(key);
}

document.addEventListener("submit", ({ target }) => {
  if (!target.matches("[data-api]")) dropDraftsOf(target); // those wait for the answer, see forms.js
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='/'], a[href^=http]");
  const { origin, pathname } = window.location;
  const leads = link && link.target !== "_blank" && (link.origin !== origin || link.pathname !== pathname);
  if (leads && !event.ctrlKey && !event.metaKey && !event.shiftKey) leave();
}, { capture: true });
window.addEventListener("popstate", leave);
