// A browser may refuse a page its storage, such as one that blocks all cookies; NiceGUI's page would stop there. What is
// stored then lasts as long as the page. Runs before anything that stores.
(() => {
  class PageStorage {
    getItem(key) {
      return Object.hasOwn(this, key) ? this[key] : null;
    }

    setItem(key, value) {
      this[key] = String(value);
    }

    removeItem(key) {
      if (Object.hasOwn(this, key)) delete this[key];
    }

    clear() {
      for (const key of Object.keys(this)) delete this[key];
    }

    key(index) {
      return Object.keys(this)[index] ?? null;
    }

    get length() {
      return Object.keys(this).length;
    }
  }

  const PROBE = "live-sessions.probe";
  for (const name of ["sessionStorage", "localStorage"]) {
    try {
      window[name].setItem(PROBE, "");
      window[name].removeItem(PROBE);
    } catch {
      Object.defineProperty(window, name, { value: new PageStorage(), configurable: true });
    }
  }
})();
