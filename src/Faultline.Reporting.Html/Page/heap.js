// The heap page by page. A cell is a page (or a few, where there are too many); colour says what it is, and so do the legend's counts, the words
// on hover, and the words under the arrow keys.

const pageClasses = [
  ["absent", "not in memory"], ["zero page", "only read so far: the shared page of zeros"], ["in swap", "written to the swap area"],
  ["in use", "in memory, filled by live blocks"], ["free chunks inside", "in memory, live blocks use a quarter or more"],
  ["stranded", "in memory, live blocks use less than a quarter"], ["empty", "in memory without a byte of a live block"],
];

const heap = { map: 0, area: 0, at: 0, only: null };

function heapArea() {
  return data.maps[heap.map].areas[heap.area];
}

function heapColumns(area) {
  const wide = isNarrow() ? 56 : 112;
  return Math.min(wide, Math.max(8, Math.ceil(Math.sqrt(area.classes.length * 6))));
}

/** A cell in words. */
function cellText(area, i) {
  const map = data.maps[heap.map], per = map.pagesPerCell, start = BigInt(area.start) + BigInt(i * per * 4096), kind = pageClasses[Number(area.classes[i])];
  const pages = Math.min(per, area.pages - i * per);
  const place = `${area.name}, ${per === 1 ? `page ${number(i)}` : `pages ${number(i * per)} to ${number(i * per + pages - 1)}`} at 0x${start.toString(16)}`;
  const what = `${per === 1 ? "" : "mostly "}${kind[0]} (${kind[1]})`;
  if (!area.live) return [place, what, `${bytes(area.pages * 4096)} mapped by ${siteName(area.site)}`];
  const live = `${bytes(area.live[i])} of ${bytes(pages * 4096)} live in ${count(area.chunks[i], "chunk")}`;
  if (area.size[i] === 0) return [place, what, live];
  const at = (BigInt(area.start) + BigInt(area.chunk[i])).toString(16), owner = area.owner[i];
  const chunk = owner >= 0 ? `${area.chunks[i] > 1 ? "the largest is a" : "a"} chunk of ${bytes(area.size[i])} at 0x${at} from ${siteName(owner)}`
    : area.chunks[i] > 0 ? `the allocator's own chunk of ${bytes(area.size[i])} at 0x${at}` : `a free chunk of ${bytes(area.size[i])} at 0x${at}`;
  return [place, what, live, chunk];
}

function heapFigure() {
  const area = heapArea(), wide = heapColumns(area), high = Math.ceil(area.classes.length / wide), z = [], text = [];
  for (let row = 0; row < high; row++) {
    z.push([]); text.push([]);
    for (let i = row * wide; i < (row + 1) * wide; i++) {
      const inside = i < area.classes.length, kind = inside ? Number(area.classes[i]) : null;
      z[row].push(inside ? kind : null);
      text[row].push(inside ? cellText(area, i).map(plain).join("<br>") : "");
    }
  }
  const scale = pageClasses.flatMap((_, i) => {
    const shade = heap.only === null || heap.only === i ? colour(`p${i}`) : colour("sunk");
    return [[i / 7, shade], [(i + 1) / 7, shade]];
  });
  const width = heap.drawn?.place.clientWidth || 1000, cell = Math.max(5, Math.min(26, (width - 20) / wide));
  const cursor = { type: "rect", x0: heap.at % wide - .5, x1: heap.at % wide + .5, y0: Math.floor(heap.at / wide) - .5, y1: Math.floor(heap.at / wide) + .5, line: { color: colour("text"), width: 2.5 } };
  return {
    traces: [{ type: "heatmap", z, text, zmin: -.5, zmax: 6.5, colorscale: scale, showscale: false, xgap: cell > 9 ? 1 : .5, ygap: cell > 9 ? 1 : .5, hoverongaps: false, hovertemplate: "%{text}<extra></extra>" }],
    layout: { height: Math.max(70, Math.min(1600, high * cell + 16)), width: undefined, margin: { l: 2, r: 2, t: 4, b: 4 }, shapes: [cursor],
      xaxis: { visible: false, fixedrange: true, range: [-.6, Math.max(wide, (width - 4) / cell) - .4] }, yaxis: { visible: false, fixedrange: true, range: [high - .4, -.6] } },
  };
}

function heapKey(e) {
  const wide = heapColumns(heapArea()), cells = heapArea().classes.length;
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: wide, ArrowUp: -wide, Home: -cells, End: cells, PageDown: wide * 8, PageUp: -wide * 8 }[e.key];
  if (step === undefined) return;
  e.preventDefault();
  heapGo(Math.min(cells - 1, Math.max(0, heap.at + step)));
}

function heapGo(cell) {
  heap.at = cell;
  heap.readout.textContent = cellText(heapArea(), cell).join(". ") + ".";
  if (heap.drawn.shown) Plotly.relayout(heap.drawn.place, { shapes: heapFigure().layout.shapes });
}

function heapDraw() {
  const map = data.maps[heap.map];
  heap.select.replaceChildren(...map.areas.map((area, i) => element("option", { value: i, selected: i === heap.area }, `${area.name} · ${area.start} · ${count(area.pages, "page")}`)));
  heap.legend.replaceChildren(...pageClasses.map(([name, meaning], i) => {
    const here = heapArea().classes.split(String(i)).length - 1;
    return element("li", null, element("button", { class: "button", type: "button", title: meaning, "aria-pressed": String(heap.only === i), onclick: e => {
      heap.only = heap.only === i ? null : i;
      for (const other of heap.legend.querySelectorAll("button")) other.setAttribute("aria-pressed", "false");
      e.currentTarget.setAttribute("aria-pressed", String(heap.only === i));
      show(heap.drawn);
    } }, element("span", { class: "key", style: `background: var(--p${i})` }), `${name} ${number(here)}`));
  }));
  heap.note.textContent = `${map.moment[0].toUpperCase()}${map.moment.slice(1)}, after event ${number(map.event)}. `
    + (map.pagesPerCell === 1 ? "A cell is a page of 4 KiB. " : `A cell is ${number(map.pagesPerCell)} pages of 4 KiB; its colour is that of most of them. `)
    + "Addresses rise from left to right, then down. "
    + (map.mappingsLeftOut > 0 ? `${count(map.mappingsLeftOut, "smaller mapping")} of ${bytes(map.pagesLeftOut * 4096)} are not shown.` : "");
  heap.pinned.replaceChildren(pinnedTable(map));
  heapGo(0);
  if (heap.drawn.shown) show(heap.drawn);
}

function pinnedTable(map) {
  if (map.pinned.length === 0) return element("p", { class: "small muted" }, "No line pins pages here: there is no stranded or empty page below a live block.");
  return sortableTable({
    caption: "Who pins pages that are as good as empty: a stranded page counts at the line with most bytes on it, an empty one at the line of the next live block above it",
    rows: map.pinned, most: 8, sort: { key: "pages", down: true }, filterText: row => siteName(row.site),
    columns: [
      { key: "site", name: "site", node: row => element("button", { class: "link", type: "button", onclick: () => revealSite(row.site) }, siteName(row.site)), value: row => siteName(row.site) },
      { key: "pages", name: "pages pinned", numeric: true, text: row => `${number(row.pages)} (${bytes(row.pages * 4096)})` },
      { key: "liveBytes", name: "its live bytes there", numeric: true, text: row => bytes(row.liveBytes) },
    ],
  }).element;
}

/** Neighbouring cells of one class as one row. */
function heapRuns() {
  const area = heapArea(), per = data.maps[heap.map].pagesPerCell, rows = [];
  for (let i = 0, start = 0; i <= area.classes.length; i++) {
    if (i > start && (i === area.classes.length || area.classes[i] !== area.classes[start])) {
      const owners = area.owner ? [...new Set(area.owner.slice(start, i).filter(id => id >= 0))] : [area.site];
      rows.push([`${number(start * per)} to ${number(Math.min(i * per, area.pages) - 1)}`, pageClasses[Number(area.classes[start])][0], area.live ? bytes(area.live.slice(start, i).reduce((a, b) => a + b, 0)) : "",
        owners.slice(0, 3).map(siteName).join(", ") + (owners.length > 3 ? ` and ${owners.length - 3} more` : "")]);
      start = i;
    }
  }
  return rows.length > 1500 ? [...rows.slice(0, 1500), [`… ${number(rows.length - 1500)} more runs`, "", "", ""]] : rows;
}

function heapSection() {
  const made = section("heap", "Heap map", "Each page of the brk heap, of the arenas and of the mappings. The brk heap gives memory back only at its end: "
    + "pages that are stranded or empty below a live block stay in memory.");
  if (data.maps.length === 0) { put(made, empty("Nothing was resident, or only a replayed trace would show it: record one with faultline run --trace.")); return made; }
  heap.note = element("p", { class: "small muted" });
  heap.readout = element("output", { class: "readout", for: "heap-area", "aria-live": "polite" });
  heap.legend = element("ul", { class: "legend", "aria-label": "Classes of pages; a button shows only that class" });
  heap.pinned = element("div");
  heap.select = element("select", { id: "heap-area", onchange: e => { heap.area = Number(e.target.value); heap.only = null; heapDraw(); } });
  heap.drawn = chart("Heap map. Arrow keys go from page to page; the line below says what each is.", heapFigure,
    { keys: true, listeners: { plotly_click: e => heapGo(e.points[0].y * heapColumns(heapArea()) + e.points[0].x) } });
  heap.drawn.place.setAttribute("role", "application");
  heap.drawn.place.addEventListener("keydown", heapKey);
  put(made, element("div", { class: "bar" },
    data.maps.length > 1 ? choices("Moment", data.maps.map((map, i) => [i, map.moment]), 0, value => { heap.map = value; heap.area = 0; heap.only = null; heapDraw(); }) : null,
    element("label", { for: "heap-area" }, "Area", heap.select)),
  heap.note, heap.legend, heap.drawn.place, heap.readout, heap.pinned,
  tableBehind("The same as a table, runs of pages", ["pages", "class", "live", "sites"], heapRuns));
  if (data.maps.every(map => map.areas.length === 0)) { made.replaceChildren(made.firstChild, empty("There is no heap and no mapping at the peak or at the end.")); return made; }
  if (data.maps[0].areas.length === 0) heap.map = 1;
  heapDraw();
  watch(heap.drawn);
  return made;
}
