// Forms, posted to the Frontend API: nothing that is typed into them passes through the websocket.
import { call, confirmed } from "./api.js";
import { at } from "./base.js";
import { reAuthenticate, whenCurrent } from "./connection.js";
import { dropDraftsOf } from "./drafts.js";
import { clearErrors, showErrors } from "./form-errors.js";
import { forgetFragment, fragment } from "./fragment.js";
import { oneAtATime } from "./one-at-a-time.js";
import { tellOfNewCookie } from "./other-tabs.js";
import { withTheNewestCookie } from "./renewed.js";

const PROGRESS_AFTER_MS = 300;
const DRAWN_WITHIN_MS = 3000;

// A form with data-api is posted to the Frontend API. data-announce: other tabs of this browser may gain by it.
// data-tab: this tab goes on as it is, whatever cookie the answer brings. data-again: is told "again" where a recent password
// is wanting; the server asks for it, and has the form sent again. data-keep: what was typed stays. data-done: what is
// written there then. data-then: where to go afterwards. With PATCH, only what was changed is sent. data-sends: what else is
// sent of what a mailed link holds; {id} in the address comes from there, too. data-hands: what of the answer the next page
// gets in the same way; with data-then-waits only where that is the next page, which it is if something is left to do.

async function submit(form) {
  if (form.getAttribute("aria-busy") === "true") return;
  form.setAttribute("aria-busy", "true");
  for (const place of form.querySelectorAll("[data-done]")) place.textContent = "";
  clearErrors(form);
  const progress = setTimeout(() => form.classList.add("ls-busy"), PROGRESS_AFTER_MS);
  const typed = fieldsOf(form); // now: a sign-in in another tab, for which it may have to wait, draws it anew and empty
  try {
    const { response, client } = await oneAtATime(() => send(form, typed));
    dropDraftsOf(form);
    if ("announce" in form.dataset) tellOfNewCookie();
    if (form.dataset.then) return goOn(form, response, client);
    const drawn = whenCurrent(DRAWN_WITHIN_MS);
    await reAuthenticate();
    await drawn;
    done(form, response);
  } catch (error) {
    const asks = "again" in form.dataset && error.errors?.[0]?.code === "session_reverification_required";
    if (asks) form.dispatchEvent(new CustomEvent("again"));
    else showErrors(form, error.errors ?? [], error.message);
  } finally {
    clearTimeout(progress);
    form.classList.remove("ls-busy");
    form.removeAttribute("aria-busy");
  }
}

// Whoever was given a password chooses their own before they are signed in.
function next(path, client) {
  const inUse = client?.sessions?.find(({ id }) => id === client.last_active_session_id);
  return inUse?.status === "pending" ? `/sign-in/new-password?redirect_url=${encodeURIComponent(path)}` : path;
}

function goOn({ dataset }, response, client) {
  const waits = dataset.thenWaits !== undefined && response.status === "missing_requirements";
  const isHanded = waits || dataset.thenWaits === undefined;
  const names = isHanded ? (dataset.hands ?? "").split(" ").filter((name) => response[name]) : [];
  const handed = new URLSearchParams(names.map((name) => [name, response[name]])).toString();
  forgetFragment();
  const path = waits || handed ? (waits ? dataset.thenWaits : dataset.then) : next(dataset.then, client);
  window.location.assign(at(path) + (handed && `#${handed}`));
}

// A new cookie makes the server draw a private page anew, with another form in place of this one.
function done(form, detail) {
  const isSame = (other) => ["action", "data-api"].every((name) => other.getAttribute(name) === form.getAttribute(name));
  const shown = form.isConnected ? form : [...document.forms].find(isSame);
  if (!shown) return;
  if (!("keep" in shown.dataset)) shown.reset();
  shown.classList.remove("ls-edited");
  for (const place of shown.querySelectorAll("[data-done]")) place.textContent = place.dataset.done;
  shown.dispatchEvent(new CustomEvent("done", { detail }));
}

function fieldsOf(form) {
  const fields = new FormData(form);
  for (const name of (form.dataset.sends ?? "").split(" ").filter(Boolean)) fields.set(name, fragment()[name] ?? "");
  if (form.dataset.api === "PATCH") {
    for (const input of form.querySelectorAll("input")) if (isUntouched(input)) fields.delete(input.name);
  }
  return fields;
}

async function send(form, fields) {
  const path = form.getAttribute("action").replace("{id}", encodeURIComponent(fragment().id || "none"));
  const post = async () => {
    if ("tab" in form.dataset) {
      fields.set("tab", window.clientId);
      fields.set("socket", window.socket?.id ?? "");
    }
    return confirmed(await call(form.dataset.api, path, fields));
  };
  return withTheNewestCookie(post);
}

// A field that reads as it was given follows when it is given something else, also if it was typed into before.
const isUntouched = (input, given = input.defaultValue) => input.value === given;

new MutationObserver((changes) => {
  for (const { target, oldValue } of changes) {
    const follows = target.matches("form[data-api] input") && isUntouched(target, oldValue ?? "");
    if (follows && !isUntouched(target)) target.value = target.defaultValue;
  }
}).observe(document.documentElement, { subtree: true, attributeFilter: ["value"], attributeOldValue: true });

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-api]");
  if (!form) return;
  event.preventDefault();
  submit(form);
});
