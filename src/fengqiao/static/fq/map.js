// @ts-check
/**
 * Maps of our own GeoJSON (WGS-84). Needs Leaflet (the global L) and map.css; asks no other site for anything
 * unless the station set a tile address.
 *
 * <div class="lmap" data-map data-map-source="ID" data-map-url="/..." ...>
 *   data-map-source   id of a JSON script with MapData
 *   data-map-url      address on this site that answers MapData (fetched once; large, cacheable layers)
 *   data-map-live     address that answers MapData with points; data-map-every="15" asks again every 15 s
 *   data-map-lat, data-map-lon   ids of the inputs a tap writes into: the map then picks a place
 *   data-map-tiles, data-map-credit   tile address {z}/{x}/{y} and its credit line
 *
 * When a pin is set, both inputs fire "change" and the map fires "fq:pin" with {lat, lon}.
 *
 * @typedef {object} MapData
 * @property {Record<string, GeoJSON.FeatureCollection>} [layers] by name: see ORDER; a feature may have
 *   properties {label, beat: 1-7, level: 0-5 (heat), on: true (outlined), text, url}
 * @property {GeoJSON.FeatureCollection} [points] properties {kind: pin|num|sev|unit|dot, n, severity, state, label, text, url, hot}
 * @property {[number, number][]} [route] latitude, longitude pairs
 * @property {[number, number]} [pin] latitude, longitude of one place; with `near` a circle of so many metres
 * @property {number} [near]
 * @property {[[number, number], [number, number]]} [bounds] south-west and north-east corner to show
 * @property {[number, number]} [center]
 * @property {number} [zoom]
 */

/* global L */
// @ts-ignore Leaflet is a plain script that sets this global
const leaflet = window.L;
/** @type {Record<string, string>} */
const words = JSON.parse(document.getElementById("fq-words")?.textContent || "{}");
/** Drawn from the bottom up; what is not named here is drawn last, as areas are. */
const ORDER = ["field", "beats", "blocks", "green", "river", "lanes", "roads", "buildings", "heat", "grids", "areas"];
/** Layers that look alike throughout are joined to one shape: a thousand houses cost as much as one. */
const JOINED = new Set(["field", "blocks", "green", "river", "lanes", "roads", "buildings", "grids"]);
const SPACE = "http://www.w3.org/2000/svg";
const PIN = "M0 0c-3-5-11-11-11-20a11 11 0 0 1 22 0c0 9-8 15-11 20z";
const SEVERITY = { 1: "M0 -15L16 12H-16z", 2: "M0 -14L14 0L0 14L-14 0z" };
const LOCATE = ["M9 12a3 3 0 1 0 6 0a3 3 0 1 0 -6 0", "M4 12a8 8 0 1 0 16 0a8 8 0 1 0 -16 0", "M12 2l0 2", "M12 20l0 2", "M20 12l2 0", "M2 12l2 0"];
const HERE = ["M9 11a3 3 0 1 0 6 0a3 3 0 0 0 -6 0", "M17.657 16.657l-4.243 4.243a2 2 0 0 1 -2.827 0l-4.244 -4.243a8 8 0 1 1 11.314 0"];

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {(Node | string)[]} inside
 */
function draw(tag, attributes, ...inside) {
  const made = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...inside);
  return made;
}

/**
 * All geometries of a layer as one collection feature.
 * @param {GeoJSON.FeatureCollection} layer
 */
function join(layer) {
  const geometries = layer.features.map((feature) => feature.geometry).filter(Boolean);
  return geometries.length ? mergeByType(geometries) : [];
}

/** @param {GeoJSON.Geometry[]} geometries */
function mergeByType(geometries) {
  /** @type {Record<string, any[]>} */
  const kinds = { Polygon: [], LineString: [] };
  for (const geometry of geometries) {
    const kind = geometry.type.replace("Multi", "");
    if (!(kind in kinds)) continue;
    const parts = /** @type {any} */ (geometry).coordinates;
    kinds[kind].push(...(geometry.type.startsWith("Multi") ? parts : [parts]));
  }
  return Object.entries(kinds)
    .filter(([, parts]) => parts.length)
    .map(([kind, coordinates]) => ({ type: "Feature", properties: {}, geometry: { type: `Multi${kind}`, coordinates } }));
}

/**
 * @param {string} name
 * @param {any} feature
 */
function classesOf(name, feature) {
  const given = feature?.properties || {};
  const kind = feature?.geometry?.type || "";
  const filled = (name === "roads" || name === "lanes") && kind.includes("Polygon");
  const parts = [filled ? "m-road" : `ml-${ORDER.includes(name) ? name : "areas"}`];
  if (kind.includes("LineString")) parts.push("ml-line");
  if (given.beat) parts.push(`ml-b${((Number(given.beat) - 1) % 7) + 1}`);
  if (given.level !== undefined) parts.push(`ml-h${given.level}`);
  if (given.on) parts.push("ml-on");
  return parts.join(" ");
}

/**
 * Words over a shape or a point; built from text, never from markup.
 * @param {any} given
 */
function popup(given) {
  const box = document.createElement("div");
  if (given.label) box.append(Object.assign(document.createElement("b"), { textContent: given.label }));
  if (given.text) box.append(Object.assign(document.createElement("span"), { textContent: given.text }));
  if (given.url && /^[/?#]/.test(given.url)) {
    const link = Object.assign(document.createElement("a"), { href: given.url, textContent: given.action || given.label || "→" });
    box.append(Object.assign(document.createElement("p"), { className: "mt1" }));
    box.lastElementChild?.append(link);
  }
  return box;
}

/**
 * @param {any} map
 * @param {string} name
 * @param {GeoJSON.FeatureCollection} layer
 */
function addLayer(map, name, layer) {
  const joined = JOINED.has(name) && !layer.features.some((f) => f.properties?.label || f.properties?.on || f.properties?.text);
  const data = joined ? { type: "FeatureCollection", features: join(layer) } : layer;
  leaflet
    .geoJSON(data, {
      interactive: false,
      style: (/** @type {any} */ feature) => ({ className: classesOf(name, feature) }),
      onEachFeature: (/** @type {any} */ feature, /** @type {any} */ shape) => {
        const given = feature.properties || {};
        if (given.label) {
          const text = document.createElement("span");
          text.textContent = given.label;
          shape.bindTooltip(text, { permanent: true, direction: "center", className: "map-l", interactive: false, opacity: 1 });
        }
      },
    })
    .addTo(map);
}

/**
 * A name that would lie over another one waits until there is room, by zooming in.
 * @param {any} map
 */
function thinNames(map) {
  /** @type {DOMRect[]} */
  const taken = [];
  for (const name of map.getContainer().querySelectorAll(".map-l")) {
    const box = name.getBoundingClientRect();
    const over = taken.some((t) => box.left < t.right && t.left < box.right && box.top < t.bottom && t.top < box.bottom);
    name.classList.toggle("map-lw", over);
    if (!over) taken.push(box);
  }
}

/** @param {any} given */
function symbol(given) {
  const kind = given.kind || "pin";
  const mark = String(given.n ?? "");
  if (kind === "num") {
    const state = given.state === "done" ? "is-done" : given.state === "on" ? "is-on" : "";
    const shape = draw("g", {}, draw("circle", { class: "p-dot", r: 12 }), draw("text", { class: "p-num", y: 5 }, mark));
    return { css: state, size: [30, 30], shape };
  }
  if (kind === "sev") return severitySymbol(given, mark);
  if (kind === "unit") {
    const name = String(given.label || "");
    const width = Math.max(44, 18 + 16 * name.length);
    const body = draw("rect", { class: "p-unit", x: -width / 2, y: -14, width, height: 28, rx: 14 });
    const shape = draw("g", {}, body, draw("text", { class: "p-uname", y: 5 }, name));
    return { css: `u-${given.state || "free"}`, size: [width, 30], shape };
  }
  if (kind === "dot") return { css: "", size: [14, 14], shape: draw("circle", { class: "p-dot", r: 5 }) };
  const pin = draw("g", { transform: "translate(0 16)" }, draw("path", { class: "p-body", d: PIN }), draw("circle", { class: "p-eye", cy: -20, r: 4 }));
  return { css: "", size: [30, 34], anchor: [15, 33], shape: pin };
}

/**
 * Severity has a shape as well as a colour: triangle, diamond, circle.
 * @param {any} given
 * @param {string} mark
 */
function severitySymbol(given, mark) {
  const severity = Number(given.severity) || 3;
  const outline = SEVERITY[/** @type {1 | 2} */ (severity)];
  const body = outline ? draw("path", { class: "p-sev", d: outline }) : draw("circle", { class: "p-sev", r: 12 });
  const shape = draw("g", {}, body, draw("text", { class: "p-mark", y: severity === 1 ? 9 : 5 }, mark));
  if (given.hot) shape.append(draw("circle", { class: "p-ring pulse", r: 26 }));
  return { css: `s${severity}`, size: [34, 34], shape };
}

/** @param {any} given */
function iconOf(given) {
  const { css, size, anchor, shape } = symbol(given);
  const [width, height] = size;
  const svg = draw("svg", { width, height, viewBox: `${-width / 2} ${-height / 2} ${width} ${height}`, "aria-hidden": "true" }, shape);
  return leaflet.divIcon({ className: `mpn ${css}`, html: svg, iconSize: size, iconAnchor: anchor || [width / 2, height / 2] });
}

/**
 * @param {any} group
 * @param {GeoJSON.FeatureCollection} points
 */
function addPoints(group, points) {
  group.clearLayers();
  for (const feature of points.features) {
    const [lon, lat] = /** @type {GeoJSON.Point} */ (feature.geometry).coordinates;
    const given = feature.properties || {};
    const speaks = Boolean(given.text || given.url);
    const marker = leaflet.marker([lat, lon], { icon: iconOf(given), interactive: speaks, keyboard: speaks, title: speaks ? given.label || given.text : "" });
    if (speaks) marker.bindPopup(popup(given), { maxWidth: 280 });
    group.addLayer(marker);
    if (speaks) marker.getElement()?.setAttribute("aria-label", String(given.label || given.text));
  }
}

/**
 * @param {any} map
 * @param {MapData} data
 */
function show(map, data) {
  const layers = Object.entries(data.layers || {}).sort(([a], [b]) => rank(a) - rank(b));
  for (const [name, layer] of layers) addLayer(map, name, layer);
  if (data.route?.length) leaflet.polyline(data.route, { className: "ml-route", interactive: false }).addTo(map);
  if (data.pin && data.near) leaflet.circle(data.pin, { radius: data.near, className: "ml-near", interactive: false }).addTo(map);
  if (data.pin) leaflet.marker(data.pin, { icon: iconOf({}), interactive: false, keyboard: false }).addTo(map);
  if (data.points) addPoints(leaflet.layerGroup().addTo(map), data.points);
}

/** @param {string} name */
const rank = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);

/**
 * @param {any} map
 * @param {MapData} data
 */
function frame(map, data) {
  if (data.bounds) return map.fitBounds(data.bounds);
  if (data.center) return map.setView(data.center, data.zoom || 16);
  if (data.pin) return map.setView(data.pin, data.zoom || 17);
  const all = leaflet.featureGroup();
  map.eachLayer((/** @type {any} */ layer) => (layer.getBounds || layer.getLatLng) && !layer.getContent && all.addLayer(layer));
  if (all.getLayers().length) return map.fitBounds(all.getBounds().pad(0.03), { maxZoom: 17 });
  return map.setView([30, 120], 12);
}

/**
 * @param {string[]} shapes
 * @param {string} label
 * @param {() => void} act
 */
function button(shapes, label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "loc";
  made.setAttribute("aria-label", label);
  made.title = label;
  made.append(draw("svg", { class: "i", viewBox: "0 0 24 24", "aria-hidden": "true" }, ...shapes.map((d) => draw("path", { d }))));
  made.addEventListener("click", act);
  return made;
}

/**
 * Let a person set one pin: tap, drag, keyboard (arrows move the map, Enter sets the pin in the middle), own position.
 * @param {any} map
 * @param {HTMLElement} box
 */
function picker(map, box) {
  const lat = /** @type {HTMLInputElement | null} */ (document.getElementById(box.dataset.mapLat || ""));
  const lon = /** @type {HTMLInputElement | null} */ (document.getElementById(box.dataset.mapLon || ""));
  if (!lat || !lon) return;
  /** @type {any} */
  let pin = null;
  /** @param {any} at @param {boolean} [told] */
  const set = (at, told = true) => {
    if (!pin) {
      pin = leaflet.marker(at, { icon: iconOf({}), draggable: true, keyboard: false, title: words.pin }).addTo(map);
      pin.getElement()?.setAttribute("role", "img");
      pin.getElement()?.setAttribute("aria-label", words.pin || "pin");
      pin.on("dragend", () => set(pin.getLatLng()));
    }
    pin.setLatLng(at);
    lat.value = at.lat.toFixed(6);
    lon.value = at.lng.toFixed(6);
    if (!told) return;
    for (const input of [lat, lon]) input.dispatchEvent(new Event("change", { bubbles: true }));
    box.dispatchEvent(new CustomEvent("fq:pin", { bubbles: true, detail: { lat: at.lat, lon: at.lng } }));
  };
  if (lat.value && lon.value) {
    const at = leaflet.latLng(Number(lat.value), Number(lon.value));
    set(at, false);
    map.setView(at, Math.max(map.getZoom(), 16));
  }
  map.on("click", (/** @type {any} */ event) => set(event.latlng));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== box) return;
    event.preventDefault();
    set(map.getCenter());
  });
  const corner = leaflet.control({ position: "topright" });
  corner.onAdd = () => {
    const holder = document.createElement("div");
    const said = document.createElement("p");
    said.className = "vh";
    said.setAttribute("role", "status");
    const locate = button(LOCATE, words.locate || "", () => {
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          const at = leaflet.latLng(coords.latitude, coords.longitude);
          map.setView(at, 17);
          set(at);
        },
        () => {
          said.textContent = words.locateFailed || "";
          document.body.dispatchEvent(new CustomEvent("toast", { detail: { text: words.locateFailed, seconds: 6 } }));
        },
        { enableHighAccuracy: true, timeout: 10000, maximumAge: 30000 },
      );
    });
    if (navigator.geolocation) holder.append(locate);
    holder.append(button(HERE, words.pinHere || "", () => set(map.getCenter())), said);
    leaflet.DomEvent.disableClickPropagation(holder);
    return holder;
  };
  corner.addTo(map);
}

/**
 * @param {HTMLElement} box
 * @returns {Promise<MapData>}
 */
async function dataOf(box) {
  const own = JSON.parse(document.getElementById(box.dataset.mapSource || "")?.textContent || "{}");
  if (!box.dataset.mapUrl) return own;
  const answer = await fetch(box.dataset.mapUrl, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const shared = await answer.json();
  return { ...shared, ...own, layers: { ...shared.layers, ...own.layers } };
}

/**
 * @param {any} map
 * @param {HTMLElement} box
 */
function live(map, box) {
  const group = leaflet.layerGroup().addTo(map);
  const again = async () => {
    if (!box.isConnected) return;
    try {
      const answer = await fetch(box.dataset.mapLive || "", { headers: { Accept: "application/json" } });
      if (answer.ok) addPoints(group, (await answer.json()).points || { features: [] });
    } catch {
      // The last known points stay; the page itself says when its figures are from.
    }
    if (box.dataset.mapEvery) setTimeout(again, Number(box.dataset.mapEvery) * 1000);
  };
  again();
}

/** @param {HTMLElement} box */
async function build(box) {
  box.dataset.ready = "1";
  const still = Boolean(box.closest(".mapb-s")) && !box.dataset.mapLat;
  const map = leaflet.map(box, {
    zoomControl: false,
    attributionControl: Boolean(box.dataset.mapTiles),
    zoomSnap: 0.25,
    maxZoom: 19,
    minZoom: 8,
    scrollWheelZoom: !still && !box.closest(".mapb-m"),
    dragging: !still,
    touchZoom: !still,
    doubleClickZoom: !still,
    keyboard: !still,
    fadeAnimation: false,
  });
  map.attributionControl?.setPrefix(false);
  if (!still) leaflet.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut, position: "bottomright" }).addTo(map);
  const tiles = box.dataset.mapTiles;
  if (tiles) leaflet.tileLayer(tiles, { attribution: box.dataset.mapCredit || "", maxZoom: 19 }).addTo(map);
  try {
    const data = await dataOf(box);
    // A view first: Leaflet cannot draw shapes before it knows where it is.
    map.setView(data.center || data.pin || [30, 120], data.zoom || 14);
    show(map, data);
    frame(map, data);
    map.on("zoomend resize", () => requestAnimationFrame(() => thinNames(map)));
    requestAnimationFrame(() => thinNames(map));
  } catch {
    map.setView([30, 120], 12);
    const said = document.createElement("p");
    said.className = "map-n";
    said.setAttribute("role", "status");
    said.textContent = words.mapFailed || "";
    box.after(said);
  }
  if (box.dataset.mapLat) picker(map, box);
  if (box.dataset.mapLive) live(map, box);
  // A map that opened inside a hidden panel learns its size when it is shown.
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(box);
}

/** @param {ParentNode} root */
function start(root) {
  if (!leaflet) return;
  for (const box of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-map]:not([data-ready])"))) build(box);
}

document.body.addEventListener("htmx:load", () => start(document));
start(document);
