// @ts-check
/**
 * Keyboard shortcuts declared in the page: data-key="J", data-key="Enter", data-key="J ArrowDown".
 * Pressing the key clicks the first visible element that names it, or focuses it when it is a text field.
 * data-key-label gives the words for the list; otherwise the element's own words are used.
 * ? opens the list of all keys of the page; [data-keys-help] opens it too. Single keys can be switched off there.
 * Keys are left alone while someone types, with Ctrl, Alt or Meta held, and while a dialog is open.
 */

/** @type {Record<string, string>} */
const words = JSON.parse(document.getElementById("fq-words")?.textContent || "{}");
const OFF = "fq-keys-off";
const TYPING = "input:not([type=radio]):not([type=checkbox]):not([type=button]):not([type=submit]),textarea,select,[contenteditable=true]";
const PRESSABLE = "a[href],button,summary,input,select,textarea,[role=button]";

function off() {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false;
  }
}

/**
 * The name of a pressed key. An active Chinese input method hides letters from `key`; `code` still has them.
 * @param {KeyboardEvent} event
 */
function nameOf(event) {
  if ((event.key === "Process" || event.keyCode === 229) && /^(Key|Digit)/.test(event.code)) return event.code.slice(-1);
  return event.key.length === 1 ? event.key.toUpperCase() : event.key;
}

/** @param {HTMLElement} element */
function usable(element) {
  return !element.matches(":disabled,[aria-disabled=true]") && element.getClientRects().length > 0;
}

/** @param {string} key */
function wanted(key) {
  const all = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-key]")]);
  return all.find((element) => (element.dataset.key || "").split(" ").includes(key) && usable(element));
}

/** @param {HTMLElement} element */
function press(element) {
  if (element.matches(TYPING)) {
    element.focus();
    if (element instanceof HTMLInputElement) element.select();
    return;
  }
  element.click();
}

/** @param {HTMLElement} element */
function labelOf(element) {
  if (element.dataset.keyLabel) return element.dataset.keyLabel;
  if (element.ariaLabel) return element.ariaLabel;
  const copy = /** @type {HTMLElement} */ (element.cloneNode(true));
  copy.querySelectorAll("kbd,.vh,[data-count]").forEach((part) => part.remove());
  return (copy.textContent || "").replace(/\s+/g, " ").trim();
}

/** @param {string} key */
const shown = (key) => ({ Enter: "↵", ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" })[key] || key;

function list() {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "fq-keys");
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "dlg";
  const heading = document.createElement("h2");
  heading.id = "fq-keys";
  heading.textContent = words.keys || "Keys";
  const rows = document.createElement("dl");
  rows.className = "keys-d";
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-key]"))) {
    if (!usable(element)) continue;
    const term = document.createElement("dt");
    for (const key of (element.dataset.key || "").split(" ")) {
      const cap = document.createElement("kbd");
      cap.textContent = shown(key);
      term.append(cap);
    }
    const detail = document.createElement("dd");
    detail.textContent = labelOf(element);
    rows.append(term, detail);
  }
  const choice = document.createElement("label");
  choice.className = "ck mt3";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = off();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(OFF, box.checked ? "1" : "0");
    } catch {
      box.checked = false;
    }
  });
  choice.append(box, words.keysOff || "Off");
  const buttons = document.createElement("div");
  buttons.className = "btns";
  const close = document.createElement("button");
  close.className = "btn btn-primary";
  close.textContent = words.close || "Close";
  buttons.append(close);
  form.append(heading, rows, choice, buttons);
  dialog.append(form);
  document.body.append(dialog);
  const before = document.activeElement;
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before instanceof HTMLElement) before.focus();
  });
  dialog.showModal();
  close.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (document.querySelector("dialog[open]")) return;
  const at = document.activeElement;
  if (at?.matches(TYPING) || event.isComposing) {
    if (event.key === "Escape" && at instanceof HTMLElement && at.hasAttribute("data-key")) at.blur();
    return;
  }
  const key = nameOf(event);
  if (key === "?" || key === "？") {
    event.preventDefault();
    return list();
  }
  if (off()) return;
  // Enter, space and arrows keep their own meaning on a link, a button or a map.
  const own = at?.matches(PRESSABLE) || at?.closest("[role=application]");
  if ((key === "Enter" || key === " ") && own) return;
  if (key.startsWith("Arrow") && (own || at?.closest("[role=application],.tb-w"))) return;
  const element = wanted(key);
  if (!element) return;
  event.preventDefault();
  press(element);
});

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-keys-help]")) list();
});
