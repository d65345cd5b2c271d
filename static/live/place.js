// Where the person was: how far the page was scrolled, and where the caret stood. A page that is taken away while it is
// not known who is here, or that is loaded anew, gets both back.
import { fieldOf, isField, keyOf } from "./fields.js";

const PATIENCE_MS = 5000; // lists come a moment after the page

let top = 0; // how far the page is scrolled
let wanted = null; // how far it was, until it is so again
let caret = null; // the field that has the focus, by its key, and what is selected in it
let isGone = false;
let patience;

// ------------------------------------------------------------ the caret

function noteCaret() {
  const field = document.activeElement;
  if (!isField(field)) return;
  const key = caret?.field === field ? caret.key : keyOf(field);
  if (key !== null) caret = { key, field, ...selectionOf(field) };
}

const selectionOf = ({ selectionStart: start, selectionEnd: end }) => ({ start, end }); // null where there is none

export function putCaret(field, key) {
  if (caret?.key !== key || document.activeElement !== field) return;
  if (caret.start !== null && field.selectionStart !== null) field.setSelectionRange(caret.start, caret.end);
  caret.field = field;
}

// Where focus.js puts the focus while the field that had it is gone.
const isLanding = (element) => element.matches("[data-takes-focus]") || element.closest("#ls-away") !== null;

for (const type of ["selectionchange", "keyup", "pointerup"]) document.addEventListener(type, noteCaret);
document.addEventListener("focusin", ({ target }) => {
  if (!isField(target) && !isLanding(target)) caret = null;
  if (caret && !caret.field?.isConnected && isField(target)) putCaret(target, keyOf(target));
  noteCaret();
});

// ------------------------------------------------------------ how far it is scrolled

window.addEventListener("scroll", () => {
  if (!isGone && wanted === null) top = window.scrollY;
}, { passive: true });

function scroll() {
  if (wanted === null) return;
  window.scrollTo({ top: wanted, behavior: "instant" });
  if (Math.abs(window.scrollY - wanted) < 2) rest();
}

function want(place) {
  wanted = place;
  clearTimeout(patience);
  patience = setTimeout(rest, PATIENCE_MS);
}

function rest() {
  wanted = null;
  top = window.scrollY;
}

for (const type of ["wheel", "touchmove", "keydown", "pointerdown"]) {
  window.addEventListener(type, () => wanted !== null && rest(), { capture: true, passive: true });
}

// ------------------------------------------------------------ gone, and back

export function pageIsGone() {
  isGone = true;
}

export function pageIsBack() {
  if (isGone && top > 0) want(top);
  isGone = false;
  scroll();
  bringFocus();
}

// After the page was loaded anew; else focus.js does it.
function bringFocus() {
  if (caret === null || caret.field !== null || document.activeElement !== document.body) return;
  fieldOf(caret.key)?.focus({ preventScroll: true });
}

export function placeNow() {
  noteCaret();
  const { activeElement } = document;
  if (caret === null || !(isField(activeElement) || isLanding(activeElement))) return { top, caret: null };
  const { key, start, end } = caret;
  return { top, caret: { key, start, end } };
}

export function goTo(place) {
  if (place.top > 0) want(place.top);
  if (caret === null && place.caret) caret = { ...place.caret, field: null };
}

export function forgetPlace() {
  wanted = caret = null;
  top = window.scrollY;
}
