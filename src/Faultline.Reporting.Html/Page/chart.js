// Charts are plotly.js's; here is what they have in common: the theme's colours, ticks in powers of 1024, drawing anew when the system's theme changes.

const charts = [];

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function isNarrow() {
  return window.innerWidth < 640;
}

/** A chart that draw() describes: { traces, layout }. Its words for people who do not see it are the label. */
function chart(label, draw, options = {}) {
  const place = element("div", { class: "chart", role: "img", "aria-label": label, tabindex: options.keys ? 0 : null });
  const made = { place, draw, listeners: options.listeners ?? {} };
  charts.push(made);
  return made;
}

function baseLayout(layout) {
  const axis = { gridcolor: colour("line"), zerolinecolor: colour("line"), linecolor: colour("edge"), tickcolor: colour("edge"), automargin: true };
  const result = {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif', size: isNarrow() ? 12 : 13, color: colour("text") },
    margin: { l: 12, r: 12, t: 12, b: 12 }, hoverlabel: { bgcolor: colour("panel"), bordercolor: colour("edge"), font: { color: colour("text"), size: 13 }, align: "left" },
    showlegend: false, dragmode: false, ...layout,
  };
  for (const key of Object.keys(result)) if (/^[xy]axis\d*$/.test(key)) result[key] = { ...axis, ...result[key] };
  return result;
}

function show(made) {
  const { traces, layout } = made.draw();
  const config = { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: "reset", showTips: false };
  const isFirst = !made.shown;
  made.shown = true;
  made.ready = Plotly.react(made.place, traces, baseLayout(layout), config).then(() => {
    if (isFirst) for (const [event, listener] of Object.entries(made.listeners)) made.place.on(event, listener);
  });
  return made.ready;
}

/** Draws a chart when it comes near the window, so that a long page opens at once. */
const nearby = new IntersectionObserver(entries => {
  for (const entry of entries) {
    const made = charts.find(c => c.place === entry.target);
    if (entry.isIntersecting && made && !made.shown) { nearby.unobserve(entry.target); show(made); }
  }
}, { rootMargin: "600px" });

function watch(made) {
  nearby.observe(made.place);
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { for (const made of charts) if (made.shown) show(made); });

/** Ticks of an axis of bytes, from 0: at most about six. */
function byteTicks(most) {
  let step = 1;
  while (most / step > 6) step *= 2;
  const values = [];
  for (let value = 0; value <= most + step / 2; value += step) values.push(value);
  return { tickvals: values, ticktext: values.map(bytes), range: [0, Math.max(most * 1.06, step)] };
}

/** Plotly reads a few tags in texts; names must stay what they are. */
function plain(text) {
  return String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
