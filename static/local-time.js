// <local-time datetime="…"> reads like "Today at 15:04", in the reader's own time zone and language.
(() => {
  const DAY = 86_400_000;
  const time = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
  const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long" });
  const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
  const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

  function words(moment, now) {
    const midnight = (day) => new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
    const days = Math.round((midnight(now) - midnight(moment)) / DAY); // rounded: a day with a clock change has 23 or 25 h
    const at = ` at ${time.format(moment)}`;
    if (days === 0) return "Today" + at;
    if (days === 1) return "Yesterday" + at;
    if (days > 1 && days < 7) return "Last " + weekday.format(moment) + at;
    return date.format(moment) + at;
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
      const text = words(moment, new Date());
      if (this.textContent !== text) this.textContent = text;
      this.title = whole.format(moment);
    }
  }

  customElements.define("local-time", LocalTime);
})();
