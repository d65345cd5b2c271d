// Drafts: what was typed and is not sent yet. A page that is drawn anew, or loaded anew because its connection was lost,
// gets them back, for as long as the same person is here, in the same session. Passwords, codes and confirmations are
// never kept (fields.js). Only while the page is loaded anew are they stored, in the storage of this tab alone.
import { empty, fieldOf, fill, isAsGiven, isField, keyOf, markSecret, mayBeKept, valueOf } from "./fields.js";
import { whoIsHere } from "./here.js";
import { forgetPlace, goTo, pageIsBack, pageIsGone, placeNow, putCaret } from "./place.js";

const STORED = "live-sessions.drafts";
const STORED_MS = 10 * 60_000; // a page that is away for longer begins anew

// By the key of a field: what was typed, the field that holds it, whether it waits for another one to be drawn, and whether
// a button or Enter was pressed since.
const drafts = new Map();
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
  else drafts.set(key, { value: valueOf(target), field: target, waits: false, isUsed: false });
}, { capture: true });

const isStillThere = ({ field, value }) => JSON.stringify(valueOf(field)) === JSON.stringify(value);

// ------------------------------------------------------------ drawn anew

function look(changes) {
  for (const { type, target, attributeName, oldValue } of changes) {
    if (type === "attributes" && attributeName === "type" && oldValue === "password") markSecret(target);
  }
  if (window.location.pathname !== path) leave();
  const now = whoIsHere();
  for (const [key, draft] of drafts) if (!draft.waits && !draft.field.isConnected) wait(key, draft, now === null);
  if (now === null) return pageIsGone();
  if (who !== null && who !== now) end();
  who = now;
  if (before !== null) bringIn();
  restore();
  pageIsBack();
}

// A field that an author takes away after a button was pressed, or has given another value before, was dealt with.
function wait(key, draft, isTakenByUs) {
  if (isStillThere(draft) && (isTakenByUs || !draft.isUsed)) draft.waits = true;
  else drafts.delete(key);
}

function restore() {
  for (const [key, draft] of drafts) {
    const field = draft.waits ? fieldOf(key) : null;
    if (field === null || !mayBeKept(field)) continue;
    Object.assign(draft, { field, waits: false });
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
    for (const [key, value] of before.drafts) if (!drafts.has(key)) drafts.set(key, { value, waits: true });
    goTo(before.place);
  }
  before = null;
}

window.addEventListener("pagehide", () => {
  const kept = before ?? { who, path, drafts: [...toKeep()], place: placeNow() };
  if (kept.who === null) return;
  const isLost = !window.socket?.connected;
  try {
    sessionStorage.setItem(STORED, JSON.stringify({ ...kept, isLost, at: Date.now() }));
  } catch {
    // there is no room for it
  }
});

function* toKeep() {
  for (const [key, draft] of drafts) if (draft.waits || isStillThere(draft)) yield [key, draft.value];
}

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
  for (const [key, { field }] of drafts) if (!field?.isConnected || field.form === form) drafts.delete(key);
}

const use = () => drafts.forEach((draft) => (draft.isUsed = true));
const BUTTON = "button, [role=button], input[type=button], input[type=submit], input[type=image]";
document.addEventListener("keydown", ({ key }) => key === "Enter" && use(), { capture: true });

document.addEventListener("submit", ({ target }) => {
  if (!target.matches("[data-api]")) dropDraftsOf(target); // those wait for the answer, see forms.js
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.(BUTTON)) use();
  const link = event.target.closest?.("a[href^='/'], a[href^=http]");
  const { origin, pathname } = window.location;
  const leads = link && link.target !== "_blank" && (link.origin !== origin || link.pathname !== pathname);
  if (leads && !event.ctrlKey && !event.metaKey && !event.shiftKey) leave();
}, { capture: true });
window.addEventListener("popstate", leave);
