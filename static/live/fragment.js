// What a mailed link holds stands behind its #: no server and no log is told of it. It is taken out of the address at once,
// before NiceGUI tells the server where the page is, and kept for this tab alone, in case the page is loaded anew.
const STORED = "live-sessions.fragment";
const STORED_MS = 60 * 60_000;
const OURS = /^#(code|id|ticket)=/;

let held = stored();

function take() {
  const { hash, pathname, search } = window.location;
  if (!OURS.test(hash)) return;
  held = { path: pathname, values: Object.fromEntries(new URLSearchParams(hash.slice(1))), at: Date.now() };
  history.replaceState(history.state, "", pathname + search);
  try {
    sessionStorage.setItem(STORED, JSON.stringify(held));
  } catch {
    // there is no storage; then a reload needs the link again
  }
}

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(STORED));
  } catch {
    return null;
  }
}

// What the link to this page holds; nothing if the page was not opened by one.
export function fragment() {
  const isHere = held?.path === window.location.pathname && Math.abs(Date.now() - held.at) < STORED_MS;
  return isHere ? held.values : {};
}

// It was used.
export function forgetFragment() {
  held = null;
  try {
    sessionStorage.removeItem(STORED);
  } catch {
    // there is no storage
  }
}

// ------------------------------------------------------------ texts

// An element with data-fragment="name" reads what the link holds under that name.
function write() {
  for (const place of document.querySelectorAll("[data-fragment]")) {
    const words = fragment()[place.dataset.fragment] ?? "";
    if (words && place.textContent !== words) place.textContent = words;
  }
}

take();
window.addEventListener("hashchange", () => {
  take();
  write();
});
new MutationObserver(write).observe(document, { subtree: true, childList: true });
