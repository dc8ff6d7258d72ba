// Flame graph and icicle of one metric. What a click on a frame does, the list of its callees below does too.

const flame = { metric: 0, up: true, at: 0, drawn: null };

function flameTotal(metric) {
  return data.flame.nodes.values[metric][0];
}

function flameValue(metric, value) {
  return data.flame.metrics[metric].unit === "bytes" ? bytes(value) : count(value, "fault");
}

function childrenOf(node) {
  const values = data.flame.nodes.values[flame.metric];
  return data.flame.nodes.parent.flatMap((parent, i) => parent === node && values[i] > 0 ? [i] : []).sort((a, b) => values[b] - values[a] || a - b);
}

function flameColour(node) {
  const { parent, label } = data.flame.nodes;
  let top = node, depth = 0;
  while (parent[top] > 0 && depth < 2) { top = parent[top]; depth++; }
  let hash = 0;
  for (const letter of label[top] + (depth > 1 ? label[node] : "")) hash = (hash * 31 + letter.charCodeAt(0)) % 9973;
  return colour(node === 0 ? "sunk" : `f${hash % 6}`);
}

function flameFigure() {
  const { label, parent, values } = data.flame.nodes, own = values[flame.metric], total = own[0];
  const kept = label.flatMap((_, i) => own[i] > 0 ? [i] : []);
  const depthOf = i => { let depth = 0; for (; i > 0; i = parent[i]) depth++; return depth; };
  const levels = 1 + Math.max(...kept.map(depthOf));
  return { traces: [{
    type: "icicle", branchvalues: "total", sort: true, tiling: { orientation: "v", flip: flame.up ? "y" : "", pad: 1 }, level: String(flame.at), maxdepth: 24,
    ids: kept.map(String), labels: kept.map(i => plain(label[i])), parents: kept.map(i => i === 0 ? "" : String(parent[i])), values: kept.map(i => own[i]),
    text: kept.map(i => `${flameValue(flame.metric, own[i])} · ${share(own[i], total)}`), texttemplate: "%{label}  %{text}",
    textposition: "middle left", textfont: { color: colour("text"), size: isNarrow() ? 11 : 13 }, insidetextfont: { color: colour("text") }, outsidetextfont: { color: colour("text") },
    marker: { colors: kept.map(flameColour), line: { color: colour("panel"), width: 1 } }, root: { color: colour("sunk") }, leaf: { opacity: 1 },
    pathbar: { visible: false }, hovertemplate: "<b>%{label}</b><br>%{text}<extra></extra>",
  }], layout: { height: Math.max(180, 38 * levels + 30), margin: { l: 0, r: 0, t: 4, b: 4 }, uniformtext: { minsize: 9, mode: "hide" } } };
}

function flameSection() {
  const made = section("flame", "Flame graph", "Where in the program memory was asked for, and what that led to: the wider a frame, the more. "
    + (data.flame?.isEstimate ? "Call stacks were sampled: the figures are estimates." : data.flame?.hasStacks ? "" : "Without recorded call stacks (faultline run --stacks all) a frame is an assembly, a type, a method, a line."));
  if (!data.flame) { put(made, empty("Only a replayed trace has it: record one with faultline run --trace.")); return made; }
  flame.message = element("div");
  flame.note = element("p", { class: "small muted" });
  flame.crumbs = element("ol", { class: "crumbs", "aria-label": "Frames down to the one that is shown" });
  flame.table = element("div");
  flame.drawn = chart("Flame graph; the list below has the same frames.", flameFigure, { listeners: { plotly_icicleclick: e => {
    const point = e.points?.[0];
    if (point) queueMicrotask(() => flameGo(Number(point.id) === flame.at ? Math.max(0, data.flame.nodes.parent[flame.at]) : Number(point.id)));
    return false;
  } } });
  put(made, 
    element("div", { class: "bar" },
      choices("Metric", data.flame.metrics.map((metric, i) => [i, metric.name]), 0, value => { flame.metric = value; flame.at = 0; flameDraw(); }),
      choices("As", [[true, "flame graph"], [false, "icicle"]], true, value => { flame.up = value; flameDraw(); })),
    flame.note, flame.message, flame.drawn.place, flame.crumbs, flame.table);
  flameDraw(false);
  watch(flame.drawn);
  return made;
}

function flameGo(node) {
  flame.at = node;
  flameDraw();
}

function flameDraw(now = true) {
  const metric = data.flame.metrics[flame.metric], total = flameTotal(flame.metric);
  flame.note.textContent = `${metric.name}: ${metric.meaning}. ${total > 0 ? `${flameValue(flame.metric, total)} in all.` : ""}`;
  flame.message.replaceChildren(total > 0 ? "" : empty(metric.key === "leaked" ? "Nothing leaked: every block was freed." : `Nothing to show: there is none of it in this trace.`));
  flame.drawn.place.hidden = total === 0;
  flameList();
  if (total > 0 && (now || flame.drawn.shown)) show(flame.drawn);
}

function flameList() {
  const { label, parent, values } = data.flame.nodes, own = values[flame.metric], path = [];
  for (let node = flame.at; node >= 0; node = parent[node]) path.unshift(node);
  flame.crumbs.replaceChildren(...path.map((node, i) => element("li", null, i === path.length - 1 ? element("strong", { class: "mono" }, label[node])
    : element("button", { class: "link mono", type: "button", onclick: () => { flameGo(node); flame.table.querySelector("button")?.focus(); } }, label[node]))));
  const inner = childrenOf(flame.at);
  if (own[0] === 0) { flame.table.replaceChildren(); return; }
  const site = data.flame.nodes.site[flame.at];
  if (inner.length === 0) {
    flame.table.replaceChildren(element("p", null, `${flameValue(flame.metric, own[flame.at])}, the innermost frame. `,
      site ? element("button", { class: "link", type: "button", onclick: () => revealSite(site) }, "Show it in the table of sites") : ""));
    return;
  }
  const name = node => element("button", { class: "link mono", type: "button", onclick: () => { flameGo(node); (flame.table.querySelector("button") ?? flame.crumbs.querySelector("button"))?.focus(); } }, label[node]);
  const table = sortableTable({
    caption: "Frames inside of it", rows: inner, most: 15, sort: { key: "value", down: true }, filterText: node => label[node],
    columns: [
      { key: "name", name: "frame", node: name, value: node => label[node] },
      { key: "value", name: data.flame.metrics[flame.metric].name.toLowerCase(), numeric: true, text: node => flameValue(flame.metric, own[node]), value: node => own[node] },
      { key: "share", name: "of all", numeric: true, text: node => share(own[node], own[0]), value: node => own[node] },
    ],
  });
  flame.table.replaceChildren(table.element);
}

/** Stacks that end at a site, outermost frame first, with what they cost in a metric. */
function stacksOf(site, metric) {
  const { label, parent, values } = data.flame.nodes, found = [];
  data.flame.nodes.site.forEach((id, leaf) => {
    if (id !== site || values[metric][leaf] === 0) return;
    const frames = [];
    for (let node = leaf; node > 0; node = parent[node]) frames.unshift(label[node]);
    found.push({ frames, value: values[metric][leaf] });
  });
  return found.sort((a, b) => b.value - a.value);
}
