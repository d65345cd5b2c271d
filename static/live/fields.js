// The fields of a page: what is typed into which of them may be kept as a draft, and how a field is known again once it
// was drawn anew.
export const FIELDS = "input, textarea, select";

const NOT_TYPED = ["button", "file", "hidden", "image", "password", "reset", "submit"];
const SECRET_PURPOSE = /^(current-password|new-password|one-time-code|cc-.*)$/;
const SECRET_NAME = /confirm|passw|passphrase|passcode|pwd|secret|(^|[^a-z])(otp|totp|pin|cvc|cvv|token)([^a-z]|$)/i;
const GENERATED = /^(c\d+|f_.*|q-.*)$/; // by NiceGUI and Quasar: another one each time the field is drawn
const OF_QUASAR = ".q-field *"; // which writes what was typed as the default value, too

const secret = new WeakSet(); // was a password's field once; a button may show what is in it

export const isField = (node) => node.matches?.(FIELDS) ?? false;
export const markSecret = (field) => secret.add(field);

// An author may say data-no-draft on a field, or on anything around it. What has to be typed to delete something confirms
// it, once. autocomplete=off is honoured, as browsers do, but for a search: there it only turns suggestions off.
export function mayBeKept(field) {
  if (field.type === "password") markSecret(field);
  if (NOT_TYPED.includes(field.type) || secret.has(field) || field.readOnly || field.disabled) return false;
  const purposes = (field.getAttribute("autocomplete") ?? "").toLowerCase().split(/\s+/);
  if (purposes.some((purpose) => SECRET_PURPOSE.test(purpose))) return false;
  if (purposes.includes("off") && field.type !== "search") return false;
  if ([field.name, field.id, labelOf(field)].some((name) => SECRET_NAME.test(name))) return false;
  return !field.closest("[data-no-draft], form[data-api=DELETE]");
}

const labelOf = (field) => field.getAttribute("aria-label") ?? "";

// What a field is known by: its form, and its name, its id or its label. Null if it has none of these, or if another
// field has the same: nobody could tell them apart.
export function keyOf(field) {
  const key = ownKey(field);
  return key !== null && fieldOf(key) === field ? key : null;
}

export function fieldOf(key) {
  const alike = [...document.querySelectorAll(FIELDS)].filter((other) => ownKey(other) === key);
  return alike.length === 1 ? alike[0] : null;
}

function ownKey(field) {
  const { form, name, id, type } = field;
  const known = [name, id].find((one) => one && !GENERATED.test(one)) ?? labelOf(field);
  if (!known) return null;
  const choice = type === "radio" ? field.value : "";
  return [form?.getAttribute("data-api") ?? "", form?.getAttribute("action") ?? "", known, choice].join("\n");
}

// ------------------------------------------------------------ what is in a field

const isChoice = ({ type }) => type === "checkbox" || type === "radio";

export function valueOf(field) {
  if (isChoice(field)) return field.checked;
  return field.multiple && field.options ? [...field.selectedOptions].map((option) => option.value) : field.value;
}

// Whether it reads as the server has given it.
export function isAsGiven(field) {
  if (field.matches(OF_QUASAR)) return false; // nobody knows
  if (isChoice(field)) return field.checked === field.defaultChecked;
  if (field.options) return [...field.options].every((option) => option.selected === option.defaultSelected);
  return field.value === field.defaultValue;
}

// Fills a field as if somebody had typed it, so that whatever follows the field hears of it.
export function fill(field, value) {
  if (isChoice(field)) field.checked = value;
  else if (Array.isArray(value)) for (const option of field.options) option.selected = value.includes(option.value);
  else field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function empty(field) {
  if (isChoice(field)) fill(field, field.defaultChecked);
  else if (field.options) fill(field, [...field.options].find((option) => option.defaultSelected)?.value ?? "");
  else fill(field, field.matches(OF_QUASAR) ? "" : field.defaultValue);
}
