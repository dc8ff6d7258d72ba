// Every line that asked for memory: sorted, filtered, and opened for the sizes and the lives of its blocks.

const sites = { table: null };

function bucketName(bucket, of) {
  if (bucket === 0) return of(0);
  const low = 2 ** (bucket - 1), high = 2 ** bucket - 1;
  return low === high ? of(low) : `${of(low)} to < ${of(high + 1)}`;
}

/** counts: [first bucket, n, n, …] in powers of two. */
function histogram(title, counts, of, label) {
  const first = counts[0], values = counts.slice(1);
  const names = values.map((_, i) => bucketName(first + i, of)), short = values.map((_, i) => of(first + i === 0 ? 0 : 2 ** (first + i - 1)));
  const drawn = chart(`${title}: ${values.map((n, i) => `${names[i]}: ${number(n)}`).filter((_, i) => values[i] > 0).join("; ")}`, () => ({
    traces: [{ type: "bar", x: short, y: values, customdata: names, marker: { color: colour("live") }, hovertemplate: `%{customdata}: %{y:,} ${label}<extra></extra>`,
      text: values.map(n => n > 0 ? number(n) : ""), textposition: "auto", cliponaxis: false }],
    layout: { height: 210, bargap: 0.15, xaxis: { type: "category", fixedrange: true }, yaxis: { fixedrange: true, nticks: 4, tickformat: ",~s" } },
  }));
  requestAnimationFrame(() => show(drawn));
  return element("div", null, element("h3", null, title), drawn.place,
    tableBehind("The same as a table", [title, label], () => values.flatMap((n, i) => n > 0 ? [[names[i], number(n)]] : [])));
}

function siteDetails(site) {
  for (let i = charts.length - 1; i >= 0; i--) if (charts[i].shown && !charts[i].place.isConnected) charts.splice(i, 1);
  const facts = [
    ["place", [site.assembly, site.type, site.method].filter(Boolean).join(" · ")],
    ["usable", `${bytes(site.usable)} of ${bytes(site.requested)} requested`],
    ["highest at once", bytes(site.peak)],
    ["calls", number(site.calls) + (site.failures > 0 ? `, of which ${number(site.failures)} got no memory` : "")],
    ["moved by realloc", number(site.moves)],
    ["temporary blocks", site.temporary === null ? "not known" : number(site.temporary)],
    ["pages pinned at the peak", site.pinned === null ? "not known" : `${number(site.pinned)} (${bytes(site.pinned * 4096)})`],
  ];
  return [
    site.verdicts.length > 0 ? element("ul", { class: "verdicts" }, site.verdicts.map(text => element("li", null, text))) : null,
    sourceOf(site.id),
    element("dl", { class: "pairs" }, facts.map(([name, value]) => [element("dt", null, name), element("dd", null, value)])),
    site.sizes ? element("div", { class: "two" }, histogram("Blocks by size", site.sizes, bytes, "blocks"),
      histogram("Freed blocks by lifetime in events", site.lifetimes, number, "blocks")) : null,
  ];
}

function sitesSection() {
  const made = section("sites", "Sites", "Every line that asked for native memory. A heading sorts; a site's name opens its source, sizes and lifetimes.");
  if (data.sites.rows.length === 0) { put(made, empty("No call of the allocator was made.")); return made; }
  const column = (key, name, text) => ({ key, name, numeric: true, text: row => text(row[key]) });
  const dash = text => value => value > 0 ? text(value) : "–";
  sites.table = sortableTable({
    caption: "Sites, by default by faults", rows: data.sites.rows, most: 50, sort: { key: "faults", down: true }, more: siteDetails,
    filterText: site => [site.display, site.api, site.assembly, site.type, site.method].join(" "),
    columns: [
      { key: "display", name: "site", text: site => site.display, below: site => site.api },
      column("faults", "faults", dash(number)), column("requested", "requested", bytes), column("blocks", "blocks", number),
      { key: "mapped", name: "heap / mapped", numeric: true, text: site => `${number(site.blocks - site.mapped)} / ${number(site.mapped)}` },
      { key: "resident", name: "resident at end", numeric: true, text: site => site.resident > 0 ? bytes(site.resident * 4096) : "–" },
      { key: "liveBytes", name: "live at end", numeric: true, text: site => site.live > 0 ? `${number(site.live)} / ${bytes(site.liveBytes)}` : "–" },
      { key: "lifetime", name: "mean life, events", numeric: true, text: site => site.lifetime === null ? "–" : site.lifetime < 10 ? String(site.lifetime) : number(site.lifetime) },
    ],
  });
  const filter = element("input", { type: "search", id: "site-filter", placeholder: "file, method, type, API", autocomplete: "off", oninput: e => sites.table.filter(e.target.value) });
  put(made, element("div", { class: "bar" }, element("label", { for: "site-filter" }, "Filter", filter)), sites.table.element);
  if (data.sites.leftOut > 0) put(made, element("p", { class: "small muted" }, `${count(data.sites.leftOut, "further site")}, each with fewer faults than these, left out: faultline replay --json has all.`));
  return made;
}

/** Opens a site's row and goes there. */
function revealSite(id) {
  const row = siteById.get(id);
  if (!row) return;
  const filter = document.getElementById("site-filter");
  filter.value = "";
  sites.table.filter("");
  sites.table.reveal(row);
  document.activeElement?.scrollIntoView({ block: "center" });
}
