// @ts-check
/**
 * A form that was sent and is met again by going back keeps its key, so that sending it once more is no second
 * report. The browser's own memory of the page does that too, but not on a first visit.
 *
 * <form data-once="report"> … <input type="hidden" name="key" value="…">
 */

const PREFIX = "fq-once:";
const [visit] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-once]"))) {
  const name = PREFIX + form.dataset.once;
  const key = /** @type {HTMLInputElement | null} */ (form.querySelector("[name=key]"));
  if (!key) continue;
  const sent = sessionStorage.getItem(name);
  if (sent && visit?.type === "back_forward") key.value = sent;
  form.addEventListener("submit", () => sessionStorage.setItem(name, key.value));
}
