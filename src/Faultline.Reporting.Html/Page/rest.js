// Free memory of the machine, leaks, /proc, other settings, and what the numbers are of.

function buddyFigure() {
  const zones = data.buddy, orders = zones[0].blocks.map((_, i) => i);
  const words = (zone, i) => `${plain(zone.zone)}, order ${i}: ${count(zone.blocks[i], "free block")} of ${bytes(4096 * 2 ** i)}; unusable ${(zone.unusable[i] / 1000).toFixed(3)}`;
  return {
    traces: [{
      type: "heatmap", x: orders.map(String), y: zones.map(zone => zone.zone), z: zones.map(zone => zone.unusable.map(n => n / 1000)), zmin: 0, zmax: 1,
      colorscale: [[0, colour("b0")], [.5, colour("b1")], [1, colour("b2")]], xgap: 2, ygap: 2, showscale: false,
      text: zones.map(zone => zone.blocks.map((n, i) => isNarrow() ? (n > 999 ? "" : number(n)) : `${number(n)} free<br>${(zone.unusable[i] / 1000).toFixed(3)}`)),
      customdata: zones.map(zone => orders.map(i => words(zone, i))), hovertemplate: "%{customdata}<extra></extra>",
      texttemplate: "%{text}", textfont: { size: isNarrow() ? 9 : 11 },
    }],
    layout: { height: 90 + zones.length * (isNarrow() ? 40 : 58), xaxis: { title: { text: "order: blocks of 2^order pages" }, fixedrange: true, type: "category" }, yaxis: { fixedrange: true, autorange: "reversed" } },
  };
}

function buddySection() {
  const made = section("buddy", "Free memory of the machine", "The buddy allocator's free blocks at the end, by zone and order, and the unusable free space index: the share of a zone's free memory "
    + "that a request of that order cannot use.");
  if (data.buddy.length === 0) { put(made, empty("No snapshot of the machine was taken.")); return made; }
  const drawn = chart("Free blocks and unusable index by zone and order; the table below has the numbers.", buddyFigure);
  const table = tableBehind("The same as a table", ["zone", "managed", "free", ...data.buddy[0].blocks.map((_, i) => `order ${i}`)],
    () => data.buddy.flatMap(zone => [[zone.zone, bytes(zone.managed * 4096), bytes(zone.free * 4096), ...zone.blocks.map(number)], [`${zone.zone}, unusable`, "", "", ...zone.unusable.map(n => (n / 1000).toFixed(3))]]));
  put(made, drawn.place, table);
  watch(drawn);
  return made;
}

function leaksSection() {
  const made = section("leaks", "Leaks", "Blocks that were still allocated at the end, most bytes first, with the call stacks that allocated them.");
  const rows = data.leaks.map(id => siteById.get(id)).filter(Boolean);
  if (rows.length === 0) { put(made, empty("Every block was freed.")); return made; }
  const leaked = data.flame?.metrics.findIndex(metric => metric.key === "leaked");
  put(made, sortableTable({
    caption: "Sites whose blocks are left", rows, most: 50, sort: { key: "liveBytes", down: true }, filterText: site => site.display,
    more: site => [
      element("h3", null, "Where they were allocated"),
      (data.flame ? stacksOf(site.id, leaked) : []).slice(0, 20).map(stack => element("pre", { tabindex: 0, "aria-label": "Call stack, outermost frame first" }, `${bytes(stack.value)}\n` + stack.frames.map((frame, i) => `${"  ".repeat(i)}${i > 0 ? "└ " : ""}${frame}`).join("\n"))),
      sourceOf(site.id),
    ],
    columns: [
      { key: "display", name: "site", text: site => site.display, below: site => site.api },
      { key: "liveBytes", name: "bytes left", numeric: true, text: site => bytes(site.liveBytes) },
      { key: "live", name: "blocks left", numeric: true, text: site => `${number(site.live)} of ${number(site.blocks)}` },
      { key: "peak", name: "highest", numeric: true, text: site => bytes(site.peak) },
    ],
  }).element);
  return made;
}

function procSection() {
  const made = section("proc", "/proc", "What the simulated machine's /proc says at the end, byte for byte in the kernel's format. Where the trace has the program's maps, the process has them too; "
    + "resident is what the traced calls brought in.");
  if (data.proc.length === 0) { put(made, empty("Only a replayed trace has a machine to look into: record one with faultline run --trace.")); return made; }
  const own = /^\/proc\/\d+\//;
  for (const [title, files] of [["Of the program", data.proc.filter(file => own.test(file.path))], ["Of the machine", data.proc.filter(file => !own.test(file.path))]]) {
    if (files.length === 0) continue;
    put(made, element("h3", null, title), files.map(file => {
      const details = element("details", { class: "file" }, element("summary", { class: "mono" }, file.path));
      details.addEventListener("toggle", () => {
        if (details.open && details.children.length === 1)
          details.append(element("pre", { tabindex: 0, "aria-label": file.path }, file.text), file.rest ? element("p", { class: "small muted" }, file.rest) : "");
      });
      return details;
    }));
  }
  return made;
}

function whatIfSection() {
  const table = data.whatIf;
  if (!table) return null;
  const made = section("whatif", "Under other settings", `What faultline whatif found for ${table.trace}; best by ${table.bestBy}.`);
  const drawn = chart("Peak resident set by settings; the table below has the numbers.", () => ({
    traces: [{ type: "bar", orientation: "h", y: table.rows.map((_, i) => `row ${i + 1}`), x: table.rows.map(row => row.peakRss), customdata: table.rows.map(row => [plain(row.settings), bytes(row.peakRss)]),
      marker: { color: table.rows.map(row => colour(row.isBest ? "calls" : "live")), pattern: { shape: table.rows.map(row => row.isBest ? "/" : ""), fgcolor: colour("panel"), fillmode: "overlay", solidity: 0.2 } },
      text: table.rows.map(row => bytes(row.peakRss) + (row.isBest ? " best" : row.isBaseline ? " as recorded" : "")), textposition: "auto", hovertemplate: "%{customdata[0]}<br>peak RSS %{customdata[1]}<extra></extra>" }],
    layout: { height: 70 + 34 * table.rows.length, xaxis: { ...byteTicks(Math.max(...table.rows.map(row => row.peakRss))), fixedrange: true }, yaxis: { autorange: "reversed", fixedrange: true } },
  }));
  const rows = table.rows.map((row, i) => ({ ...row, name: `row ${i + 1}` }));
  const numeric = (key, name, text) => ({ key, name, numeric: true, text: row => text(row[key]) });
  put(made, drawn.place, sortableTable({
    caption: "Combinations of settings", rows, sort: { key: "", down: false }, filterText: row => row.settings,
    columns: [
      { key: "name", name: "row", text: row => row.name + (row.isBest ? " (best)" : row.isBaseline ? " (as recorded)" : "") }, { key: "settings", name: "settings", text: row => row.settings },
      numeric("peakRss", "peak RSS", bytes), numeric("endRss", "RSS at end", bytes), numeric("minorFaults", "minor faults", number), numeric("systemCalls", "system calls", number),
      numeric("fragmentation", "fragmentation", n => `${(n * 100).toFixed(1)} %`), numeric("kernelNanoseconds", "kernel time (estimate)", duration),
    ],
  }).element);
  if (table.toSet) put(made, element("h3", null, "To set, before the program"), element("pre", { tabindex: 0, "aria-label": "To set" }, table.toSet));
  watch(drawn);
  return made;
}

function settingsSection() {
  const made = section("settings", "Settings and limits", "What the numbers are of, and what is not in them.");
  const pairs = (rows, name, value) => element("dl", { class: "pairs" }, rows.map(row => [element("dt", null, row[name]), element("dd", null, row[value])]));
  put(made, pairs(data.settings, "name", "value"));
  if (data.notes.length > 0) put(made, element("h3", null, "Notes of the run"), element("ul", null, data.notes.map(note => element("li", null, note))));
  put(made, element("h3", null, "Not modelled"), element("ul", null, data.limits.map(limit => element("li", null, limit))));
  put(made, element("details", null, element("summary", null, "What the words mean"), pairs(data.words, "word", "meaning")));
  return made;
}
