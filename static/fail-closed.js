// Stands in the page itself, so that nothing can keep it away: it hides what is private if the modules of static/live/
// have not taken over in time, because they are blocked or broken. NiceGUI draws the page without them.
((script) => {
  const requestedAt = performance.getEntriesByType("navigation")[0]?.requestStart ?? 0;
  const left = script.dataset.deafAfterMs - (performance.now() - requestedAt); // NaN, which is at once, if it was told none
  setTimeout(() => "liveSessions" in window || document.documentElement.classList.add("ls-away"), left);
  document.addEventListener("click", ({ target }) => {
    if (!target.closest?.("#ls-away button")) return;
    if ("liveSessions" in window) window.liveSessions.tryNow();
    else window.location.reload();
  });
})(document.currentScript);
