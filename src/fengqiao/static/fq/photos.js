// @ts-check
/**
 * Photos chosen before sending: small pictures with a button to take one out, and more can be added.
 *
 * <input type="file" name="photos" multiple accept="image/*" data-photos data-photos-max="6">
 *
 * Without scripts the plain file field works as it is. Pictures are drawn on a canvas, so the page needs no
 * permission for other image sources. A picture over 2 MB is made smaller first, which also drops where it was taken.
 */

/** @type {Record<string, string>} */
const words = JSON.parse(document.getElementById("fq-words")?.textContent || "{}");
const BIG = 2 * 1024 * 1024;
const LONGEST = 2560;
const SHOWN = 176;
const CROSS = ["M18 6l-12 12", "M6 6l12 12"];
const CAMERA = [
  "M5 7h1a2 2 0 0 0 2 -2a1 1 0 0 1 1 -1h6a1 1 0 0 1 1 1a2 2 0 0 0 2 2h1a2 2 0 0 1 2 2v9a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-9a2 2 0 0 1 2 -2",
  "M9 13a3 3 0 1 0 6 0a3 3 0 0 0 -6 0",
];

/** @param {string[]} shapes */
function icon(shapes) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const shape of shapes) {
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", shape);
    svg.append(path);
  }
  return svg;
}

/**
 * A smaller copy of a large picture; the file itself when it is small or cannot be read here.
 * @param {File} file
 * @returns {Promise<File>}
 */
async function lighter(file) {
  if (file.size <= BIG) return file;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    /** @type {Blob | null} */
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.86));
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  } catch {
    return file; // the server reads more kinds than the browser does, and refuses with words what it cannot
  }
}

/**
 * @param {File} file
 * @param {HTMLElement} tile
 */
async function draw(file, tile) {
  try {
    const picture = await createImageBitmap(file);
    const side = Math.min(picture.width, picture.height);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SHOWN;
    const left = (picture.width - side) / 2;
    canvas.getContext("2d")?.drawImage(picture, left, (picture.height - side) / 2, side, side, 0, 0, SHOWN, SHOWN);
    picture.close();
    tile.prepend(canvas);
  } catch {
    const name = document.createElement("span");
    name.className = "nm ell";
    name.textContent = file.name;
    tile.prepend(name);
  }
}

/** @param {HTMLInputElement} input */
function photos(input) {
  const most = Number(input.dataset.photosMax) || 6;
  /** @type {File[]} */
  let chosen = [];
  const row = document.createElement("div");
  row.className = "ths";
  const said = document.createElement("p");
  said.className = "hint";
  said.setAttribute("role", "status");
  const add = document.createElement("label");
  add.className = "th-add";
  const caption = document.createElement("span");
  caption.textContent = words.addPhoto || "+";
  add.append(icon(CAMERA), caption);
  input.before(row, said);
  input.classList.add("vh");
  add.append(input);

  const store = () => {
    const box = new DataTransfer();
    for (const file of chosen) box.items.add(file);
    input.files = box.files;
  };
  const show = () => {
    row.replaceChildren();
    chosen.forEach((file, at) => {
      const tile = document.createElement("div");
      tile.className = "th";
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "del";
      remove.setAttribute("aria-label", (words.remove || "%s").replace("%s", String(at + 1)));
      const cross = document.createElement("span");
      cross.append(icon(CROSS));
      remove.append(cross);
      remove.addEventListener("click", () => {
        chosen = chosen.filter((other) => other !== file);
        store();
        show();
        input.focus();
      });
      tile.append(remove);
      row.append(tile);
      draw(file, tile);
    });
    add.hidden = chosen.length >= most;
    row.append(add);
  };
  input.addEventListener("change", async () => {
    const fresh = [...(input.files || [])];
    const pictures = fresh.filter((file) => file.type.startsWith("image/") || /\.(heic|heif)$/i.test(file.name));
    const wrong = fresh.filter((file) => !pictures.includes(file));
    const room = Math.max(0, most - chosen.length);
    const taken = pictures.slice(0, room);
    chosen = [...chosen, ...taken];
    const notes = wrong.map((file) => (words.notImage || "%s").replace("%s", file.name));
    if (pictures.length > room) notes.push((words.tooMany || "%s").replace("%s", String(most)));
    said.textContent = notes.join("　");
    // Kept at once as they are; the lighter copies take their places when they are ready.
    store();
    show();
    for (const file of taken.filter((picture) => picture.size > BIG)) {
      const small = await lighter(file);
      chosen = chosen.map((other) => (other === file ? small : other));
      store();
      show();
    }
  });
  show();
}

for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[type=file][data-photos]"))) {
  if (typeof DataTransfer === "function" && typeof createImageBitmap === "function") photos(input);
}
