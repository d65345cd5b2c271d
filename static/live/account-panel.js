// The account panel, a dialog beside the button that opens it. The server fills it when it is told that it was opened.
const ASK_AGAIN_MS = 1000;
let openings = 0;

document.addEventListener("click", (event) => {
  const place = event.target.closest(".ls-user-button");
  if (!place) return;
  const [button, panel] = place.children;
  if (isBeside(panel, event) || event.target.closest("a")) panel.close();
  if (!panel.open && button.contains(event.target)) open(panel);
});

function isBeside(panel, { target, clientX: x, clientY: y }) {
  const { left, right, top, bottom } = panel.getBoundingClientRect();
  return target === panel && (x < left || x > right || y < top || y > bottom);
}

// What it shows is about to be taken away by the server, and comes anew when it is opened again: a press on it until then
// would reach nobody.
document.addEventListener("close", ({ target: panel }) => {
  if (!panel.matches(".ls-account-panel") || !panel.childElementCount || isOld(panel)) return;
  panel.dataset.old = "";
  const changes = new MutationObserver(() => {
    delete panel.dataset.old;
    changes.disconnect();
  });
  changes.observe(panel, { childList: true });
}, { capture: true });

const isOld = (panel) => "old" in panel.dataset;

function open(panel) {
  const opening = ++openings; // tells the server whether it is only asked again: what is drawn twice loses the focus
  const ask = () => panel.dispatchEvent(new CustomEvent("opened", { detail: opening }));
  panel.showModal();
  panel.focus();
  ask();
  const asking = setInterval(() => { // the server drops what it is asked while its store is away
    if (!panel.open || (panel.childElementCount && !isOld(panel))) clearInterval(asking);
    else if (window.socket?.connected) ask();
  }, ASK_AGAIN_MS);
}
