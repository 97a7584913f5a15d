// @ts-check
/**
 * Says in words where the pin of the report's map stands, so that a slip of the finger is seen at once.
 *
 * <p data-where="/map/where.json" data-where-set="words when nothing better is known" hidden><b></b></p>
 */

const said = /** @type {HTMLElement | null} */ (document.querySelector("[data-where]"));
let asked = 0;

/** @param {string} words */
function say(words) {
  if (!said) return;
  const strong = said.querySelector("b");
  if (strong) strong.textContent = words;
  said.hidden = false;
}

/** @param {number} lat @param {number} lon */
async function tell(lat, lon) {
  const fallback = said?.dataset.whereSet || "";
  const mine = ++asked;
  let words = "";
  try {
    const answer = await fetch(`${said?.dataset.where}?at=${lat.toFixed(6)},${lon.toFixed(6)}`);
    if (answer.ok) words = (await answer.json()).words;
  } catch {
    // Without an answer the pin still stands; the words are a convenience.
  }
  if (mine === asked) say(words || fallback);
}

document.addEventListener("fq:pin", (event) => {
  const { lat, lon } = /** @type {CustomEvent} */ (event).detail;
  tell(lat, lon);
});

// A page shown again after a mistake has its pin already.
const lat = /** @type {HTMLInputElement | null} */ (document.getElementById("id_lat"));
const lon = /** @type {HTMLInputElement | null} */ (document.getElementById("id_lon"));
if (said && lat?.value && lon?.value) tell(Number(lat.value), Number(lon.value));
