// Going from page to page within the app. The header says where one is; the heading of the new page takes the focus, so
// that a screen reader says it, once, unless the person has gone into the page by then; and Back leads to where the
// person was on the page before.
import { at } from "./base.js";

const DRAWN_WITHIN_MS = 1000; // after the address has changed; a page may be slow, or have no heading
const ANSWERED_WITHIN_MS = 5000;
const SCROLLED_WITHIN_MS = 2000; // lists come after their page
const SETTLED_MS = 150;

// A page that somebody is on the way to: the heading that was there before, whether the address is that of the new page
// already, and where to scroll to.
let trip = null;

// A page is drawn before its address is shown. Meanwhile somebody may have put the focus into it, and begun to type.
let drawn = null; // its heading
let hasActed = false; // the person, since then
let isInUse = false;

function begin() {
  hasActed = isInUse = false;
}

export const isArriving = () => trip !== null;

const heading = () => document.querySelector("#ls-content h1");

for (const act of ["keydown", "pointerdown"]) {
  addEventListener(act, () => (hasActed = true), { capture: true, passive: true });
}
document.addEventListener("focusin", ({ target }) => {
  if (hasActed && target.closest("#ls-content")) isInUse = true;
});

function setOut(to, isThere = false) {
  clearTimeout(trip?.timer);
  trip = { from: heading(), to, isThere, timer: setTimeout(arrive, ANSWERED_WITHIN_MS) };
}

function arrive() {
  const { to, isThere, timer } = trip;
  clearTimeout(timer);
  trip = null;
  if (!isThere || isInUse) return; // the link led nowhere, or the person is there already
  const landing = heading() ?? document.getElementById("ls-content");
  landing?.setAttribute("tabindex", "-1");
  landing?.focus({ preventScroll: true });
  scroll(to);
}

function look() {
  mark();
  if (drawn !== heading()) begin();
  drawn = heading();
  if (trip?.isThere && heading() && heading() !== trip.from) arrive();
}

// ------------------------------------------------------------ where one is

let marked = null; // for which address, and in which header

function mark() {
  const header = document.querySelector(".ls-header");
  const links = [...(header?.querySelectorAll("a[href]:not(.ls-brand)") ?? [])];
  if (marked?.path === location.pathname && marked.last === links.at(-1)) return;
  marked = { path: location.pathname, last: links.at(-1) };
  for (const link of links) {
    const path = link.getAttribute("href");
    if (path === location.pathname) link.setAttribute("aria-current", "page");
    else if (path !== at("/") && location.pathname.startsWith(`${path}/`)) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

// ------------------------------------------------------------ where the person was

history.scrollRestoration = "manual"; // the browser would scroll before the page is drawn

function scroll(to) {
  const until = performance.now() + SCROLLED_WITHIN_MS;
  const stopped = new AbortController();
  const { signal } = stopped;
  for (const act of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    addEventListener(act, () => stopped.abort(), { signal, passive: true, capture: true });
  }
  const go = () => {
    if (signal.aborted || trip) return;
    if (Math.abs(scrollY - to) > 1) scrollTo({ top: to, behavior: "instant" });
    if (to && performance.now() < until) requestAnimationFrame(go);
    else stopped.abort();
  };
  go();
}

function keepScroll() {
  const at = Math.round(scrollY);
  if (!trip && at !== (history.state?.scroll ?? 0)) history.replaceState({ ...history.state, scroll: at }, "");
}

let settling = 0;
addEventListener("scroll", () => {
  clearTimeout(settling);
  settling = setTimeout(keepScroll, SETTLED_MS);
}, { passive: true });
addEventListener("pagehide", keepScroll);

// ------------------------------------------------------------ the ways to another page

// NiceGUI follows these links without loading a page; a button may lead to another one as well.
document.addEventListener("click", (event) => {
  if (event.target.closest("a, button")) begin();
  const link = event.target.closest("a[href^='/']");
  if (!link || link.target || link.hasAttribute("download")) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.href === location.href) return;
  clearTimeout(settling);
  keepScroll();
  setOut(0);
});

const { pushState } = history;
history.pushState = (...given) => {
  if (!trip) keepScroll(); // a handler has led here
  pushState.apply(history, given);
  if (location.hash) { // NiceGUI scrolls to what it names
    clearTimeout(trip?.timer);
    trip = null;
  } else if (trip) {
    clearTimeout(trip.timer);
    Object.assign(trip, { isThere: true, timer: setTimeout(arrive, DRAWN_WITHIN_MS) });
  } else {
    requestAnimationFrame(() => { // what the handler has shown is drawn by then
      setOut(0, true);
      arrive();
    });
  }
  look();
};

addEventListener("popstate", ({ state }) => {
  clearTimeout(settling);
  begin();
  setOut(state?.scroll ?? 0, true);
  look();
});

new MutationObserver(look).observe(document, { subtree: true, childList: true });
if (history.state?.scroll) scroll(history.state.scroll);
