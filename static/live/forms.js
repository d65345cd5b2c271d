// Forms, posted to the Frontend API: nothing that is typed into them passes through the websocket.
import { call, confirmed } from "./api.js";
import { reAuthenticate, whenCurrent } from "./connection.js";
import { tellOfNewCookie } from "./other-tabs.js";
import { sleep } from "./times.js";

const PROGRESS_AFTER_MS = 300;
const DRAWN_WITHIN_MS = 3000;
const JUDGE_AFTER_MS = 350;

// A form with data-api is posted to the Frontend API. data-announce: other tabs of this browser may gain by it.
// data-keep: what was typed stays. data-then: where to go afterwards. With PATCH, only what was changed is sent.

function placeOf(form, name) {
  return form.querySelector(`[data-error="${CSS.escape(name)}"]`) ?? form.querySelector('[data-error=""]');
}

function showErrors(form, errors, message) {
  let first = null;
  for (const { message: text, meta } of errors.length ? errors : [{ message, meta: {} }]) {
    const name = meta?.param_name ?? "";
    placeOf(form, name).textContent = text;
    const input = form.elements.namedItem(name);
    if (input instanceof HTMLInputElement) {
      input.setAttribute("aria-invalid", "true");
      first ??= input;
    }
  }
  form.classList.add("refused"); // what was said of an earlier success is not true of this
  first?.focus();
}

function clearErrors(form) {
  form.classList.remove("refused");
  for (const place of form.querySelectorAll("[data-error]")) place.textContent = "";
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
}

async function submit(form) {
  if (form.getAttribute("aria-busy") === "true") return;
  form.setAttribute("aria-busy", "true");
  asked++; // what is about to be asked of the password will be in the answer
  clearErrors(form);
  const progress = setTimeout(() => form.classList.add("busy"), PROGRESS_AFTER_MS);
  try {
    const { response } = await oneAtATime(() => send(form));
    if ("announce" in form.dataset) tellOfNewCookie();
    if (form.dataset.then) return window.location.assign(form.dataset.then);
    const drawn = whenCurrent(DRAWN_WITHIN_MS);
    await reAuthenticate();
    await drawn;
    done(form, response);
  } catch (error) {
    showErrors(form, error.errors ?? [], error.message);
  } finally {
    clearTimeout(progress);
    form.classList.remove("busy");
    form.removeAttribute("aria-busy");
  }
}

// A new cookie makes the server draw a private page anew, with another form in place of this one.
function done(form, detail) {
  const isSame = (other) => ["action", "data-api"].every((name) => other.getAttribute(name) === form.getAttribute(name));
  const shown = form.isConnected ? form : [...document.forms].find(isSame);
  if (!shown) return;
  if (!("keep" in shown.dataset)) shown.reset();
  shown.dispatchEvent(new CustomEvent("done", { detail }));
}

// Each sign-in gives this browser a new cookie. Two tabs that sent the old one at once would get in each other's way.
// There are no locks over plain http, and none are given where cookies are blocked.
async function oneAtATime(work) {
  let begun = false;
  const begin = () => ((begun = true), work());
  try {
    return await navigator.locks.request("live-sessions", begin);
  } catch (error) {
    if (begun) throw error;
    return work();
  }
}

function fieldsOf(form) {
  const fields = new FormData(form);
  if (form.dataset.api === "PATCH") {
    for (const input of form.querySelectorAll("input")) if (isUntouched(input)) fields.delete(input.name);
  }
  return fields;
}

async function send(form) {
  const post = async () => confirmed(await call(form.dataset.api, form.getAttribute("action"), fieldsOf(form)));
  try {
    return await post();
  } catch (error) {
    if (error.errors?.[0]?.code !== "client_renewed") throw error;
    return await post(); // with the cookie that it was renewed to
  }
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

// A new password is judged while it is typed, by the same door that will take it.
let asked = 0;

async function judge(input) {
  const mine = ++asked;
  await sleep(JUDGE_AFTER_MS);
  if (mine !== asked || !input.isConnected) return;
  const { form, name, value } = input;
  let message = "";
  try {
    const address = form.elements.namedItem("email_address")?.value ?? "";
    const fields = { password: value, param: name, email_address: address };
    if (value) await call("POST", "/v1/password_checks", fields);
  } catch (error) {
    if (error.status === 422) message = error.message;
  }
  if (mine === asked) placeOf(form, name).textContent = message;
}

document.addEventListener("input", (event) => {
  if (event.target.matches?.("input[data-judge]")) judge(event.target);
  const judged = event.target.name === "email_address" && event.target.form?.querySelector("input[data-judge]");
  if (judged) judge(judged); // a password that is the address will not do
});
