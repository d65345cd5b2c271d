// A button with data-copy copies what is in the field, or the text, of that id, and says so in what data-copied names.
import { text } from "./texts.js";

const SAID_MS = 4000;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const said = document.getElementById(button.dataset.copied);
  said.textContent = "";
  said.textContent = text((await copy(source, button)) ? "copied" : "copyByHand");
  clearTimeout(said.timer);
  said.timer = setTimeout(() => (said.textContent = ""), SAID_MS);
});

async function copy(source, button) {
  const words = source.value ?? source.textContent.trimEnd();
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch { // over plain http there is none, and it may be forbidden
    return copyBySelection(source, words, button);
  }
}

// Leaves the selection where it is, to be copied by hand if need be.
function copyBySelection(source, words, button) {
  if (source.select) source.select();
  else getSelection().selectAllChildren(source);
  const put = (event) => {
    event.clipboardData.setData("text/plain", words);
    event.preventDefault();
  };
  document.addEventListener("copy", put, { once: true });
  const copied = document.execCommand("copy");
  document.removeEventListener("copy", put);
  if (copied) button.focus({ preventScroll: true });
  return copied;
}
