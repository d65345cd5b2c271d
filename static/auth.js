// What only the browser can do: post credentials and proofs with its cookie, tell its other tabs,
// and hide what is private when it can't hear the server.
(() => {
  // The server pings every 3 s. A tab that shows anybody and has heard nothing for longer hides it: within 5 s.
  // The server tells these times, see auth/timing.py. A tab that was told none has always been silent for too long.
  const told = document.currentScript.dataset;
  const { deafAfterMs: DEAF_AFTER_MS, activityEveryMs: ACTIVITY_EVERY_MS, hearingCheckMs: HEARING_CHECK_MS } = told;
  const PROGRESS_AFTER_MS = 300;
  const UNREACHABLE = "The server can not be reached. Nothing was changed. Check the connection and try again.";

  const root = document.documentElement;
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("live-sessions") : null;
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  // ------------------------------------------------------------ the Frontend API

  async function call(method, path, fields) {
    let response;
    try {
      response = await fetch(path, {
        method,
        body: fields && new URLSearchParams(fields),
        headers: { Accept: "application/json" },
      });
    } catch {
      throw Object.assign(new Error(UNREACHABLE), { status: 0, errors: [] });
    }
    const body = await response.json().catch(() => ({}));
    if (response.ok) return body;
    const errors = body.errors ?? [];
    throw Object.assign(new Error(errors[0]?.message ?? UNREACHABLE), { status: response.status, errors });
  }

  async function signOut(sessionId) {
    if (sessionId) return call("POST", `/v1/client/sessions/${encodeURIComponent(sessionId)}/remove`);
    return call("DELETE", "/v1/client/sessions");
  }

  // Nobody waits for it, and it is asked for even if this page is left at once.
  function clearCache() {
    fetch("/v1/client/cache", { method: "DELETE", keepalive: true }).catch(() => {});
  }

  // ------------------------------------------------------------ the proof of this tab

  // The server gives a tab access only in a request that carries the cookie. This is that request.
  let proving = null;
  let askedAgain = false;
  let putOff = false; // there was no connection to prove; it may have been begun with the cookie of before

  function prove() {
    askedAgain = proving !== null;
    proving ??= proveUntilSettled().finally(() => {
      proving = null;
      if (askedAgain) return prove();
    });
    return proving;
  }

  async function proveUntilSettled() {
    // The cookie of a sign-in may still be on its way to this browser, so a stale one is tried again.
    for (const wait of [0, 100, 300, 1000]) {
      await sleep(wait);
      if (!window.socket?.connected) return (putOff = true);
      const final = wait === 1000 ? "1" : "";
      const socket = window.socket.id;
      try {
        const { response } = await call("POST", "/v1/client/tabs", { tab: window.clientId, socket, absence, final });
        if (response.settled) return;
      } catch (error) {
        if (error.status !== 404) await sleep(1000);
        // The socket is long connected, and yet nobody knows it: another process answers for this browser by now.
        else if (final && window.socket.id === socket) return window.location.reload();
      }
    }
    setTimeout(prove, 1000);
  }

  channel?.addEventListener("message", prove);

  // ------------------------------------------------------------ fail closed

  // Date.now() goes on while a laptop sleeps, and may be set; performance.now() may stand still then, and can't be set.
  // So the longer of both times counts. A clock that was set back by so much says nothing of how long it has been.
  const SET_BACK_MS = 1000;
  const now = () => ({ clock: Date.now(), steady: performance.now() });

  function since(moment) {
    const { clock, steady } = now();
    if (clock < moment.clock - SET_BACK_MS) return Infinity;
    return Math.max(clock - moment.clock, steady - moment.steady);
  }

  // A page is as old as its request. One that was fetched ahead is older than that.
  const navigation = performance.getEntriesByType("navigation")[0];
  const requestedAt = navigation?.requestStart ?? 0;
  let heardAt = { clock: Date.now() - (performance.now() - requestedAt), steady: requestedAt };
  let absence = 0; // counts how often this tab lost the server
  let joinedAt = now();
  let absenceAtJoin = 0; // the page may have taken so long that it was hidden before it was connected
  let isUpToDate = false; // whether the server has told what changed since the page was asked for

  function away() {
    absence += 1;
    root.classList.add("away");
  }

  function checkHearing() {
    const silence = since(heardAt);
    if (silence <= DEAF_AFTER_MS || root.classList.contains("away")) return;
    away();
    if (silence === Infinity && isUpToDate) prove(); // the server may well be there
  }

  function heard() {
    checkHearing(); // first: after a sleep, hide before anything that was waiting is shown
    heardAt = now();
    if (isUpToDate && root.classList.contains("away")) prove();
  }

  // The server says so once, after it has told a tab that has just joined what changed since its page was built.
  function upToDate() {
    isUpToDate = true;
    if (absence === absenceAtJoin && since(joinedAt) < DEAF_AFTER_MS) root.classList.remove("away");
    heard();
  }

  // The server says so after it has sent everything that changed up to a proof. One that has been on its way
  // since an earlier absence says nothing of this one.
  const whenFresh = [];

  function fresh(ofAbsence) {
    if (ofAbsence === absence) root.classList.remove("away");
    for (const resolve of whenFresh.splice(0)) resolve();
  }

  function listen() {
    if (!window.socket) return setTimeout(listen, 10);
    // The page is built; the text that it was built from would outlive what is taken off the screen.
    for (const script of document.querySelectorAll("body script:not([src])")) script.remove();
    let connects = 0;
    window.socket.io.on("ping", heard);
    window.socket.onAny(heard);
    window.socket.on("connect", connected);
    // The server throws a socket out when another one has proved this tab, such as one of before the network changed.
    window.socket.on("disconnect", (reason) => reason === "io server disconnect" && window.socket.connect());
    if (window.socket.connected) connected();

    function connected() {
      if (connects++ > 0) {
        isUpToDate = true;
        heardAt = now();
        away(); // until the server has told what was missed
      } else {
        checkHearing(); // a late page is hidden now, not between here and the server's first word
        joinedAt = now();
        absenceAtJoin = absence;
        if (!putOff) return;
      }
      putOff = false;
      prove();
    }
  }

  if (document.prerendering || navigation?.activationStart || navigation?.deliveryType) away(); // until it is up to date
  listen();
  setInterval(checkHearing, HEARING_CHECK_MS);
  for (const type of ["visibilitychange", "resume"]) document.addEventListener(type, checkHearing);
  for (const type of ["focus", "online"]) window.addEventListener(type, checkHearing);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      away();
      window.location.reload(); // a page out of the back-forward cache shows what was true then
    }
  });

  // ------------------------------------------------------------ activity

  // The server hears of what it handles. Who fills in a form that is sent at its end is not idle, either.
  let activeAt = -ACTIVITY_EVERY_MS;

  function active() {
    if (performance.now() - activeAt < ACTIVITY_EVERY_MS || !window.socket?.connected) return;
    activeAt = performance.now();
    window.socket.emit("activity", { client_id: window.clientId });
  }

  for (const type of ["keydown", "pointerdown"]) document.addEventListener(type, active, { capture: true, passive: true });

  // ------------------------------------------------------------ focus

  // What is drawn anew, or hidden for a moment, loses the focus. It goes back to the control that had it, or to the one
  // that reads the same in the same place, unless the person has pointed elsewhere since.
  const CONTROLS = "a[href], button, summary";
  const wordsOf = (control) => control.getAttribute("aria-label") ?? control.textContent.trim();
  let focused = null;

  document.addEventListener("focusin", ({ target }) => {
    const around = [];
    for (let place = target.parentElement; place; place = place.parentElement) around.push(place);
    focused = { control: target, words: target.matches(CONTROLS) ? wordsOf(target) : "", around };
  });
  document.addEventListener("pointerdown", () => (focused = null), { capture: true, passive: true });

  new MutationObserver(() => {
    if (!focused || document.activeElement !== document.body) return;
    const { control, words, around } = focused;
    const place = around.find(({ isConnected }) => isConnected);
    const reads = (other) => words && wordsOf(other) === words;
    const found = control.isConnected ? control : [...place.querySelectorAll(CONTROLS)].find(reads);
    if (found?.checkVisibility?.()) found.focus({ preventScroll: true });
  }).observe(root, { subtree: true, childList: true, attributeFilter: ["data-here", "disabled"] });

  // ------------------------------------------------------------ forms

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
      if ("announce" in form.dataset) channel?.postMessage("new cookie");
      if (form.dataset.then) return window.location.assign(form.dataset.then);
      const drawn = Promise.race([new Promise((resolve) => whenFresh.push(resolve)), sleep(3000)]);
      await prove();
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
    if (document.activeElement === document.body) shown.querySelector("[type=submit]").focus();
    shown.dispatchEvent(new CustomEvent("done", { detail }));
  }

  // Each sign-in gives this browser a new cookie. Two tabs that sent the old one at once would get in each other's way.
  const oneAtATime = (work) => (navigator.locks ? navigator.locks.request("live-sessions", work) : work());

  function fieldsOf(form) {
    const fields = new FormData(form);
    if (form.dataset.api === "PATCH") {
      for (const input of form.querySelectorAll("input")) if (isUntouched(input)) fields.delete(input.name);
    }
    return fields;
  }

  async function send(form) {
    const post = () => call(form.dataset.api, form.getAttribute("action"), fieldsOf(form));
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
  }).observe(root, { subtree: true, attributeFilter: ["value"], attributeOldValue: true });

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
    await sleep(350);
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

  window.liveSessions = { prove, upToDate, fresh, signOut, clearCache };
})();
