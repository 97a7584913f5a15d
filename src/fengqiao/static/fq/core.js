// @ts-check
/**
 * What every page does: confirm before harm, send once, say what was done and let it be undone.
 * Everything works without this file too; it only makes it quicker and safer.
 *
 * data-confirm="words"      on a form, a submit button or a link: ask first
 * data-guard="off"          on a form: may be sent more than once (downloads)
 * data-signout              on the sign-out form: unsent texts kept by draft.js are forgotten
 * data-toast="10"           on a toast: it goes after so many seconds; [data-count] in it counts down
 * data-focus                takes the focus when the page opens (error summary)
 * data-autosubmit           on a select: sends its form when changed
 * data-print                on a button: prints the page (hidden until scripts run)
 * data-copy="text"          on a button: copies the text
 * data-seg                  on a group of buttons with data-for="panel id": shows one panel at a time
 */

/** @type {Record<string, string>} */
const words = JSON.parse(document.getElementById("fq-words")?.textContent || "{}");
const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") || "";
const RELEASE_AFTER = 15000;

/**
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} inside
 * @returns {HTMLElement}
 */
function make(tag, attributes = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...inside);
  return made;
}

/* --- ask first --------------------------------------------------------- */

/**
 * Ask with a dialog of the page; resolves to whether the person agreed.
 * @param {string} question
 * @returns {Promise<boolean>}
 */
function ask(question) {
  const no = make("button", { class: "btn btn-q", value: "no" }, words.cancel || "No");
  const yes = make("button", { class: "btn btn-primary", value: "yes" }, words.ok || "OK");
  const text = make("p", { id: "fq-ask" }, question);
  const form = make("form", { method: "dialog", class: "dlg" }, text, make("div", { class: "btns" }, no, yes));
  const dialog = /** @type {HTMLDialogElement} */ (make("dialog", { "aria-labelledby": "fq-ask" }, form));
  document.body.append(dialog);
  dialog.showModal();
  yes.focus();
  return new Promise((settle) => {
    dialog.addEventListener("close", () => {
      settle(dialog.returnValue === "yes");
      dialog.remove();
    });
  });
}

document.addEventListener(
  "submit",
  (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.getAttribute("method") === "dialog") return;
    const question = event.submitter?.dataset.confirm || form.dataset.confirm;
    if (!question || form.dataset.agreed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    ask(question).then((agreed) => {
      if (!agreed) return submitter?.focus();
      form.dataset.agreed = "1";
      form.requestSubmit(submitter);
      delete form.dataset.agreed;
    });
  },
  true,
);

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const link = /** @type {HTMLAnchorElement | null} */ (target?.closest("a[data-confirm]"));
  if (!link || event.defaultPrevented) return;
  event.preventDefault();
  ask(link.dataset.confirm || "").then((agreed) => agreed && location.assign(link.href));
});

/* --- send once --------------------------------------------------------- */

/** @param {HTMLFormElement} form */
function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[data-held]")) {
    button.removeAttribute("disabled");
    button.removeAttribute("aria-busy");
    button.removeAttribute("data-held");
  }
}

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const post = (form.getAttribute("method") || "").toLowerCase() === "post";
  if (event.defaultPrevented || !post || form.dataset.guard === "off" || form.matches("[hx-post],[hx-put],[hx-delete]"))
    return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  // After this tick, so that the pressed button's own name and value are still sent.
  setTimeout(() => {
    for (const button of form.querySelectorAll("button:not([type=button]):not([disabled]),input[type=submit]:not([disabled])")) {
      button.setAttribute("disabled", "");
      button.setAttribute("aria-busy", "true");
      button.setAttribute("data-held", "");
    }
  });
  setTimeout(() => release(form), RELEASE_AFTER);
});

window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form").forEach(release);
});

document.addEventListener("submit", (event) => {
  if (!(event.target instanceof Element) || !event.target.matches("[data-signout]")) return;
  for (const key of Object.keys(sessionStorage)) if (key.startsWith("fq-draft:")) sessionStorage.removeItem(key);
});

/* --- toasts ------------------------------------------------------------ */

/** The box all toasts stand in; a live region, so that what appears is read out. */
function shelf() {
  const found = document.getElementById("toasts") || make("div", { class: "toasts", id: "toasts" });
  if (!found.isConnected) document.body.append(found);
  found.setAttribute("aria-live", "polite");
  return found;
}

/** @param {HTMLElement} toast */
function countDown(toast) {
  if (toast.dataset.counting) return;
  toast.dataset.counting = "1";
  let left = Number(toast.dataset.toast) || 10;
  const shown = toast.querySelector("[data-count]");
  const tell = () => {
    if (shown) shown.textContent = ` · ${(words.seconds || "%s s").replace("%s", String(left))}`;
  };
  tell();
  const timer = setInterval(() => {
    left -= 1;
    tell();
    if (left > 0 && toast.isConnected) return;
    clearInterval(timer);
    if (toast.contains(document.activeElement)) document.getElementById("main")?.focus();
    toast.remove();
  }, 1000);
}

/**
 * Show a toast. `undo` is the address the undo is posted to.
 * @param {{text: string, undo?: string, seconds?: number, bad?: boolean}} what
 */
function showToast({ text, undo, seconds = 10, bad = false }) {
  const toast = make("div", { class: bad ? "toast-u is-bad" : "toast-u", "data-toast": String(seconds) }, make("span", {}, text));
  if (undo) {
    const name = words.undo || "Undo";
    const key = make("kbd", { "aria-hidden": "true" }, "Z");
    const button = make("button", { "data-key": "Z", "data-key-label": name }, name, make("span", { "data-count": "" }), " ", key);
    const secret = make("input", { type: "hidden", name: "csrfmiddlewaretoken", value: token });
    toast.append(make("form", { method: "post", action: undo }, secret, button));
  }
  shelf().append(toast);
  countDown(toast);
}

document.body.addEventListener("toast", (event) => showToast(/** @type {CustomEvent} */ (event).detail));

/* --- partial pages (htmx) ---------------------------------------------- */

document.body.addEventListener("htmx:configRequest", (event) => {
  /** @type {CustomEvent} */ (event).detail.headers["X-CSRFToken"] = token;
});
document.body.addEventListener("htmx:sendError", () => showToast({ text: words.offline, bad: true }));
document.body.addEventListener("htmx:responseError", (event) => {
  const { xhr } = /** @type {CustomEvent} */ (event).detail;
  const page = new DOMParser().parseFromString(xhr.responseText || "", "text/html");
  const said = page.querySelector("[data-refusal]")?.getAttribute("data-refusal");
  showToast({ text: said || (xhr.status === 403 ? words.expired : words.failed), bad: true });
});

/* --- small conveniences ------------------------------------------------ */

/**
 * Panels behind a row of buttons. Without scripts the row is hidden and all panels are open.
 * @param {HTMLElement} row
 */
function panels(row) {
  const buttons = /** @type {HTMLElement[]} */ ([...row.querySelectorAll("[data-for]")]);
  /** @param {HTMLElement} chosen */
  const choose = (chosen) => {
    for (const button of buttons) {
      const on = button === chosen;
      button.setAttribute("aria-pressed", String(on));
      const panel = document.getElementById(button.dataset.for || "");
      if (panel) panel.hidden = !on;
    }
    row.dispatchEvent(new CustomEvent("fq:panel", { bubbles: true, detail: chosen.dataset.for }));
  };
  for (const button of buttons) button.addEventListener("click", () => choose(button));
  row.hidden = false;
  // A panel that holds an error opens first, so that the error is seen.
  const wrong = buttons.find((b) => document.getElementById(b.dataset.for || "")?.querySelector(".q-bad"));
  choose(wrong || buttons.find((b) => b.getAttribute("aria-pressed") === "true") || buttons[0]);
}

/** @param {ParentNode} root */
function prepare(root) {
  for (const toast of root.querySelectorAll("[data-toast]")) countDown(/** @type {HTMLElement} */ (toast));
  for (const row of root.querySelectorAll("[data-seg]")) panels(/** @type {HTMLElement} */ (row));
  for (const button of root.querySelectorAll("[data-print],[data-copy]")) button.removeAttribute("hidden");
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-print],[data-copy]") : null;
  if (!(button instanceof HTMLElement)) return;
  if (button.hasAttribute("data-print")) window.print();
  else navigator.clipboard?.writeText(button.dataset.copy || "").then(() => button.setAttribute("aria-pressed", "true"));
});

document.addEventListener("change", (event) => {
  const field = event.target instanceof Element ? event.target.closest("[data-autosubmit]") : null;
  if (field instanceof HTMLSelectElement || field instanceof HTMLInputElement) field.form?.requestSubmit();
});

document.body.addEventListener("htmx:load", (event) => {
  const { elt } = /** @type {CustomEvent} */ (event).detail;
  if (elt !== document.body) prepare(elt.parentNode || elt);
});

prepare(document);
shelf();
/** @type {HTMLElement | null} */ (document.querySelector("[data-focus]"))?.focus();
