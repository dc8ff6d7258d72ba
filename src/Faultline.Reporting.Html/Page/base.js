// The data, elements, numbers. Whatever comes from the trace becomes text, never markup: element() takes strings as text nodes.

const data = JSON.parse(document.getElementById("data").textContent);

/** An element with attributes ("on…" are listeners, null and false are left out) and children (strings are text). */
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) made.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return made;
}

/** Puts children into an element, in the same way. */
function put(parent, ...children) {
  parent.append(...element("i", null, ...children).childNodes);
}

const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** "512 B", "1.5 KiB", "64 MiB": three significant digits from one KiB on. */
function bytes(value) {
  if (value < 1024) return `${Math.round(value)} B`;
  let unit = 0;
  while (value >= 1023.5) { value /= 1024; unit++; }
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${Number(value.toFixed(digits))} ${units[unit]}`;
}

function number(value) {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

function count(value, one, many) {
  return value === 1 ? `1 ${one}` : `${number(value)} ${many ?? one + "s"}`;
}

function share(part, whole) {
  const percent = whole > 0 ? part * 100 / whole : 0;
  return percent > 0 && percent < 0.05 ? "< 0.1 %" : percent < 100 && percent >= 99.95 ? "> 99.9 %" : `${Number(percent.toFixed(1))} %`;
}

/** Milliseconds and the like, of nanoseconds. */
function duration(nanoseconds) {
  if (nanoseconds < 1e6) return `${Number((nanoseconds / 1e3).toFixed(1))} µs`;
  if (nanoseconds < 1e9) return `${Number((nanoseconds / 1e6).toFixed(1))} ms`;
  return `${Number((nanoseconds / 1e9).toFixed(2))} s`;
}

const siteById = new Map(data.sites.rows.map(site => [site.id, site]));

function siteName(id) {
  return siteById.get(id)?.display ?? (id > 0 ? `site ${id}` : "the allocator itself");
}

/** A section of the page with its heading; filled by the caller. */
const sections = [];
function section(id, title, lead) {
  const made = element("section", { id, "aria-labelledby": `${id}-title` },
    element("header", null, element("h2", { id: `${id}-title` }, title), lead ? element("p", { class: "lead" }, lead) : null));
  sections.push({ id, title, element: made });
  return made;
}

function empty(text) {
  return element("p", { class: "empty" }, text);
}

let lastName = 0;

/** Radio buttons in a row; tells the value that was chosen. */
function choices(legend, options, chosen, tell) {
  const name = `choice-${++lastName}`;
  return element("fieldset", { class: "choices" }, element("legend", null, legend), options.map(([value, label]) =>
    element("label", null, element("input", { type: "radio", name, value, checked: value === chosen, onchange: () => tell(value) }), label)));
}
