// What is wrong with what was typed, beside the field that it is in. It goes as soon as it is mended.
import { api } from "./api-path.js";
import { call } from "./api.js";
import { sleep } from "./times.js";

const JUDGE_AFTER_MS = 350;
const JUDGED = /^form_password_(length|pwned|not_strong)/; // what only a judgement takes back
const PERSON = ["email_address", "first_name", "last_name"];
const codes = new WeakMap(); // of the errors that are shown, by their place

const isInput = (node) => node instanceof HTMLInputElement;

function placeOf(form, name) {
  return form.querySelector(`[data-error="${CSS.escape(name)}"]`) ?? form.querySelector('[data-error=""]');
}

function show(form, name, message, code) {
  const place = placeOf(form, name);
  const input = form.elements.namedItem(name);
  if (place.textContent !== message) place.textContent = message;
  codes.set(place, code);
  if (isInput(input)) input.setAttribute("aria-invalid", "true");
  return isInput(input) ? input : null;
}

function clear(form, place) {
  const input = form.elements.namedItem(place.dataset.error);
  place.textContent = "";
  codes.delete(place);
  if (isInput(input)) input.removeAttribute("aria-invalid");
}

const placesOf = (form) => form.querySelectorAll("[data-error]");

export function showErrors(form, errors, message) {
  const named = new Map(); // one for each field
  for (const error of errors.length ? errors : [{ message, meta: {} }]) {
    const name = error.meta?.param_name ?? "";
    if (!named.has(name)) named.set(name, error);
  }
  const inputs = [...named].map(([name, error]) => show(form, name, error.message, error.code));
  form.classList.add("ls-refused"); // what was said of an earlier success is not true of this
  [...form.elements].find((input) => inputs.includes(input))?.focus();
}

export function clearErrors(form) {
  asked++; // what is about to be asked of the password will be in the answer
  form.classList.remove("ls-refused", "ls-edited");
  for (const place of placesOf(form)) clear(form, place);
}

// ------------------------------------------------------------ while somebody types

document.addEventListener("input", ({ target }) => {
  const { form } = target;
  if (!isInput(target) || !form?.matches("[data-api]")) return;
  form.classList.add("ls-edited");
  for (const place of placesOf(form)) if (isMended(place, target)) clear(form, place);
  tellTooLong(target);
  if (target.matches("[data-judge]")) judge(target);
  const judged = PERSON.includes(target.name) && form.querySelector("[data-judge]");
  if (judged) judge(judged); // a password that is the address or a name will not do
});

function isMended(place, input) {
  const code = codes.get(place);
  const { error: name } = place.dataset;
  if (name === "" || code === "form_password_incorrect") return true; // it was said of all that was typed
  if (name !== input.name || JUDGED.test(code)) return false;
  return code !== "form_param_missing" || input.value.trim() !== "";
}

// Counted as the server does, in characters and without spaces around them. Nothing is cut off behind anybody's back.
function tellTooLong(input) {
  const { most, tooLong } = input.dataset;
  if (most && [...input.value.trim().normalize()].length > most) show(input.form, input.name, tooLong, "too_long");
}

// A new password is judged while it is typed, by the same door that will take it.
let asked = 0;

async function judge(input) {
  const mine = ++asked;
  await sleep(JUDGE_AFTER_MS);
  if (mine !== asked || !input.isConnected) return;
  const { form, name, value } = input;
  if (!value && codes.get(placeOf(form, name)) === "form_param_missing") return;
  let error = null;
  try {
    const fields = { password: value, param: name };
    for (const about of PERSON) fields[about] = form.elements.namedItem(about)?.value ?? "";
    if (value) await call("POST", api("/password_checks"), fields);
  } catch (failed) {
    if (failed.status !== 422) return;
    [error] = failed.errors;
  }
  if (mine !== asked || !input.isConnected) return;
  if (error) show(form, name, error.message, error.code);
  else clear(form, placeOf(form, name));
}
