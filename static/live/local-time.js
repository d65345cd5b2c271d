// <local-time datetime="…"> reads like "Today at 15:04", in the reader's own time zone, language and clock.
import { text } from "./texts.js";

const DAY = 86_400_000;

// The language is that of the page; how its region writes a time is what the browser says, or else the page.
function localeOf(page) {
  return navigator.languages.find((one) => one.split("-")[0] === page.split("-")[0] && one.includes("-")) ?? page;
}

const format = (options) => new Intl.DateTimeFormat(localeOf(text("locale")), options);
const time = format({ hour: "numeric", minute: "2-digit" });
const weekday = format({ weekday: "long" });
const date = format({ day: "numeric", month: "short", year: "numeric" });
const full = format({ dateStyle: "full", timeStyle: "long" });

function words(moment, now) {
  const midnight = (day) => new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
  const days = Math.round((midnight(now) - midnight(moment)) / DAY); // rounded: a day with a clock change has 23 or 25 h
  const values = { time: time.format(moment), weekday: weekday.format(moment), date: date.format(moment) };
  const pattern = days === 0 ? "today" : days === 1 ? "yesterday" : days > 1 && days < 7 ? "lastWeek" : "date";
  return text(pattern).replace(/{(\w+)}/g, (_, name) => values[name]);
}

class LocalTime extends HTMLElement {
  static observedAttributes = ["datetime"];

  connectedCallback() {
    this.write();
    this.timer = setInterval(() => this.write(), 60_000); // "Today" does not stay true
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.write();
  }

  write() {
    const moment = new Date(this.getAttribute("datetime"));
    if (Number.isNaN(moment.getTime())) return;
    const reading = words(moment, new Date());
    if (this.textContent !== reading) this.textContent = reading;
    this.title = full.format(moment);
  }
}

customElements.define("local-time", LocalTime);

