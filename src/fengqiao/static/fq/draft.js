// @ts-check
/**
 * Keeps what someone typed but has not sent, in this tab only, so that an expired page or a lost connection loses nothing.
 *
 * <form data-draft="report">            keep the texts and choices of this form under that name
 * data-draft-skip on a field            never keep it (telephone numbers, names)
 * <div data-draft-clear="report">       anywhere on the page that says "received": forget the text
 *
 * Never kept: passwords, files, hidden fields. Signing out forgets everything (core.js).
 */

/** @type {Record<string, string>} */
const words = JSON.parse(document.getElementById("fq-words")?.textContent || "{}");
const PREFIX = "fq-draft:";
const WAIT = 400;
const SKIP = "[type=password],[type=file],[type=hidden],[type=submit],[type=button],[data-draft-skip]";

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */

/**
 * @param {HTMLFormElement} form
 * @returns {Field[]}
 */
function fields(form) {
  const all = /** @type {Field[]} */ ([...form.querySelectorAll("input[name],textarea[name],select[name]")]);
  return all.filter((field) => !field.matches(SKIP));
}

/** @param {Field} field */
const ticked = (field) => field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type);

/**
 * The form as [name, value] pairs; ticked boxes by their value.
 * @param {HTMLFormElement} form
 */
function read(form) {
  /** @type {[string, string][]} */
  const pairs = [];
  for (const field of fields(form)) {
    if (ticked(field) ? /** @type {HTMLInputElement} */ (field).checked : field.value) pairs.push([field.name, field.value]);
  }
  return pairs;
}

/**
 * Put kept values back; a field the server already filled keeps the server's value.
 * @param {HTMLFormElement} form
 * @param {[string, string][]} pairs
 * @returns {boolean} whether a text came back
 */
function write(form, pairs) {
  let came = false;
  for (const field of fields(form)) {
    const values = pairs.filter(([name]) => name === field.name).map(([, value]) => value);
    if (!values.length) continue;
    if (ticked(field)) {
      /** @type {HTMLInputElement} */ (field).checked = values.includes(field.value);
    } else if (field instanceof HTMLSelectElement) {
      field.value = values[0];
    } else if (!field.value) {
      field.value = values[0];
      came = true;
    }
  }
  return came;
}

/**
 * @param {HTMLFormElement} form
 * @param {string} text
 * @param {(() => void) | null} discard
 */
function tell(form, text, discard) {
  form.querySelector(".drf")?.remove();
  const box = document.createElement("div");
  box.className = "drf";
  box.setAttribute("role", "status");
  const said = document.createElement("span");
  said.textContent = text;
  box.append(said);
  if (discard) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "lk-b";
    button.textContent = words.discard || "Discard";
    button.addEventListener("click", () => {
      discard();
      box.remove();
    });
    box.append(button);
  }
  form.prepend(box);
}

/** @param {HTMLFormElement} form */
function keep(form) {
  const key = PREFIX + form.dataset.draft;
  let timer = 0;
  let told = false;
  const save = () => {
    clearTimeout(timer);
    timer = 0;
    const pairs = read(form);
    try {
      if (pairs.length) sessionStorage.setItem(key, JSON.stringify(pairs));
      else sessionStorage.removeItem(key);
      if (told) form.querySelector(".drf")?.remove();
      told = false;
    } catch {
      // More than the browser keeps: say so at once, while the text is still in front of them.
      if (!told) tell(form, words.tooLong || "", null);
      told = true;
    }
  };
  const kept = sessionStorage.getItem(key);
  if (kept) {
    const came = write(form, JSON.parse(kept));
    if (came) {
      tell(form, words.restored || "", () => {
        sessionStorage.removeItem(key);
        form.reset();
        form.querySelector("textarea")?.focus();
      });
    }
  }
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(save, WAIT);
  });
  form.addEventListener("submit", save);
  window.addEventListener("pagehide", () => {
    if (timer) save();
  });
}

for (const done of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-draft-clear]"))) {
  for (const name of (done.dataset.draftClear || "").split(" ")) sessionStorage.removeItem(PREFIX + name);
}
for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-draft]"))) keep(form);
