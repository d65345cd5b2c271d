// What a form got from the Frontend API, saved as a file: a form with data-download, which is the name of the file.
const KEPT_MS = 60_000; // a browser may ask first where to put it

document.addEventListener("done", ({ target, detail }) => {
  const name = target.dataset?.download;
  if (!name) return;
  const url = URL.createObjectURL(new Blob([JSON.stringify(detail, null, 2)], { type: "application/json" }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}, true); // the event does not bubble
