// Beside a frame in which clerk-js runs: shows who it says is signed in, and loads it anew after a sign-in elsewhere,
// which clerk-js learns of only when it is loaded.

let said; // the session that clerk-js shows, "" for none, and undefined while it loads

const frame = () => document.querySelector("iframe[data-clerk-session]");

function show() {
  for (const line of document.querySelectorAll("[data-clerk-says]")) {
    const words = said === undefined ? line.dataset.loads : said ? line.dataset.session : line.dataset.nobody;
    line.textContent = words.replace("{id}", said ?? "");
  }
}

// An event of the frame's own element, and no message: those may come from any window.
document.addEventListener("clerk-says", ({ target, detail }) => {
  if (target !== frame()) return;
  said = detail;
  show();
});

new MutationObserver(() => {
  const wanted = frame()?.dataset.clerkSession;
  if (!wanted || said === undefined || said === wanted) return;
  said = undefined;
  show();
  frame().contentWindow.location.reload();
}).observe(document.body, { subtree: true, attributeFilter: ["data-clerk-session"] });
