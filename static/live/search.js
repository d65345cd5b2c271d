// A field with data-query searches. What was typed is told to the server when the person pauses, and stands in the query
// of the address under that name: so a search can be shared, and is there after Back and after a reload.
const PAUSE_MS = 300;
const waiting = new WeakMap();

function search(field) {
  const address = new URL(location.href);
  if (field.value) address.searchParams.set(field.dataset.query, field.value);
  else address.searchParams.delete(field.dataset.query);
  const page = address.pathname + address.search;
  history.replaceState({ ...history.state, page }, "", page);
  field.dispatchEvent(new CustomEvent("searched", { detail: field.value }));
}

document.addEventListener("input", ({ target: field }) => {
  if (!field.matches?.("input[data-query]")) return;
  clearTimeout(waiting.get(field));
  waiting.set(field, setTimeout(() => field.isConnected && search(field), PAUSE_MS));
});
