// A button with data-copy copies what is in the field of that id, and says so in what data-copied names.
import { text } from "./texts.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  const tell = (text) => (document.getElementById(button.dataset.copied).textContent = text);
  const byHand = () => tell(text("copyByHand"));
  field.select();
  if (!navigator.clipboard) byHand(); // over plain http there is none
  else navigator.clipboard.writeText(field.value).then(() => tell(text("copied")), byHand);
});
