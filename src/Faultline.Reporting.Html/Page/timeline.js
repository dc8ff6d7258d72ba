// Over the trace: what was held, what was in memory, what had addresses; the faults and the system calls of each interval; and the moments of note.

function timelineMarkers(time, x) {
  const line = time.event, groups = [];
  const add = (name, symbol, colourName, points) => { if (points.length > 0) groups.push({ name, symbol, colourName, points }); };
  const at = i => ({ x: x[i], y: time.res[i] });
  add("trim: heap given back", "triangle-down", "calls", time.trims.flatMap((n, i) => n > 0 ? [{ ...at(i), text: `${count(n, "trim")}: ${bytes(time.trimmed[i])} given back` }] : []));
  add("swap", "diamond", "calls2", time.swapOut.flatMap((n, i) => n + time.swapIn[i] > 0 ? [{ ...at(i), text: `${count(n, "page")} to swap, ${number(time.swapIn[i])} back` }] : []));
  const near = event => { let i = line.findIndex(e => e >= event); return i < 0 ? line.length - 1 : i; };
  add("mmap threshold moves", "line-ns-open", "faults", time.markers.filter(m => m.kind === "threshold").map(m =>
    ({ ...at(near(m.event)), text: `mmap threshold ${bytes(m.before)} → ${bytes(m.after)}, by ${plain(siteName(m.site))}` })));
  add("killed: out of memory", "x", "res", time.markers.filter(m => m.kind === "oom").map(m => ({ ...at(near(m.event)), text: "the OOM killer ended the program" })));
  return groups;
}

function timelineFigure(byTime) {
  const time = data.timeline, x = byTime ? time.time.map(t => t / 1e6) : time.event;
  const where = time.event.map((e, i) => `event ${number(e)}` + (time.hasTimes ? ` · ${duration(time.time[i])}` : ""));
  const line = (name, key, colourName, dash, fill) => ({
    type: "scatter", mode: "lines", name, x, y: time[key], line: { color: colour(colourName), width: 2, dash }, fill: fill ? "tozeroy" : "none",
    fillcolor: fill ? colour(colourName) + "22" : undefined, customdata: time[key].map((v, i) => [bytes(v), where[i]]), hovertemplate: `${name}: %{customdata[0]}${key === "res" ? "<br>%{customdata[1]}" : ""}<extra></extra>`,
  });
  const steps = (name, key, colourName, axis, dash) => ({
    type: "scatter", mode: "lines", name, x, y: time[key], yaxis: axis, line: { color: colour(colourName), width: 1.6, shape: "vh", dash }, fill: dash ? "none" : "tozeroy",
    fillcolor: colour(colourName) + "33", customdata: where, hovertemplate: `${name}: %{y:,}<br>%{customdata}<extra></extra>`,
  });
  const marks = timelineMarkers(time, x).map(group => ({
    type: "scatter", mode: "markers", name: group.name, x: group.points.map(p => p.x), y: group.points.map(p => p.y), customdata: group.points.map(p => p.text),
    marker: { symbol: group.symbol, size: 11, color: colour(group.colourName), line: { width: 1.8, color: group.symbol.endsWith("open") ? colour(group.colourName) : colour("panel") } },
    hovertemplate: "%{customdata}<extra></extra>",
  }));
  const most = Math.max(...time.virt, ...time.res, ...time.live);
  const traces = [
    line("addresses (VIRT)", "virt", "virt", "dot"), line("in memory (RES)", "res", "res", "solid", true), line("held by the program", "live", "live", "dash"), ...marks,
    steps("faults per interval", "faults", "faults", "y2"), ...(time.major.some(n => n > 0) ? [steps("major faults per interval", "major", "res", "y2", "dot")] : []),
    steps("mmap calls", "mmap", "calls2", "y3"), steps("brk calls", "brk", "calls", "y3", "dot"),
  ];
  const title = text => ({ text, font: { size: 12, color: colour("muted") }, standoff: 6 });
  return { traces, layout: {
    height: isNarrow() ? 620 : 600, hovermode: "x", showlegend: true, legend: { orientation: "h", y: -0.1, font: { size: 12 } }, dragmode: "zoom",
    xaxis: { anchor: "y3", title: title(byTime ? "milliseconds since the trace began" : "events of the trace"), tickformat: ",", rangemode: "tozero" },
    yaxis: { domain: [0.48, 1], ...byteTicks(most), fixedrange: true, title: title("bytes") },
    yaxis2: { domain: [0.25, 0.43], fixedrange: true, rangemode: "tozero", title: title("faults"), nticks: 4, tickformat: ",~s" },
    yaxis3: { domain: [0.0, 0.18], fixedrange: true, rangemode: "tozero", title: title("calls"), nticks: 4, tickformat: ",~s" },
  } };
}

function timelineSection() {
  const made = section("timeline", "Timeline", "What the program held, what of it was in memory, and what had addresses; below, the page faults and the system calls of each interval. "
    + "Where RES stays high while the held bytes fall, memory was freed and not given back.");
  const time = data.timeline;
  if (!time) { put(made, empty("Only a replayed trace has a timeline: record one with faultline run --trace.")); return made; }
  let byTime = false;
  const drawn = chart(`Timeline: at most ${bytes(Math.max(...time.res))} resident, ${bytes(Math.max(...time.live))} held; the table below has the numbers.`, () => timelineFigure(byTime));
  const bar = element("div", { class: "bar" });
  if (time.hasTimes) bar.append(choices("Along", [["event", "events"], ["time", "time"]], "event", value => { byTime = value === "time"; show(drawn); }));
  bar.append(element("button", { class: "button", type: "button", onclick: () => show(drawn).then(() => Plotly.relayout(drawn.place, { "xaxis.autorange": true })) }, "Show all of it"));
  bar.append(element("span", { class: "small muted" }, `A point is ${count(time.distance, "event")}; drag over a part to enlarge it.`));
  put(made, bar, drawn.place, momentsTable(time), tableBehind("The same as a table", ["event", ...(time.hasTimes ? ["time"] : []), "held", "RES", "VIRT", "faults", "major", "brk", "mmap", "munmap", "trims"],
    () => time.event.map((e, i) => [number(e), ...(time.hasTimes ? [duration(time.time[i])] : []), bytes(time.live[i]), bytes(time.res[i]), bytes(time.virt[i]),
      ...["faults", "major", "brk", "mmap", "munmap", "trims"].map(key => number(time[key][i]))])));
  watch(drawn);
  return made;
}

function momentsTable(time) {
  const rows = timelineMarkers(time, time.event).flatMap(group => group.points.map(point => [number(point.x), group.name, point.text]));
  if (rows.length === 0) return element("p", { class: "small muted" }, "No trim, no move of the mmap threshold, no swap.");
  const left = time.markersNotKept > 0 ? ` (${number(time.markersNotKept)} more are not shown)` : "";
  return tableBehind(`${count(rows.length, "moment")} of note: trims, threshold moves, swap${left}`, ["event", "what", "details"], () => rows);
}
