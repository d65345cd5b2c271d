// What is on the screen beside the page: dialogs, menus and notes, which Quasar hangs into the body, and what an author or
// an extension drew there by hand. It leaves with the session, and app.css hides it while the server can't be heard.
// What is marked with data-public stays, in both cases.
import { isElement, isPublic, isText, restoreAll } from "./drawn.js";

// ------------------------------------------------------------ what hangs beside the page

// What belongs to no account, or leaves as what Vue and Quasar have made.
const KEPT = "head, body, script, style, link, template, noscript, [data-public], #app, [id^=q-], .fullscreen, " +
  "#nicegui-keep-alive-cache, .nicegui-error-popup";
let shown = []; // how to close each note and dialog of Quasar's that was made by a script
const MANY = 100;

function follow(plugin, close) {
  const create = plugin.create;
  plugin.create = (...options) => {
    const made = create.apply(plugin, options);
    if (shown.length > MANY && !document.querySelector(".q-notification, .q-dialog")) shown = []; // they have gone
    if (!("data-public" in (options[0]?.attrs ?? {}))) shown.push(() => close(made));
    return made;
  };
}

function leave() {
  for (const node of [...document.body.childNodes, ...document.documentElement.childNodes]) {
    const isKept = isElement(node) ? node.matches(KEPT) : !isText(node);
    if (!isKept) node.remove();
  }
  for (const node of document.querySelectorAll(".q-notification, #q-loading > *")) end(node);
  for (const node of document.querySelectorAll("[id^=q-portal--dialog]")) if (node.__vue_app__) end(node);
  restoreAll();
  closeIn(document.getElementById("app")._vnode);
  Quasar.Loading.hide();
  for (const close of shown.splice(0)) close();
}

// Quasar lets what closes fade; nobody may read it meanwhile. What is shown later is another node.
function end(node) {
  if (!isPublic(node)) node.dataset.ended = "";
}

// Closes the open dialogs, menus and tooltips of the page.
function closeIn(vnode) {
  if (!vnode) return;
  const { component, suspense, children } = vnode;
  const { proxy } = component ?? {};
  if (proxy?.__qPortal && proxy.contentEl && !isPublic(proxy.contentEl)) {
    for (const node of proxy.contentEl.parentElement.children) end(node); // there is its backdrop, too
    proxy.hide();
  }
  if (component) closeIn(component.subTree);
  else if (suspense) closeIn(suspense.activeBranch);
  else if (Array.isArray(children)) for (const child of children) closeIn(child);
}

// ------------------------------------------------------------ when to leave, and what the tab is called

const showsSomebody = (who) => /\b(signed_in|accounts|pending)\b/.test(who);
let who = ""; // is here, as the server has said
let title = null; // of the page, while the tab has another one

function look() {
  const now = document.querySelector("[data-here]")?.dataset.here ?? who;
  if (now !== who && showsSomebody(who)) leave();
  who = now;
  nameTab();
}

function nameTab() {
  const isHidden = document.documentElement.matches(".ls-away") && showsSomebody(who || "accounts");
  const instead = document.getElementById("ls-away")?.dataset.title;
  if (isHidden && instead && document.title !== instead) {
    title = document.title;
    document.title = instead;
  } else if (!isHidden && title !== null) {
    if (document.title === instead) document.title = title;
    title = null;
  }
}

const looks = new MutationObserver(look);
looks.observe(document, { subtree: true, childList: true, attributeFilter: ["data-here"] });
looks.observe(document.documentElement, { attributeFilter: ["class"] });

// ------------------------------------------------------------ Quasar's notes and dialogs

const create = window.createApp;
window.createApp = (...given) => {
  const app = create(...given);
  const mount = app.mount;
  app.mount = (...where) => { // by now Quasar is there
    follow(Quasar.Notify, (dismiss) => dismiss?.());
    for (const plugin of [Quasar.Dialog, Quasar.BottomSheet]) follow(plugin, (dialog) => dialog?.hide());
    return mount(...where);
  };
  return app;
};
