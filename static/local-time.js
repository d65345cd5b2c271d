// <local-time datetime="…"> reads like "Today at 15:04", in the reader's own time zone and with their own clock.
// The words are English, as those around it are.
(() => {
  const DAY = 86_400_000;
  const time = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
  const weekday = new Intl.DateTimeFormat("en", { weekday: "long" });
  const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
  const fullDate = new Intl.DateTimeFormat("en-GB", { dateStyle: "full" });
  const fullTime = new Intl.DateTimeFormat(undefined, { timeStyle: "long" });

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
      this.title = `${fullDate.format(moment)} at ${fullTime.format(moment)}`;
    }
  }

  customElements.define("local-time", LocalTime);
})();
