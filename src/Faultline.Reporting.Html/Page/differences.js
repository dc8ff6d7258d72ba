// The sites that differ, in one figure at a time: the largest differences as bars, and all of them as a table.

const shownDifference = { metric: 0 };

function amount(value) {
  return value === null ? "not known" : data.metrics[shownDifference.metric].unit === "bytes" ? bytes(value) : number(value);
}

/** After less before; null where one of the two is not known. */
function difference(row, metric = shownDifference.metric) {
  const before = row.before[metric], after = row.after[metric];
  return before === null || after === null ? null : after - before;
}

function signed(value) {
  return value === null ? "not known" : value === 0 ? "0" : (value > 0 ? "+" : "−") + amount(Math.abs(value));
}

function way(row) {
  const change = difference(row);
  return change === null ? "not known" : change > 0 ? "more" : change < 0 ? "less" : "same";
}

function largestDifferences() {
  return data.sites.rows.filter(row => difference(row)).sort((a, b) => Math.abs(difference(b)) - Math.abs(difference(a))).slice(0, isNarrow() ? 10 : 20);
}

function differencesFigure() {
  const rows = largestDifferences(), most = Math.max(...rows.map(row => Math.abs(difference(row))), 1);
  const short = text => plain(text.length > (isNarrow() ? 18 : 44) ? text.slice(0, isNarrow() ? 17 : 43) + "…" : text);
  const bars = (name, colourName, shape, keep) => {
    const at = rows.map((row, i) => [row, i]).filter(([row]) => keep(difference(row)));
    return {
      type: "bar", orientation: "h", width: 0.76, name, y: at.map(([, i]) => i), x: at.map(([row]) => difference(row)), text: at.map(([row]) => signed(difference(row))), textposition: "outside", cliponaxis: false,
      marker: { color: colour(colourName), pattern: { shape, fgcolor: colour("panel"), fillmode: "overlay", solidity: 0.22, size: 8 } },
      customdata: at.map(([row]) => [plain(row.display), amount(row.before[shownDifference.metric]), amount(row.after[shownDifference.metric]), signed(difference(row)), row.state]),
      hovertemplate: "<b>%{customdata[0]}</b> (%{customdata[4]})<br>%{customdata[1]} before, %{customdata[2]} after<br>%{customdata[3]}<extra></extra>",
    };
  };
  const rises = rows.some(row => difference(row) > 0), falls = rows.some(row => difference(row) < 0);
  return { traces: [bars("more than before: worse", "res", "", n => n > 0), bars("less than before: better", "calls", "/", n => n < 0)], layout: {
    height: 120 + 30 * rows.length, barmode: "overlay", showlegend: true, legend: { orientation: "h", y: 1.02, yanchor: "bottom" },
    xaxis: { range: [falls ? -most * 1.35 : 0, rises ? most * 1.35 : 0], fixedrange: true, zeroline: true, zerolinecolor: colour("edge"), showticklabels: false, ticks: "" },
    yaxis: { tickvals: rows.map((_, i) => i), ticktext: rows.map(row => short(row.display)), range: [rows.length - 0.4, -0.6], fixedrange: true },
  } };
}

function siteFigures(row) {
  const chosen = shownDifference.metric, rows = data.metrics.map((metric, i) => {
    shownDifference.metric = i;
    return [metric.name, amount(row.before[i]), amount(row.after[i]), signed(difference(row, i))];
  });
  shownDifference.metric = chosen;
  return [element("p", { class: "small muted" }, [row.assembly, row.type, row.method].filter(Boolean).join(" · ")), scrollable(plainTable(["figure", "before", "after", "difference"], rows), `All figures of ${row.display}`)];
}

function differencesTable() {
  return sortableTable({
    caption: "Sites that differ, by default by the size of the difference", rows: data.sites.rows, most: 50, sort: { key: "difference", down: true }, more: siteFigures,
    filterText: row => [row.display, row.api, row.assembly, row.type, row.method, row.state].join(" "),
    columns: [
      { key: "display", name: "site", text: row => row.display, below: row => row.api },
      { key: "before", name: "before", numeric: true, value: row => row.before[shownDifference.metric], text: row => amount(row.before[shownDifference.metric]) },
      { key: "after", name: "after", numeric: true, value: row => row.after[shownDifference.metric], text: row => amount(row.after[shownDifference.metric]) },
      { key: "difference", name: "difference", numeric: true, value: row => Math.abs(difference(row) ?? -1), text: row => signed(difference(row)) },
      { key: "way", name: "way", value: way, text: way },
      { key: "state", name: "site is", text: row => row.state },
    ],
  });
}

function differencesSection() {
  const made = section("differences", "Differences by site", "A call is the same in both if its statement and its member are, wherever its line is; else the n-th call of its API in its method is taken for the same. "
    + "A heading sorts; a site's name opens all its figures.");
  const same = count(data.sites.same, "site");
  if (data.sites.rows.length === 0) { put(made, empty(`No site differs; ${same} did the same.`)); return made; }
  const first = data.metrics.findIndex((_, i) => data.sites.rows.some(row => difference(row, i)));
  shownDifference.metric = Math.max(first, 0);
  const drawn = chart("", differencesFigure), table = differencesTable(), none = empty(""), meaning = element("p", { class: "small muted", role: "status" });
  const tell = () => {
    const metric = data.metrics[shownDifference.metric], rows = largestDifferences();
    meaning.textContent = `${metric.name}: ${metric.meaning}`;
    none.textContent = `No site differs in ${metric.name}.`;
    none.hidden = rows.length > 0;
    drawn.place.hidden = rows.length === 0;
    drawn.place.setAttribute("aria-label", `Largest differences in ${metric.name}; the table below has them all. ${rows.slice(0, 5).map(row => `${row.display}: ${signed(difference(row))}`).join("; ")}`);
  };
  const filter = element("input", { type: "search", id: "site-filter", placeholder: "file, method, type, API, new, gone", autocomplete: "off", oninput: e => table.filter(e.target.value) });
  const pick = choices("Figure", data.metrics.map((metric, i) => [String(i), metric.name]), String(shownDifference.metric), value => {
    shownDifference.metric = Number(value);
    tell();
    table.filter(filter.value);
    if (!drawn.place.hidden) show(drawn);
  });
  tell();
  put(made, element("div", { class: "bar" }, pick), meaning, drawn.place, none, element("div", { class: "bar" }, element("label", { for: "site-filter" }, "Filter", filter)), table.element,
    element("p", { class: "small muted" }, `${same} did the same and ${data.sites.same === 1 ? "is" : "are"} not in the table.`));
  if (data.sites.leftOut > 0) put(made, element("p", { class: "small muted" }, `${count(data.sites.leftOut, "further site")} with smaller differences left out: faultline diff --json has all.`));
  watch(drawn);
  return made;
}
