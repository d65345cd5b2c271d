// What scripts write by themselves, in the language of the page; pages/browser_texts.py writes it into the page.
const texts = JSON.parse(document.getElementById("ls-texts").textContent);

export const text = (name) => texts[name];
