// @ts-check
/**
 * What only the desk's pages do: searching in long choices, editors that open on a key, panels swapped in by htmx.
 * Everything works without this file; it saves steps.
 *
 * <select data-find="words">        a field to type in stands above it and narrows the choices
 * <details class="ed">              opened by a key or a click, its first field takes the focus
 * <a data-close="#id">              empties that box instead of leaving the page
 * [data-land]                       takes the focus after the part of the page it stands in was swapped in
 */

const LONG = 9;

/** @param {HTMLSelectElement} select */
function searchable(select) {
  if (select.dataset.found || select.options.length < LONG) return;
  select.dataset.found = "1";
  const all = [...select.children].map((child) => /** @type {HTMLElement} */ (child.cloneNode(true)));
  const input = document.createElement("input");
  input.type = "search";
  input.className = "form-control fnd";
  input.placeholder = select.dataset.find || "";
  input.setAttribute("aria-label", `${select.labels?.[0]?.textContent?.trim() || ""} ${select.dataset.find || ""}`.trim());
  input.autocomplete = "off";
  select.before(input);
  const narrow = () => {
    const wanted = input.value.trim().toLowerCase();
    const kept = select.value;
    select.replaceChildren(...all.map((child) => matching(child, wanted, kept)).filter((child) => child !== null));
    const fits = [...select.options].filter((option) => option.value && option.text.toLowerCase().includes(wanted));
    select.value = wanted && fits.length ? fits[0].value : kept;
    if (select.value !== kept) select.dispatchEvent(new Event("change", { bubbles: true }));
  };
  input.addEventListener("input", narrow);
  input.addEventListener("change", (event) => event.stopPropagation());
  input.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    select.focus();
  });
}

/**
 * A copy of a choice or a group with only what holds `wanted`; null when nothing is left of it.
 * @param {HTMLElement} child
 * @param {string} wanted
 * @param {string} kept
 * @returns {HTMLElement | null}
 */
function matching(child, wanted, kept) {
  const copy = /** @type {HTMLElement} */ (child.cloneNode(true));
  if (copy instanceof HTMLOptionElement) return holds(copy, wanted, kept) ? copy : null;
  const group = /** @type {HTMLOptGroupElement} */ (copy);
  if (group.label.toLowerCase().includes(wanted)) return group;
  for (const option of [...group.querySelectorAll("option")]) if (!holds(option, wanted, kept)) option.remove();
  return group.children.length ? group : null;
}

/**
 * @param {HTMLOptionElement} option
 * @param {string} wanted
 * @param {string} kept
 */
const holds = (option, wanted, kept) => !wanted || option.value === kept || option.text.toLowerCase().includes(wanted);

/** @param {ParentNode} root */
function prepare(root) {
  for (const select of /** @type {NodeListOf<HTMLSelectElement>} */ (root.querySelectorAll("select[data-find]"))) searchable(select);
}

const FIELD = "input:not([type=hidden]),select,textarea";

/**
 * Put the focus into an editor that was just opened, ready to type over what is there.
 * @param {HTMLDetailsElement} box
 */
function enter(box) {
  if (!box.open || box.contains(document.activeElement?.closest(FIELD) || null)) return;
  const find = box.querySelector("input[type=search],select");
  const field = /** @type {HTMLElement | null} */ (find || box.querySelector("input:checked") || box.querySelector(FIELD));
  field?.focus();
  if (field instanceof HTMLInputElement && field.type === "text") field.select();
}

document.addEventListener(
  "toggle",
  (event) => {
    const box = /** @type {HTMLDetailsElement} */ (event.target);
    if (!box.open || !box.matches("details.ed")) return;
    if (box.dataset.still) return void delete box.dataset.still;
    enter(box);
  },
  true,
);

// Opened by a key, the next key already belongs into the field: the toggle event alone would come too late for it.
document.addEventListener("click", (event) => {
  const summary = event.target instanceof Element ? event.target.closest("details.ed > summary") : null;
  if (summary) queueMicrotask(() => enter(/** @type {HTMLDetailsElement} */ (summary.parentElement)));
});

// Escape leaves an editor or a form: the focus goes back to the words, where the single keys work again.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  const at = document.activeElement;
  if (!(at instanceof HTMLElement) || !at.closest("main")) return;
  const box = at.closest("details[open].ed, details[open].vb-d");
  if (box instanceof HTMLDetailsElement) box.open = false;
  if (!box && !at.matches(FIELD)) return;
  const land = /** @type {HTMLElement | null} */ (document.querySelector("main [data-land]"));
  if (land) land.focus({ preventScroll: true });
  else at.blur();
});

// A category taken from the whole list is the category: its radio goes with it, before anything is sent.
document.addEventListener(
  "change",
  (event) => {
    const select = event.target;
    if (!(select instanceof HTMLSelectElement) || select.id !== "id_other" || !select.value) return;
    const radio = /** @type {HTMLInputElement | null} */ (document.querySelector("#decide input[name=category][value=other]"));
    if (radio) radio.checked = true;
  },
  true,
);

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const closer = /** @type {HTMLElement | null} */ (target?.closest("[data-close]"));
  const box = closer && document.querySelector(closer.dataset.close || "");
  if (box && !document.querySelector("main > [data-own-page]")) {
    const filled = box.querySelector(".vf");
    if (!filled || !document.querySelector(".vb")) return;
    event.preventDefault();
    box.replaceChildren();
    /** @type {HTMLElement | null} */ (document.querySelector(".vb a, .vb button"))?.focus();
  }
  const menu = document.querySelector("details.vb-d[open]");
  if (menu && target && (!menu.contains(target) || target.closest(".vb-m a"))) menu.removeAttribute("open");
});

document.body.addEventListener("htmx:load", (event) => {
  const { elt } = /** @type {CustomEvent} */ (event).detail;
  if (elt instanceof HTMLElement) prepare(elt.parentElement || elt);
});

/** Editors that were open before a part was swapped in, by the key that opens them; and where the focus was. */
let open = /** @type {string[]} */ ([]);
let focused = "";

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { target } = /** @type {CustomEvent} */ (event).detail;
  if (target?.id !== "who") return;
  open = [...target.querySelectorAll("details.ed[open] > summary")].map((summary) => summary.dataset.key || "");
  focused = target.contains(document.activeElement) ? document.activeElement?.id || "" : "";
});

/** @param {HTMLElement} box */
function reopen(box) {
  for (const summary of /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll("details.ed > summary"))) {
    const details = /** @type {HTMLDetailsElement} */ (summary.parentElement);
    if (open.includes(summary.dataset.key || "") && !details.open) {
      details.dataset.still = "1"; // opened again, not anew: the focus stays where the person left it
      details.open = true;
    }
  }
  if (focused) document.getElementById(focused)?.focus();
  open = [];
  focused = "";
}

document.body.addEventListener("htmx:afterSettle", (event) => {
  const { target } = /** @type {CustomEvent} */ (event).detail;
  const box = document.getElementById(target?.id || "");
  if (!box) return;
  if (box.id === "who") return reopen(box);
  const active = document.activeElement;
  if (active && active !== document.body && !box.contains(active) && box.id === "inbox") return;
  const form = box.id !== "inbox" && !box.querySelector("[data-focus]") ? box.querySelector(FIELD) : null;
  const land = /** @type {HTMLElement | null} */ (box.querySelector("[data-focus]") || form || box.querySelector("[data-land]"));
  // Side by side the words start at the top of their own column; one below the other they must be brought into sight.
  land?.focus({ preventScroll: box.id === "inbox" && matchMedia("(min-width:1181px)").matches });
});

prepare(document);
